"""The reader's day: the instants it spans, and the position of the agenda's moments in it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from daybreak import clock
from daybreak.agenda import Event, Moment
from daybreak.briefs.wording.formatting import Tense

UPCOMING_DAYS = 7
STALE_DAYS = 7
NOTE_DAYS = 7
WEEK_DAYS = 7
DONE_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class Day:
    """A local date of one reader.

    Attributes:
        today: the brief's date.
        tz: the reader's zone.
        as_of: the instant that the brief describes.
        work_from: local time at which the working day begins ...
        work_until: ... and ends.
        lunch: local times between which lunch is kept free; None if none is kept.
        is_day_off: whether it has no working hours.
        focus_is_free: whether focus time in the calendar is time for tasks.
        shortest_gap_minutes: the shortest free time that is worth using, in minutes.
    """

    today: date
    tz: ZoneInfo
    as_of: datetime
    work_from: time = time(9)
    work_until: time = time(17, 30)
    lunch: tuple[time, time] | None = None
    is_day_off: bool = False
    focus_is_free: bool = True
    shortest_gap_minutes: int = 20

    @cached_property
    def start(self) -> datetime:
        """The instant at which the day begins."""
        return _start_of_day(self.today, self.tz)

    @cached_property
    def end(self) -> datetime:
        """The instant at which the next day begins."""
        return _start_of_day(self.today + timedelta(days=1), self.tz)

    @cached_property
    def tense(self) -> Tense:
        """The date and time to which the tense of sentences refers."""
        return Tense(self.today, self.as_of.astimezone(self.tz))

    def localize(self, moment: Moment) -> Moment:
        """Return a moment in the reader's terms: a date, or an aware datetime in the reader's zone."""
        if not isinstance(moment, datetime):
            return moment
        if moment.tzinfo is None:
            moment = clock.first_instant(moment.date(), moment.time(), self.tz)
        return moment.astimezone(self.tz)

    def localize_optional(self, moment: Moment | None) -> Moment | None:
        """Return a moment as `localize` does, or None if there is none."""
        return None if moment is None else self.localize(moment)

    def date_of(self, moment: Moment | None) -> date | None:
        """Return the reader's date of a moment."""
        if not isinstance(moment, datetime):
            return moment
        shown = self.localize(moment)
        return shown.date() if isinstance(shown, datetime) else shown

    def instant_of(self, moment: Moment) -> datetime:
        """Return the instant, in UTC, at which a moment begins."""
        if not isinstance(moment, datetime):
            return _start_of_day(moment, self.tz)
        if moment.tzinfo is None:
            return clock.first_instant(moment.date(), moment.time(), self.tz)
        return moment.astimezone(UTC)


def last_day(event: Event) -> date:
    """Return the last date of an all-day event; one with a length of zero counts as one day."""
    return max(event.start, event.end - timedelta(days=1))


_start_of_day = lru_cache(maxsize=4096)(clock.start_of_day)
