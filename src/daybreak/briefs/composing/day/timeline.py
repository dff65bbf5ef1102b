"""Today's timeline: events in local time, conflicts, free intervals, and whether the planned work fits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from daybreak import clock
from daybreak.agenda import Event, Task
from daybreak.briefs.document.model import FreeInterval, TimelineEntry, Workload
from daybreak.briefs.facts.day import Day, last_day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import calendar
from daybreak.claims import Claim

MIN_FREE_MINUTES = 15
_MAX_CONFLICTS = 10
_SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """An event clipped to the day, as instants [start, end)."""

    event: Event
    start: datetime
    end: datetime


def timeline_events(events: Iterable[Event], day: Day) -> list[TimelineEvent]:
    """Return the events that overlap the day, except declined ones: all-day ones first, then by time."""
    found = [
        TimelineEvent(event, max(start, day.start), min(end, day.end))
        for event in events
        if not event.declined and _touches(event, day)
        for start, end in [(day.instant_of(event.start), day.instant_of(event.end))]
    ]
    return sorted(found, key=lambda s: (not s.event.all_day, s.start, s.end, s.event.title, s.event.id))


def _touches(event: Event, day: Day) -> bool:
    if event.all_day:
        return event.start <= day.today <= last_day(event)
    start, end = day.instant_of(event.start), day.instant_of(event.end)
    return start < day.end and (end > day.start or start == end == day.start)


def build_timeline(book: FactBook, events: Sequence[TimelineEvent]) -> tuple[TimelineEntry, ...]:
    """Return one entry for each event of the day."""
    tz = book.day.tz
    return tuple(
        TimelineEntry(
            text=calendar.event(slot.event),
            starts=None if slot.event.all_day else slot.start.astimezone(tz),
            ends=None if slot.event.all_day else slot.end.astimezone(tz),
            facts=(book.cite_event(slot.event),),
        )
        for slot in events
    )


def build_workload(
    book: FactBook, events: Sequence[TimelineEvent], free: Sequence[FreeInterval], tasks: Sequence[Task]
) -> Workload:
    """Return the planned work of the day and its free time."""
    planned = sum(task.estimate_minutes or 0 for task in tasks)
    unestimated = sum(1 for task in tasks if task.estimate_minutes is None)
    free_minutes = sum(gap.minutes for gap in free)
    statements = [*_conflict_claims(book, events), *_load_claims(book, planned, free_minutes, unestimated)]
    return Workload(
        planned_minutes=planned,
        unestimated=unestimated,
        free_minutes=free_minutes,
        free_intervals=tuple(free),
        statements=tuple(statements),
    )


def free_intervals(events: Sequence[TimelineEvent], day: Day) -> list[FreeInterval]:
    """Return the intervals of the rest of the working day without a busy event, at least 15 minutes each."""
    begin = max(clock.first_instant(day.today, day.work_from, day.tz), day.as_of)
    end = clock.first_instant(day.today, day.work_until, day.tz)
    found = []
    for busy_from, busy_until in [*((slot.start, slot.end) for slot in _busy_events(events)), (end, end)]:
        minutes = int((min(busy_from, end) - begin).total_seconds()) // _SECONDS_PER_MINUTE
        if minutes >= MIN_FREE_MINUTES:
            local_end = min(busy_from, end).astimezone(day.tz)
            found.append(FreeInterval(starts=begin.astimezone(day.tz), ends=local_end, minutes=minutes))
        begin = max(begin, busy_until)
    return found


def _busy_events(events: Sequence[TimelineEvent]) -> list[TimelineEvent]:
    # An all-day event marks the day; it does not make its hours busy.
    return [slot for slot in events if slot.event.busy and not slot.event.all_day and slot.start < slot.end]


def _conflict_claims(book: FactBook, events: Sequence[TimelineEvent]) -> Iterator[Claim]:
    for first, second in islice(_overlapping_pairs(_busy_events(events)), _MAX_CONFLICTS):
        begins = second.start.astimezone(book.day.tz)
        ends = min(first.end, second.end).astimezone(book.day.tz)
        text = calendar.conflict(first.event, second.event, begins, ends)
        yield Claim(
            kind="conflict", text=text, facts=(book.cite_event(first.event), book.cite_event(second.event))
        )


def _overlapping_pairs(events: Sequence[TimelineEvent]) -> Iterator[tuple[TimelineEvent, TimelineEvent]]:
    for index, first in enumerate(events):
        for second in islice(events, index + 1, None):
            if second.start >= first.end:
                break
            yield first, second


def _load_claims(book: FactBook, planned: int, free: int, unestimated: int) -> Iterator[Claim]:
    if not planned and not unestimated:
        return
    facts = (
        book.cite_stat(
            "planned_minutes", "planned minutes", planned, "estimates of tasks asked for today, added up"
        ),
        book.cite_stat("unestimated", "tasks without an estimate", unestimated, "what today asks for"),
        book.cite_stat("free_minutes", "free minutes", free, "gaps of the working day, added up"),
    )
    kind = "overload" if planned > free else "load"
    yield Claim(kind=kind, text=calendar.load(planned, free, unestimated), facts=facts)
