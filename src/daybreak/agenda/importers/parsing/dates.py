"""Parsing of dates, times and durations as people and programs write them.

These are the forms with a year, with English month names only; `written_dates` parses the others.
``05/04/2026`` is ambiguous: it is parsed only if the caller knows which number is the day, or if only one of
them can be.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import starmap
from typing import Final
from zoneinfo import ZoneInfo

from daybreak import clock
from daybreak.agenda.model import Moment

MIN_YEAR: Final = 1900
MAX_YEAR: Final = 2199

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_ORDINAL = r"(?:st|nd|rd|th)?"
_NAMED_MONTH = r"(?P<month>[a-z]{3,9})\.?"
_DATE_REGEXES = (
    r"(?P<year>\d{4})(?P<gap>[-/.])(?P<month>\d{1,2})(?P=gap)(?P<day>\d{1,2})",
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4}|\d{2})",
    rf"(?P<day>\d{{1,2}}){_ORDINAL}\.?[\s/-]+{_NAMED_MONTH},?[\s/-]+(?P<year>\d{{4}}|\d{{2}})",
    rf"{_NAMED_MONTH}\s+(?P<day>\d{{1,2}}){_ORDINAL},?\s+(?P<year>\d{{4}})",
    r"(?P<first>\d{1,2})(?P<gap>[/-])(?P<second>\d{1,2})(?P=gap)(?P<year>\d{4}|\d{2})",
)
_WEEKDAY_REGEX = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
_TIME_REGEX = (
    r"(?:(?:t|,?\s+(?:at\s+)?)(?P<hour>\d{1,2})(?::?(?P<minute>\d{2})(?::?(?P<second_of_minute>\d{2}))?)?"
    r"(?:[.,]\d{1,9})?\s*(?P<half>[ap])?(?(half)\.?m\.?)\s*"
    r"(?P<offset>z|utc|(?:gmt)?[+-]\d{2}:?\d{2})?(?:\s\([a-z][^()]{1,40}\))?)?"
)
_PATTERNS = tuple(
    re.compile(_WEEKDAY_REGEX + day + _TIME_REGEX, re.IGNORECASE | re.ASCII) for day in _DATE_REGEXES
)
_SLASH_DATE = re.compile(r"(\d{1,2})([/-])(\d{1,2})(?:\2(?:\d{4}|\d{2})\b|(?![\w/-]))", re.ASCII)
_MAX_TEXT_LENGTH = 80
_MONTHS_PER_YEAR = 12

_ISO_DURATION = re.compile(
    r"p(?:(?P<w>\d{1,4})w)?(?:(?P<d>\d{1,4})d)?(?:t(?:(?P<h>\d{1,4})h)?(?:(?P<m>\d{1,5})m)?(?:\d{1,6}s)?)?",
    re.ASCII,
)
_AMOUNT = re.compile(
    r"(\d{1,5}(?:[.,]\d{1,3})?)\s*(minutes|minute|mins|min|m|hours|hour|hrs|hr|h|days|day|d|weeks|week|w)",
    re.ASCII,
)
_MINUTES_PER_UNIT = {"m": 1, "h": 60, "d": 480, "w": 2400}
_MAX_ESTIMATE_MINUTES = 500 * _MINUTES_PER_UNIT["d"]


def parse_moment(text: str, tz: ZoneInfo, *, day_first: bool | None = None) -> Moment | None:
    """Return the date, or the instant in UTC, that a text spells; None if it is neither.

    A time without a zone is in ``tz``. ``day_first`` decides how ``05/04/2026`` is parsed.
    """
    text = text.strip()
    return None if len(text) > _MAX_TEXT_LENGTH else _match_moment(text, tz, day_first)


@lru_cache(maxsize=4096)
def _match_moment(text: str, tz: ZoneInfo, day_first: bool | None) -> Moment | None:  # noqa: FBT001  a key
    for pattern in _PATTERNS:
        if match := pattern.fullmatch(text):
            return _moment_from_match(match, tz, day_first=day_first)
    return None


def parse_date(text: str) -> date | None:
    """Return the whole day that a text spells; None if it spells none, or includes a time."""
    moment = parse_moment(text, ZoneInfo("UTC"))
    return None if isinstance(moment, datetime) else moment


def midnight_to_date(moment: Moment | None, tz: ZoneInfo) -> Moment | None:
    """Return the date if a program wrote the first or last second of a day in ``tz`` to mean the day."""
    if not isinstance(moment, datetime):
        return moment
    local = moment.astimezone(tz)
    if local.time().replace(microsecond=0) == time(23, 59, 59):
        return local.date()
    return local.date() if clock.start_of_day(local.date(), tz) == moment else moment


def to_instant(moment: Moment | None, tz: ZoneInfo) -> datetime | None:
    """Return the instant, in UTC, at which a moment begins in ``tz``."""
    if moment is None or isinstance(moment, datetime):
        return moment
    return clock.start_of_day(moment, tz)


def infer_day_first(texts: list[str]) -> bool | None:
    """Return whether dates such as ``29/03/2026`` put the day first; None if no date in a column decides."""
    pairs = [(int(match[1]), int(match[3])) for match in map(_SLASH_DATE.match, texts) if match]
    day_first = any(first > _MONTHS_PER_YEAR >= second for first, second in pairs)
    month_first = any(second > _MONTHS_PER_YEAR >= first for first, second in pairs)
    return None if day_first == month_first else day_first


def parse_minutes(text: str) -> int | None:
    """Return the minutes of ``45m``, ``1h 30m``, ``1.5 hours``, ``2d`` (of eight hours) or ``PT1H``."""
    text = text.strip().lower()
    if not text or len(text) > _MAX_TEXT_LENGTH:
        return None
    if match := _ISO_DURATION.fullmatch(text):
        amounts = [(float(match[unit] or 0), unit) for unit in _MINUTES_PER_UNIT]
    elif re.fullmatch(rf"(?:{_AMOUNT.pattern}[\s,]*)+", text, re.ASCII):
        amounts = [(float(match[1].replace(",", ".")), match[2][0]) for match in _AMOUNT.finditer(text)]
    else:
        return None
    total = round(sum(starmap(_to_minutes, amounts)))
    return total if 0 < total <= _MAX_ESTIMATE_MINUTES else None


def _to_minutes(amount: float, unit: str) -> float:
    return amount * _MINUTES_PER_UNIT[unit]


def _moment_from_match(match: re.Match[str], tz: ZoneInfo, *, day_first: bool | None) -> Moment | None:
    try:
        day = _date_from_parts(match.groupdict(), day_first=day_first)
        if day is None or match["hour"] is None:
            return day
        at = time(_parse_hour(match), int(match["minute"] or 0), int(match["second_of_minute"] or 0))
        return _to_utc(day, at, match["offset"], tz)
    except ValueError:
        return None


def _date_from_parts(parts: dict[str, str | None], *, day_first: bool | None) -> date | None:
    year, month, day = parts["year"] or "", parts.get("month"), parts.get("day")
    if month is None or day is None:
        first, second = parts["first"] or "", parts["second"] or ""
        order = infer_day_first([f"{first}/{second}/2000"]) if day_first is None else day_first
        if order is None:
            return None
        day, month = (first, second) if order else (second, first)
    number = int(month) if month.isdigit() else _month_number(month.lower())
    found = date(int(year) + (2000 if len(year) == len("26") else 0), number, int(day))
    return found if MIN_YEAR <= found.year <= MAX_YEAR else None


def _month_number(name: str) -> int:
    prefix = "sep" if name == "sept" else name
    return next((at for at, month in enumerate(_MONTHS, start=1) if month.startswith(prefix)), 0)


def _parse_hour(match: re.Match[str]) -> int:
    hour = int(match["hour"])
    if match["half"] is None:
        return hour
    if not 1 <= hour <= 12:  # noqa: PLR2004  a clock face has twelve hours
        raise ValueError(hour)
    return hour % 12 + (12 if match["half"].lower() == "p" else 0)


def _to_utc(day: date, at: time, offset: str | None, tz: ZoneInfo) -> datetime:
    if offset is None:
        return clock.first_instant(day, at, tz)
    instant = datetime.combine(day, at, tzinfo=UTC)
    if offset.lower() in {"z", "utc"}:
        return instant
    sign, digits = offset[-5 if ":" not in offset else -6], offset[-5:].replace(":", "")[-4:]
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return instant - ahead if sign == "+" else instant + ahead
