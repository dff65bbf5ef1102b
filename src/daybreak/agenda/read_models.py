"""Read models of the agenda for pages and API: lists with cursors, and details with related names."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from daybreak import clock
from daybreak.agenda import store
from daybreak.agenda.model import Decision, DecisionKind, Event, Note, Phase, Project, Task
from daybreak.agenda.ownership.holders import Ownership
from daybreak.agenda.projects.united import unite_projects
from daybreak.db import load
from daybreak.errors import NotFound
from daybreak.people import User

_sql = load(__package__)
_MAX_ROWS_PER_RANGE = 2_000
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AgendaCursor:
    """A position in a list: after the row with that sort instant and id."""

    at: datetime
    id: UUID


FIRST_CURSOR = AgendaCursor(datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))
LATEST_CURSOR = AgendaCursor(datetime(9999, 12, 31, 23, tzinfo=UTC), UUID(int=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDetail:
    """A task with the names of its project, phase and source.

    Attributes:
        task: with its owner's decision applied.
        cursor: the cursor of the list after this task.
    """

    task: Task
    details: str
    source: str | None
    project: str | None
    phase: str | None
    assignee: str | None
    tags: tuple[str, ...]
    recurrence: str | None
    cursor: AgendaCursor

    @property
    def is_own(self) -> bool:
        """Whether the task was added in Daybreak."""
        return self.task.source_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectDetail:
    """A project with the counts of its open and overdue tasks.

    Attributes:
        others: the number of open tasks that are not the owner's; `open` and `overdue` are without them.
        merged: the projects that are shown under it.
    """

    project: Project
    source: str | None
    open: int = 0
    overdue: int = 0
    others: int = 0
    merged: tuple["ProjectDetail", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDetail:
    """A note with the names of its project and source."""

    note: Note
    source: str | None
    project: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDetail:
    """An event with the name of its source."""

    event: Event
    source: str | None


@dataclass(frozen=True, slots=True)
class OtherTasks:
    """The tasks that are not the owner's.

    Attributes:
        assignees: the assignees of tasks of other people.
        boards: the files whose unassigned tasks are a team's, each as “source:path”.
    """

    assignees: Sequence[str] = ()
    boards: Sequence[str] = ()

    def __bool__(self) -> bool:
        """Return whether there may be any."""
        return bool(self.assignees or self.boards)


NO_OTHER_TASKS = OtherTasks()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """A filter for lists of tasks.

    Attributes:
        without: the tasks that lists of open or finished tasks, and the board, exclude.
        today: the owner's date, by which snoozed tasks return.
        title_query: a text that the title contains, ignoring case.
    """

    today: date
    project_id: UUID | None = None
    title_query: str = ""
    without: OtherTasks = NO_OTHER_TASKS


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRange:
    """The dates [first, until) of a user's calendar, with their events and due tasks."""

    first: date
    until: date
    events: Sequence[EventDetail] = field(default_factory=tuple)
    tasks: Sequence[TaskDetail] = field(default_factory=tuple)


async def list_open_tasks(
    tx: asyncpg.Connection,
    owner_id: UUID,
    task_filter: TaskFilter,
    after: AgendaCursor = FIRST_CURSOR,
    limit: int = 50,
) -> list[TaskDetail]:
    """List open tasks that are neither snoozed nor ignored, by due date, those without one last."""
    rows = await tx.fetch(
        _sql.list_open_tasks,
        owner_id,
        task_filter.today,
        task_filter.project_id,
        task_filter.title_query,
        after.at,
        after.id,
        limit,
        task_filter.without.assignees,
        task_filter.without.boards,
    )
    return [_task_detail(row, task_filter.today) for row in rows]


async def list_finished_tasks(
    tx: asyncpg.Connection,
    owner_id: UUID,
    task_filter: TaskFilter,
    after: AgendaCursor = LATEST_CURSOR,
    limit: int = 50,
) -> list[TaskDetail]:
    """List tasks that are done or cancelled, by their source or by decision, the latest first."""
    rows = await tx.fetch(
        _sql.list_finished_tasks,
        owner_id,
        task_filter.project_id,
        task_filter.title_query,
        after.at,
        after.id,
        limit,
        task_filter.without.assignees,
        task_filter.without.boards,
    )
    return [_task_detail(row, task_filter.today, row["finished_at"]) for row in rows]


async def list_decided_tasks(
    tx: asyncpg.Connection,
    owner_id: UUID,
    kind: DecisionKind,
    task_filter: TaskFilter,
    after: AgendaCursor = FIRST_CURSOR,
    limit: int = 50,
) -> list[TaskDetail]:
    """List tasks that are snoozed, or ignored, by due date."""
    rows = await tx.fetch(
        _sql.list_decided_tasks,
        owner_id,
        kind,
        task_filter.title_query,
        after.at,
        after.id,
        limit,
        task_filter.today,
    )
    return [_task_detail(row, task_filter.today) for row in rows]


async def get_board(
    tx: asyncpg.Connection, owner_id: UUID, task_filter: TaskFilter, limit: int = 30
) -> list[TaskDetail]:
    """Return the tasks that are due first for each open status."""
    others = task_filter.without
    chosen = task_filter.today, task_filter.project_id, limit, others.assignees, others.boards
    rows = await tx.fetch(_sql.get_board, owner_id, *chosen)
    return [_task_detail(row, task_filter.today) for row in rows]


async def get_task(tx: asyncpg.Connection, owner_id: UUID, task_id: UUID, today: date) -> TaskDetail:
    """Return one task.

    Raises:
        NotFound: the owner has no such task.
    """
    row = await tx.fetchrow(_sql.get_task, owner_id, task_id)
    if row is None:
        raise NotFound("This task does not exist; its source may no longer contain it.")
    return _task_detail(row, today)


async def get_tasks(
    tx: asyncpg.Connection, owner_id: UUID, task_ids: Sequence[UUID], today: date
) -> list[TaskDetail]:
    """Return those of these tasks that exist, by due date."""
    if not task_ids:
        return []
    return [_task_detail(row, today) for row in await tx.fetch(_sql.get_tasks, owner_id, list(task_ids))]


async def list_projects(
    tx: asyncpg.Connection,
    owner_id: UUID,
    today: date,
    tz: ZoneInfo,
    after: tuple[str, UUID] = ("", UUID(int=0)),
    limit: int = 50,
    others: OtherTasks = NO_OTHER_TASKS,
) -> list[ProjectDetail]:
    """List projects by name, after the one with that lower-case name and id."""
    parameters = *after, limit, today, clock.start_of_day(today, tz), others.assignees, others.boards
    rows = await tx.fetch(_sql.list_projects, owner_id, *parameters)
    found = await tx.fetch(_sql.list_merged_projects, owner_id, [row["id"] for row in rows])
    merged = tuple(map(_merged_detail, found))
    return [
        ProjectDetail(
            project=store.project_from_row(row),
            source=row["source"],
            open=row["open"],
            overdue=row["overdue"],
            others=row["others"],
            merged=tuple(one for one in merged if one.project.canonical_id == row["id"]),
        )
        for row in rows
    ]


def _merged_detail(row: asyncpg.Record) -> ProjectDetail:
    return ProjectDetail(project=store.project_from_row(row), source=row["source"])


async def list_project_names(tx: asyncpg.Connection, owner_id: UUID) -> list[tuple[UUID, str]]:
    """List the ids and names of the projects, for a select field."""
    return [(row["id"], row["name"]) for row in await tx.fetch(_sql.list_project_names, owner_id)]


async def get_project(tx: asyncpg.Connection, owner_id: UUID, project_id: UUID) -> ProjectDetail:
    """Return one project.

    Raises:
        NotFound: the owner has no such project.
    """
    first, *others = await tx.fetch(_sql.get_project, owner_id, project_id) or [None]
    if first is None or first["id"] != project_id:
        raise NotFound("This project does not exist.")
    merged = tuple(map(_merged_detail, others))
    (united,), _ = unite_projects([store.project_from_row(first), *(one.project for one in merged)])
    project = replace(united, source_id=first["source_id"])
    return ProjectDetail(project=project, source=first["source"], merged=merged)


async def list_phases(tx: asyncpg.Connection, owner_id: UUID, project_id: UUID) -> list[Phase]:
    """List the phases of a project in their order."""
    return [store.phase_from_row(row) for row in await tx.fetch(_sql.list_phases, owner_id, project_id)]


async def list_notes(
    tx: asyncpg.Connection,
    owner_id: UUID,
    *,
    project_id: UUID | None = None,
    query: str = "",
    after: AgendaCursor = LATEST_CURSOR,
    limit: int = 50,
) -> list[NoteDetail]:
    """List notes, the newest first."""
    rows = await tx.fetch(_sql.list_notes, owner_id, project_id, query, after.at, after.id, limit)
    return [_note_detail(row) for row in rows]


async def get_note(tx: asyncpg.Connection, owner_id: UUID, note_id: UUID) -> NoteDetail:
    """Return one note.

    Raises:
        NotFound: the owner has no such note.
    """
    row = await tx.fetchrow(_sql.get_note, owner_id, note_id)
    if row is None:
        raise NotFound("This note does not exist.")
    return _note_detail(row)


async def get_event(tx: asyncpg.Connection, owner_id: UUID, event_id: UUID) -> EventDetail:
    """Return one event.

    Raises:
        NotFound: the owner has no such event.
    """
    row = await tx.fetchrow(_sql.get_event, owner_id, event_id)
    if row is None:
        raise NotFound("This event does not exist; its source may no longer contain it.")
    return EventDetail(event=store.event_from_row(row), source=row["source"])


async def get_calendar(
    tx: asyncpg.Connection, owner_id: UUID, first: date, until: date, tz: ZoneInfo, today: date
) -> CalendarRange:
    """Return the events and due tasks of the dates [first, until) in the owner's zone."""
    begin, end = datetime.combine(first, time.min, UTC), datetime.combine(until, time.min, UTC)
    found = await tx.fetch(_sql.list_events, owner_id, begin - _ONE_DAY, end + _ONE_DAY, _MAX_ROWS_PER_RANGE)
    instants = clock.start_of_day(first, tz), clock.start_of_day(until, tz)
    due = await tx.fetch(_sql.list_tasks_due, owner_id, first, until, *instants, today, _MAX_ROWS_PER_RANGE)
    return CalendarRange(
        first=first,
        until=until,
        events=[EventDetail(event=store.event_from_row(row), source=row["source"]) for row in found],
        tasks=[_task_detail(row, today) for row in due],
    )


async def read_other_tasks(tx: asyncpg.Connection, user: User) -> OtherTasks:
    """Return the tasks that are not the user's."""
    row = await tx.fetchrow(_sql.read_other_tasks, user.id)
    ownership = Ownership.from_rows(row["identities"], row["team_boards"], user)
    boards = [f"{source_id}:{path}" for source_id, path in ownership.team_boards]
    return OtherTasks(ownership.find_others(row["assignees"]), boards)


async def with_holders(tx: asyncpg.Connection, user: User, details: Sequence[TaskDetail]) -> list[TaskDetail]:
    """Return the tasks with their holders."""
    if not details:
        return []
    ownership = await store.read_ownership(tx, user)
    return [replace(one, task=ownership.with_holder(one.task)) for one in details]


async def with_attendance(
    tx: asyncpg.Connection, user: User, details: Sequence[EventDetail]
) -> list[EventDetail]:
    """Return the events with the user's replies."""
    if not any(one.event.declined_by or one.event.tentative_by for one in details):
        return list(details)
    ownership = await store.read_ownership(tx, user)
    return [replace(one, event=ownership.with_attendance(one.event)) for one in details]


async def is_empty(tx: asyncpg.Connection, owner_id: UUID) -> bool:
    """Return whether a user has neither a source nor a manual entry, as on first use."""
    return bool(await tx.fetchval(_sql.is_empty, owner_id))


def _task_detail(row: asyncpg.Record, today: date, at: datetime | None = None) -> TaskDetail:
    return TaskDetail(
        task=store.apply_decision(store.task_from_row(row), _decision_from_row(row), today),
        details=row["details"],
        source=row["source"],
        project=row["project"],
        phase=row["phase"],
        assignee=row["assignee"],
        tags=tuple(row["tags"]),
        recurrence=row["recurrence"],
        cursor=AgendaCursor(at or row["due_order"], row["id"]),
    )


def _decision_from_row(row: asyncpg.Record) -> Decision | None:
    if row["decision"] is None:
        return None
    made: dict[str, Any] = {name: row[name] for name in ("return_on", "made_at", "made_by")}
    return Decision(kind=DecisionKind(row["decision"]), **made)


def _note_detail(row: asyncpg.Record) -> NoteDetail:
    return NoteDetail(note=store.note_from_row(row), source=row["source"], project=row["project"])


class TaskListKind(StrEnum):
    """The kinds of task list."""

    OPEN = "open"
    SNOOZED = "snoozed"
    IGNORED = "ignored"
    DONE = "done"


class TaskHolders(StrEnum):
    """Whose tasks a page lists."""

    MINE = "mine"
    ALL = "all"


async def list_tasks_by_kind(
    tx: asyncpg.Connection,
    owner_id: UUID,
    kind: TaskListKind,
    task_filter: TaskFilter,
    after: AgendaCursor | None,
    limit: int,
) -> list[TaskDetail]:
    """List the tasks of one kind of list."""
    match kind:
        case TaskListKind.OPEN:
            return await list_open_tasks(tx, owner_id, task_filter, after or FIRST_CURSOR, limit)
        case TaskListKind.DONE:
            return await list_finished_tasks(tx, owner_id, task_filter, after or LATEST_CURSOR, limit)
        case _:
            return await list_decided_tasks(
                tx, owner_id, DecisionKind(kind), task_filter, after or FIRST_CURSOR, limit
            )
