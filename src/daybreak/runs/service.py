"""The verbs on runs: start, look, cancel, retry. Each joins the caller's transaction."""

import re
from collections.abc import Collection
from datetime import timedelta
from typing import TypeVar
from uuid import UUID, uuid4

import asyncpg

from daybreak.db import Database, load
from daybreak.errors import Conflict, InvalidInput, NotFound
from daybreak.runs import store
from daybreak.runs.kinds import Kind
from daybreak.runs.model import Cursor, Event, Lane, Run, Status, WorkerSeen
from daybreak.runs.settings import runs_settings
from daybreak.runs.texts import storable

_sql = load(__package__)
P = TypeVar("P")
R = TypeVar("R")
_HEXADECIMAL = re.compile(r"[0-9a-f]{1,32}")


async def start(
    tx: asyncpg.Connection,
    kind: Kind[P, R],
    owner_id: UUID,
    parameters: P,
    key: str,
    *,
    lane: Lane | None = None,
    delay: timedelta = timedelta(),
) -> Run:
    """Start a run when the caller's transaction commits, or give the one that is open for the same thing.

    Args:
        tx: a transaction of this owner's.
        kind: what to run.
        owner_id: whose run it is.
        parameters: what the kind declares.
        key: what it is about; one run at a time is open for (owner, kind, key).
        lane: who waits for it; None for whom its kind says.
        delay: how long to wait at least.

    Raises:
        InvalidInput: the parameters are not what the kind declares.
    """
    if delay < timedelta():
        raise InvalidInput("A run cannot start in the past; give a delay of zero or more.")
    checked = kind.write_parameters(parameters)
    run = (owner_id, uuid4(), kind.name, lane or kind.lane, storable(key), checked, kind.max_attempts)
    run_id = await store.start(tx, run, delay=delay, window=runs_settings().window)
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


async def find(tx: asyncpg.Connection, owner_id: UUID, beginning: str) -> list[Run]:
    """The runs and items of an owner's whose ids begin so, two at most; none if no id can begin so."""
    digits = beginning.lower().replace("-", "")
    if not _HEXADECIMAL.fullmatch(digits):
        return []
    first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    return await store.find(tx, owner_id, first, last, limit=2)


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


async def list_items(
    tx: asyncpg.Connection,
    owner_id: UUID,
    run_id: UUID,
    *,
    after: Cursor | None = None,
    statuses: Collection[Status] | None = None,
    limit: int = 50,
) -> list[Run]:
    """The items of a run in their order, after that place; of all states unless some are named."""
    return await store.items(tx, owner_id, run_id, after, statuses, limit)


async def events(
    tx: asyncpg.Connection, owner_id: UUID, run_id: UUID, *, after: int = 0, limit: int = 1000
) -> list[Event]:
    """What happened in a run after the event of that number, in order."""
    return await store.read_events(tx, owner_id, run_id, after, limit)


async def counts(database: Database) -> dict[tuple[str, Status], int]:
    """How many runs of everybody's there are, by kind and state; no run is counted for it."""
    async with database.ownerless() as connection:
        return await store.count(connection)


async def workers(database: Database) -> list[WorkerSeen]:
    """Who works, who did so within the last day, and what each is doing; of all owners."""
    async with database.ownerless() as connection:
        return await store.workers(connection, runs_settings().lease_time)


async def cancel(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID) -> Run:
    """Cancel a run or an item: at once if it waits, within a second or so if it runs; what ended stays.

    Raises:
        NotFound: there is no such run of this owner's.
    """
    await tx.execute(_sql.cancel, owner_id, run_id)
    return await get(tx, owner_id, run_id)


async def retry(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID, *, whole: bool = False) -> Run:
    """Run again what did not succeed, as a new epoch with all its attempts.

    Args:
        tx: a transaction of this owner's.
        owner_id: whose run it is.
        run_id: of a run that has fanned out, all items that did not succeed are done again; of an item that
            alone, in the same run.
        whole: begin the run anew, and do all items that it comes to then, also those that had succeeded.

    Raises:
        NotFound: there is no such run of this owner's.
        Conflict: it has not ended, it succeeded, another run for the same thing is open, or what is to be
            done as a whole is an item.
    """
    try:
        answer = await tx.fetchval(_sql.retry, owner_id, run_id, runs_settings().window, whole)
    except asyncpg.UniqueViolationError:
        raise Conflict(_WHY_NOT["another"]) from None
    if answer in _WHY_NOT:
        raise Conflict(_WHY_NOT[answer])
    return await get(tx, owner_id, run_id)


_WHY_NOT = {
    "open": "The run has not ended; wait for it or cancel it first.",
    "succeeded": "The run succeeded, so there is nothing to retry; start a new one instead.",
    "busy": "The run of which this is an item is just ending; try again in a moment.",
    "item": "That is an item; name the run that it is a part of, or try the item alone again.",
    "past": "The run of which this is an item was begun anew without it, or is forgotten.",
    "another": "Another run for the same thing is open; wait for it or cancel it first.",
}
