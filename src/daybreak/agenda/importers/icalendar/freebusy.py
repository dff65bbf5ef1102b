"""Conversion of VFREEBUSYs to events: the busy times of a person, which have no titles."""

from collections.abc import Callable, Iterable, Iterator

from daybreak.agenda.importers.icalendar.components import Property
from daybreak.agenda.importers.icalendar.entries import CalendarEntry
from daybreak.agenda.importers.icalendar.events import person_name
from daybreak.agenda.importers.icalendar.timestamps import Duration, Timestamp
from daybreak.agenda.importers.icalendar.values import shorten
from daybreak.agenda.parsed import ImportedEvent

TITLE = "busy"
_TENTATIVE = "BUSY-TENTATIVE"


def read_busy_times(
    entries: Iterable[CalendarEntry], warn: Callable[[CalendarEntry, str], None]
) -> list[ImportedEvent]:
    """Return one event for each busy period; a period of several entries is one event.

    FBTYPE FREE is no event, BUSY-TENTATIVE a tentative one, and every other type is busy, as RFC 5545 §3.2.9
    has it. A period that cannot be read is skipped with a warning.
    """
    events: dict[str, ImportedEvent] = {}
    for entry in entries:
        for found in entry.component.get_all("FREEBUSY"):
            kind = found.parameters.get("FBTYPE", "BUSY").strip().upper()
            if kind == "FREE":
                continue
            for start, duration in _read_periods(entry, found, warn):
                event = _make_event(entry, start, duration, is_tentative=kind == _TENTATIVE)
                known = events.get(event.external_id)
                if known is None or (known.tentative and not event.tentative):
                    events[event.external_id] = event
    return list(events.values())


def _read_periods(
    entry: CalendarEntry, found: Property, warn: Callable[[CalendarEntry, str], None]
) -> Iterator[tuple[Timestamp, Duration]]:
    for value in filter(str.strip, found.value.split(",")):
        try:
            start, duration = _parse_period(entry, value, found)
            has_length = duration.end_from(start) > start.moment
        except (ValueError, OverflowError):
            has_length = False
        if has_length:
            yield start, duration
        else:
            warn(
                entry,
                f"the period “{shorten(value)}” of this free/busy list cannot be read; it was skipped.",
            )


def _parse_period(entry: CalendarEntry, value: str, found: Property) -> tuple[Timestamp, Duration]:
    timestamps = entry.calendar.timestamps
    begin, _, end = value.partition("/")
    start = timestamps.read_value("FREEBUSY", begin, found)
    if "P" in end.upper():
        return start, Duration.parse(end)
    return start, Duration.between(start, timestamps.read_value("FREEBUSY", end, found))


def _make_event(
    entry: CalendarEntry, start: Timestamp, duration: Duration, *, is_tentative: bool
) -> ImportedEvent:
    begin, end = start.moment, duration.end_from(start)
    return ImportedEvent(
        external_id=f"{entry.uid}/{begin.isoformat()}/{end.isoformat()}",
        title=TITLE,
        source_ref=entry.uid,
        start=begin,
        end=end,
        tentative=is_tentative,
        organizer=person_name(entry.component.get_first("ORGANIZER")),
    )
