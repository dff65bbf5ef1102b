"""Read models of the agenda for pages and API: lists with cursors, and details with related names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from daybreak import clock
from daybreak.agenda import store
from daybreak.agenda.model import Decision, Event, Note, Phase, Project, Task, Verdict
from daybreak.db import load
from daybreak.errors import NotFound

_sql = load(__package__)
_MOST_OF_A_STRETCH = 2_000
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a list: after the row with that sort instant and id."""

    at: datetime
    id: UUID


FIRST = Place(datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))
LATEST = Place(datetime(9999, 12, 31, 23, tzinfo=UTC), UUID(int=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
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
    place: Place

    @property
    def is_own(self) -> bool:
        """Whether the task was added in Daybreak."""
        return self.task.source_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCard:
    """A project with the counts of its open and overdue tasks."""

    project: Project
    source: str | None
    open: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCard:
    """A note with the names of its project and source."""

    note: Note
    source: str | None
    project: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCard:
    """An event with the name of its source."""

    event: Event
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter for lists of tasks.

    Attributes:
        today: the owner's date, by which snoozed tasks return.
        title_query: a text that the title contains, ignoring case.
    """

    today: date
    project_id: UUID | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The dates [first, until) of a user's calendar, with their events and due tasks."""

    first: date
    until: date
    events: Sequence[EventCard] = field(default_factory=tuple)
    tasks: Sequence[Card] = field(default_factory=tuple)


async def open_tasks(
    tx: asyncpg.Connection, owner_id: UUID, which: Filter, after: Place = FIRST, limit: int = 50
) -> list[Card]:
    """List open tasks that are neither snoozed nor ignored, by due date, those without one last."""
    rows = await tx.fetch(
        _sql.list_open_tasks,
        owner_id,
        which.today,
        which.project_id,
        which.words,
        after.at,
        after.id,
        limit,
    )
    return [_card(row, which.today) for row in rows]


async def finished_tasks(
    tx: asyncpg.Connection, owner_id: UUID, which: Filter, after: Place = LATEST, limit: int = 50
) -> list[Card]:
    """List tasks that are done or cancelled, by their source or by decision, the latest first."""
    rows = await tx.fetch(
        _sql.list_finished_tasks, owner_id, which.project_id, which.words, after.at, after.id, limit
    )
    return [_card(row, which.today, row["finished_at"]) for row in rows]


async def decided_tasks(
    tx: asyncpg.Connection,
    owner_id: UUID,
    verdict: Verdict,
    which: Filter,
    after: Place = FIRST,
    limit: int = 50,
) -> list[Card]:
    """List tasks that are snoozed, or ignored, by due date."""
    rows = await tx.fetch(
        _sql.list_decided_tasks, owner_id, verdict, which.words, after.at, after.id, limit, which.today
    )
    return [_card(row, which.today) for row in rows]


async def board(tx: asyncpg.Connection, owner_id: UUID, which: Filter, limit: int = 30) -> list[Card]:
    """Return the tasks that are due first for each open status."""
    rows = await tx.fetch(_sql.list_board, owner_id, which.today, which.project_id, limit)
    return [_card(row, which.today) for row in rows]


async def task_card(tx: asyncpg.Connection, owner_id: UUID, task_id: UUID, today: date) -> Card:
    """Return one task.

    Raises:
        NotFound: the owner has no such task.
    """
    row = await tx.fetchrow(_sql.read_card, owner_id, task_id)
    if row is None:
        raise NotFound("This task does not exist; its source may no longer contain it.")
    return _card(row, today)


async def task_cards(
    tx: asyncpg.Connection, owner_id: UUID, task_ids: Sequence[UUID], today: date
) -> list[Card]:
    """Return those of these tasks that exist, by due date."""
    if not task_ids:
        return []
    return [_card(row, today) for row in await tx.fetch(_sql.read_cards, owner_id, list(task_ids))]


async def projects(
    tx: asyncpg.Connection,
    owner_id: UUID,
    today: date,
    tz: ZoneInfo,
    after: tuple[str, UUID] = ("", UUID(int=0)),
    limit: int = 50,
) -> list[ProjectCard]:
    """List projects by name, after the one with that lower-case name and id."""
    begins = clock.start_of_day(today, tz)
    rows = await tx.fetch(_sql.list_projects, owner_id, *after, limit, today, begins)
    return [
        ProjectCard(project=store.project(row), source=row["source"], open=row["open"], late=row["late"])
        for row in rows
    ]


async def project_names(tx: asyncpg.Connection, owner_id: UUID) -> list[tuple[UUID, str]]:
    """List the ids and names of the projects, for a select field."""
    return [(row["id"], row["name"]) for row in await tx.fetch(_sql.name_projects, owner_id)]


async def project_card(tx: asyncpg.Connection, owner_id: UUID, project_id: UUID) -> ProjectCard:
    """Return one project.

    Raises:
        NotFound: the owner has no such project.
    """
    row = await tx.fetchrow(_sql.read_project, owner_id, project_id)
    if row is None:
        raise NotFound("This project does not exist.")
    return ProjectCard(project=store.project(row), source=row["source"])


async def phases(tx: asyncpg.Connection, owner_id: UUID, project_id: UUID) -> list[Phase]:
    """List the phases of a project in their order."""
    return [store.phase(row) for row in await tx.fetch(_sql.list_phases, owner_id, project_id)]


async def notes(
    tx: asyncpg.Connection,
    owner_id: UUID,
    *,
    project_id: UUID | None = None,
    words: str = "",
    after: Place = LATEST,
    limit: int = 50,
) -> list[NoteCard]:
    """List notes, the newest first."""
    rows = await tx.fetch(_sql.list_notes, owner_id, project_id, words, after.at, after.id, limit)
    return [_note_card(row) for row in rows]


async def note_card(tx: asyncpg.Connection, owner_id: UUID, note_id: UUID) -> NoteCard:
    """Return one note.

    Raises:
        NotFound: the owner has no such note.
    """
    row = await tx.fetchrow(_sql.read_note, owner_id, note_id)
    if row is None:
        raise NotFound("This note does not exist.")
    return _note_card(row)


async def event_card(tx: asyncpg.Connection, owner_id: UUID, event_id: UUID) -> EventCard:
    """Return one event.

    Raises:
        NotFound: the owner has no such event.
    """
    row = await tx.fetchrow(_sql.read_event, owner_id, event_id)
    if row is None:
        raise NotFound("This event does not exist; its source may no longer contain it.")
    return EventCard(event=store.event(row), source=row["source"])


async def calendar(
    tx: asyncpg.Connection, owner_id: UUID, first: date, until: date, tz: ZoneInfo, today: date
) -> Stretch:
    """Return the events and due tasks of the dates [first, until) in the owner's zone."""
    begin, end = datetime.combine(first, time.min, UTC), datetime.combine(until, time.min, UTC)
    found = await tx.fetch(_sql.list_events, owner_id, begin - _A_DAY, end + _A_DAY, _MOST_OF_A_STRETCH)
    instants = clock.start_of_day(first, tz), clock.start_of_day(until, tz)
    due = await tx.fetch(_sql.list_tasks_due, owner_id, first, until, *instants, today, _MOST_OF_A_STRETCH)
    return Stretch(
        first=first,
        until=until,
        events=[EventCard(event=store.event(row), source=row["source"]) for row in found],
        tasks=[_card(row, today) for row in due],
    )


async def is_empty(tx: asyncpg.Connection, owner_id: UUID) -> bool:
    """Return whether a user has neither a source nor a manual entry, as on first use."""
    return bool(await tx.fetchval(_sql.is_empty, owner_id))


def _card(row: asyncpg.Record, today: date, at: datetime | None = None) -> Card:
    return Card(
        task=store.decided(store.task(row), _decision(row), today),
        details=row["details"],
        source=row["source"],
        project=row["project"],
        phase=row["phase"],
        assignee=row["assignee"],
        tags=tuple(row["tags"]),
        recurrence=row["recurrence"],
        place=Place(at or row["due_order"], row["id"]),
    )


def _decision(row: asyncpg.Record) -> Decision | None:
    if row["decision"] is None:
        return None
    made: dict[str, Any] = {name: row[name] for name in ("return_on", "made_at", "made_by")}
    return Decision(verdict=Verdict(row["decision"]), **made)


def _note_card(row: asyncpg.Record) -> NoteCard:
    return NoteCard(note=store.note(row), source=row["source"], project=row["project"])


class Show(StrEnum):
    """The kinds of task list."""

    OPEN = "open"
    SNOOZED = "snoozed"
    IGNORED = "ignored"
    DONE = "done"


async def read_tasks(
    tx: asyncpg.Connection, owner_id: UUID, show: Show, which: Filter, after: Place | None, limit: int
) -> list[Card]:
    """List the tasks of one kind of list."""
    match show:
        case Show.OPEN:
            return await open_tasks(tx, owner_id, which, after or FIRST, limit)
        case Show.DONE:
            return await finished_tasks(tx, owner_id, which, after or LATEST, limit)
        case _:
            return await decided_tasks(tx, owner_id, Verdict(show), which, after or FIRST, limit)
