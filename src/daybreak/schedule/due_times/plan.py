"""The due pattern of one user and the due briefs that follow from it; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import asyncpg

from daybreak.people import QuietDay, User, Weekday
from daybreak.schedule.due_times.slots import TimeOfDay, date_range, generate_slots
from daybreak.schedule.model import DueBrief

_HORIZON = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class DuePattern:
    """The times and weekdays on which briefs are due; weekdays are bits, the lowest is Monday."""

    time_of_day: TimeOfDay
    weekdays: int
    weekly_weekdays: int

    @classmethod
    def from_row(cls, row: asyncpg.Record) -> Self:
        """Return the pattern of a row of schedule_entries."""
        return cls(TimeOfDay(row["timezone"], row["local_time"]), row["weekdays"], row["weekly_weekdays"])

    @classmethod
    def of(cls, user: User) -> Self:
        """Return the pattern of a user's preferences, exactly as `schedule_sync_entries` computes it."""
        p = user.preferences
        weekly = [p.weekly_day] if p.quiet_day is QuietDay.WEEKLY else []
        return cls(TimeOfDay(user.timezone, p.brief_time), _weekday_bits(p.weekdays), _weekday_bits(weekly))

    def editions(self, day: date) -> tuple[str, ...]:
        """Return the editions that are due on a date."""
        bit = 1 << (day.isoweekday() - 1)
        named = (("standard", self.weekdays), ("weekly", self.weekly_weekdays))
        return tuple(name for name, on in named if on & bit)

    def due_briefs(self, first: date) -> Iterator[DueBrief]:
        """Yield the due briefs from a date on, for 400 days.

        Raises:
            InvalidInput: the time zone does not exist.
        """
        for slot in generate_slots(self.time_of_day, date_range(first, first + _HORIZON)):
            if editions := self.editions(slot.local_date):
                yield DueBrief(local_date=slot.local_date, due_at=slot.due_at, editions=editions)


def _weekday_bits(weekdays: Iterable[Weekday]) -> int:
    return sum(1 << (day - 1) for day in weekdays)
