"""Conversion of local times of day to instants; pure, and the schedule's only such conversion."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from daybreak import clock

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class TimeOfDay:
    """A local time in a time zone, shared by many users."""

    timezone: str
    local_time: time


@dataclass(frozen=True, slots=True)
class Slot:
    """A local time of day on one date, and the first instant not before it."""

    time_of_day: TimeOfDay
    local_date: date
    due_at: datetime


def generate_slots(time_of_day: TimeOfDay, dates: Iterable[date]) -> Iterator[Slot]:
    """Yield the slots of the dates; a date that the time zone skipped has none.

    Raises:
        InvalidInput: the time zone does not exist.
    """
    tz = clock.parse_timezone(time_of_day.timezone)
    for day in dates:
        if _date_exists(day, tz):
            yield Slot(time_of_day, day, clock.first_instant(day, time_of_day.local_time, tz))


def date_range(first: date, last: date) -> Iterator[date]:
    """Yield every date from the first to the last, both included."""
    while first <= last:
        yield first
        first += _DAY


def _date_exists(day: date, tz: ZoneInfo) -> bool:
    # A zone that crosses the date line westward skips a date: it starts at the same instant as the next one.
    return clock.local_date(clock.start_of_day(day, tz), tz) == day
