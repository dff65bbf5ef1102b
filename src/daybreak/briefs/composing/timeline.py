"""Today's timeline: events in local time, conflicts, free intervals, and whether the planned work fits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from daybreak import clock
from daybreak.agenda import Event, Task
from daybreak.briefs.document.model import Gap, TimelineEntry, Workload
from daybreak.briefs.facts.day import Day, last_day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import sentences
from daybreak.claims import Claim

SHORTEST_GAP_MINUTES = 15
_MOST_CONFLICTS = 10
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Slot:
    """An event clipped to the day, as instants [start, end)."""

    event: Event
    start: datetime
    end: datetime


def slots(events: Iterable[Event], day: Day) -> list[Slot]:
    """Return the events that overlap the day: all-day ones first, then by time."""
    found = [
        Slot(event, max(start, day.start), min(end, day.end))
        for event in events
        if _touches(event, day)
        for start, end in [(day.instant(event.start), day.instant(event.end))]
    ]
    return sorted(found, key=lambda s: (not s.event.all_day, s.start, s.end, s.event.title, s.event.id))


def _touches(event: Event, day: Day) -> bool:
    if event.all_day:
        return event.start <= day.today <= last_day(event)
    start, end = day.instant(event.start), day.instant(event.end)
    return start < day.end and (end > day.start or start == end == day.start)


def timeline(book: FactBook, today: Sequence[Slot]) -> tuple[TimelineEntry, ...]:
    """Return one entry for each event of the day."""
    tz = book.day.tz
    return tuple(
        TimelineEntry(
            text=sentences.event(slot.event),
            starts=None if slot.event.all_day else slot.start.astimezone(tz),
            ends=None if slot.event.all_day else slot.end.astimezone(tz),
            facts=(book.event(slot.event),),
        )
        for slot in today
    )


def workload(book: FactBook, today: Sequence[Slot], asked: Sequence[Task]) -> Workload:
    """Return the planned work of the day and its free time."""
    free = gaps(today, book.day)
    planned = sum(task.estimate_minutes or 0 for task in asked)
    unestimated = sum(1 for task in asked if task.estimate_minutes is None)
    free_minutes = sum(gap.minutes for gap in free)
    statements = [*_conflicts(book, today), *_fit(book, planned, free_minutes, unestimated)]
    return Workload(
        planned_minutes=planned,
        unestimated=unestimated,
        free_minutes=free_minutes,
        gaps=tuple(free),
        statements=tuple(statements),
    )


def gaps(today: Sequence[Slot], day: Day) -> list[Gap]:
    """Return the intervals of the rest of the working day without a busy event, at least 15 minutes each."""
    begin = max(clock.first_instant(day.today, day.work_from, day.tz), day.as_of)
    end = clock.first_instant(day.today, day.work_until, day.tz)
    found = []
    for busy_from, busy_until in [*((slot.start, slot.end) for slot in _busy(today)), (end, end)]:
        minutes = int((min(busy_from, end) - begin).total_seconds()) // _MINUTE
        if minutes >= SHORTEST_GAP_MINUTES:
            local_end = min(busy_from, end).astimezone(day.tz)
            found.append(Gap(starts=begin.astimezone(day.tz), ends=local_end, minutes=minutes))
        begin = max(begin, busy_until)
    return found


def _busy(today: Sequence[Slot]) -> list[Slot]:
    # An all-day event marks the day; it does not make its hours busy.
    return [slot for slot in today if slot.event.busy and not slot.event.all_day and slot.start < slot.end]


def _conflicts(book: FactBook, today: Sequence[Slot]) -> Iterator[Claim]:
    for first, second in islice(_overlapping(_busy(today)), _MOST_CONFLICTS):
        begins = second.start.astimezone(book.day.tz)
        ends = min(first.end, second.end).astimezone(book.day.tz)
        text = sentences.conflict(first.event, second.event, begins, ends)
        yield Claim(kind="conflict", text=text, facts=(book.event(first.event), book.event(second.event)))


def _overlapping(timed: Sequence[Slot]) -> Iterator[tuple[Slot, Slot]]:
    for index, first in enumerate(timed):
        for second in islice(timed, index + 1, None):
            if second.start >= first.end:
                break
            yield first, second


def _fit(book: FactBook, planned: int, free: int, unestimated: int) -> Iterator[Claim]:
    if not planned and not unestimated:
        return
    facts = (
        book.stat(
            "planned_minutes", "planned minutes", planned, "estimates of tasks asked for today, added up"
        ),
        book.stat("unestimated", "tasks without an estimate", unestimated, "what today asks for"),
        book.stat("free_minutes", "free minutes", free, "gaps of the working day, added up"),
    )
    kind = "overload" if planned > free else "load"
    yield Claim(kind=kind, text=sentences.load(planned, free, unestimated), facts=facts)
