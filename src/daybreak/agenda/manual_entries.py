"""Operations on manual entries: projects, phases, tasks, notes and events without a source.

Items of a source are read-only here: users edit them in the source, and only record decisions about them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg

from daybreak import clock
from daybreak.agenda.model import Moment, Priority, TaskStatus, to_instant
from daybreak.agenda.projects.merges import lock_projects, update_canonical_projects
from daybreak.agenda.rows import strip_unstorable
from daybreak.db import load
from daybreak.errors import Conflict, InvalidInput, NotFound

_sql = load(__package__)
_MAX_TITLE_LENGTH = 500
_MAX_TEXT_LENGTH = 100_000
_MAX_ESTIMATE_MINUTES = 100_000
_MIN_DATE, _MAX_DATE = date(1900, 1, 1), date(9999, 1, 1)


class EntryKind(StrEnum):
    """The kinds of entry that a user can add and remove."""

    TASK = "task"
    NOTE = "note"
    EVENT = "event"
    PROJECT = "project"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskInput:
    """The input for a task; times without a zone are in the owner's zone."""

    title: str
    details: str = ""
    project_id: UUID | None = None
    status: TaskStatus = TaskStatus.OPEN
    priority: Priority = Priority.NORMAL
    start: Moment | None = None
    due: Moment | None = None
    estimate_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteInput:
    """The input for a note."""

    title: str
    body: str = ""
    project_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventInput:
    """The input for an event: two inclusive dates, or two times with an exclusive end."""

    title: str
    location: str = ""
    start: Moment
    end: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseInput:
    """The input for a phase; both dates are inclusive."""

    name: str
    start_on: date | None = None
    end_on: date | None = None


async def save_task(
    tx: asyncpg.Connection, owner_id: UUID, entry: TaskInput, tz: ZoneInfo, task_id: UUID | None = None
) -> UUID:
    """Create a task, or update the one with that id; return its id.

    Raises:
        InvalidInput: a field is not valid.
        NotFound: the task or the project does not exist.
        Conflict: the task belongs to a source.
    """
    title = _clean_title(entry.title)
    if entry.estimate_minutes is not None and not 0 < entry.estimate_minutes <= _MAX_ESTIMATE_MINUTES:
        raise InvalidInput(f"Enter an estimate from 1 to {_MAX_ESTIMATE_MINUTES:,} minutes.")
    await _check_editable(tx, owner_id, EntryKind.TASK, task_id)
    await _check_project(tx, owner_id, entry.project_id)
    row_id, now = task_id or uuid4(), clock.now()
    start, due = _date_or_instant(entry.start, tz), _date_or_instant(entry.due, tz)
    what = (
        entry.project_id,
        title,
        _clean_text(entry.details),
        entry.status,
        entry.priority.code,
        *start,
        *due,
    )
    await tx.execute(_sql.save_task, owner_id, row_id, *what, entry.estimate_minutes, now)
    if task_id:
        await tx.execute(_sql.end_decisions_on_entry, owner_id, task_id, now)
    return row_id


async def save_project(
    tx: asyncpg.Connection, owner_id: UUID, name: str, description: str = "", project_id: UUID | None = None
) -> UUID:
    """Create a project, or update the one with that id; return its id.

    Raises:
        InvalidInput: the name or the description is not valid.
        NotFound: the project does not exist.
        Conflict: it belongs to a source.
    """
    title, row_id = _clean_title(name), project_id or uuid4()
    await _check_editable(tx, owner_id, EntryKind.PROJECT, project_id)
    await lock_projects(tx, owner_id)
    await tx.execute(_sql.save_project, owner_id, row_id, title, _clean_text(description))
    await update_canonical_projects(tx, owner_id)
    return row_id


async def add_phase(tx: asyncpg.Connection, owner_id: UUID, project_id: UUID, entry: PhaseInput) -> UUID:
    """Add a phase to a manually entered project; return its id.

    Raises:
        InvalidInput: it ends before it starts, or has no name.
        NotFound: the project does not exist.
        Conflict: the project belongs to a source.
    """
    if entry.start_on and entry.end_on and entry.end_on < entry.start_on:
        raise InvalidInput("The phase ends before it starts; check the dates.")
    await _check_editable(tx, owner_id, EntryKind.PROJECT, project_id)
    row_id, name = uuid4(), _clean_title(entry.name)
    days = (_check_date(entry.start_on), _check_date(entry.end_on))
    await tx.execute(_sql.add_phase, owner_id, row_id, project_id, name, *days)
    return row_id


async def save_note(
    tx: asyncpg.Connection, owner_id: UUID, entry: NoteInput, note_id: UUID | None = None
) -> UUID:
    """Create a note, or update the one with that id; return its id.

    Raises:
        InvalidInput: a field is not valid.
        NotFound: the note or the project does not exist.
        Conflict: the note belongs to a source.
    """
    title, row_id = _clean_title(entry.title), note_id or uuid4()
    await _check_editable(tx, owner_id, EntryKind.NOTE, note_id)
    await _check_project(tx, owner_id, entry.project_id)
    what = (entry.project_id, title, _clean_text(entry.body), clock.now())
    await tx.execute(_sql.save_note, owner_id, row_id, *what)
    return row_id


async def save_event(
    tx: asyncpg.Connection, owner_id: UUID, entry: EventInput, tz: ZoneInfo, event_id: UUID | None = None
) -> UUID:
    """Create an event, or update the one with that id; return its id.

    Raises:
        InvalidInput: it ends before it starts, or a field is not valid.
        NotFound: the event does not exist.
        Conflict: the event belongs to a source.
    """
    all_day = not isinstance(entry.start, datetime)
    if all_day is isinstance(entry.end, datetime):
        raise InvalidInput("Enter both times, or neither for an all-day event.")
    starts_at, ends = _to_stored_instant(entry.start, tz), _to_stored_instant(entry.end, tz)
    if ends < starts_at:
        raise InvalidInput("The event ends before it starts; check the dates and times.")
    if all_day:
        ends += timedelta(days=1)
    title, row_id = _clean_title(entry.title), event_id or uuid4()
    await _check_editable(tx, owner_id, EntryKind.EVENT, event_id)
    what = (title, _clean_text(entry.location), all_day, starts_at, ends)
    await tx.execute(_sql.save_event, owner_id, row_id, *what)
    return row_id


async def lock_entry(tx: asyncpg.Connection, row_id: UUID) -> None:
    """Lock an entry: other transactions that change it wait until this one ends."""
    await tx.execute(_sql.lock_entry, row_id)


async def remove_entry(tx: asyncpg.Connection, owner_id: UUID, kind: EntryKind, row_id: UUID) -> None:
    """Remove a manual entry; `restore_entry` restores it.

    Raises:
        NotFound: the owner has no such entry.
        Conflict: it belongs to a source.
    """
    await _check_editable(tx, owner_id, kind, row_id)
    if kind is EntryKind.PROJECT:
        await lock_projects(tx, owner_id)
    await tx.execute(_REMOVE_STATEMENTS[kind], owner_id, row_id, clock.now())
    if kind is EntryKind.PROJECT:
        await update_canonical_projects(tx, owner_id)


async def restore_entry(tx: asyncpg.Connection, owner_id: UUID, kind: EntryKind, row_id: UUID) -> None:
    """Restore a removed entry; an entry that was not removed stays as it is.

    Raises:
        NotFound: the owner has no such entry.
    """
    if kind is EntryKind.PROJECT:
        await lock_projects(tx, owner_id)
    if await tx.fetchval(_REMOVE_STATEMENTS[kind], owner_id, row_id, None) is None:
        raise NotFound(f"This {kind} does not exist.")
    if kind is EntryKind.PROJECT:
        await update_canonical_projects(tx, owner_id)


_REMOVE_STATEMENTS: Mapping[EntryKind, str] = {
    EntryKind.TASK: _sql.remove_task_entry,
    EntryKind.NOTE: _sql.remove_note_entry,
    EntryKind.EVENT: _sql.remove_event_entry,
    EntryKind.PROJECT: _sql.remove_project_entry,
}


async def _check_editable(
    tx: asyncpg.Connection, owner_id: UUID, kind: EntryKind, row_id: UUID | None
) -> None:
    """Reject a change of an entry that does not exist or belongs to a source; accept a new entry."""
    if row_id is None:
        return
    await lock_entry(tx, row_id)
    is_own = await tx.fetchval(_sql.find_entry, owner_id, kind, row_id)
    if is_own is None:
        raise NotFound(f"This {kind} does not exist.")
    if not is_own:
        raise Conflict(f"This {kind} comes from a source. Edit it there, then sync the source.")


async def _check_project(tx: asyncpg.Connection, owner_id: UUID, project_id: UUID | None) -> None:
    if project_id and await tx.fetchval(_sql.find_entry, owner_id, EntryKind.PROJECT, project_id) is None:
        raise NotFound("This project does not exist.")


def _clean_title(text: str) -> str:
    title = " ".join(strip_unstorable(text).split())
    if not 0 < len(title) <= _MAX_TITLE_LENGTH:
        raise InvalidInput(f"Enter 1 to {_MAX_TITLE_LENGTH} characters.")
    return title


def _clean_text(text: str) -> str:
    if len(text) > _MAX_TEXT_LENGTH:
        raise InvalidInput(f"The text is longer than {_MAX_TEXT_LENGTH:,} characters; shorten it.")
    return str(strip_unstorable(text)).replace("\r\n", "\n").strip()


def _check_date(day: date | None) -> date | None:
    if day is not None and not _MIN_DATE <= day <= _MAX_DATE:
        raise InvalidInput(f"Enter a date from {_MIN_DATE} to {_MAX_DATE}.")
    return day


def _date_or_instant(moment: Moment | None, tz: ZoneInfo) -> tuple[date | None, datetime | None]:
    if isinstance(moment, datetime):
        _check_date(moment.date())
        return None, to_instant(moment, tz)
    return _check_date(moment), None


def _to_stored_instant(moment: Moment, tz: ZoneInfo) -> datetime:
    day, at = _date_or_instant(moment, tz)
    return at or datetime.combine(day or _MIN_DATE, datetime.min.time(), UTC)
