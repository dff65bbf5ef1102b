"""The values of iCalendar properties: dates, local times, offsets, durations, text."""

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from icalendar.parser import unescape_backslash

from daybreak.agenda.importers.parsing.text import clean_line

_DATE_TIME = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:[Tt ](\d\d):?(\d\d):?(\d\d)?(?:[.,]\d+)?(Z|z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_OFFSET = re.compile(r"([+-]?)(\d\d):?(\d\d):?(\d\d)?")
_DURATION = re.compile(
    r"([+-]?)P(?=\d|T\d)(?:(\d{1,6})W)?(?:(\d{1,7})D)?(?:T(?:(\d{1,8})H)?(?:(\d{1,9})M)?(?:(\d{1,10})S)?)?"
)
# A day less at either end, so that no zone's offset moves a moment out of Python's range.
_FIRST_YEAR, _LAST_YEAR = 2, 9998
FIRST_PLAUSIBLE_YEAR, LAST_PLAUSIBLE_YEAR = 1900, 2199
_EPOCH = frozenset({date(1969, 12, 31), date(1970, 1, 1)})
_HOURS_PER_DAY = 24


class DateOutOfRange(ValueError):
    """A date of a year that is not read, such as 0001 or 9999: programs write it for “none”."""


@lru_cache(maxsize=1024)
def parse_moment(text: str) -> tuple[date | datetime, bool]:
    """Return a DATE, or a naive DATE-TIME, and whether it is in UTC: by a “Z”, or converted by its offset.

    24:00 is 00:00 of the next day.

    Raises:
        DateOutOfRange: its year is not read.
        ValueError: it is neither, or a day that does not exist.
    """
    match = _DATE_TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"“{shorten(text)}” is not a date or a time")
    year, month, day, hour, minute, second, zone = match.groups()
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        raise DateOutOfRange(f"“{shorten(text)}” is out of the range of dates")
    try:
        on = date(int(year), int(month), int(day))
        if hour is None:
            return on, False
        wall = datetime.combine(on, _parse_time(int(hour), int(minute), int(second or 0)))
        if int(hour) == _HOURS_PER_DAY:
            wall += timedelta(days=1)
        if zone is None or zone in "Zz":
            return wall, zone is not None
        return wall - parse_offset(zone), True
    except ValueError:
        raise ValueError(f"“{shorten(text)}” is not an existing day and time") from None


def is_moment(text: str) -> bool:
    """Return whether a text is a DATE or a DATE-TIME."""
    try:
        parse_moment(text)
    except ValueError:
        return False
    return True


def is_placeholder(wall: date | datetime) -> bool:
    """Return whether programs write the date for “none”: of a year before 1900 or after 2199, or the epoch.

    Outlook writes the year 4501, Windows 1601, and Unix 1 January 1970.
    """
    on = wall.date() if isinstance(wall, datetime) else wall
    return not FIRST_PLAUSIBLE_YEAR <= on.year <= LAST_PLAUSIBLE_YEAR or on in _EPOCH


def _parse_time(hour: int, minute: int, second: int) -> time:
    if hour == _HOURS_PER_DAY and minute == second == 0:
        return time.min
    # RFC 5545 allows the leap second 60, which Python's clocks do not have.
    return time(hour, minute, min(second, 59))


def parse_local(text: str) -> datetime:
    """Return a naive DATE-TIME; a DATE is its midnight, a “Z” is ignored.

    Raises:
        ValueError: it is neither.
    """
    moment, _ = parse_moment(text)
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time.min)


def parse_offset(text: str) -> timedelta:
    """Return a UTC-OFFSET, less than a day either way.

    Raises:
        ValueError: it is not a UTC-OFFSET.
    """
    match = _OFFSET.fullmatch(text.strip())
    if match is None or int(match[2]) > 23:  # noqa: PLR2004 -- hours of a day
        raise ValueError(f"“{shorten(text)}” is not an offset")
    size = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
    return -size if match[1] == "-" else size


def parse_duration(text: str) -> tuple[timedelta, timedelta]:
    """Return a DURATION as its nominal part (weeks and days) and its exact one (hours, minutes, seconds).

    Raises:
        ValueError: it is not a DURATION.
    """
    match = _DURATION.fullmatch(text.strip().upper())
    if match is None:
        raise ValueError(f"“{shorten(text)}” is not a duration")
    weeks, days, hours, minutes, seconds = (int(digits or 0) for digits in match.groups()[1:])
    sign = -1 if match[1] == "-" else 1
    nominal = timedelta(weeks=weeks, days=days)
    return sign * nominal, sign * timedelta(hours=hours, minutes=minutes, seconds=seconds)


def parse_text(value: str) -> str:
    """Return a TEXT without its escapes and the white space around it."""
    return unescape_backslash(value).strip() if "\\" in value else value.strip()


def shorten(text: str, limit: int = 40) -> str:
    """Return the beginning of a text, for a warning, without terminal control characters."""
    return clean_line(text, limit)
