"""What a person prefers: when a brief comes, which one, about what, and which hours are for work."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import IntEnum, StrEnum

from daybreak.errors import InvalidInput

LONGEST_CATCH_UP = timedelta(hours=20)
_MOST_PROJECTS = 200
_LONGEST_PROJECT = 200


class Weekday(IntEnum):
    """A day of the week, numbered as ISO 8601 does."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7


class Frequency(StrEnum):
    """How often a brief comes; `WEEKLY` and `CHOSEN` name their weekdays."""

    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"
    CHOSEN = "chosen"


class QuietDay(StrEnum):
    """What to do on a day on which nothing asks for anything.

    `SHORTEN` writes next actions and timeline only, `SKIP` nothing, and `WEEKLY` nothing but the sum of the
    week on one day. What is not written is there for whoever asks for it.
    """

    SEND = "send"
    SHORTEN = "shorten"
    SKIP = "skip"
    WEEKLY = "weekly"


class ProjectChoice(StrEnum):
    """Which projects a brief looks at."""

    ALL = "all"
    ONLY = "only"
    EXCEPT = "except"


EVERY_DAY = frozenset(Weekday)
WORKDAYS = frozenset(day for day in Weekday if day <= Weekday.FRIDAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a person prefers; all times are local to that person.

    Attributes:
        active: whether briefs come at all.
        brief_time: when the brief is due, to the minute.
        frequency: how often; it has to agree with `weekdays`.
        weekdays: on which days of the week.
        email: whether the brief is mailed, too.
        quiet_day: what to do when nothing is due.
        weekly_day: when the week is summed up, if `quiet_day` says so.
        catch_up: how late a brief may begin and is still wanted; after that the day is missed.
        reengage: whether briefs may grow rare while their reader is away, where the installation does that.
        project_choice: whether `projects` are the only ones, or left out; appointments always stay.
        projects: names of projects.
        workday_start: when the working day begins ...
        workday_end: ... and ends.
    """

    active: bool = True
    brief_time: time = time(7)
    frequency: Frequency = Frequency.DAILY
    weekdays: frozenset[Weekday] = EVERY_DAY
    email: bool = False
    quiet_day: QuietDay = QuietDay.SEND
    weekly_day: Weekday = Weekday.FRIDAY
    catch_up: timedelta = timedelta(hours=4)
    reengage: bool = True
    project_choice: ProjectChoice = ProjectChoice.ALL
    projects: tuple[str, ...] = ()
    workday_start: time = time(9)
    workday_end: time = time(17, 30)

    def __post_init__(self) -> None:
        _check_workday(self.workday_start, self.workday_end)
        _check_minute(self.brief_time)
        _check_weekdays(self.frequency, self.weekdays)
        _check_catch_up(self.catch_up)
        _check_projects(self.project_choice, self.projects)

    def wants(self, project: str | None) -> bool:
        """Whether a brief looks at the project of that name; None: what belongs to no project."""
        match self.project_choice:
            case ProjectChoice.ONLY:
                return project in self.projects
            case ProjectChoice.EXCEPT:
                return project not in self.projects
            case _:
                return True

    def falls_on(self, day: date) -> bool:
        """Whether a brief is wanted on that local date."""
        return self.active and day.isoweekday() in self.weekdays


def weekdays_of(frequency: Frequency, chosen: Collection[Weekday] = ()) -> frozenset[Weekday]:
    """The weekdays that a frequency means.

    Raises:
        InvalidInput: it has to name some and does not, or names more than it can mean.
    """
    days = {Frequency.DAILY: EVERY_DAY, Frequency.WEEKDAYS: WORKDAYS}.get(frequency, frozenset(chosen))
    _check_weekdays(frequency, days)
    return days


def _wrong(field: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence).telling(errors={field: sentence})


def _check_workday(start: time, end: time) -> None:
    if start >= end:
        raise _wrong(
            "workday_end",
            f"A working day from {start:%H:%M} to {end:%H:%M} has no hours; "
            "the end must come after the start.",
        )


def _check_minute(at: time) -> None:
    if at.second or at.microsecond or at.tzinfo is not None:
        raise _wrong(
            "brief_time", f"A brief cannot be due at {at}; give a local time to the minute, like 07:00."
        )


def _check_weekdays(frequency: Frequency, days: frozenset[Weekday]) -> None:
    if frequency is Frequency.WEEKLY and len(days) != 1:
        raise _wrong("weekdays", "A weekly brief comes on one day of the week; choose one.")
    if not days:
        raise _wrong("weekdays", "A brief has to come on some day of the week; choose at least one.")
    fixed = {Frequency.DAILY: EVERY_DAY, Frequency.WEEKDAYS: WORKDAYS}.get(frequency, days)
    if days != fixed:
        raise _wrong("weekdays", f"“{frequency}” names its days itself; choose “chosen” to name others.")


def _check_catch_up(window: timedelta) -> None:
    if not timedelta() <= window <= LONGEST_CATCH_UP:
        hours = LONGEST_CATCH_UP // timedelta(hours=1)
        raise _wrong(
            "catch_up", f"A brief can be caught up within 0 to {hours} hours; give such a time, like 4h."
        )


def _check_projects(choice: ProjectChoice, projects: tuple[str, ...]) -> None:
    if choice is not ProjectChoice.ALL and not projects:
        raise _wrong("projects", f"“{choice}” needs the names of projects; give at least one.")
    if len(projects) > _MOST_PROJECTS or any(
        not name.strip() or len(name) > _LONGEST_PROJECT or not name.isprintable() for name in projects
    ):
        raise _wrong(
            "projects",
            f"Up to {_MOST_PROJECTS} projects can be named, each with 1 to {_LONGEST_PROJECT} "
            "printable characters.",
        )
