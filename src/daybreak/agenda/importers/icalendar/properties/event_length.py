"""The length of an event by its DTEND or DURATION. One that cannot be read never costs the event."""

from collections.abc import Callable
from datetime import timedelta

from daybreak.agenda.importers.icalendar.components import Component
from daybreak.agenda.importers.icalendar.entries import CalendarEntry
from daybreak.agenda.importers.icalendar.timestamps import Duration, Timestamp
from daybreak.agenda.importers.icalendar.values import DateOutOfRange, is_placeholder

_ALL_DAY_MARKS = {
    "X-MICROSOFT-CDO-ALLDAYEVENT": "TRUE",
    "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT": "TRUE",
    "X-FUNAMBOL-ALLDAY": "1",
}
_DAY = timedelta(days=1)
_ZERO = timedelta(0)


def is_marked_all_day(component: Component) -> bool:
    """Return whether its program marks an event between two midnights as an all-day event."""
    return any(component.get_keyword(name) == value for name, value in _ALL_DAY_MARKS.items())


class EventLength:
    """A reader of the length of an event that starts at a known time."""

    def __init__(
        self, entry: CalendarEntry, start: Timestamp, warn: Callable[[CalendarEntry, str], None]
    ) -> None:
        self._entry = entry
        self._start = start
        self._warn = warn

    def read(self) -> Duration:
        """Return the length: of an all-day event at least a day, of another one at least nothing."""
        found = self._read_end() or self._read_duration()
        # An all-day event always fills its first day: some programs write DTEND equal to DTSTART.
        shortest = Duration(nominal=_DAY) if self._start.is_all_day else Duration()
        return shortest if found is None or found.approximate < shortest.approximate else found

    def _read_end(self) -> Duration | None:
        timestamps, start = self._entry.calendar.timestamps, self._start
        try:
            end = timestamps.read_first(self._entry.component, "DTEND", start)
        except DateOutOfRange:
            # A year such as 9999 means “no end”.
            return None
        except ValueError:
            self._ignore("DTEND", "it is not a date or a time")
            return None
        if end is None or (is_placeholder(end.wall) and not is_placeholder(start.wall)):
            return None
        if start.is_all_day:
            end = Timestamp(timestamps.end_day_of(end))
        elif end.is_all_day:
            end = Timestamp(end.wall_time, start.zone)
        elif start.zone is None:
            end = timestamps.convert(end, start)
        length = Duration.exactly_between(start, end)
        return length if self._is_positive("DTEND", length) else None

    def _read_duration(self) -> Duration | None:
        written = self._entry.component.get_value("DURATION")
        if not written:
            return None
        try:
            length = Duration.parse(written)
            length.end_from(self._start)
        except (ValueError, OverflowError):
            self._ignore("DURATION", "it is not a duration")
            return None
        return length if self._is_positive("DURATION", length) else None

    def _is_positive(self, name: str, length: Duration) -> bool:
        if length.approximate < _ZERO:
            self._ignore(name, "the event would end before it starts")
        return length.approximate >= _ZERO

    def _ignore(self, name: str, reason: str) -> None:
        self._warn(self._entry, self._entry.describe_ignored(name, reason))
