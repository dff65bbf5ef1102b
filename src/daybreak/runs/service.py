"""Operations on runs: enqueue, get, list, cancel, retry. Each joins the caller's transaction."""

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
from daybreak.runs.model import Queue, Run, RunCursor, RunEvent, Status, WorkerInfo
from daybreak.runs.sanitize import replace_unstorable
from daybreak.runs.settings import runs_settings

_sql = load(__package__)
P = TypeVar("P")
R = TypeVar("R")
_HEX_PREFIX = re.compile(r"[0-9a-f]{1,32}")


async def enqueue(
    tx: asyncpg.Connection,
    kind: Kind[P, R],
    owner_id: UUID,
    parameters: P,
    key: str,
    *,
    queue: Queue | None = None,
    delay: timedelta = timedelta(),
) -> Run:
    """Enqueue a run in the caller's transaction, or return the open run with the same key.

    Args:
        tx: a transaction of this owner.
        kind: the run kind.
        owner_id: the owner of the run.
        parameters: as declared by the kind.
        key: the subject; at most one run is open per (owner, kind, key).
        queue: the queue; None for the queue of the kind.
        delay: minimum delay before the run is due.

    Raises:
        InvalidInput: the parameters are not of the declared type, or the delay is negative.
    """
    if delay < timedelta():
        raise InvalidInput("A run cannot start in the past; use a delay of zero or more.")
    checked = kind.encode_parameters(parameters)
    run = (
        owner_id,
        uuid4(),
        kind.name,
        queue or kind.queue,
        replace_unstorable(key),
        checked,
        kind.max_attempts,
    )
    run_id = await store.enqueue(tx, run, delay=delay, max_dispatched=runs_settings().max_dispatched_per_user)
    return await get(tx, owner_id, run_id)


async def get(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID) -> Run:
    """Return the run, open or ended.

    Raises:
        NotFound: no such run of this owner exists, or it was deleted after the retention time.
    """
    run = await store.find_run(tx, owner_id, run_id)
    if run is None:
        raise NotFound("There is no such run.")
    return run


async def find_by_id_prefix(tx: asyncpg.Connection, owner_id: UUID, prefix: str) -> list[Run]:
    """Return at most two runs or items of an owner by the beginning of their id."""
    digits = prefix.lower().replace("-", "")
    if not _HEX_PREFIX.fullmatch(digits):
        return []
    first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    return await store.find_runs_between_ids(tx, owner_id, first, last, limit=2)


async def list_runs(
    tx: asyncpg.Connection,
    owner_id: UUID,
    *,
    after: RunCursor | None = None,
    kinds: Collection[str] | None = None,
    statuses: Collection[Status] | None = None,
    limit: int = 50,
) -> list[Run]:
    """Return a page of an owner's runs after the cursor, newest first, optionally by kind and status."""
    return await store.list_runs(tx, owner_id, after, kinds, statuses, limit)


async def list_items(
    tx: asyncpg.Connection,
    owner_id: UUID,
    run_id: UUID,
    *,
    after: RunCursor | None = None,
    statuses: Collection[Status] | None = None,
    limit: int = 50,
) -> list[Run]:
    """Return a page of a run's items after the cursor, in their order, optionally by status."""
    return await store.list_items(tx, owner_id, run_id, after, statuses, limit)


async def list_events(
    tx: asyncpg.Connection, owner_id: UUID, run_id: UUID, *, after: int = 0, limit: int = 1000
) -> list[RunEvent]:
    """Return the events of a run after this event number, in order."""
    return await store.list_events(tx, owner_id, run_id, after, limit)


async def count_by_kind(database: Database) -> dict[tuple[str, Status], int]:
    """Return the number of runs of all owners by kind and status, from counters."""
    async with database.without_owner() as connection:
        return await store.count_by_kind(connection)


async def list_workers(database: Database) -> list[WorkerInfo]:
    """Return all workers of the last day with the runs that each has claimed."""
    async with database.without_owner() as connection:
        return await store.list_workers(connection, runs_settings().lease_time)


async def cancel(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID) -> Run:
    """Cancel a run or an item: immediately if queued, within about a second if running; no-op if ended.

    Raises:
        NotFound: no such run of this owner exists.
    """
    await tx.execute(_sql.cancel, owner_id, run_id)
    return await get(tx, owner_id, run_id)


async def retry(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID, *, whole: bool = False) -> Run:
    """Retry the failed parts of a run in a new epoch, with the full number of attempts.

    Args:
        tx: a transaction of this owner.
        owner_id: the owner of the run.
        run_id: a run, whose unsuccessful items are retried; or one item, which is retried alone.
        whole: restart the run with its fan-out, and execute all items again, also those that had succeeded.

    Raises:
        NotFound: no such run of this owner exists.
        Conflict: the run has not ended or has succeeded, another run with the same key is open, or `whole` is
            set for an item.
    """
    try:
        answer = await tx.fetchval(
            _sql.retry, owner_id, run_id, runs_settings().max_dispatched_per_user, whole
        )
    except asyncpg.UniqueViolationError:
        raise Conflict(_RETRY_CONFLICTS["another"]) from None
    if answer in _RETRY_CONFLICTS:
        raise Conflict(_RETRY_CONFLICTS[answer])
    return await get(tx, owner_id, run_id)


_RETRY_CONFLICTS = {
    "open": "The run has not ended; wait for it, or cancel it first.",
    "succeeded": "The run succeeded, so there is nothing to retry; start a new run instead.",
    "busy": "The run of this item is just ending; try again in a few seconds.",
    "item": "This is an item; retry the whole run that contains it, or only this item.",
    "past": "The run of this item was restarted without it, or has been deleted.",
    "another": "Another run for the same thing is open; wait for it, or cancel it first.",
}
