"""Dates and times of the agenda as one user sees them: as text, in the user's date and zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from daybreak import clock
from daybreak.agenda.model import Event, Moment, Task, to_instant
from daybreak.agenda.model import to_local_date as day_of
from daybreak.people import User

DUE_GROUPS = ("Overdue", "Today", "Next 7 days", "Later", "No date")
_DAYS_IN_WEEK = 7


@dataclass(frozen=True, slots=True)
class LocalCalendar:
    """One user's date and time zone."""

    today: date
    tz: ZoneInfo

    @classmethod
    def of(cls, user: User) -> Self:
        """Return that user's calendar, as of now."""
        return cls(user.today(), user.tz)

    @property
    def next_monday(self) -> date:
        """The next Monday after today."""
        return self.days_from_today(7 - self.today.weekday())

    def days_from_today(self, days: int) -> date:
        """Return the date that many days from today."""
        return self.today + timedelta(days=days)

    def local_date(self, moment: Moment) -> date:
        """Return the local date of a moment."""
        return day_of(moment, self.tz)

    def format_time(self, moment: Moment) -> str:
        """Format the time of day; return an empty text for a whole day."""
        return f"{self._to_local(moment):%H:%M}" if isinstance(moment, datetime) else ""

    def format_moment(self, moment: Moment) -> str:
        """Format a moment like “tomorrow”, “Friday 3 April” or “today, 14:30”."""
        day, at = self.local_date(moment), self.format_time(moment)
        return f"{self.format_date(day)}, {at}" if at else self.format_date(day)

    def format_date(self, day: date) -> str:
        """Format a date briefly, like “today”, “Friday 3 April” or “3 April 2027”."""
        away = (day - self.today).days
        if away in _RELATIVE_DAYS:
            return _RELATIVE_DAYS[away]
        year = "" if day.year == self.today.year else f" {day.year}"
        return (
            f"{day:%A} {day.day} {day:%B}{year}" if 0 < away < _DAYS_IN_WEEK else f"{day.day} {day:%B}{year}"
        )

    def is_overdue(self, task: Task) -> bool:
        """Return whether a task is open and was due before today, or earlier today."""
        if task.due is None or not task.is_open:
            return False
        if isinstance(task.due, datetime):
            return to_instant(task.due, self.tz) < clock.now()
        return task.due < self.today

    def due_group(self, task: Task) -> str:
        """Return the heading of a list to which a task belongs; one of `DUE_GROUPS`."""
        if task.due is None:
            return DUE_GROUPS[4]
        away = (self.local_date(task.due) - self.today).days
        if self.is_overdue(task):
            return DUE_GROUPS[0]
        if away <= 0:
            return DUE_GROUPS[1]
        return DUE_GROUPS[2] if away <= _DAYS_IN_WEEK else DUE_GROUPS[3]

    def format_time_range(self, event: Event) -> str:
        """Format the time range of an event, without its dates."""
        if event.all_day:
            return "all day"
        if event.end == event.start:
            return self.format_time(event.start)
        return f"{self.format_time(event.start)}\N{EN DASH}{self.format_time(event.end)}"

    def event_dates(self, event: Event) -> tuple[date, date]:
        """Return the first and last local date of an event."""
        first = self.local_date(event.start)
        if event.all_day:
            return first, max(first, self.local_date(event.end) - timedelta(days=1))
        last = self._to_local(event.end) if isinstance(event.end, datetime) else None
        is_midnight = last is not None and last.time() == datetime.min.time() and event.end != event.start
        return first, max(first, self.local_date(event.end) - timedelta(days=1 if is_midnight else 0))

    def _to_local(self, moment: datetime) -> datetime:
        return moment if moment.tzinfo is None else moment.astimezone(self.tz)


_RELATIVE_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}
