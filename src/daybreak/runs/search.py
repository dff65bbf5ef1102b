"""Queries over many runs: bounded search, statistics, and events."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from daybreak import clock
from daybreak.db import Database, load
from daybreak.runs import store
from daybreak.runs.model import SYSTEM_OWNER_ID, Run, RunCursor, RunEvent, RunFilter, Status

_sql = load(__package__)
SEARCH_LIMIT = 5000
"""Maximum number of runs that one search reads, also if it finds fewer than a page."""
_STATS_LIMIT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """A page of search results.

    Attributes:
        next: cursor of the next page; None after the last one.
        searched_until: creation time of the last run read, if the search stopped before the page was full.
    """

    runs: Sequence[Run]
    next: RunCursor | None
    searched_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KindStats:
    """Statistics of the runs of one kind in one status; times are averages in seconds."""

    kind: str
    status: Status
    runs: int
    wait_seconds: float
    run_seconds: float
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStats:
    """Statistics of an owner's runs by kind and status.

    Attributes:
        runs: number of runs included.
        is_complete: whether all runs are included, and not only the newest ones.
    """

    by_kind: Sequence[KindStats]
    runs: int
    is_complete: bool


async def search_runs(
    tx: asyncpg.Connection,
    owner_id: UUID,
    run_filter: RunFilter,
    *,
    after: RunCursor | None = None,
    limit: int = 50,
) -> RunPage:
    """Return a page of an owner's matching runs after the cursor, newest first."""
    found = await store.search_runs(tx, owner_id, run_filter, after, limit + 1, SEARCH_LIMIT)
    if len(found) > limit:
        return RunPage(runs=found[:limit], next=found[limit - 1].cursor, searched_until=None)
    limit_row = await tx.fetchrow(_sql.find_search_limit, owner_id, *(after or (None, None)), SEARCH_LIMIT)
    next_cursor = RunCursor(*limit_row) if limit_row else None
    return RunPage(
        runs=found, next=next_cursor, searched_until=next_cursor.created_at if next_cursor else None
    )


async def stats(tx: asyncpg.Connection, owner_id: UUID) -> RunStats:
    """Return statistics of an owner's newest 10,000 runs by kind and status."""
    rows = await tx.fetch(_sql.stats_by_kind, owner_id, _STATS_LIMIT)
    by_kind = [KindStats(**{**row, "status": Status(row["status"])}) for row in rows]
    number = sum(one.runs for one in by_kind)
    return RunStats(by_kind=by_kind, runs=number, is_complete=number < _STATS_LIMIT)


async def list_events_since(
    tx: asyncpg.Connection, owner_id: UUID, since: datetime, *, limit: int = 500
) -> list[RunEvent]:
    """Return the events of all runs of an owner since then, ordered by the start of their transactions."""
    return [store.run_event(row) for row in await tx.fetch(_sql.list_events_since, owner_id, since, limit)]


async def list_latest_events(
    tx: asyncpg.Connection, owner_id: UUID, run_id: UUID, *, before: int | None = None, limit: int = 100
) -> list[RunEvent]:
    """Return the last events of a run, or the last ones before this event number, in order."""
    rows = await tx.fetch(_sql.list_latest_events, owner_id, run_id, before, limit)
    return [store.run_event(row) for row in reversed(rows)]


async def list_attempt_events(
    tx: asyncpg.Connection, owner_id: UUID, run_ids: Collection[UUID], *, limit: int = 500
) -> list[RunEvent]:
    """Return the latest start and end events of the attempts of these runs and items, in order."""
    rows = await tx.fetch(_sql.list_attempt_events, owner_id, list(run_ids), limit)
    return [store.run_event(row) for row in reversed(rows)]


async def database_now(tx: asyncpg.Connection) -> datetime:
    """Return the start time of the transaction by the clock of the database, which stamps all events."""
    now: datetime = await tx.fetchval(_sql.database_now)
    return now


async def find_conflicting_run(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID) -> UUID | None:
    """Return the open run with the same owner, kind and key as an ended one, or None."""
    found: UUID | None = await tx.fetchval(_sql.find_conflicting_run, owner_id, run_id)
    return found


async def list_system_runs(database: Database, kind: str, *, limit: int = 10) -> Sequence[Run]:
    """Return the latest maintenance runs of the installation, of kind “runs.rescue” or “runs.prune”."""
    async with database.transaction([SYSTEM_OWNER_ID]) as tx:
        return await store.list_runs(tx, SYSTEM_OWNER_ID, None, [kind], None, limit)


async def count_ended_by_day(database: Database, *, days: int) -> dict[date, dict[str, int]]:
    """Return the ended runs of all owners by UTC day and kind; days without runs are included."""
    today = clock.now().date()
    counted: dict[date, dict[str, int]] = {today - timedelta(days=n): {} for n in reversed(range(days))}
    async with database.without_owner() as connection:
        for day, kind, ended in await connection.fetch(_sql.count_ended_by_day, min(counted)):
            counted.setdefault(day, {})[kind] = ended
    return counted
