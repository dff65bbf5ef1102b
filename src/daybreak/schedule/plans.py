"""A user's plan as the tick has it, and the briefs that it comes to: pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import asyncpg

from daybreak.people import QuietDay, User, Weekday
from daybreak.schedule.model import Due
from daybreak.schedule.slots import TimeOfDay, days, slots

_FAR = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Plan:
    """When briefs are due; sets of weekdays are bits, of which the lowest is Monday."""

    time_of_day: TimeOfDay
    weekdays: int
    weekly: int

    @classmethod
    def of_row(cls, row: asyncpg.Record) -> Self:
        """The plan of a row of schedule_dues."""
        return cls(TimeOfDay(row["zone"], row["local_time"]), row["weekdays"], row["weekly"])

    @classmethod
    def of(cls, user: User) -> Self:
        """The plan that these preferences come to, as `schedule_copy_plans` makes it."""
        p = user.preferences
        weekly = [p.weekly_day] if p.quiet_day is QuietDay.WEEKLY else []
        return cls(TimeOfDay(user.timezone, p.brief_time), _bits(p.weekdays), _bits(weekly))

    def editions(self, day: date) -> tuple[str, ...]:
        """What is due on that date."""
        bit = 1 << (day.isoweekday() - 1)
        named = (("standard", self.weekdays), ("weekly", self.weekly))
        return tuple(name for name, on in named if on & bit)

    def dues(self, first: date) -> Iterator[Due]:
        """The briefs from that date on, for a year and a bit.

        Raises:
            InvalidInput: there is no such zone.
        """
        for slot in slots(self.time_of_day, days(first, first + _FAR)):
            if editions := self.editions(slot.local_date):
                yield Due(local_date=slot.local_date, due_at=slot.due_at, editions=editions)


def _bits(weekdays: Iterable[Weekday]) -> int:
    return sum(1 << (day - 1) for day in weekdays)
