"""The dates of a to-do. One that cannot be read, or that means “none”, counts as none."""

from dataclasses import dataclass

from daybreak.agenda.importers.icalendar.entries import CalendarEntry
from daybreak.agenda.importers.icalendar.recurrence.series_reader import NoStart, WarnCallback
from daybreak.agenda.importers.icalendar.timestamps import Duration, Timestamp
from daybreak.agenda.importers.icalendar.values import LAST_PLAUSIBLE_YEAR, DateOutOfRange, is_placeholder
from daybreak.agenda.model import Moment


@dataclass(frozen=True, slots=True)
class TaskDates:
    """When a to-do starts and is due, as far as it can be read; ``length`` is a DURATION in place of DUE."""

    start: Timestamp | None = None
    due: Timestamp | None = None
    length: Duration | None = None

    @property
    def has_any(self) -> bool:
        """Whether it has one of the two."""
        return self.start is not None or self.due is not None

    @property
    def has_due(self) -> bool:
        """Whether it is due at any time."""
        return self.due is not None or self.length is not None

    @property
    def moments(self) -> tuple[Moment | None, Moment | None]:
        """The start and the due date."""
        if self.start is not None and self.length is not None:
            return self.start.moment, self.length.end_from(self.start)
        start, due = self.start, self.due
        return None if start is None else start.moment, None if due is None else due.moment

    def timing(self, entry: CalendarEntry) -> tuple[Timestamp, Duration]:
        """Return the timestamp from which the entry recurs, and the duration until it is due.

        Raises:
            NoStart: it has neither a start nor a due date.
        """
        written = self.start or self.due
        if written is None:
            raise NoStart("it recurs but has neither DTSTART nor DUE")
        timestamps = entry.calendar.timestamps
        first = timestamps.in_calendar_zone(written, entry.component)
        if self.start is None or self.due is None:
            return first, self.length or Duration()
        is_moved = first.zone != written.zone and not self.due.is_all_day
        return first, Duration.between(first, timestamps.convert(self.due, first) if is_moved else self.due)


class TaskDatesReader:
    """A reader of the dates of a to-do: one that cannot be read, or that means “none”, counts as none."""

    def __init__(self, entry: CalendarEntry, warn: WarnCallback) -> None:
        self._entry = entry
        self._warn = warn

    def read(self) -> TaskDates:
        """Return the dates. Of a start after the due date, only the due date counts."""
        start = self._read_date("DTSTART", None)
        due = self._read_date("DUE", start)
        # A rule may run from the epoch, or from the year 1601.
        is_anchor = self._entry.is_recurring and not any(map(_is_plausible, (start, due)))
        start, due = (
            one if _is_plausible(one) or (is_anchor and _is_early(one)) else None for one in (start, due)
        )
        if start is not None and due is not None and self._is_after(start, due):
            # Clients show such a task by the date when it is due.
            start = None
        return TaskDates(start, due, self._read_length(start) if due is None and start is not None else None)

    def _read_date(self, name: str, like: Timestamp | None) -> Timestamp | None:
        try:
            return self._entry.calendar.timestamps.read_first(self._entry.component, name, like)
        except DateOutOfRange:
            return None
        except ValueError:
            self._warn(self._entry, self._entry.describe_ignored(name, "it is not a date or a time"))
            return None

    def _read_length(self, start: Timestamp) -> Duration | None:
        written = self._entry.component.get_value("DURATION")
        try:
            length = Duration.parse(written) if written else None
            if length is not None:
                length.end_from(start)
        except (ValueError, OverflowError):
            self._warn(self._entry, self._entry.describe_ignored("DURATION", "it is not a duration"))
            return None
        return length

    def _is_after(self, start: Timestamp, due: Timestamp) -> bool:
        timestamps = self._entry.calendar.timestamps
        if start.is_all_day or due.is_all_day:
            return timestamps.day_of(start) > timestamps.day_of(due)
        return timestamps.convert(start, due).wall_time > due.wall_time


def _is_plausible(one: Timestamp | None) -> bool:
    return one is not None and not is_placeholder(one.wall)


def _is_early(one: Timestamp | None) -> bool:
    return one is not None and one.wall.year <= LAST_PLAUSIBLE_YEAR
