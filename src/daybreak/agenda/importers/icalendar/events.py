"""Conversion of VEVENTs to events: single ones of any date, recurring ones inside the window."""

from collections.abc import Callable
from datetime import timedelta

from daybreak.agenda.importers.icalendar.components import Property
from daybreak.agenda.importers.icalendar.entries import CalendarEntry, UidGroup
from daybreak.agenda.importers.icalendar.expansion import MAX_OCCURRENCES, expand
from daybreak.agenda.importers.icalendar.series import is_recurring, read_series
from daybreak.agenda.importers.icalendar.timestamps import Duration, Timestamp
from daybreak.agenda.importers.icalendar.values import parse_text
from daybreak.agenda.model import Moment
from daybreak.agenda.parsed import ImportContext, ImportedEvent

WarnCallback = Callable[[CalendarEntry, str], None]
_DAY = timedelta(days=1)
_ZERO = timedelta(0)


def read_events(group: UidGroup, context: ImportContext, warn: WarnCallback) -> list[ImportedEvent]:
    """Return the events of one UID.

    Raises:
        ValueError: the entry that they derive from cannot be read; the message has the reason.
    """
    if group.master is not None and group.master.is_cancelled:
        return []
    if not is_recurring(group) and group.master is not None:
        start, duration = read_event_timing(group.master)
        return [_make_event(group.master, group.uid, start.moment, duration.end_from(start))]
    expansion = expand(read_series(group, read_event_timing, warn), context)
    if expansion.is_truncated:
        warn(
            group.entries[0],
            f"this event recurs too often; at most {MAX_OCCURRENCES:,} occurrences were imported.",
        )
    return [
        _make_event(one.entry, f"{group.uid}/{one.recurrence_id.isoformat()}", one.start, one.end)
        for one in expansion.occurrences
        if not one.entry.is_cancelled
    ]


def read_event_timing(entry: CalendarEntry) -> tuple[Timestamp, Duration]:
    """Return when an event starts and its duration.

    Raises:
        ValueError: it has no start, or a time that cannot be read.
    """
    timestamps = entry.calendar.timestamps
    start = timestamps.read_first(entry.component, "DTSTART")
    if start is None:
        raise ValueError("it has no DTSTART")
    end = timestamps.read_first(entry.component, "DTEND")
    if end is not None:
        return start, _normalize_duration(start, Duration.between(start, end))
    duration = entry.component.get_value("DURATION")
    if duration:
        return start, _normalize_duration(start, Duration.parse(duration))
    return start, _normalize_duration(start, Duration())


def _normalize_duration(start: Timestamp, duration: Duration) -> Duration:
    # An all-day event always fills its first day: some programs write DTEND equal to DTSTART.
    if start.is_all_day and duration.approximate < _DAY:
        return Duration(nominal=_DAY)
    if duration.approximate < _ZERO:
        raise ValueError("it ends before it starts")
    return duration


def _make_event(entry: CalendarEntry, external_id: str, start: Moment, end: Moment) -> ImportedEvent:
    component = entry.component
    free = (
        component.get_keyword("TRANSP") == "TRANSPARENT"
        or component.get_keyword("X-MICROSOFT-CDO-BUSYSTATUS") == "FREE"
    )
    return ImportedEvent(
        external_id=external_id,
        title=parse_text(component.get_value("SUMMARY")) or "(no title)",
        source_ref=entry.uid,
        start=start,
        end=end,
        location=parse_text(component.get_value("LOCATION")),
        busy=not free,
        tentative=component.get_keyword("STATUS") == "TENTATIVE",
        organizer=person_name(component.get_first("ORGANIZER")),
    )


def person_name(found: Property | None) -> str | None:
    """Return the person of an ORGANIZER or ATTENDEE: the name, else the address."""
    if found is None:
        return None
    scheme, _, address = found.value.strip().rpartition(":")
    known = address if scheme.lower() in {"mailto", ""} else found.value
    return parse_text(found.parameters.get("CN", "")) or known.strip() or None
