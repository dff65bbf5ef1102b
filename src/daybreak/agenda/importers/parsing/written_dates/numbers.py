"""Dates that programs write as numbers: the serial numbers of spreadsheets, and seconds since 1970."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from daybreak import clock
from daybreak.agenda.model import Moment

_DAY_ZERO: Final = date(1899, 12, 30)
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d{1,15}))?", re.ASCII)
_EPOCH = re.compile(r"(\d{9,10})(?:\.\d{1,9})?|(\d{12,13})", re.ASCII)
_MINUTES_PER_DAY = 1440
_MILLISECONDS_PER_SECOND = 1000


def parse_serial(text: str, tz: ZoneInfo) -> Moment | None:
    """Return the day, or the time of a day in ``tz``, of a serial number between 2000 and 2099.

    46356 is 30 November 2026, in the system that counts from 1900; the one from 1904 is not supported.
    """
    match = _SERIAL.fullmatch(text)
    if match is None:
        return None
    day = _DAY_ZERO + timedelta(days=int(match[1]))
    if not _FIRST_DAY <= day <= _LAST_DAY:
        return None
    minutes = round(float(f"0.{match[2] or 0}") * _MINUTES_PER_DAY)
    if not minutes:
        return day
    at = (datetime.combine(day, time(0)) + timedelta(minutes=minutes)).replace(tzinfo=None)
    return clock.first_instant(at.date(), at.time(), tz)


def parse_epoch(text: str) -> datetime | None:
    """Return the instant of seconds or milliseconds since 1970, between 2000 and 2099."""
    match = _EPOCH.fullmatch(text)
    if match is None:
        return None
    seconds = int(match[1]) if match[1] else int(match[2]) // _MILLISECONDS_PER_SECOND
    instant = datetime.fromtimestamp(seconds, UTC)
    return instant if _FIRST_DAY <= instant.date() <= _LAST_DAY else None
