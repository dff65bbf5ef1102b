"""Names of days and months, words and recurrences in each of the seven languages."""

from datetime import UTC, date, datetime, timedelta

import pytest

SUNDAY = date(2026, 11, 29)
# As CLDR 47 has them, wide and abbreviated, with the dots that it writes.
MONTHS = {
    "en": (
        "January February March April May June July August September October November December",
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "Jan. Feb. Mar. Apr. May June July Aug. Sept. Oct. Nov. Dec.",
    ),
    "de": (
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
        "Jän Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
        "Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    ),
    "fr": (
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
        "jan fev mars avr mai juin juil aout sep oct nov dec",
    ),
    "es": (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "ene feb mar abr may jun jul ago sept oct nov dic",
        "ene. feb. mar. abr. may. jun. jul. ago. sep. oct. nov. dic.",
    ),
    "it": (
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "gen feb mar apr mag giu lug ago set ott nov dic",
    ),
    "nl": (
        "januari februari maart april mei juni juli augustus september oktober november december",
        "jan feb mrt apr mei jun jul aug sep okt nov dec",
        "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.",
    ),
    "pt": (
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
    ),
}
WEEKDAYS = {
    "en": ("Monday Tuesday Wednesday Thursday Friday Saturday Sunday", "Mon Tue Wed Thu Fri Sat Sun"),
    "de": ("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag", "Mo. Di. Mi. Do. Fr. Sa. So."),
    "fr": ("lundi mardi mercredi jeudi vendredi samedi dimanche", "lun. mar. mer. jeu. ven. sam. dim."),
    "es": ("lunes martes miércoles jueves viernes sábado domingo", "lun mar mié jue vie sáb dom"),
    "it": ("lunedì martedì mercoledì giovedì venerdì sabato domenica", "lun mar mer gio ven sab dom"),
    "nl": ("maandag dinsdag woensdag donderdag vrijdag zaterdag zondag", "ma di wo do vr za zo"),
    "pt": (
        "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
        "seg. ter. qua. qui. sex. sáb. dom.",
    ),
}
NEAR_DAYS = {
    "en": "day before yesterday; yesterday; today; tomorrow; day after tomorrow",
    "de": "vorgestern; gestern; heute; morgen; übermorgen",
    "fr": "avant-hier; hier; aujourd’hui; demain; après-demain",
    "es": "anteayer; ayer; hoy; mañana; pasado mañana",
    "it": "l’altro ieri; ieri; oggi; domani; dopodomani",
    "nl": "eergisteren; gisteren; vandaag; morgen; overmorgen",
    "pt": "anteontem; ontem; hoje; amanhã; depois de amanhã",
}


def numbered(table):
    return [
        (language, number, name)
        for language, rows in table.items()
        for row in rows
        for number, name in enumerate(row.split(), start=1)
    ]


@pytest.mark.parametrize(("language", "month", "name"), numbered(MONTHS))
@pytest.mark.parametrize("spell", ["{day} {name}", "{day}. {name} {year}", "{day}/{name}/{short}"])
def test_a_month_is_read_with_its_name_in_every_language(read_date, language, month, name, spell):
    expected = date(2027 if month < 9 else 2026, month, 14)
    text = spell.format(day=14, name=name, year=expected.year, short=expected.year % 100)
    assert read_date(text).end == expected
    assert read_date(text.upper(), language=language).end == expected


@pytest.mark.parametrize(("language", "number", "name"), numbered(WEEKDAYS))
def test_a_weekday_is_the_first_one_from_the_base_day(read_date, language, number, name):
    expected = SUNDAY + timedelta(days=number % 7)
    if name.rstrip(".") == "mar":  # March as well
        assert read_date(name, language=language) is None
    else:
        assert read_date(name, language=language).end == read_date(name).end == expected
    assert read_date(f"{name} {expected.day}.{expected.month}.2026", language=language).end == expected


@pytest.mark.parametrize("language", NEAR_DAYS)
def test_a_word_for_a_near_day_counts_from_the_base_day(read_date, language):
    words = NEAR_DAYS[language].split("; ")
    expected = [SUNDAY + timedelta(days=ahead) for ahead in range(-2, 3)]
    assert [read_date(word).end for word in words] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("next friday", date(2026, 12, 4)),
        ("nächsten Freitag", date(2026, 12, 4)),
        ("vendredi prochain", date(2026, 12, 4)),
        ("el próximo viernes", date(2026, 12, 4)),
        ("viernes que viene", date(2026, 12, 4)),
        ("venerdì prossimo", date(2026, 12, 4)),
        ("volgende vrijdag", date(2026, 12, 4)),
        ("próxima sexta-feira", date(2026, 12, 4)),
        ("last friday", date(2026, 11, 27)),
        ("next sunday", date(2026, 12, 6)),
        ("this sunday", date(2026, 11, 29)),
        ("end of november", date(2026, 11, 30)),
        ("Ende Nov", date(2026, 11, 30)),
        ("fin novembre", date(2026, 11, 30)),
        ("fim de fevereiro de 2028", date(2028, 2, 29)),
        ("1er décembre 2026", date(2026, 12, 1)),
        ("2 de diciembre de 2026", date(2026, 12, 2)),
        ("l’1 dicembre 2026", date(2026, 12, 1)),
        ("Montag, den 30. November 2026", date(2026, 11, 30)),
    ],
)
def test_words_around_a_day_are_read(read_date, text, expected):
    assert read_date(text).end == expected


@pytest.mark.parametrize(
    "text",
    [
        "30 Nov 17:00",
        "Nov 30, 5pm",
        "30.11. 17 Uhr",
        "30.11.2026, 17.00 Uhr",
        "tomorrow at 5 pm",
        "5pm tomorrow",
        "morgen um 17 Uhr",
        "demain à 17h00",
        "lundi 17 h",
        "mañana a las 17:00",
        "domani alle 17",
        "morgen om 17:00 uur",
        "30 de novembro às 17h",
        "30 Nov 2026 16:00 UTC",
        "November 30, 2026 5:00 PM (GMT+1)",
    ],
)
def test_a_time_is_read_with_its_day(read_date, text):
    assert read_date(text).end == datetime(2026, 11, 30, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("in 3 days", 3),
        ("in a week", 7),
        ("2 weeks ago", -14),
        ("in zwei Wochen", 14),
        ("vor 3 Tagen", -3),
        ("dans 3 jours", 3),
        ("il y a 2 jours", -2),
        ("en 3 días", 3),
        ("hace 2 días", -2),
        ("tra 3 giorni", 3),
        ("over 3 dagen", 3),
        ("em 3 dias", 3),
    ],
)
def test_a_distance_counts_from_the_base_day(read_date, text, days):
    assert read_date(text).end == SUNDAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("monday", "fortnight", "daily"),
    [
        ("every monday", "every 2 weeks", "daily"),
        ("jeden Montag", "alle zwei Wochen", "täglich"),
        ("montags", "alle 2 Wochen", "jeden Tag"),
        ("tous les lundis", "toutes les deux semaines", "tous les jours"),
        ("cada lunes", "cada dos semanas", "todos los días"),
        ("ogni lunedì", "ogni due settimane", "ogni giorno"),
        ("elke maandag", "elke 2 weken", "dagelijks"),
        ("toda segunda-feira", "a cada duas semanas", "todos os dias"),
    ],
)
def test_a_recurrence_starts_with_its_next_day(read_date, monday, fortnight, daily):
    found = [read_date(text) for text in (monday, fortnight, daily)]
    assert [one.end for one in found] == [SUNDAY + timedelta(days=1), SUNDAY, SUNDAY]
    assert all(one.is_recurring for one in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("every day at 9:00", datetime(2026, 11, 29, 8, tzinfo=UTC)),
        ("every wed, fri", date(2026, 12, 2)),
        ("every tuesday and thursday", date(2026, 12, 1)),
        ("every weekday", date(2026, 11, 30)),
        ("every weekend", SUNDAY),
        ("every other tuesday", date(2026, 12, 1)),
        ("every 15th", date(2026, 12, 15)),
        ("every 31st", date(2026, 12, 31)),
        ("every last day", date(2026, 11, 30)),
        ("jeden 1. Januar", date(2027, 1, 1)),
        ("every Feb 29", date(2028, 2, 29)),
        ("every! 3 days", SUNDAY),
        ("monthly", SUNDAY),
        ("every week on friday", date(2026, 12, 4)),
        ("every mon & thu", date(2026, 11, 30)),
        ("every day starting Dec 5", date(2026, 12, 5)),
        ("jeden Montag ab 5. Dez.", date(2026, 12, 7)),
        ("tous les 2 jours à partir du 3 décembre", date(2026, 12, 3)),
        ("every friday starting yesterday", date(2026, 12, 4)),
    ],
)
def test_the_next_day_of_a_recurrence_is_at_or_after_the_base_day(read_date, text, expected):
    found = read_date(text)
    assert (found.end, found.is_recurring) == (expected, True)
