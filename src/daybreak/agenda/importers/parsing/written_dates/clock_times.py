"""The time of day at either end of a written date: “5pm”, “17 Uhr”, “a las 17:00”, “17h30”."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from daybreak import clock

_AT = r"(?P<at>(?:at|um|gegen|a\slas?|alle(?:\sore)?|ore|om|as|a)\s)?"
_MINUTES = r"(?:(?P<sign>[:.h])(?P<minute>\d{2})(?::\d{2}(?:[.,]\d{1,9})?)?)?"
_HALF = r"(?:\s?(?P<half>[ap])\.?\s?m\b\.?)?"
_UNIT = r"(?:\s?(?P<unit>uhr|uur|hrs|horas|heures|hs|h|u)\b(?:\s?(?P<late_minute>\d{2}))?)?"
_OFFSET = r"(?P<offset>(?<![\d.])[+-]\d{1,2}(?::?\d{2})?|(?<=\d)[+-]\d{2}:?\d{2})?"
_ZONE = rf"(?:\s?\(?(?P<zone>z\b|utc|gmt)?{_OFFSET}\)?)"
_CLOCK = rf"{_AT}(?P<hour>\d{{1,2}}){_MINUTES}{_HALF}{_UNIT}{_ZONE}"
_LAST = re.compile(rf"(?P<day>.*?)(?:[\s,]+|(?<=\d)t){_CLOCK}")
_FIRST = re.compile(rf"{_CLOCK}[\s,]+(?P<day>.+)")
_ALONE = re.compile(_CLOCK)
_NOON = 12


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A time of day; ``offset`` from UTC if it has one."""

    at: time
    offset: timedelta | None = None

    def on(self, day: date, tz: ZoneInfo) -> datetime:
        """Return the instant, in UTC, of this time on a day, in ``tz`` unless it has an offset."""
        if self.offset is None:
            return clock.first_instant(day, self.at, tz)
        return datetime.combine(day, self.at, tzinfo=UTC) - self.offset


def split_time(folded: str) -> Iterator[tuple[str, ClockTime | None]]:
    """Yield the text as a day without a time, then as a day with the time at its end or its beginning."""
    yield folded, None
    for pattern in (_LAST, _FIRST):
        match = pattern.fullmatch(folded)
        if match and match["day"].strip() and (found := _time_of(match)):
            yield match["day"].strip(" ,"), found


def parse_time(folded: str) -> ClockTime | None:
    """Return the time that a whole text spells; None if it spells none."""
    match = _ALONE.fullmatch(folded)
    return _time_of(match) if match else None


def _time_of(match: re.Match[str]) -> ClockTime | None:
    """Return the time; None for a bare number, which may as well be a day or a year."""
    sign, half, unit = match["sign"], match["half"], match["unit"]
    if not (half or unit or match["at"] or sign in {":", "h"}):
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or match["late_minute"] or 0)
    if half:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    try:
        return ClockTime(time(hour, minute), _offset_of(match["zone"], match["offset"]))
    except ValueError:
        return None


def _offset_of(zone: str | None, offset: str | None) -> timedelta | None:
    if offset is None:
        return timedelta(0) if zone else None
    digits = offset[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > len("00") else (digits, "0")
    ahead = timedelta(hours=int(hours or 0), minutes=int(minutes))
    return -ahead if offset[0] == "-" else ahead
