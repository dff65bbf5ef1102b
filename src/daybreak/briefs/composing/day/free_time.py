"""The free time of a day: what its events leave of the working hours, without lunch and without slivers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import NamedTuple

from daybreak import clock
from daybreak.briefs.composing.day.timeline import TimelineEvent, is_focus_time
from daybreak.briefs.document.model import FreeInterval
from daybreak.briefs.facts.day import Day

_DAY_OFF_FROM, _DAY_OFF_UNTIL = time(9), time(21)
_SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class FreeTime:
    """The free time of a day.

    Attributes:
        intervals: free intervals that are long enough to be useful, in the order of time.
        lunch: the time that is kept for lunch; None if there is none.
        is_working_day: whether the intervals lie in working hours; on a day off they are the day's own time.
    """

    intervals: tuple[FreeInterval, ...] = ()
    lunch: FreeInterval | None = None
    is_working_day: bool = True

    @property
    def minutes(self) -> int:
        """The sum of the free intervals, in minutes."""
        return sum(gap.minutes for gap in self.intervals)

    @property
    def longest(self) -> int:
        """The length of the longest free interval, in minutes."""
        return max((gap.minutes for gap in self.intervals), default=0)


class _Gap(NamedTuple):
    """An interval of instants."""

    starts: datetime
    ends: datetime

    @property
    def minutes(self) -> int:
        return int((self.ends - self.starts).total_seconds()) // _SECONDS_PER_MINUTE


def find_free_time(events: Iterable[TimelineEvent], day: Day) -> FreeTime:
    """Return the free time of the rest of the day."""
    gaps = list(_gaps(busy_events(events, day), day))
    lunch = _find_lunch(gaps, day)
    free = [
        _make_interval(piece, day)
        for gap in gaps
        for piece in (_without(gap, lunch) if lunch else (gap,))
        for piece in (_Gap(max(piece.starts, day.as_of), piece.ends),)
        if piece.starts < piece.ends and piece.minutes >= day.shortest_gap_minutes
    ]
    rest = _Gap(max(lunch.starts, day.as_of), lunch.ends) if lunch else None
    return FreeTime(
        intervals=tuple(free),
        lunch=_make_interval(rest, day) if rest and rest.starts < rest.ends else None,
        is_working_day=not day.is_day_off,
    )


def busy_events(events: Iterable[TimelineEvent], day: Day) -> list[TimelineEvent]:
    """Return the events that leave no time for tasks."""
    # An all-day event marks the day; it does not make its hours busy.
    return [
        slot
        for slot in events
        if slot.event.busy
        and not slot.event.all_day
        and slot.start < slot.end
        and not (day.focus_is_free and is_focus_time(slot.event))
    ]


def _gaps(busy: Sequence[TimelineEvent], day: Day) -> Iterator[_Gap]:
    """Yield the stretches of the working hours, or of a day off, without a busy event."""
    hours = (_DAY_OFF_FROM, _DAY_OFF_UNTIL) if day.is_day_off else (day.work_from, day.work_until)
    begin, end = (clock.first_instant(day.today, at, day.tz) for at in hours)
    for starts, ends in [*((slot.start, slot.end) for slot in busy), (end, end)]:
        if begin < min(starts, end):
            yield _Gap(begin, min(starts, end))
        begin = max(begin, ends)


def _find_lunch(gaps: Iterable[_Gap], day: Day) -> _Gap | None:
    """Return the longest useful part of the time for lunch that no event takes."""
    if day.lunch is None or day.is_day_off:
        return None
    from_, until = (clock.first_instant(day.today, at, day.tz) for at in day.lunch)
    pieces = (_Gap(max(gap.starts, from_), min(gap.ends, until)) for gap in gaps)
    useful = [one for one in pieces if one.starts < one.ends and one.minutes >= day.shortest_gap_minutes]
    return max(useful, key=lambda one: one.minutes, default=None)


def _without(gap: _Gap, lunch: _Gap) -> Iterator[_Gap]:
    if lunch.ends <= gap.starts or gap.ends <= lunch.starts:
        yield gap
        return
    yield _Gap(gap.starts, lunch.starts)
    yield _Gap(lunch.ends, gap.ends)


def _make_interval(gap: _Gap, day: Day) -> FreeInterval:
    starts, ends = gap.starts.astimezone(day.tz), gap.ends.astimezone(day.tz)
    return FreeInterval(starts=starts, ends=ends, minutes=gap.minutes)
