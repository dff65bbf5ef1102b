"""The occurrences of a series inside the window of an import, limited to a readable number."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from daybreak import clock
from daybreak.agenda.importers.icalendar.rules import RuleTooExpensive
from daybreak.agenda.importers.icalendar.series import Occurrence, Series
from daybreak.agenda.model import Moment
from daybreak.agenda.parsed import ImportContext

MAX_OCCURRENCES = 1_000
_MAX_CANDIDATES = 20_000


@dataclass(frozen=True, slots=True)
class ExpansionWindow:
    """The owner's dates from ``begin`` on, up to, not including, ``end``."""

    begin: date
    end: date
    first_instant: datetime
    last_instant: datetime

    @classmethod
    def from_context(cls, context: ImportContext) -> "ExpansionWindow":
        """Return the window in which an import expands."""
        return cls.between(context.expand_from, context.expand_until, context.tz)

    @classmethod
    def between(cls, begin: date, end: date, tz: ZoneInfo) -> "ExpansionWindow":
        """Return the window of these dates in that zone."""
        return cls(begin, end, clock.start_of_day(begin, tz), clock.start_of_day(end, tz))

    def overlaps(self, start: Moment, end: Moment) -> bool:
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
    is_truncated: bool


def expand(series: Series, context: ImportContext) -> Expansion:
    """Return the occurrences in the window; for a series with too many, those from yesterday on."""
    window = ExpansionWindow.from_context(context)
    found = _expand_within(series, window)
    near = context.today - timedelta(days=1)
    if found.is_truncated and window.begin < near < window.end:
        window = ExpansionWindow.between(near, window.end, context.tz)
        found = replace(_expand_within(series, window), is_truncated=True)
    return found


def _expand_within(series: Series, window: ExpansionWindow) -> Expansion:
    found = [one for one in series.iter_overrides() if window.overlaps(one.start, one.end)]
    cut = False
    try:
        for count, one in enumerate(_candidates(series, window)):
            if len(found) >= MAX_OCCURRENCES or count >= _MAX_CANDIDATES:
                cut = True
                break
            if window.overlaps(one.start, one.end):
                found.append(one)
    except RuleTooExpensive:
        cut = True
    return Expansion(found[:MAX_OCCURRENCES], cut)


def _candidates(series: Series, window: ExpansionWindow) -> Iterator[Occurrence]:
    margin = series.max_extent + series.slack
    begin = _shift(series.wall_time_at(window.first_instant, window.begin), -margin)
    end = _shift(series.wall_time_at(window.last_instant, window.end), margin)
    return islice(series.iter_generated(begin, end), _MAX_CANDIDATES + 1)


def _shift(at: datetime, by: timedelta) -> datetime:
    try:
        return at + by
    except OverflowError:
        return datetime.combine(date.min if by < timedelta(0) else date.max, time.min)
