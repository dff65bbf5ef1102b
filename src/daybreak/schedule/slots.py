"""Local times of day as instants: pure, and the only way in which the schedule comes to one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from daybreak import clock

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class TimeOfDay:
    """A local time in a zone: what many users have in common."""

    zone: str
    at: time


@dataclass(frozen=True, slots=True)
class Slot:
    """A local time of day on one date, and the first instant that is not before it."""

    time_of_day: TimeOfDay
    local_date: date
    due_at: datetime


def slots(wanted: TimeOfDay, dates: Iterable[date]) -> Iterator[Slot]:
    """The slots of these dates; a date that the zone left out has none.

    Raises:
        InvalidInput: there is no such zone.
    """
    tz = clock.zone(wanted.zone)
    for day in dates:
        if _happens(day, tz):
            yield Slot(wanted, day, clock.first_instant(day, wanted.at, tz))


def days(first: date, last: date) -> Iterator[date]:
    """Every date from the first to the last one, both included."""
    while first <= last:
        yield first
        first += _DAY


def _happens(day: date, tz: ZoneInfo) -> bool:
    # Whoever crosses the date line westward has no such day: it begins where the next one does.
    return clock.local_date(clock.start_of_day(day, tz), tz) == day
