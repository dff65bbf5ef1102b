"""The words of dates in seven languages, and their translation to one notation.

The notation has ``M11`` for November, ``W1`` for Monday (ISO), ``R+1`` for tomorrow, and ``NEXT``, ``THIS``,
``LAST``, ``EVERY``, ``OTHER``, ``END`` and units such as ``WEEK``. Numbers and signs stay as they are.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Final

_MONTHS: Final = {
    "en": "january february march april may june july august september october november december",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}
_WEEKDAYS: Final = {
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "pt": "segunda terça quarta quinta sexta sábado domingo",
}
_MIN_MONTH_PREFIX: Final = 3
_WEEKDAY_PREFIXES: Final = {"en": (3,), "de": (2,), "nl": (2, 3)}
_PLURALS: Final = dict.fromkeys(("en", "fr", "es", "pt"), ("", "s"))
_OTHER_WORDS: Final = {
    "en": {
        "M9": "sept",
        "W2": "tues", "W3": "weds", "W4": "thur; thurs",
        "R+0": "today; tonight; tod; this evening",
        "R+1": "tomorrow; tmrw; tmr; tom; tomorrow morning; tomorrow evening",
        "R+2": "day after tomorrow; overmorrow", "R-1": "yesterday", "R-2": "day before yesterday",
        "NEXT": "next", "THIS": "this; coming", "LAST": "last", "END": "end of; end",
        "EVERY": "every; each; after", "STARTING": "starting; starting from", "OTHER": "other", "AND": "and",
        "DAY": "day; days", "WORKDAY": "workday; workdays; weekday; weekdays", "WEEKEND": "weekend; weekends",
        "WEEK": "week; weeks; wk", "MONTH": "month; months", "YEAR": "year; years",
        "QUARTER": "quarter; quarters",
        "EVERY DAY": "daily; everyday", "EVERY WEEK": "weekly", "EVERY 2 WEEK": "biweekly; fortnightly",
        "EVERY MONTH": "monthly", "EVERY QUARTER": "quarterly", "EVERY YEAR": "yearly; annually",
        "2": "two", "3": "three", "4": "four", "6": "six",
        " ": "on; the; of; by; until; due; from; in",
    },
    "de": {
        "M1": "jänner; jän; jaenner", "M2": "feber", "M3": "mrz; maerz", "W6": "sonnabend",
        "EVERY W1": "montags", "EVERY W2": "dienstags", "EVERY W3": "mittwochs", "EVERY W4": "donnerstags",
        "EVERY W5": "freitags", "EVERY W6": "samstags; sonnabends", "EVERY W7": "sonntags",
        "R+0": "heute; heute abend; heute früh", "R+1": "morgen; morgen früh; morgen abend",
        "R+2": "übermorgen; uebermorgen", "R-1": "gestern",
        "R-2": "vorgestern",
        "NEXT": "nächster; nächste; nächsten; nächstes; nächstem; kommender; kommende; kommenden; kommendes",
        "THIS": "dieser; diese; diesen; dieses; diesem", "LAST": "letzter; letzte; letzten; letztes",
        "END": "ende",
        "EVERY": "jeder; jede; jeden; jedes; jedem; alle", "STARTING": "ab; ab dem; beginnend am",
        "OTHER": "zweite; zweiten; zweiter; zweites", "AND": "und",
        "DAY": "tag; tage; tagen", "WORKDAY": "werktag; werktage; arbeitstag; arbeitstage",
        "WEEKEND": "wochenende", "WEEK": "woche; wochen; kw", "MONTH": "monat; monate; monats",
        "YEAR": "jahr; jahre; jahres", "QUARTER": "quartal; quartale; quartals",
        "EVERY DAY": "täglich", "EVERY WORKDAY": "werktags", "EVERY WEEK": "wöchentlich",
        "EVERY 2 WEEK": "zweiwöchentlich; vierzehntägig", "EVERY MONTH": "monatlich",
        "EVERY QUARTER": "vierteljährlich", "EVERY YEAR": "jährlich",
        "2": "zwei", "3": "drei", "4": "vier", "6": "sechs",
        " ": "am; im; in; den; dem; der; des; vom; von; bis; bis zum; zum",
    },
    "fr": {
        "R+0": "aujourd'hui; aujourdhui; ce soir", "R+1": "demain", "R+2": "après-demain; après demain",
        "R-1": "hier", "R-2": "avant-hier; avant hier",
        "NEXT": "prochain; prochaine", "THIS": "ce; cet; cette", "LAST": "dernier; dernière",
        "END": "fin; fin de; fin du",
        "EVERY": "chaque; tous les; toutes les", "STARTING": "à partir du; à partir de", "AND": "et",
        "DAY": "jour; jours", "WORKDAY": "jour ouvrable; jours ouvrables; jour ouvré; jours ouvrés",
        "WEEKEND": "week-end; weekend; week-ends", "WEEK": "semaine; semaines",
        "MONTH": "mois", "YEAR": "an; ans; année; années", "QUARTER": "trimestre; trimestres",
        "EVERY DAY": "quotidien; quotidiennement", "EVERY WEEK": "hebdomadaire",
        "EVERY MONTH": "mensuel; mensuellement", "EVERY QUARTER": "trimestriel",
        "EVERY YEAR": "annuel; annuellement",
        "2": "deux", "3": "trois", "4": "quatre", "6": "six",
        " ": "le; de; du; en; d'ici; jusqu'au; la",
    },
    "es": {
        "M9": "setiembre; set",
        "R+0": "hoy; esta noche", "R+1": "mañana", "R+2": "pasado mañana", "R-1": "ayer",
        "R-2": "anteayer; antes de ayer",
        "NEXT": "próximo; próxima; que viene; siguiente", "THIS": "este; esta",
        "LAST": "pasado; pasada; último; última",
        "END": "fin de; final de; finales de; fin del; final del",
        "EVERY": "cada; todos los; todas las", "STARTING": "a partir del; desde el", "AND": "y",
        "DAY": "día; días", "WORKDAY": "día laborable; días laborables; día hábil; días hábiles",
        "WEEKEND": "fin de semana; fines de semana", "WEEK": "semana; semanas", "MONTH": "mes; meses",
        "YEAR": "año; años", "QUARTER": "trimestre; trimestres",
        "EVERY DAY": "diario; diaria; diariamente", "EVERY WEEK": "semanal; semanalmente",
        "EVERY 2 WEEK": "quincenal", "EVERY MONTH": "mensual; mensualmente", "EVERY QUARTER": "trimestral",
        "EVERY YEAR": "anual; anualmente",
        "2": "dos", "3": "tres", "4": "cuatro", "6": "seis",
        " ": "el; la; los; en; de; del; hasta; hasta el; para el",
    },
    "it": {
        "R+0": "oggi; stasera", "R+1": "domani", "R+2": "dopodomani; dopo domani", "R-1": "ieri",
        "R-2": "altro ieri; altroieri; avantieri",
        "NEXT": "prossimo; prossima", "THIS": "questo; questa", "LAST": "scorso; scorsa; ultimo; ultima",
        "END": "fine; fine di",
        "EVERY": "ogni; tutti i; tutte le", "STARTING": "a partire dal; dal", "AND": "e; ed",
        "DAY": "giorno; giorni",
        "WORKDAY": "giorno feriale; giorni feriali; giorno lavorativo; giorni lavorativi",
        "WEEKEND": "fine settimana; weekend; week-end", "WEEK": "settimana; settimane", "MONTH": "mese; mesi",
        "YEAR": "anno; anni", "QUARTER": "trimestre; trimestri",
        "EVERY DAY": "giornaliero; quotidiano; quotidianamente", "EVERY WEEK": "settimanale; settimanalmente",
        "EVERY MONTH": "mensile; mensilmente", "EVERY QUARTER": "trimestrale",
        "EVERY YEAR": "annuale; annualmente",
        "2": "due", "3": "tre", "4": "quattro", "6": "sei",
        " ": "il; lo; a; in; la; di; del; entro; entro il",
    },
    "nl": {
        "M3": "mrt",
        "EVERY W1": "maandags", "EVERY W3": "woensdags", "EVERY W7": "zondags",
        "R+0": "vandaag; vanavond", "R+1": "morgen", "R+2": "overmorgen", "R-1": "gisteren",
        "R-2": "eergisteren",
        "NEXT": "volgende; aanstaande; komende; aankomende", "THIS": "deze; dit",
        "LAST": "vorige; afgelopen; laatste", "END": "eind; einde; eind van",
        "EVERY": "elke; elk; iedere; ieder; alle; om de", "STARTING": "vanaf", "AND": "en", "OTHER": "andere",
        "DAY": "dag; dagen", "WORKDAY": "werkdag; werkdagen", "WEEKEND": "weekend; weekends",
        "WEEK": "week; weken", "MONTH": "maand; maanden", "YEAR": "jaar; jaren",
        "QUARTER": "kwartaal; kwartalen",
        "EVERY DAY": "dagelijks", "EVERY WEEK": "wekelijks", "EVERY 2 WEEK": "tweewekelijks; om de week",
        "EVERY 2 DAY": "om de dag", "EVERY MONTH": "maandelijks", "EVERY YEAR": "jaarlijks",
        "2": "twee", "3": "drie", "4": "vier", "6": "zes",
        " ": "op; in; de; het; van; tot; voor; uiterlijk",
    },
    "pt": {
        "W1": "segunda-feira; segunda feira; segundas-feiras",
        "W2": "terça-feira; terça feira; terças-feiras",
        "W3": "quarta-feira; quarta feira; quartas-feiras",
        "W4": "quinta-feira; quinta feira; quintas-feiras",
        "W5": "sexta-feira; sexta feira; sextas-feiras",
        "R+0": "hoje; hoje à noite", "R+1": "amanhã", "R+2": "depois de amanhã", "R-1": "ontem",
        "R-2": "anteontem",
        "NEXT": "próximo; próxima; que vem", "THIS": "este; esta; neste; nesta",
        "LAST": "passado; passada; último; última", "END": "fim de; final de; fim do; final do; fim da",
        "EVERY": "cada; todo; toda; todos os; todas as; todo o; toda a",
        "STARTING": "a partir de; a partir do; a começar em", "AND": "e",
        "DAY": "dia; dias", "WORKDAY": "dia útil; dias úteis", "WEEKEND": "fim de semana; fins de semana",
        "WEEK": "semana; semanas", "MONTH": "mês; meses", "YEAR": "ano; anos",
        "QUARTER": "trimestre; trimestres",
        "EVERY DAY": "diário; diariamente", "EVERY WEEK": "semanal; semanalmente",
        "EVERY 2 WEEK": "quinzenal; quinzenalmente", "EVERY MONTH": "mensal; mensalmente",
        "EVERY QUARTER": "trimestral", "EVERY YEAR": "anual; anualmente",
        "2": "dois; duas", "3": "três", "4": "quatro", "6": "seis",
        " ": "o; a; de; do; da; no; na; em; até; até o",
    },
}  # fmt: skip
LANGUAGES: Final = tuple(_MONTHS)
_MAX_VARIANTS = 16
_MAX_WORDS_TOGETHER = 4
_WORD = re.compile(r"[^\W\d_]+")
# The article of “l’1 dicembre”, and Todoist’s sign for a repetition that counts from the completion.
_ARTICLE = re.compile(r"(?<![^\W_])l'|(?<=every)!")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|ere|eme|e|o|a|ste|de|ª|º|°)(?![^\W_])")

# Zero-width characters, bidirectional marks, soft hyphens and byte order marks; `split` knows all spaces.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff\x00-\x08]"
)
_HYPHENS = str.maketrans("\u2010\u2011\u2012\u2212", "----")
_DIGIT = re.compile(r"\d")
_DASHED_DAY = re.compile(r"(\d{4})\u2013(\d{1,2})\u2013(\d{1,2})")
_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc\u00b4`", "'''''")


def clean_date_text(text: str) -> str:
    """Return a text without invisible characters, with plain spaces, digits and hyphens."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_HYPHENS)
        text = _DIGIT.sub(lambda match: str(unicodedata.decimal(match[0])), text)
    return " ".join(_DASHED_DAY.sub(r"\1-\2-\3", text).split())


def fold(text: str) -> str:
    """Return a text without case and accents."""
    plain = unicodedata.normalize("NFD", text.translate(_APOSTROPHES).casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def translate(folded: str, languages: Iterable[str]) -> list[str]:
    """Return what a folded text may mean in these languages; empty if each has an unknown word in it.

    A word with two meanings, such as “mar.” for March and Tuesday, is translated to each of them.
    """
    text = _ARTICLE.sub("", _ORDINAL.sub("", folded))
    words = [match.span() for match in _WORD.finditer(text)]
    found = (one for language in languages for one in _translate(text, words, _dictionary(language)))
    return list(dict.fromkeys(found))


def starts_with(folded: str, meaning: str) -> bool:
    """Return whether the first words of a folded text have a meaning that begins with that one."""
    words = [match.span() for match in _WORD.finditer(folded)]
    if not words or words[0][0] > 0:
        return False
    longest = (_longest_known(folded, words, _dictionary(language)) for language in LANGUAGES)
    return any(one.startswith(meaning) for found in longest if found for one in found[1])


def _translate(text: str, words: list[tuple[int, int]], dictionary: Mapping[str, list[str]]) -> list[str]:
    parts: list[str] = []
    meanings: list[list[str]] = []
    at = 0
    while words:
        found = _longest_known(text, words, dictionary)
        if found is None:
            return []
        parts.append(text[at : words[0][0]])
        meanings.append(found[1])
        at = words[found[0] - 1][1]
        at += text.startswith(".", at)
        words = words[found[0] :]
    filled = islice(_fill([*parts, text[at:]], meanings), _MAX_VARIANTS)
    return [" ".join(one.split()) for one in filled]


def _longest_known(
    text: str, words: list[tuple[int, int]], dictionary: Mapping[str, list[str]]
) -> tuple[int, list[str]] | None:
    """Return how many of the first words are known together, and what they mean."""
    for number in range(min(_MAX_WORDS_TOGETHER, len(words)), 0, -1):
        if meanings := dictionary.get(text[words[0][0] : words[number - 1][1]]):
            return number, meanings
    return None


def _fill(parts: list[str], words: list[list[str]]) -> Iterator[str]:
    """Yield the parts joined by each combination of the words' meanings."""
    if not words:
        yield parts[0]
        return
    for rest in _fill(parts[1:], words[1:]):
        for meaning in words[0]:
            yield f"{parts[0]} {meaning} {rest}"


@lru_cache(maxsize=len(LANGUAGES))
def _dictionary(language: str) -> Mapping[str, list[str]]:
    """Return the meanings of each folded word or phrase of a language."""
    meanings: dict[str, list[str]] = {}
    for meaning, word in _entries(language):
        known = meanings.setdefault(fold(word), [])
        if meaning not in known:
            known.append(meaning)
    return meanings


def _entries(language: str) -> Iterator[tuple[str, str]]:
    months = _MONTHS[language].split()
    for number, month in enumerate(months, start=1):
        for length in range(_MIN_MONTH_PREFIX, len(month) + 1):
            if sum(other.startswith(month[:length]) for other in months) == 1:
                yield f"M{number}", month[:length]
    for number, weekday in enumerate(_WEEKDAYS[language].split(), start=1):
        yield from ((f"W{number}", weekday + plural) for plural in _PLURALS.get(language, ("",)))
        for length in _WEEKDAY_PREFIXES.get(language, (3,)):
            yield f"W{number}", weekday[:length]
    for meaning, words in _OTHER_WORDS[language].items():
        yield from ((meaning, word) for word in words.split("; "))
