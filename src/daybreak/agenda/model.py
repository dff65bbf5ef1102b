"""The agenda's data model: projects, phases, tasks, notes, events and their sources.

A ``Moment`` is one of three things, distinguished by Python's own types:

* * * a ``date``: the whole day, in the owner's current zone;
* * a naive ``datetime``: a wall-clock time, in the owner's current zone (a *floating* time);
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
    """The status of a task."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"
    DONE = "done"
    CANCELLED = "cancelled"


_CLOSED_STATUSES = frozenset({TaskStatus.DONE, TaskStatus.CANCELLED})


class Holder(StrEnum):
    """The holder of a task: its reader, another person, or none, on a team board."""

    MINE = "mine"
    OTHER = "other"
    UNASSIGNED = "unassigned"


class UnassignedTasks(StrEnum):
    """The holder that a reader chose for the unassigned tasks of a source's team boards."""

    MINE = "mine"
    TEAM = "team"


class Priority(IntEnum):
    """A task's priority as set by its owner; higher is more important."""

    LOW = 1
    NORMAL = 2
    MEDIUM = 3
    HIGH = 4
    HIGHEST = 5

    @property
    def code(self) -> int:
        """The number in the database, where those of the other levels are older than `MEDIUM`."""
        return _PRIORITY_CODES[self]


_PRIORITY_CODES = {
    Priority.LOW: 1,
    Priority.NORMAL: 2,
    Priority.HIGH: 3,
    Priority.HIGHEST: 4,
    Priority.MEDIUM: 5,
}


class SourceKind(StrEnum):
    """The kind of a source."""

    FOLDER = "folder"
    ADDRESS = "address"
    UPLOAD = "upload"


class ChangeDetection(StrEnum):
    """How changes of a folder are noticed: by events, by comparison every minute, or every 15 minutes."""

    EVENTS = "events"
    POLLING = "polling"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A folder, an .ics URL or uploaded files from which a user's items are imported.

    Attributes:
        uploaded_at: when its files were uploaded; None for a source that can be read again.
        unassigned: the holder of the unassigned tasks of its team boards.
        retry_at: until when the server of a calendar URL wants no request; None if it did not ask.
        is_confined: whether it is a folder that was added in the web; no part of its path may be a link.
        watching: how the changes of a folder are noticed until `watched_until`; None for the periodic check.
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
    unassigned: UnassignedTasks = UnassignedTasks.MINE
    retry_at: datetime | None = None
    is_confined: bool = False
    watching: ChangeDetection | None = None
    watched_until: datetime | None = None

    def change_detection(self, now: datetime) -> ChangeDetection | None:
        """Return how the changes of a folder are noticed; None for other sources."""
        if self.kind is not SourceKind.FOLDER:
            return None
        is_watched = self.watched_until is not None and self.watched_until > now
        return self.watching if is_watched and self.watching else ChangeDetection.MAINTENANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWarning:
    """One part of a source that could not be read; the rest was read."""

    source_id: UUID
    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        if self.path == ".":
            return self.message
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A named group of tasks.

    Attributes:
        source_ref: where its description is, or its name if it has none.
        cited_as: its name there.
        canonical_id: the project under which its items are shown; None if it is that project.
        other_names: the names of the projects that are shown under it.
    """

    id: UUID
    source_id: UUID | None
    name: str
    description: str
    source_ref: str
    cited_as: str | None = None
    canonical_id: UUID | None = None
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A part of a project; both dates are inclusive."""

    id: UUID
    project_id: UUID
    name: str
    description: str
    start_on: date | None
    end_on: date | None
    source_ref: str

    def contains(self, day: date) -> bool:
        """Return whether the phase has dates and includes that day."""
        if self.start_on is None and self.end_on is None:
            return False
        return (self.start_on or day) <= day <= (self.end_on or day)


class DecisionKind(StrEnum):
    """The kind of a decision about a task."""

    DONE = "done"
    SNOOZED = "snoozed"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A user's decision about a task, which overrides the status in its source.

    Attributes:
        return_on: the owner's date on which a snoozed task returns.
        made_by: the user who made the decision.
    """

    kind: DecisionKind
    return_on: date | None = None
    made_at: datetime
    made_by: UUID

    def is_active(self, today: date) -> bool:
        """Return whether the decision is still active on that date: a snooze expires."""
        return self.return_on is None or today < self.return_on


@frozen
class Task:
    """A to-do item.

    Attributes:
        completed: when it was completed, as its source or its owner states; None if neither does.
        completion_seen_at: when a reading first found it done that had been open.
        is_someday: whether it is in a list for someday: a wish, not a plan.
        is_waiting_for_other: whether it waits for another person, by its list, context or title.
    """

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
    source_ref: str
    path: str
    assignee: str | None = None
    holder: Holder = Holder.MINE
    recurrence: str | None = None
    native_id: str | None = None
    absent_on: date | None = None
    completion_seen_at: datetime | None = None
    decision: Decision | None = None
    is_someday: bool = False
    is_waiting_for_other: bool = False

    @property
    def latest_completion(self) -> Moment | None:
        """When it was completed, at the latest: for selecting tasks, not a time that its source states."""
        return self.completed or self.completion_seen_at

    @property
    def is_open(self) -> bool:
        """Whether the task is neither done nor cancelled."""
        return self.status not in _CLOSED_STATUSES

    @property
    def is_mine(self) -> bool:
        """Whether the task is its reader's to do."""
        return self.holder is Holder.MINE


@frozen
class Event:
    """One occurrence in a calendar; ``end`` is exclusive, and equals ``start`` if it has no duration.

    Attributes:
        tentative: whether it, or its reader's attendance, is not certain.
        declined: whether its reader has declined it.
    """

    id: UUID
    source_id: UUID | None
    title: str
    location: str
    start: Moment
    end: Moment
    busy: bool
    tentative: bool
    source_ref: str
    path: str
    uid: str | None = None
    recurrence_id: str | None = None
    organizer: str | None = None
    declined_by: tuple[str, ...] = ()
    tentative_by: tuple[str, ...] = ()
    declined: bool = False
    absent_on: date | None = None

    @property
    def all_day(self) -> bool:
        """Whether the event covers whole days instead of hours."""
        return not isinstance(self.start, datetime)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text note."""

    id: UUID
    source_id: UUID | None
    project_id: UUID | None
    title: str
    body: str
    noted_at: datetime
    source_ref: str
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """The input of a brief: all open tasks, and other items of the recent past and near future.

    Attributes:
        tasks: with their owner's decisions applied; a task that was marked done counts as done.
        deferred: tasks that their owner has snoozed or ignored; they are in no other field.
        unanswered_assignees: the assignees of open tasks who may be the owner, until the owner answers.
    """

    sources: tuple[Source, ...] = ()
    warnings: tuple[SourceWarning, ...] = ()
    projects: tuple[Project, ...] = ()
    phases: tuple[Phase, ...] = ()
    tasks: tuple[Task, ...] = ()
    deferred: tuple[Task, ...] = ()
    events: tuple[Event, ...] = ()
    notes: tuple[Note, ...] = ()
    unanswered_assignees: tuple[str, ...] = ()


def to_instant(moment: Moment, tz: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which a moment begins in ``tz``."""
    if not isinstance(moment, datetime):
        return clock.start_of_day(moment, tz)
    if moment.tzinfo is None:
        return clock.first_instant(moment.date(), moment.time(), tz)
    return moment.astimezone(UTC)


def to_local_date(moment: Moment, tz: ZoneInfo) -> date:
    """Return the date on which a moment falls in ``tz``."""
    if not isinstance(moment, datetime):
        return moment
    return moment.date() if moment.tzinfo is None else clock.local_date(moment, tz)
