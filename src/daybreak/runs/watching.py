"""Looking at many runs at once: searches that never take long, sums, and what happened in any of them."""

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
from daybreak.runs.model import NOBODY, Cursor, Event, Run, Status

_sql = load(__package__)
REACH = 5000
"""How many runs a search looks at before it asks whether to go on, however few it finds."""
_SUMMED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which runs are looked for.

    Attributes:
        kinds: their kinds; None for all.
        statuses: their states; None for all.
        text: a part of the key, or the beginning of the id.
    """

    kinds: Collection[str] | None = None
    statuses: Collection[Status] | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search has come to.

    Attributes:
        next: where to go on; None when everything was looked at.
        reached: how far it has looked, if it stopped before there were enough.
    """

    runs: Sequence[Run]
    next: Cursor | None
    reached: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Runs of one kind in one state; times are seconds."""

    kind: str
    status: Status
    runs: int
    wait_seconds: float
    run_seconds: float
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """An owner's runs, by kind and state.

    Attributes:
        runs: how many they are about.
        is_complete: whether these are all, and not only the newest ones.
    """

    by_kind: Sequence[Sum]
    runs: int
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event, and the run or item in which it happened."""

    run_id: UUID
    number: int
    at: datetime
    name: str
    data: Mapping[str, Any]


async def search(
    tx: asyncpg.Connection, owner_id: UUID, wanted: Wanted, *, after: Cursor | None = None, limit: int = 50
) -> Found:
    """An owner's runs that are wanted, newest first, after that place."""
    found = await store.search(tx, owner_id, wanted, after, limit + 1, REACH)
    if len(found) > limit:
        return Found(runs=found[:limit], next=found[limit - 1].cursor, reached=None)
    place = await tx.fetchrow(_sql.find_reach, owner_id, *(after or (None, None)), REACH)
    reached = Cursor(*place) if place else None
    return Found(runs=found, next=reached, reached=reached.created_at if reached else None)


async def sums(tx: asyncpg.Connection, owner_id: UUID) -> Sums:
    """An owner's runs by kind and state, of the newest ten thousand."""
    rows = await tx.fetch(_sql.sum_runs, owner_id, _SUMMED)
    by_kind = [Sum(**{**row, "status": Status(row["status"])}) for row in rows]
    number = sum(one.runs for one in by_kind)
    return Sums(by_kind=by_kind, runs=number, is_complete=number < _SUMMED)


async def happenings(
    tx: asyncpg.Connection, owner_id: UUID, since: datetime, *, limit: int = 500
) -> list[Happening]:
    """What happened in any of an owner's runs since then, in the order of the transactions' beginnings."""
    return [_happening(row) for row in await tx.fetch(_sql.read_owners_events, owner_id, since, limit)]


async def latest_events(
    tx: asyncpg.Connection, owner_id: UUID, run_id: UUID, *, before: int | None = None, limit: int = 100
) -> list[Event]:
    """What happened last in a run, or last before the event of that number; in order."""
    rows = await tx.fetch(_sql.read_latest_events, owner_id, run_id, before, limit)
    return [Event(row["number"], row["at"], row["name"], orjson.loads(row["data"])) for row in reversed(rows)]


async def moves(
    tx: asyncpg.Connection, owner_id: UUID, run_ids: Collection[UUID], *, limit: int = 500
) -> list[Happening]:
    """When these runs and items began and stopped being under way, and who had them, in order: the latest."""
    rows = await tx.fetch(_sql.read_moves, owner_id, list(run_ids), limit)
    return [_happening(row) for row in reversed(rows)]


async def moment(tx: asyncpg.Connection) -> datetime:
    """What time it is by the clock that events bear: that of the database, when the transaction began."""
    now: datetime = await tx.fetchval(_sql.read_moment)
    return now


async def rival(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID) -> UUID | None:
    """The run that is open for the same thing as one that has ended."""
    found: UUID | None = await tx.fetchval(_sql.find_rival, owner_id, run_id)
    return found


async def upkeep(database: Database, kind: str, *, limit: int = 10) -> Sequence[Run]:
    """The latest runs of nobody's, by which the engine looked after itself: “runs.sweep” or “runs.upkeep”."""
    async with database.transaction([NOBODY]) as tx:
        return await store.page(tx, NOBODY, None, [kind], None, limit)


async def ended_by_day(database: Database, *, days: int) -> dict[date, dict[str, int]]:
    """How many runs of each kind ended on each UTC day, those of all owners together; no day is left out."""
    today = clock.now().date()
    counted: dict[date, dict[str, int]] = {today - timedelta(days=n): {} for n in reversed(range(days))}
    async with database.ownerless() as connection:
        for day, kind, ended in await connection.fetch(_sql.count_days, min(counted)):
            counted.setdefault(day, {})[kind] = ended
    return counted


def _happening(row: asyncpg.Record) -> Happening:
    return Happening(**{**row, "data": orjson.loads(row["data"])})
