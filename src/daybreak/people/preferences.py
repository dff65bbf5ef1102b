"""A user's preferences: times, editions and projects of briefs, and the working hours."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import IntEnum, StrEnum

from daybreak.errors import InvalidInput

MAX_CATCH_UP = timedelta(hours=20)
SHORTEST_GAP_MINUTES = range(5, 241)
_MAX_PROJECTS = 200
_MAX_PROJECT_LENGTH = 200


class Weekday(IntEnum):
    """A day of the week, numbered as in ISO 8601."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7


class Frequency(StrEnum):
    """How often a brief is created; `WEEKLY` and `CHOSEN` need weekdays."""

    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"
    CHOSEN = "chosen"


class QuietDay(StrEnum):
    """What to create on a quiet day, on which nothing is due.

    `SHORTEN` creates next actions and timeline only, `SKIP` nothing, and `WEEKLY` only the weekly review on
    one day. A brief that was skipped can still be created on demand.
    """

    SEND = "send"
    SHORTEN = "shorten"
    SKIP = "skip"
    WEEKLY = "weekly"


class ProjectChoice(StrEnum):
    """Which projects a brief covers."""

    ALL = "all"
    ONLY = "only"
    EXCEPT = "except"


class BriefLength(StrEnum):
    """How much of a brief is shown: at most 15 lines, what matters now, or every open task by name."""

    GLANCE = "glance"
    STANDARD = "standard"
    FULL = "full"


EVERY_DAY = frozenset(Weekday)
WORKDAYS = frozenset(day for day in Weekday if day <= Weekday.FRIDAY)
WEEKEND = EVERY_DAY - WORKDAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """A user's preferences; all times are local to the user.

    Attributes:
        active: whether briefs are created.
        brief_time: when the brief is due, to the minute.
        frequency: how often; must agree with `weekdays`.
        weekdays: on which days of the week.
        email: whether the brief is also sent by e-mail.
        quiet_day: what to create when nothing is due.
        weekly_day: the day of the weekly review, if `quiet_day` is `WEEKLY`.
        catch_up: how late a brief may start; after that the day is missed.
        reengagement: whether fewer briefs are created while the user is away, if the installation allows it.
        project_choice: whether `projects` are included or excluded; events are always included.
        projects: names of projects.
        workday_start: when the working day begins ...
        workday_end: ... and ends.
        length: how much of a brief is shown.
        lunch_start: when the time that is kept for lunch begins; None if none is kept ...
        lunch_end: ... and ends.
        days_off: the days of the week without working hours.
        focus_is_free: whether focus time in the calendar is time for tasks.
        shortest_gap_minutes: the shortest free time that is worth using, in minutes.
    """

    active: bool = True
    brief_time: time = time(7)
    frequency: Frequency = Frequency.DAILY
    weekdays: frozenset[Weekday] = EVERY_DAY
    email: bool = False
    quiet_day: QuietDay = QuietDay.SEND
    weekly_day: Weekday = Weekday.FRIDAY
    catch_up: timedelta = timedelta(hours=4)
    reengagement: bool = True
    project_choice: ProjectChoice = ProjectChoice.ALL
    projects: tuple[str, ...] = ()
    workday_start: time = time(9)
    workday_end: time = time(17, 30)
    length: BriefLength = BriefLength.STANDARD
    lunch_start: time | None = time(12)
    lunch_end: time | None = time(13)
    days_off: frozenset[Weekday] = WEEKEND
    focus_is_free: bool = True
    shortest_gap_minutes: int = 20

    def __post_init__(self) -> None:
        _check_workday(self.workday_start, self.workday_end)
        _check_lunch(self.lunch_start, self.lunch_end)
        _check_shortest_gap(self.shortest_gap_minutes)
        _check_minute(self.brief_time)
        _check_weekdays(self.frequency, self.weekdays)
        _check_catch_up(self.catch_up)
        _check_projects(self.project_choice, self.projects)

    def includes_project(self, project: str | None) -> bool:
        """Return whether a brief covers the project of a name; None means items without a project."""
        match self.project_choice:
            case ProjectChoice.ONLY:
                return project in self.projects
            case ProjectChoice.EXCEPT:
                return project not in self.projects
            case _:
                return True

    def is_brief_day(self, day: date) -> bool:
        """Return whether a brief is due on a local date."""
        return self.active and day.isoweekday() in self.weekdays


def resolve_weekdays(frequency: Frequency, chosen: Collection[Weekday] = ()) -> frozenset[Weekday]:
    """Return the weekdays of a frequency.

    Raises:
        InvalidInput: the chosen weekdays do not fit the frequency.
    """
    days = {Frequency.DAILY: EVERY_DAY, Frequency.WEEKDAYS: WORKDAYS}.get(frequency, frozenset(chosen))
    _check_weekdays(frequency, days)
    return days


def _field_error(field: str, message: str) -> InvalidInput:
    return InvalidInput(message).with_details(errors={field: message})


def _check_workday(start: time, end: time) -> None:
    _check_local("workday_start", start)
    _check_local("workday_end", end)
    if start >= end:
        raise _field_error(
            "workday_end",
            f"A working day from {start:%H:%M} to {end:%H:%M} has no hours. Choose an end after the start.",
        )


def _check_lunch(start: time | None, end: time | None) -> None:
    if start is None and end is None:
        return
    if start is None or end is None:
        missing = "lunch_start" if start is None else "lunch_end"
        raise _field_error(
            missing, "A lunch break needs a start and an end. Enter both, or neither for no lunch break."
        )
    _check_local("lunch_start", start)
    _check_local("lunch_end", end)
    if start >= end:
        raise _field_error(
            "lunch_end",
            f"A lunch break from {start:%H:%M} to {end:%H:%M} has no minutes. Choose an end after the start.",
        )


def _check_local(field: str, at: time) -> None:
    if at.tzinfo is not None:
        raise _field_error(field, f"{at} has a time zone. Enter a local time, like 09:00.")


def _check_shortest_gap(minutes: int) -> None:
    if minutes not in SHORTEST_GAP_MINUTES:
        limits = SHORTEST_GAP_MINUTES
        raise _field_error(
            "shortest_gap_minutes",
            f"The shortest useful gap must be {limits[0]} to {limits[-1]} minutes. Enter a number like 20.",
        )


def _check_minute(at: time) -> None:
    if at.second or at.microsecond or at.tzinfo is not None:
        raise _field_error(
            "brief_time", f"A brief cannot be due at {at}. Enter a local time to the minute, like 07:00."
        )


def _check_weekdays(frequency: Frequency, days: frozenset[Weekday]) -> None:
    if frequency is Frequency.WEEKLY and len(days) != 1:
        raise _field_error("weekdays", "A weekly brief needs exactly one day of the week. Choose one.")
    if not days:
        raise _field_error("weekdays", "No day of the week is selected. Choose at least one.")
    fixed = {Frequency.DAILY: EVERY_DAY, Frequency.WEEKDAYS: WORKDAYS}.get(frequency, days)
    if days != fixed:
        raise _field_error("weekdays", f"“{frequency}” has fixed days. Use “chosen” to select other days.")


def _check_catch_up(window: timedelta) -> None:
    if not timedelta() <= window <= MAX_CATCH_UP:
        hours = MAX_CATCH_UP // timedelta(hours=1)
        raise _field_error(
            "catch_up", f"The catch-up window must be 0 to {hours} hours. Enter a duration like 4h."
        )


def _check_projects(choice: ProjectChoice, projects: tuple[str, ...]) -> None:
    if choice is not ProjectChoice.ALL and not projects:
        raise _field_error("projects", f"“{choice}” needs project names. Enter at least one.")
    if len(projects) > _MAX_PROJECTS or any(
        not name.strip() or len(name) > _MAX_PROJECT_LENGTH or not name.isprintable() for name in projects
    ):
        raise _field_error(
            "projects",
            f"Select at most {_MAX_PROJECTS} projects, each with a name of 1 to {_MAX_PROJECT_LENGTH} "
            "printable characters.",
        )
