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
from daybreak.agenda.model import Moment, Priority, TaskStatus, instant
from daybreak.agenda.rows import storable
from daybreak.db import load
from daybreak.errors import Conflict, InvalidInput, NotFound

_sql = load(__package__)
_LONGEST_TITLE = 500
_LONGEST_TEXT = 100_000
_LONGEST_ESTIMATE = 100_000
_EARLIEST, _LATEST = date(1900, 1, 1), date(9999, 1, 1)


class Thing(StrEnum):
    """The kinds of entry that a user can add and remove."""

    TASK = "task"
    NOTE = "note"
    EVENT = "event"
    PROJECT = "project"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDraft:
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
class NoteDraft:
    """The input for a note."""

    title: str
    body: str = ""
    project_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """The input for an event: two inclusive dates, or two times with an exclusive end."""

    title: str
    location: str = ""
    start: Moment
    end: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseDraft:
    """The input for a phase; both dates are inclusive."""

    name: str
    start_on: date | None = None
    end_on: date | None = None


async def write_task(
    tx: asyncpg.Connection, owner_id: UUID, draft: TaskDraft, tz: ZoneInfo, task_id: UUID | None = None
) -> UUID:
    """Create a task, or update the one with that id; return its id.

    Raises:
        InvalidInput: a field is not valid.
        NotFound: the task or the project does not exist.
        Conflict: the task belongs to a source.
    """
    title = _title(draft.title)
    if draft.estimate_minutes is not None and not 0 < draft.estimate_minutes <= _LONGEST_ESTIMATE:
        raise InvalidInput(f"Enter an estimate from 1 to {_LONGEST_ESTIMATE:,} minutes.")
    await _check(tx, owner_id, Thing.TASK, task_id)
    await _check_project(tx, owner_id, draft.project_id)
    row_id, now = task_id or uuid4(), clock.now()
    start, due = _columns(draft.start, tz), _columns(draft.due, tz)
    what = (draft.project_id, title, _text(draft.details), draft.status, draft.priority, *start, *due)
    await tx.execute(_sql.write_own_task, owner_id, row_id, *what, draft.estimate_minutes, now)
    if task_id:
        await tx.execute(_sql.end_decisions_on_own_task, owner_id, task_id, now)
    return row_id


async def write_project(
    tx: asyncpg.Connection, owner_id: UUID, name: str, description: str = "", project_id: UUID | None = None
) -> UUID:
    """Create a project, or update the one with that id; return its id.

    Raises:
        InvalidInput: the name or the description is not valid.
        NotFound: the project does not exist.
        Conflict: it belongs to a source.
    """
    said, row_id = _title(name), project_id or uuid4()
    await _check(tx, owner_id, Thing.PROJECT, project_id)
    await tx.execute(_sql.write_own_project, owner_id, row_id, said, _text(description))
    return row_id


async def add_phase(tx: asyncpg.Connection, owner_id: UUID, project_id: UUID, draft: PhaseDraft) -> UUID:
    """Add a phase to a manually entered project; return its id.

    Raises:
        InvalidInput: it ends before it starts, or has no name.
        NotFound: the project does not exist.
        Conflict: the project belongs to a source.
    """
    if draft.start_on and draft.end_on and draft.end_on < draft.start_on:
        raise InvalidInput("The phase ends before it starts; check the dates.")
    await _check(tx, owner_id, Thing.PROJECT, project_id)
    row_id, name = uuid4(), _title(draft.name)
    days = (_day(draft.start_on), _day(draft.end_on))
    await tx.execute(_sql.write_own_phase, owner_id, row_id, project_id, name, *days)
    return row_id


async def write_note(
    tx: asyncpg.Connection, owner_id: UUID, draft: NoteDraft, note_id: UUID | None = None
) -> UUID:
    """Create a note, or update the one with that id; return its id.

    Raises:
        InvalidInput: a field is not valid.
        NotFound: the note or the project does not exist.
        Conflict: the note belongs to a source.
    """
    title, row_id = _title(draft.title), note_id or uuid4()
    await _check(tx, owner_id, Thing.NOTE, note_id)
    await _check_project(tx, owner_id, draft.project_id)
    what = (draft.project_id, title, _text(draft.body), clock.now())
    await tx.execute(_sql.write_own_note, owner_id, row_id, *what)
    return row_id


async def write_event(
    tx: asyncpg.Connection, owner_id: UUID, draft: EventDraft, tz: ZoneInfo, event_id: UUID | None = None
) -> UUID:
    """Create an event, or update the one with that id; return its id.

    Raises:
        InvalidInput: it ends before it starts, or a field is not valid.
        NotFound: the event does not exist.
        Conflict: the event belongs to a source.
    """
    all_day = not isinstance(draft.start, datetime)
    if all_day is isinstance(draft.end, datetime):
        raise InvalidInput("Enter both times, or neither for an all-day event.")
    begins, ends = _stored(draft.start, tz), _stored(draft.end, tz)
    if ends < begins:
        raise InvalidInput("The event ends before it starts; check the dates and times.")
    if all_day:
        ends += timedelta(days=1)
    title, row_id = _title(draft.title), event_id or uuid4()
    await _check(tx, owner_id, Thing.EVENT, event_id)
    what = (title, _text(draft.location), all_day, begins, ends)
    await tx.execute(_sql.write_own_event, owner_id, row_id, *what)
    return row_id


async def hold(tx: asyncpg.Connection, row_id: UUID) -> None:
    """Lock an entry: other transactions that change it wait until this one ends."""
    await tx.execute(_sql.hold_thing, row_id)


async def remove_own(tx: asyncpg.Connection, owner_id: UUID, thing: Thing, row_id: UUID) -> None:
    """Remove a manual entry; `restore_entry` restores it.

    Raises:
        NotFound: the owner has no such entry.
        Conflict: it belongs to a source.
    """
    await _check(tx, owner_id, thing, row_id)
    await tx.execute(_REMOVAL[thing], owner_id, row_id, clock.now())


async def restore_own(tx: asyncpg.Connection, owner_id: UUID, thing: Thing, row_id: UUID) -> None:
    """Restore a removed entry; an entry that was not removed stays as it is.

    Raises:
        NotFound: the owner has no such entry.
    """
    if await tx.fetchval(_REMOVAL[thing], owner_id, row_id, None) is None:
        raise NotFound(f"This {thing} does not exist.")


_REMOVAL: Mapping[Thing, str] = {
    Thing.TASK: _sql.remove_own_task,
    Thing.NOTE: _sql.remove_own_note,
    Thing.EVENT: _sql.remove_own_event,
    Thing.PROJECT: _sql.remove_own_project,
}


async def _check(tx: asyncpg.Connection, owner_id: UUID, thing: Thing, row_id: UUID | None) -> None:
    """Reject a change of an entry that does not exist or belongs to a source; accept a new entry."""
    if row_id is None:
        return
    await hold(tx, row_id)
    is_own = await tx.fetchval(_sql.lock_own, owner_id, thing, row_id)
    if is_own is None:
        raise NotFound(f"This {thing} does not exist.")
    if not is_own:
        raise Conflict(f"This {thing} comes from a source. Edit it there, then sync the source.")


async def _check_project(tx: asyncpg.Connection, owner_id: UUID, project_id: UUID | None) -> None:
    if project_id and await tx.fetchval(_sql.lock_own, owner_id, Thing.PROJECT, project_id) is None:
        raise NotFound("This project does not exist.")


def _title(text: str) -> str:
    title = " ".join(storable(text).split())
    if not 0 < len(title) <= _LONGEST_TITLE:
        raise InvalidInput(f"Enter 1 to {_LONGEST_TITLE} characters.")
    return title


def _text(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise InvalidInput(f"The text is longer than {_LONGEST_TEXT:,} characters; shorten it.")
    return str(storable(text)).replace("\r\n", "\n").strip()


def _day(day: date | None) -> date | None:
    if day is not None and not _EARLIEST <= day <= _LATEST:
        raise InvalidInput(f"Enter a date from {_EARLIEST} to {_LATEST}.")
    return day


def _columns(moment: Moment | None, tz: ZoneInfo) -> tuple[date | None, datetime | None]:
    if isinstance(moment, datetime):
        _day(moment.date())
        return None, instant(moment, tz)
    return _day(moment), None


def _stored(moment: Moment, tz: ZoneInfo) -> datetime:
    day, at = _columns(moment, tz)
    return at or datetime.combine(day or _EARLIEST, datetime.min.time(), UTC)
