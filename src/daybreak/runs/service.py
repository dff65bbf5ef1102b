"""The verbs on runs: start, look, cancel, retry. Each joins the caller's transaction."""

from collections.abc import Collection
from datetime import timedelta
from typing import TypeVar
from uuid import UUID, uuid4

import asyncpg

from daybreak.db import Database, load
from daybreak.errors import Conflict, InvalidInput, NotFound
from daybreak.runs import store
from daybreak.runs.kinds import Kind
from daybreak.runs.model import Cursor, Event, Run, Status
from daybreak.runs.settings import runs_settings

_sql = load(__package__)
P = TypeVar("P")
R = TypeVar("R")


async def start(
    tx: asyncpg.Connection,
    kind: Kind[P, R],
    owner_id: UUID,
    parameters: P,
    key: str,
    *,
    delay: timedelta = timedelta(),
    window: int | None = None,
) -> Run:
    """Start a run when the caller's transaction commits, or give the one that is open for the same thing.

    Args:
        tx: a transaction of this owner's.
        kind: what to run.
        owner_id: whose run it is.
        parameters: what the kind declares.
        key: what it is about; one run at a time is open for (owner, kind, key).
        delay: how long to wait at least.
        window: how many of the owner's runs in this lane may be rung for at once; None for the setting.

    Raises:
        InvalidInput: the parameters are not what the kind declares.
    """
    if delay < timedelta():
        raise InvalidInput("A run cannot start in the past; give a delay of zero or more.")
    checked = kind.write_parameters(parameters)
    run = (owner_id, uuid4(), kind.name, kind.lane, key, checked, kind.max_attempts)
    run_id = await store.start(tx, run, delay=delay, window=window or runs_settings().window)
    return await get(tx, owner_id, run_id)


async def get(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID) -> Run:
    """The run, open or ended.

    Raises:
        NotFound: there is none, or it is somebody else's, or it was so long ago that it is forgotten.
    """
    run = await store.read(tx, owner_id, run_id)
    if run is None:
        raise NotFound("There is no such run.")
    return run


async def list_runs(
    tx: asyncpg.Connection,
    owner_id: UUID,
    *,
    after: Cursor | None = None,
    kinds: Collection[str] | None = None,
    statuses: Collection[Status] | None = None,
    limit: int = 50,
) -> list[Run]:
    """An owner's runs, newest first, after that place; of all kinds and states unless some are named."""
    return await store.page(tx, owner_id, after, kinds, statuses, limit)


async def events(
    tx: asyncpg.Connection, owner_id: UUID, run_id: UUID, *, after: int = 0, limit: int = 1000
) -> list[Event]:
    """What happened in a run after the event of that number, in order."""
    return await store.read_events(tx, owner_id, run_id, after, limit)


async def counts(database: Database) -> dict[tuple[str, Status], int]:
    """How many runs of everybody's there are, by kind and state; no run is counted for it."""
    async with database.ownerless() as connection:
        return await store.count(connection)


async def cancel(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID) -> Run:
    """Cancel a run: at once if it waits, within a second or so if it runs; if it ended it stays as it is.

    Raises:
        NotFound: there is no such run of this owner's.
    """
    row = await tx.fetchrow(_sql.hold_open, owner_id, run_id)
    if row and row["status"] == Status.QUEUED:
        event = (Status.CANCELLED, {"epoch": row["epoch"], "attempt": row["attempts"]})
        ending = store.Settlement(pair=(owner_id, run_id), status=Status.CANCELLED, events=[event])
        await store.settle(tx, [ending])
    elif row:
        await tx.execute(_sql.ask_to_cancel, owner_id, run_id)
    return await get(tx, owner_id, run_id)


async def retry(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID) -> Run:
    """Run again what did not succeed, as a new epoch with all its attempts.

    Raises:
        NotFound: there is no such run of this owner's.
        Conflict: it has not ended, it succeeded, or another run for the same thing is open.
    """
    try:
        reopened = await tx.fetchrow(_sql.reopen, owner_id, run_id)
    except asyncpg.UniqueViolationError:
        raise Conflict("Another run for the same thing is open; wait for it or cancel it first.") from None
    run = await get(tx, owner_id, run_id)
    if reopened is None:
        raise Conflict(_why_not(run))
    await store.ring(tx, run.lane, [(owner_id, run_id)])
    return run


def _why_not(run: Run) -> str:
    if not run.status.ended:
        return "The run has not ended; wait for it or cancel it first."
    if run.status is Status.SUCCEEDED:
        return "The run succeeded, so there is nothing to retry; start a new one instead."
    return "Another run for the same thing is open; wait for it or cancel it first."
