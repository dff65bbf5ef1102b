"""The agenda as the rest of Daybreak reads it: projects, phases, tasks, notes, events and their sources.

A moment in a person's plans is one of three things, and Python's types already tell them apart:

* a ``date``: the whole day, wherever the person is;
* a naive ``datetime``: a wall-clock time, wherever the person is (a *floating* time);
* an aware ``datetime``: an instant.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import IntEnum, StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from daybreak import clock
from daybreak.frozen import frozen

Moment = date | datetime


class TaskStatus(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"
    DONE = "done"
    CANCELLED = "cancelled"


_CLOSED = frozenset({TaskStatus.DONE, TaskStatus.CANCELLED})


class Priority(IntEnum):
    """How important its owner said that a task is; higher is more."""

    LOW = 1
    NORMAL = 2
    HIGH = 3
    HIGHEST = 4


class SourceKind(StrEnum):
    """Where facts come from."""

    FOLDER = "folder"
    ADDRESS = "address"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A folder, an .ics address or uploaded files that a user reads from.

    Attributes:
        uploaded_at: when its files came; None for what can be read anew.
    """

    id: UUID
    kind: SourceKind
    name: str
    locator: str
    last_read_at: datetime | None = None
    last_changed_at: datetime | None = None
    failing_since: datetime | None = None
    error: str | None = None
    uploaded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWarning:
    """One thing in a source that could not be read; the rest of it was."""

    source_id: UUID
    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A named group of tasks."""

    id: UUID
    source_id: UUID | None
    name: str
    description: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of a project; both dates are inclusive."""

    id: UUID
    project_id: UUID
    name: str
    description: str
    start_on: date | None
    end_on: date | None
    place: str

    def contains(self, day: date) -> bool:
        """Whether the phase has dates and is under way on that day."""
        if self.start_on is None and self.end_on is None:
            return False
        return (self.start_on or day) <= day <= (self.end_on or day)


class Verdict(StrEnum):
    """What somebody decided about a task."""

    DONE = "done"
    SNOOZED = "snoozed"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decided about a task in Daybreak, whatever its source says.

    Attributes:
        return_on: the owner's date on which a snoozed task comes back.
        made_by: the person who decided.
    """

    verdict: Verdict
    return_on: date | None = None
    made_at: datetime
    made_by: UUID

    def holds(self, today: date) -> bool:
        """Whether it still counts on that date: a snoozed task comes back."""
        return self.return_on is None or today < self.return_on


@frozen
class Task:
    """Something to be done."""

    id: UUID
    source_id: UUID | None
    project_id: UUID | None
    phase_id: UUID | None
    title: str
    status: TaskStatus
    priority: Priority
    start: Moment | None
    due: Moment | None
    completed: Moment | None
    estimate_minutes: int | None
    blocked_by: tuple[UUID, ...]
    touched_at: datetime
    place: str
    path: str
    decision: Decision | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still has to be done."""
        return self.status not in _CLOSED


@frozen
class Event:
    """One occurrence in a calendar; ``end`` is exclusive, and equals ``start`` when it takes no time."""

    id: UUID
    source_id: UUID | None
    title: str
    location: str
    start: Moment
    end: Moment
    busy: bool
    tentative: bool
    place: str
    path: str

    @property
    def all_day(self) -> bool:
        """Whether it fills whole days instead of a stretch of hours."""
        return not isinstance(self.start, datetime)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A piece of text that its owner wrote down."""

    id: UUID
    source_id: UUID | None
    project_id: UUID | None
    title: str
    body: str
    noted_at: datetime
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """What a brief may look at: everything open, and the recent past and near future of the rest.

    Attributes:
        tasks: as their owner decided about them; one that was decided to be done counts as done.
        put_off: tasks that their owner has snoozed or ignores; they are in no other part.
    """

    sources: tuple[Source, ...] = ()
    warnings: tuple[SourceWarning, ...] = ()
    projects: tuple[Project, ...] = ()
    phases: tuple[Phase, ...] = ()
    tasks: tuple[Task, ...] = ()
    put_off: tuple[Task, ...] = ()
    events: tuple[Event, ...] = ()
    notes: tuple[Note, ...] = ()


def instant(moment: Moment, tz: ZoneInfo) -> datetime:
    """The instant, in UTC, at which a moment begins for a person in ``tz``."""
    if not isinstance(moment, datetime):
        return clock.start_of_day(moment, tz)
    if moment.tzinfo is None:
        return clock.first_instant(moment.date(), moment.time(), tz)
    return moment.astimezone(UTC)


def day(moment: Moment, tz: ZoneInfo) -> date:
    """The date on which a moment falls for a person in ``tz``."""
    if not isinstance(moment, datetime):
        return moment
    return moment.date() if moment.tzinfo is None else clock.local_date(moment, tz)
