"""Conversion of VEVENTs to events: single ones of any date, recurring ones inside the window."""

from collections.abc import Callable
from datetime import timedelta

from daybreak.agenda.importers.icalendar.components import Property
from daybreak.agenda.importers.icalendar.entries import Entry, Group
from daybreak.agenda.importers.icalendar.expansion import MOST_OCCURRENCES, expand
from daybreak.agenda.importers.icalendar.series import read_series, recurs
from daybreak.agenda.importers.icalendar.timestamps import Span, Stamp
from daybreak.agenda.importers.icalendar.values import parse_text
from daybreak.agenda.model import Moment
from daybreak.agenda.parsed import ImportContext, ImportedEvent

Complain = Callable[[Entry, str], None]
_DAY = timedelta(days=1)
_NOTHING = timedelta(0)


def read_events(group: Group, context: ImportContext, complain: Complain) -> list[ImportedEvent]:
    """Return the events of one UID.

    Raises:
        ValueError: the entry that they derive from cannot be read; the message has the reason.
    """
    if group.master is not None and group.master.cancelled:
        return []
    if not recurs(group) and group.master is not None:
        start, span = event_timing(group.master)
        return [_event(group.master, group.uid, start.moment, span.after(start))]
    expansion = expand(read_series(group, event_timing, complain), context)
    if expansion.cut:
        complain(
            group.entries[0],
            f"this event recurs too often; at most {MOST_OCCURRENCES:,} occurrences were imported.",
        )
    return [
        _event(one.entry, f"{group.uid}/{one.recurrence_id.isoformat()}", one.start, one.end)
        for one in expansion.occurrences
        if not one.entry.cancelled
    ]


def event_timing(entry: Entry) -> tuple[Stamp, Span]:
    """Return when an event starts and its duration.

    Raises:
        ValueError: it has no start, or a time that cannot be read.
    """
    stamps = entry.calendar.stamps
    start = stamps.first(entry.component, "DTSTART")
    if start is None:
        raise ValueError("it has no DTSTART")
    end = stamps.first(entry.component, "DTEND")
    if end is not None:
        return start, _sensible(start, Span.between(start, end))
    duration = entry.component.value("DURATION")
    if duration:
        return start, _sensible(start, Span.lasting(duration))
    return start, _sensible(start, Span())


def _sensible(start: Stamp, span: Span) -> Span:
    # An all-day event always fills its first day: some programs write DTEND equal to DTSTART.
    if start.all_day and span.rough < _DAY:
        return Span(nominal=_DAY)
    if span.rough < _NOTHING:
        raise ValueError("it ends before it starts")
    return span


def _event(entry: Entry, external_id: str, start: Moment, end: Moment) -> ImportedEvent:
    component = entry.component
    free = component.word("TRANSP") == "TRANSPARENT" or component.word("X-MICROSOFT-CDO-BUSYSTATUS") == "FREE"
    return ImportedEvent(
        external_id=external_id,
        title=parse_text(component.value("SUMMARY")) or "(no title)",
        place=entry.uid,
        start=start,
        end=end,
        location=parse_text(component.value("LOCATION")),
        busy=not free,
        tentative=component.word("STATUS") == "TENTATIVE",
        organizer=person(component.first("ORGANIZER")),
    )


def person(found: Property | None) -> str | None:
    """Return the person of an ORGANIZER or ATTENDEE: the name, else the address."""
    if found is None:
        return None
    scheme, _, address = found.value.strip().rpartition(":")
    known = address if scheme.lower() in {"mailto", ""} else found.value
    return parse_text(found.parameters.get("CN", "")) or known.strip() or None
