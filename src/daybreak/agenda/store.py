"""The agenda's rows in PostgreSQL: synchronising a source and reading agendas for briefs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from daybreak.agenda.model import (
    Agenda,
    Decision,
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
    Verdict,
)
from daybreak.agenda.parsed import ReadWarning
from daybreak.agenda.rows import Row, SourceRows
from daybreak.db import load

_sql = load(__package__)
_ROWS_PER_STATEMENT = 5_000
_STATUS = {status.value: status for status in TaskStatus}
_PRIORITY = {priority.value: priority for priority in Priority}


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open range of instants [start, end) for events."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A query for one owner's agenda: which items to read besides the open tasks.

    Attributes:
        owner_id: the owner.
        today: the owner's date, by which snoozed tasks return.
        events: the range of events; for floating and all-day events it is a day wider on either side.
        completed_since: the instant from which finished tasks are included.
        notes_since: the instant from which notes are included.
        tracked_task_ids: ids of tasks, as texts, that are included even if finished earlier.
    """

    owner_id: UUID
    today: date
    events: Window
    done_since: datetime
    notes_since: datetime
    tracked: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """The counts of rows that an import added, updated, removed and left unchanged."""

    added: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0

    @property
    def any(self) -> bool:
        """Whether the import wrote any row."""
        return bool(self.added or self.updated or self.removed)

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(
            self.added + other.added,
            self.updated + other.updated,
            self.removed + other.removed,
            self.unchanged + other.unchanged,
        )


@dataclass(frozen=True, slots=True)
class Coverage:
    """The range of events that was read, as local dates and as the owner's instants.

    Attributes:
        dates: midnights, written as if they were UTC, as all-day and floating events are stored.
        instants: the beginning and end of those dates in the owner's zone.
    """

    dates: Window
    instants: Window


async def write_source(
    tx: asyncpg.Connection,
    owner_id: UUID,
    source_id: UUID,
    rows: SourceRows,
    *,
    unread: Collection[ReadWarning],
    coverage: Coverage,
    at: datetime,
) -> Changes:
    """Make the stored rows of a source equal to the parsed rows, and write only the differences.

    Args:
        tx: a transaction as the owner, with the source locked.
        owner_id: the owner of the source.
        source_id: the source.
        rows: the parsed rows.
        unread: files and folders that could not be read; their earlier rows stay.
        coverage: the range of events that was read; events outside of it stay.
        at: when it was read.
    """
    known = await _known(tx, owner_id, source_id, rows, coverage)
    changes = Changes()
    for name, table in rows.tables():
        changes += await _write_table(tx, (owner_id, source_id), name, table, known[name], at)
    # Referencing rows are removed first: a project stays while it has a task of an unreadable file.
    unread_paths = {gap.path for gap in unread}
    for name, table in reversed(list(rows.tables())):
        gone = [
            row_id
            for row_id, old in known[name].items()
            if row_id not in table and old["is_current"] and not _is_within(old["path"], unread_paths)
        ]
        changes += await _remove(tx, owner_id, name, gone, at)
    await tx.execute(_sql.end_overtaken_decisions, owner_id, source_id, at)
    await _write_warnings(tx, owner_id, source_id, [*unread, *rows.warnings])
    return changes


async def _known(
    tx: asyncpg.Connection, owner_id: UUID, source_id: UUID, rows: SourceRows, coverage: Coverage
) -> dict[str, dict[UUID, asyncpg.Record]]:
    known: dict[str, dict[UUID, asyncpg.Record]] = {name: {} for name, _ in rows.tables()}
    dates, instants = coverage.dates, coverage.instants
    windows = (dates.start, dates.end, instants.start, instants.end)
    for row in await tx.fetch(_sql.known_rows, owner_id, source_id, *windows, list(rows.events)):
        known[row["kind"]][row["id"]] = row
    return known


def _is_within(path: str, unread: Collection[str]) -> bool:
    return "." in unread or path in unread or any(str(up) in unread for up in PurePosixPath(path).parents)


async def _remove(
    tx: asyncpg.Connection, owner_id: UUID, name: str, gone: list[UUID], at: datetime
) -> Changes:
    if not gone:
        return Changes()
    done = await tx.execute(getattr(_sql, f"remove_{name}"), owner_id, gone, at)
    return Changes(removed=int(done.removeprefix("UPDATE ")))


async def _write_table(
    tx: asyncpg.Connection,
    source: tuple[UUID, UUID],
    name: str,
    rows: Mapping[UUID, Row],
    known: Mapping[UUID, asyncpg.Record],
    at: datetime,
) -> Changes:
    changed = [row for row_id, row in rows.items() if _differs(row, known.get(row_id))]
    extra = (at,) if name == "tasks" else ()
    for start in range(0, len(changed), _ROWS_PER_STATEMENT):
        chunk = orjson.dumps(changed[start : start + _ROWS_PER_STATEMENT]).decode()
        await tx.execute(getattr(_sql, f"write_{name}"), *source, chunk, *extra)
    added = sum(1 for row in changed if row["id"] not in known)
    return Changes(added, len(changed) - added, unchanged=len(rows) - len(changed))


def _differs(row: Row, old: asyncpg.Record | None) -> bool:
    return old is None or old["fingerprint"] is None or "\\x" + old["fingerprint"].hex() != row["fingerprint"]


async def _write_warnings(
    tx: asyncpg.Connection, owner_id: UUID, source_id: UUID, warnings: Collection[ReadWarning]
) -> None:
    await tx.execute(_sql.clear_warnings, owner_id, source_id)
    if warnings:
        columns = zip(*((w.path, w.line, w.message) for w in warnings), strict=True)
        await tx.execute(_sql.write_warnings, owner_id, source_id, *map(list, columns))


async def read_agendas(
    tx: asyncpg.Connection, wanted: Sequence[Wanted], sources: Collection[UUID] | None = None
) -> Iterator[tuple[UUID, Agenda]]:
    """Read the agendas of several owners in one round trip, and yield each with its owner.

    An agenda is built when the iterator reaches it. A caller that drops each agenda before the next one
    has the others in memory only as rows.

    Args:
        tx: a transaction as these owners.
        wanted: one query for each owner.
        sources: the sources to read from; None for all of them.
    """
    found = await tx.fetch(
        _sql.read_agendas,
        [want.owner_id for want in wanted],
        [want.events.start for want in wanted],
        [want.events.end for want in wanted],
        [want.done_since for want in wanted],
        [want.notes_since for want in wanted],
        None if sources is None else list(sources),
        [task_id for want in wanted for task_id in want.tracked],
    )
    dates = {want.owner_id: want.today for want in wanted}
    return _agendas(found, dates)


def _agendas(found: list[asyncpg.Record], dates: Mapping[UUID, date]) -> Iterator[tuple[UUID, Agenda]]:
    # The driver references this list until its next statement; popped rows are freed before that.
    while found:
        row = found.pop()
        yield row["owner_id"], _agenda(row, dates[row["owner_id"]])


def _agenda(row: asyncpg.Record, today: date) -> Agenda:
    decisions = {one["task_id"]: one for one in row["decisions"]}
    tasks: list[Task] = []
    put_off: list[Task] = []
    for stored in row["tasks"]:
        one = _as_decided(task(stored), decisions.get(stored["id"]), today)
        (put_off if one.decision and one.is_open else tasks).append(one)
    return Agenda(
        sources=tuple(map(source, row["sources"])),
        warnings=tuple(map(warning, row["warnings"])),
        projects=tuple(map(project, row["projects"])),
        phases=tuple(map(phase, row["phases"])),
        tasks=tuple(tasks),
        put_off=tuple(put_off),
        events=tuple(map(event, row["events"])),
        notes=tuple(map(note, row["notes"])),
    )


def source(row: asyncpg.Record) -> Source:
    """Build a source from its row."""
    times = ("last_read_at", "last_changed_at", "failing_since", "uploaded_at")
    shown = ("id", "name", "locator", "error", *times)
    return Source(kind=SourceKind(row["kind"]), **_take(row, *shown))


def warning(row: asyncpg.Record) -> SourceWarning:
    """Build a warning from its row."""
    return SourceWarning(**_take(row, "source_id", "path", "line", "message"))


def project(row: asyncpg.Record) -> Project:
    """Build a project from its row."""
    return Project(**_take(row, "id", "source_id", "name", "description", "place"))


def phase(row: asyncpg.Record) -> Phase:
    """Build a phase from its row."""
    return Phase(**_take(row, "id", "project_id", "name", "description", "start_on", "end_on", "place"))


def task(row: asyncpg.Record) -> Task:
    """Build a task from its row, without applying decisions."""
    return Task(
        id=row["id"],
        source_id=row["source_id"],
        project_id=row["project_id"],
        phase_id=row["phase_id"],
        title=row["title"],
        status=_STATUS[row["status"]],
        priority=_PRIORITY[row["priority"]],
        start=row["start_on"] or row["start_at"],
        due=row["due_on"] or row["due_at"],
        completed=row["completed_on"] or row["completed_at"],
        estimate_minutes=row["estimate_minutes"],
        blocked_by=tuple(row["blocked_by"]),
        touched_at=row["touched_at"],
        place=row["place"],
        path=row["path"],
    )


def _as_decided(task: Task, row: asyncpg.Record | None, today: date) -> Task:
    if row is None or row["status_then"] != task.status:
        return task
    return decided(task, decision(row), today)


def decided(task: Task, made: Decision | None, today: date) -> Task:
    """Return the task with a decision applied, if the decision is still active."""
    if made is None or not made.holds(today):
        return task
    if made.verdict is Verdict.DONE:
        return replace(task, status=TaskStatus.DONE, completed=made.made_at, decision=made)
    return replace(task, decision=made)


def decision(row: asyncpg.Record) -> Decision:
    """Build a decision from its row."""
    return Decision(verdict=Verdict(row["kind"]), **_take(row, "return_on", "made_at", "made_by"))


def event(row: asyncpg.Record) -> Event:
    """Build an event from its row."""
    return Event(
        id=row["id"],
        source_id=row["source_id"],
        title=row["title"],
        location=row["location"],
        start=_moment(row, row["starts_at"]),
        end=_moment(row, row["ends_at"]),
        busy=row["busy"],
        tentative=row["tentative"],
        place=row["place"],
        path=row["path"],
    )


def note(row: asyncpg.Record) -> Note:
    """Build a note from its row."""
    return Note(**_take(row, "id", "source_id", "project_id", "title", "body", "noted_at", "place"))


def _moment(row: asyncpg.Record, stored: datetime) -> Moment:
    if row["all_day"]:
        return stored.astimezone(UTC).date()
    return stored.astimezone(UTC).replace(tzinfo=None) if row["floating"] else stored


def _take(row: asyncpg.Record, *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


async def sources(tx: asyncpg.Connection, owner_id: UUID) -> list[Source]:
    """List the owner's sources by name."""
    return [source(row) for row in await tx.fetch(_sql.list_sources, owner_id)]
