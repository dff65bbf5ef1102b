"""The occurrences of a series inside the window of an import, limited to a readable number."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from daybreak import clock
from daybreak.agenda.importers.icalendar.rules import Unbounded
from daybreak.agenda.importers.icalendar.series import Occurrence, Series
from daybreak.agenda.model import Moment
from daybreak.agenda.parsed import ImportContext

MOST_OCCURRENCES = 1_000
_MOST_CANDIDATES = 20_000


@dataclass(frozen=True, slots=True)
class Window:
    """The owner's dates from ``begin`` on, up to, not including, ``end``."""

    begin: date
    end: date
    first_instant: datetime
    last_instant: datetime

    @classmethod
    def of(cls, context: ImportContext) -> "Window":
        """Return the window in which an import expands."""
        return cls.between(context.expand_from, context.expand_until, context.tz)

    @classmethod
    def between(cls, begin: date, end: date, tz: ZoneInfo) -> "Window":
        """Return the window of these dates in that zone."""
        return cls(begin, end, clock.start_of_day(begin, tz), clock.start_of_day(end, tz))

    def holds(self, start: Moment, end: Moment) -> bool:
        """Return whether any part of [start, end) is in the window; a moment without length counts as one."""
        begin, until = self._bounds(start)
        return start < until and (end > begin or start >= begin)

    def _bounds(self, moment: Moment) -> tuple[Moment, Moment]:
        if not isinstance(moment, datetime):
            return self.begin, self.end
        if moment.tzinfo is None:
            return datetime.combine(self.begin, time.min), datetime.combine(self.end, time.min)
        return self.first_instant, self.last_instant


@dataclass(frozen=True, slots=True)
class Expansion:
    """The occurrences of a series in a window; ``is_truncated`` if there were too many to return all."""

    occurrences: list[Occurrence]
    cut: bool


def expand(series: Series, context: ImportContext) -> Expansion:
    """Return the occurrences in the window; for a series with too many, those from yesterday on."""
    window = Window.of(context)
    found = _expand(series, window)
    near = context.today - timedelta(days=1)
    if found.cut and window.begin < near < window.end:
        window = Window.between(near, window.end, context.tz)
        found = replace(_expand(series, window), cut=True)
    return found


def _expand(series: Series, window: Window) -> Expansion:
    found = [one for one in series.changed() if window.holds(one.start, one.end)]
    cut = False
    try:
        for count, one in enumerate(_candidates(series, window)):
            if len(found) >= MOST_OCCURRENCES or count >= _MOST_CANDIDATES:
                cut = True
                break
            if window.holds(one.start, one.end):
                found.append(one)
    except Unbounded:
        cut = True
    return Expansion(found[:MOST_OCCURRENCES], cut)


def _candidates(series: Series, window: Window) -> Iterator[Occurrence]:
    margin = series.reach + series.slack
    begin = _shifted(series.clock_at(window.first_instant, window.begin), -margin)
    end = _shifted(series.clock_at(window.last_instant, window.end), margin)
    return islice(series.unchanged(begin, end), _MOST_CANDIDATES + 1)


def _shifted(at: datetime, by: timedelta) -> datetime:
    try:
        return at + by
    except OverflowError:
        return datetime.combine(date.min if by < timedelta(0) else date.max, time.min)
