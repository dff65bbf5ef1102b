"""The agenda's rows in PostgreSQL: reading agendas for briefs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from daybreak.agenda.model import (
    Agenda,
    ChangeDetection,
    Decision,
    DecisionKind,
    Event,
    Moment,
    Note,
    Phase,
    Priority,
    Project,
    Source,
    SourceKind,
    SourceWarning,
    Task,
    TaskStatus,
    UnassignedTasks,
)
from daybreak.agenda.ownership.holders import Ownership
from daybreak.agenda.projects.united import unite_projects
from daybreak.db import load
from daybreak.people import User

T = TypeVar("T", Task, Phase, Note)

_sql = load(__package__)
_STATUSES = {status.value: status for status in TaskStatus}
_PRIORITIES = {priority.code: priority for priority in Priority}


@dataclass(frozen=True, slots=True)
class EventRange:
    """A half-open range of instants [start, end) for events."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaQuery:
    """A query for one owner's agenda: which items to read besides the open tasks.

    Attributes:
        owner: the owner, whose identities decide which tasks and events are the owner's.
        today: the owner's date, by which snoozed tasks return.
        events: the range of events; for floating and all-day events it is a day wider on either side.
        completed_since: the instant from which finished tasks are included.
        notes_since: the instant from which notes are included.
        tracked_task_ids: ids of tasks, as texts, that are included even if finished earlier.
    """

    owner: User
    today: date
    events: EventRange
    completed_since: datetime
    notes_since: datetime
    tracked_task_ids: Collection[str] = ()


async def read_agendas(
    tx: asyncpg.Connection, queries: Sequence[AgendaQuery], sources: Collection[UUID] | None = None
) -> Iterator[tuple[UUID, Agenda]]:
    """Read the agendas of several owners in one round trip, and yield each with its owner.

    An agenda is built when the iterator reaches it. A caller that drops each agenda before the next one
    has the others in memory only as rows.

    Args:
        tx: a transaction as these owners.
        queries: one query for each owner.
        sources: the sources to read from; None for all of them.
    """
    found = await tx.fetch(
        _sql.read_agendas,
        [query.owner.id for query in queries],
        [query.events.start for query in queries],
        [query.events.end for query in queries],
        [query.completed_since for query in queries],
        [query.notes_since for query in queries],
        None if sources is None else list(sources),
        [task_id for query in queries for task_id in query.tracked_task_ids],
    )
    return _build_agendas(found, {query.owner.id: query for query in queries})


def _build_agendas(
    found: list[asyncpg.Record], queries: Mapping[UUID, AgendaQuery]
) -> Iterator[tuple[UUID, Agenda]]:
    # The driver references this list until its next statement; popped rows are freed before that.
    while found:
        row = found.pop()
        yield row["owner_id"], _build_agenda(row, queries[row["owner_id"]])


def _build_agenda(row: asyncpg.Record, query: AgendaQuery) -> Agenda:
    projects, project_ids = unite_projects(list(map(project_from_row, row["projects"])))
    decisions = {one["task_id"]: one for one in row["decisions"]}
    ownership = Ownership.from_rows(row["identities"], row["team_boards"], query.owner)
    tasks: list[Task] = []
    deferred: list[Task] = []
    for stored in row["tasks"]:
        task = task_from_row(stored)
        if task.project_id in project_ids:
            task = _with_project(task, project_ids)
        one = ownership.with_holder(task)
        if decisions:
            decision = decisions.get(stored["id"]) or decisions.get(stored["superseded_by"])
            one = _with_stored_decision(one, decision, query.today)
        (deferred if one.decision and one.is_open else tasks).append(one)
    return Agenda(
        sources=tuple(map(source_from_row, row["sources"])),
        warnings=tuple(map(warning_from_row, row["warnings"])),
        projects=projects,
        phases=tuple(_with_project(phase_from_row(one), project_ids) for one in row["phases"]),
        tasks=tuple(tasks),
        deferred=tuple(deferred),
        events=tuple(ownership.with_attendance(event_from_row(event)) for event in row["events"]),
        notes=tuple(_with_project(note_from_row(one), project_ids) for one in row["notes"]),
        unanswered_assignees=ownership.find_unanswered(tasks),
    )


def _with_project(item: T, project_ids: Mapping[UUID | None, UUID]) -> T:
    """Return the item under the project that represents its own."""
    project_id = project_ids.get(item.project_id)
    return item if project_id is None else replace(item, project_id=project_id)


def source_from_row(row: asyncpg.Record) -> Source:
    """Build a source from its row."""
    times = ("last_read_at", "last_changed_at", "failing_since", "uploaded_at", "retry_at")
    shown = ("id", "name", "locator", "error", "is_confined", "watched_until", *times)
    unassigned = UnassignedTasks(row["unassigned"] or UnassignedTasks.MINE)
    return Source(
        kind=SourceKind(row["kind"]),
        unassigned=unassigned,
        watching=ChangeDetection(row["watching"]) if row["watching"] else None,
        **_pick(row, *shown),
    )


def warning_from_row(row: asyncpg.Record) -> SourceWarning:
    """Build a warning from its row."""
    return SourceWarning(**_pick(row, "source_id", "path", "line", "message"))


def project_from_row(row: asyncpg.Record) -> Project:
    """Build a project from its row."""
    return Project(**_pick(row, "id", "source_id", "name", "description", "source_ref", "canonical_id"))


def phase_from_row(row: asyncpg.Record) -> Phase:
    """Build a phase from its row."""
    return Phase(**_pick(row, "id", "project_id", "name", "description", "start_on", "end_on", "source_ref"))


def task_from_row(row: asyncpg.Record) -> Task:
    """Build a task from its row, without applying decisions."""
    return Task(
        id=row["id"],
        source_id=row["source_id"],
        project_id=row["project_id"],
        phase_id=row["phase_id"],
        title=row["title"],
        status=_STATUSES[row["status"]],
        priority=_PRIORITIES[row["priority"]],
        start=row["start_on"] or row["start_at"],
        due=row["due_on"] or row["due_at"],
        completed=row["completed_on"] or row["completed_at"],
        estimate_minutes=row["estimate_minutes"],
        blocked_by=tuple(row["blocked_by"]),
        touched_at=row["touched_at"],
        source_ref=row["source_ref"],
        path=row["path"],
        assignee=row["assignee"],
        recurrence=row["recurrence"],
        native_id=row.get("native_id"),
        absent_on=row.get("absent_on"),
        completion_seen_at=row.get("completed_seen_at"),
        is_someday=row.get("someday", False),
        is_waiting_for_other=row.get("waiting", False),
    )


def _with_stored_decision(task: Task, row: asyncpg.Record | None, today: date) -> Task:
    if row is None or row["task_status_at_decision"] != task.status:
        return task
    return apply_decision(task, decision_from_row(row), today)


def apply_decision(task: Task, decision: Decision | None, today: date) -> Task:
    """Return the task with a decision applied, if the decision is still active."""
    if decision is None or not decision.is_active(today):
        return task
    if decision.kind is DecisionKind.DONE:
        return replace(task, status=TaskStatus.DONE, completed=decision.made_at, decision=decision)
    return replace(task, decision=decision)


def decision_from_row(row: asyncpg.Record) -> Decision:
    """Build a decision from its row."""
    return Decision(kind=DecisionKind(row["kind"]), **_pick(row, "return_on", "made_at", "made_by"))


def event_from_row(row: asyncpg.Record) -> Event:
    """Build an event from its row."""
    return Event(
        id=row["id"],
        source_id=row["source_id"],
        title=row["title"],
        location=row["location"],
        start=_to_moment(row, row["starts_at"]),
        end=_to_moment(row, row["ends_at"]),
        busy=row["busy"],
        tentative=row["tentative"],
        source_ref=row["source_ref"],
        path=row["path"],
        uid=row.get("uid"),
        recurrence_id=row.get("recurrence_id"),
        organizer=row.get("organizer"),
        declined_by=tuple(row.get("declined_by") or ()),
        tentative_by=tuple(row.get("tentative_by") or ()),
        absent_on=row.get("absent_on"),
    )


def note_from_row(row: asyncpg.Record) -> Note:
    """Build a note from its row."""
    shown = ("id", "source_id", "project_id", "title", "body", "noted_at", "source_ref", "path")
    return Note(**_pick(row, *shown))


def _to_moment(row: asyncpg.Record, stored: datetime) -> Moment:
    if row["all_day"]:
        return stored.astimezone(UTC).date()
    return stored.astimezone(UTC).replace(tzinfo=None) if row["floating"] else stored


def _pick(row: asyncpg.Record, *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


async def list_sources(tx: asyncpg.Connection, owner_id: UUID) -> list[Source]:
    """List the owner's sources by name."""
    return [source_from_row(row) for row in await tx.fetch(_sql.list_sources, owner_id)]


async def read_ownership(tx: asyncpg.Connection, user: User) -> Ownership:
    """Return what decides which tasks and events are the user's."""
    row = await tx.fetchrow(_sql.read_ownership, user.id)
    return Ownership.from_rows(row["identities"], row["team_boards"], user)
