"""Today's timeline: the events of the day in local time, clipped to it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from daybreak.agenda import Event
from daybreak.briefs.document.model import MeetingContext, TimelineEntry
from daybreak.briefs.facts.day import Day, last_day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import calendar

_FOCUS = re.compile(
    r"\b(?:focus|deep|heads.?down|maker)(?: |-)?(?:time|work|block|hours?)\b"
    r"|\b(?:fokus|konzentrations)(?: |-)?(?:zeit|block)\b"
    r"|\btemps de concentration\b"
    r"|^\W*(?:focus|fokus|heads.?down)\W*$",
    re.IGNORECASE,
)


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


def is_focus_time(event: Event) -> bool:
    """Return whether an event keeps time free for work, by its title."""
    return _FOCUS.search(event.title) is not None


def build_timeline(
    book: FactBook, events: Sequence[TimelineEvent], contexts: Mapping[UUID, MeetingContext]
) -> tuple[TimelineEntry, ...]:
    """Return one entry for each event of the day, with the context of a meeting that has one."""
    tz = book.day.tz
    return tuple(
        TimelineEntry(
            text=calendar.event(slot.event, is_focus=book.day.focus_is_free and is_focus_time(slot.event)),
            starts=None if slot.event.all_day else slot.start.astimezone(tz),
            ends=None if slot.event.all_day else slot.end.astimezone(tz),
            facts=(book.cite_event(slot.event),),
            context=contexts.get(slot.event.id),
        )
        for slot in events
    )
