"""Distances from a day, in seven languages: “in 3 days”, “vor zwei Wochen”, “dans un mois”."""

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from daybreak.agenda.importers.parsing.written_dates.words import LANGUAGES, fold

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

_DISTANCE = re.compile(
    r"(?:in|within|dans|en|dentro de|tra|fra|over|em|daqui a|vor|hace|il y a|ha)\s[^.,]+"
    r"|[^.,]+\s(?:ago|fa|geleden|atras|hence|from now)"
)
# The library needs milliseconds for each text, so one without a unit of time does not reach it.
_UNIT = re.compile(
    r"\b(?:(?:day|tag|dag|jour|dia|week|fortnight|month|monat|maand|year|jahr)(?:s|e|en|es)?"
    r"|giorn[oi]|woche[n]?|weken|semaines?|semanas?|settiman[ae]|mois|mes(?:es|e|i)?|jaar|jaren"
    r"|an(?:s|nees?|n[oi]|os?)?)\b"
)
_MAX_DISTANCE = timedelta(days=3653)
_MAX_DRIFT = timedelta(days=3)


def parse_distance(text: str, base: date) -> date | None:
    """Return the day at a distance from the base day; None if the text is no distance of whole days.

    The library reads single letters and bare amounts as well, so only a text with a preposition reaches it,
    and its result counts only if it moves with the base day.
    """
    folded = fold(text)
    if not (_DISTANCE.fullmatch(folded) and _UNIT.search(folded)):
        return None
    day, next_day = (_parse(text, one) for one in (base, base + timedelta(days=1)))
    if day is None or next_day is None or not timedelta(0) <= next_day - day <= _MAX_DRIFT:
        return None
    return day if day != base and abs(day - base) <= _MAX_DISTANCE else None


def _parse(text: str, base: date) -> date | None:
    try:
        found = _parser(base).get_date_data(text).date_obj
    except (ValueError, OverflowError):
        return None
    return found.date() if found and found.time() == time(0) else None


@lru_cache(maxsize=4)
def _parser(base: date) -> "DateDataParser":
    from dateparser.date import DateDataParser  # noqa: PLC0415  slow to import, and rarely needed

    settings = {
        "PARSERS": ["relative-time"],
        "RELATIVE_BASE": datetime.combine(base, time(0)),
        "TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    return DateDataParser(languages=list(LANGUAGES), settings=settings)
