"""Conversion of VEVENTs to events: single ones of any date, recurring ones inside the window."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from daybreak.agenda.importers.icalendar.components import Property
from daybreak.agenda.importers.icalendar.entries import CalendarEntry, UidGroup
from daybreak.agenda.importers.icalendar.properties.event_length import EventLength, is_marked_all_day
from daybreak.agenda.importers.icalendar.properties.keywords import warn_about_values
from daybreak.agenda.importers.icalendar.recurrence.expansion import MAX_OCCURRENCES, expand
from daybreak.agenda.importers.icalendar.recurrence.series_reader import (
    NoStart,
    TimingReader,
    WarnCallback,
    read_series,
)
from daybreak.agenda.importers.icalendar.series import Occurrence, is_recurring
from daybreak.agenda.importers.icalendar.timestamps import Duration, Timestamp
from daybreak.agenda.importers.icalendar.values import parse_text
from daybreak.agenda.model import Moment
from daybreak.agenda.parsed import ImportContext, ImportedEvent, ImportedRevision

RecordCallback = Callable[[ImportedRevision], None]
_MAX_ATTENDEES = 200


def read_events(
    group: UidGroup, context: ImportContext, warn: WarnCallback, record: RecordCallback
) -> list[ImportedEvent]:
    """Return the events of one UID, and record what other files and sources need to know of them.

    Raises:
        ValueError: the entry that they derive from cannot be read; the message has the reason.
    """
    master = group.master
    if master is not None and master.is_cancelled and not group.has_siblings:
        record(master.revision())
        return []
    for entry in group.entries:
        warn_about_values(entry, warn)
    timing = partial(_read_timing, warn=warn)
    if master is not None and not is_recurring(group):
        return _read_single(group, master, timing, record)
    series = read_series(group, timing, warn)
    for revision in series.revisions():
        record(revision)
    expansion = expand(series, context)
    if expansion.is_truncated:
        warn(
            group.entries[0],
            f"this event recurs too often; at most {MAX_OCCURRENCES:,} occurrences were imported.",
        )
    if master is not None:
        revision = master.revision()
        record(revision)
        for excluded in series.list_excluded(context):
            record(
                replace(revision, recurrence_id=excluded.isoformat(), is_cancelled=True, is_exclusion=True)
            )
    return _make_occurrences(expansion.occurrences)


def _read_single(
    group: UidGroup, master: CalendarEntry, timing: TimingReader, record: RecordCallback
) -> list[ImportedEvent]:
    start, duration = timing(master)
    original = start.moment.isoformat() if group.has_siblings else None
    if master.is_cancelled or master.calendar.is_message:
        record(master.revision(original))
    event = _make_event(master, original, start.moment, duration.end_from(start))
    return [] if master.is_cancelled else [event]


def _read_timing(entry: CalendarEntry, warn: WarnCallback) -> tuple[Timestamp, Duration]:
    """Return when an event starts and its duration.

    Raises:
        ValueError: it has no start, or one that cannot be read.
    """
    timestamps = entry.calendar.timestamps
    start = timestamps.read_first(entry.component, "DTSTART")
    if start is None:
        raise NoStart("it has no DTSTART")
    if is_marked_all_day(entry.component):
        start = timestamps.midnight_date(start) or start
    return start, EventLength(entry, start, warn).read()


def _make_occurrences(occurrences: list[Occurrence]) -> list[ImportedEvent]:
    """Return the events of occurrences; what those of one entry share is read once."""
    by_entry: dict[int, list[Occurrence]] = {}
    for one in occurrences:
        by_entry.setdefault(id(one.entry), []).append(one)
    first_events = {
        key: _make_event(of_entry[0].entry, "", of_entry[0].start, of_entry[0].end)
        for key, of_entry in by_entry.items()
        if not of_entry[0].entry.is_cancelled
    }
    return [
        replace(
            first_events[id(one.entry)],
            external_id=f"{one.entry.uid}/{(recurrence_id := one.recurrence_id.isoformat())}",
            start=one.start,
            end=one.end,
            recurrence_id=recurrence_id,
        )
        for one in occurrences
        if id(one.entry) in first_events
    ]


def _make_event(entry: CalendarEntry, recurrence_id: str | None, start: Moment, end: Moment) -> ImportedEvent:
    component = entry.component
    busy_status = component.get_keyword("X-MICROSOFT-CDO-BUSYSTATUS")
    free = component.get_keyword("TRANSP").startswith("TRANSPARENT") or busy_status == "FREE"
    attendees = component.get_all("ATTENDEE")[:_MAX_ATTENDEES]
    return ImportedEvent(
        external_id=entry.uid if recurrence_id is None else f"{entry.uid}/{recurrence_id}",
        title=entry.title or "(no title)",
        source_ref=entry.uid,
        start=start,
        end=end,
        location=parse_text(component.get_value("LOCATION")),
        busy=not free,
        tentative=component.get_keyword("STATUS") == "TENTATIVE" or busy_status == "TENTATIVE",
        organizer=person_name(component.get_first("ORGANIZER")),
        uid=entry.uid,
        recurrence_id=recurrence_id,
        sequence=entry.sequence,
        stamped_at=entry.stamped_at,
        declined_by=_addresses(attendees, {"DECLINED"}),
        tentative_by=_addresses(attendees, {"TENTATIVE", "NEEDS-ACTION"}),
    )


def _addresses(attendees: list[Property], answers: set[str]) -> tuple[str, ...]:
    """Return the addresses of the participants who wrote one of these answers."""
    found = [
        _address(one) for one in attendees if one.parameters.get("PARTSTAT", "").strip().upper() in answers
    ]
    return tuple(dict.fromkeys(address for address in found if "@" in address)) if found else ()


def _address(person: Property) -> str:
    scheme, _, address = person.value.strip().rpartition(":")
    is_written = scheme.lower() in {"mailto", ""} and "@" in address
    written = address if is_written else person.parameters.get("EMAIL", "")
    return written.strip().lower()


def person_name(found: Property | None) -> str | None:
    """Return the person of an ORGANIZER or ATTENDEE: the name, else the address."""
    if found is None:
        return None
    scheme, _, address = found.value.strip().rpartition(":")
    known = address if scheme.lower() in {"mailto", ""} else found.value
    return parse_text(found.parameters.get("CN", "")) or known.strip() or None
