"""Queries over many runs: bounded search, statistics, and events."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from daybreak import clock
from daybreak.db import Database, load
from daybreak.runs import store
from daybreak.runs.model import NOBODY, Cursor, Event, Run, Status, Wanted

_sql = load(__package__)
REACH = 5000
"""Maximum number of runs that one search reads, also if it finds fewer than a page."""
_SUMMED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of search results.

    Attributes:
        next: cursor of the next page; None after the last one.
        searched_until: creation time of the last run read, if the search stopped before the page was full.
    """

    runs: Sequence[Run]
    next: Cursor | None
    reached: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Statistics of the runs of one kind in one status; times are averages in seconds."""

    kind: str
    status: Status
    runs: int
    wait_seconds: float
    run_seconds: float
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Statistics of an owner's runs by kind and status.

    Attributes:
        runs: number of runs included.
        is_complete: whether all runs are included, and not only the newest ones.
    """

    by_kind: Sequence[Sum]
    runs: int
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event with the id of its run or item."""

    run_id: UUID
    number: int
    at: datetime
    name: str
    data: Mapping[str, Any]


async def search_runs(
    tx: asyncpg.Connection, owner_id: UUID, wanted: Wanted, *, after: Cursor | None = None, limit: int = 50
) -> Found:
    """Return a page of an owner's matching runs after the cursor, newest first."""
    found = await store.search(tx, owner_id, wanted, after, limit + 1, REACH)
    if len(found) > limit:
        return Found(runs=found[:limit], next=found[limit - 1].cursor, reached=None)
    place = await tx.fetchrow(_sql.find_reach, owner_id, *(after or (None, None)), REACH)
    reached = Cursor(*place) if place else None
    return Found(runs=found, next=reached, reached=reached.created_at if reached else None)


async def sums(tx: asyncpg.Connection, owner_id: UUID) -> Sums:
    """Return statistics of an owner's newest 10,000 runs by kind and status."""
    rows = await tx.fetch(_sql.sum_runs, owner_id, _SUMMED)
    by_kind = [Sum(**{**row, "status": Status(row["status"])}) for row in rows]
    number = sum(one.runs for one in by_kind)
    return Sums(by_kind=by_kind, runs=number, is_complete=number < _SUMMED)


async def happenings(
    tx: asyncpg.Connection, owner_id: UUID, since: datetime, *, limit: int = 500
) -> list[Happening]:
    """Return the events of all runs of an owner since then, ordered by the start of their transactions."""
    return [_happening(row) for row in await tx.fetch(_sql.read_owners_events, owner_id, since, limit)]


async def latest_events(
    tx: asyncpg.Connection, owner_id: UUID, run_id: UUID, *, before: int | None = None, limit: int = 100
) -> list[Event]:
    """Return the last events of a run, or the last ones before this event number, in order."""
    rows = await tx.fetch(_sql.read_latest_events, owner_id, run_id, before, limit)
    return [Event(row["number"], row["at"], row["name"], orjson.loads(row["data"])) for row in reversed(rows)]


async def moves(
    tx: asyncpg.Connection, owner_id: UUID, run_ids: Collection[UUID], *, limit: int = 500
) -> list[Happening]:
    """Return the latest start and end events of the attempts of these runs and items, in order."""
    rows = await tx.fetch(_sql.read_moves, owner_id, list(run_ids), limit)
    return [_happening(row) for row in reversed(rows)]


async def moment(tx: asyncpg.Connection) -> datetime:
    """Return the start time of the transaction by the clock of the database, which stamps all events."""
    now: datetime = await tx.fetchval(_sql.read_moment)
    return now


async def rival(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID) -> UUID | None:
    """Return the open run with the same owner, kind and key as an ended one, or None."""
    found: UUID | None = await tx.fetchval(_sql.find_rival, owner_id, run_id)
    return found


async def upkeep(database: Database, kind: str, *, limit: int = 10) -> Sequence[Run]:
    """Return the latest maintenance runs of the installation, of kind “runs.sweep” or “runs.upkeep”."""
    async with database.transaction([NOBODY]) as tx:
        return await store.page(tx, NOBODY, None, [kind], None, limit)


async def ended_by_day(database: Database, *, days: int) -> dict[date, dict[str, int]]:
    """Return the ended runs of all owners by UTC day and kind; days without runs are included."""
    today = clock.now().date()
    counted: dict[date, dict[str, int]] = {today - timedelta(days=n): {} for n in reversed(range(days))}
    async with database.ownerless() as connection:
        for day, kind, ended in await connection.fetch(_sql.count_days, min(counted)):
            counted.setdefault(day, {})[kind] = ended
    return counted


def _happening(row: asyncpg.Record) -> Happening:
    return Happening(**{**row, "data": orjson.loads(row["data"])})
