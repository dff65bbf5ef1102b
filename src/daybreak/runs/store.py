"""The SQL statements of runs, with conversion to and from the types of the model."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson

from daybreak import clock
from daybreak.db import load
from daybreak.runs.model import (
    ClaimedRun,
    FailedAttempt,
    ItemsSummary,
    Queue,
    Run,
    RunCursor,
    RunEvent,
    RunFilter,
    Status,
    WorkerInfo,
)
from daybreak.runs.progress_buffer import ProgressBuffer

_sql = load(__package__)
RunKey = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """The row of a new item; `parameters` is JSON."""

    kind: str
    queue: Queue
    key: str
    parameters: str
    max_attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The completion of one claimed and locked run.

    Attributes:
        status: ``queued`` releases the run, ``running`` lets it wait for its items, any other ends it.
        after_event: number of the event before these; None appends them after all others.
        progress: last reported progress that is not written yet.
        result: JSON.
        gaps: names of the parts that are missing from the result; None leaves the stored ones.
        error: error to append to the run.
        delay: seconds until the run is dispatched again.
        refund: the attempt does not count.
        items: items to add to the run, or to its parent if it is an item.
        max_dispatched: maximum dispatched runs of an owner per queue.
    """

    claim: ClaimedRun
    status: Status
    events: Sequence[tuple[str, Mapping[str, Any]]]
    after_event: int | None = None
    progress: Mapping[str, int | str] = field(default_factory=dict)
    result: str | None = None
    gaps: Sequence[str] | None = None
    error: Mapping[str, Any] | None = None
    delay: float = 0.0
    refund: bool = False
    items: Sequence[ItemRow] = ()
    max_dispatched: int = 0


async def enqueue(
    tx: asyncpg.Connection, run: tuple[Any, ...], *, delay: timedelta, max_dispatched: int
) -> UUID:
    """Insert a run (owner, id, kind, queue, key, parameters, max_attempts); return the id of the open run."""
    run_id: UUID = await tx.fetchval(_sql.enqueue, *run, delay, max_dispatched)
    return run_id


async def redispatch(
    tx: asyncpg.Connection, queue: Queue, run_keys: Sequence[RunKey], *, priority: int
) -> None:
    """Dispatch the queued and due runs among these again, when the transaction commits."""
    await tx.execute(_sql.redispatch, queue, *_split_keys(run_keys), priority)


async def claim(
    tx: asyncpg.Connection,
    run_keys: Sequence[RunKey],
    kinds: Collection[str],
    worker_id: UUID,
    lease: timedelta,
) -> list[ClaimedRun]:
    """Claim the claimable runs among these."""
    asked_at = clock.machine_now()
    rows = await tx.fetch(_sql.claim, *_split_keys(run_keys), list(kinds), worker_id, lease)
    if rows:  # before the handlers read the clock
        clock.follow(rows[-1]["now"], asked_at)
    return [_claimed_run(dict(row)) for row in rows]


def _claimed_run(columns: dict[str, Any]) -> ClaimedRun:
    del columns["now"]
    items = ItemsSummary(**orjson.loads(columns["items"])) if columns["items"] else None
    return ClaimedRun(**{**columns, "queue": Queue(columns["queue"]), "items": items})


async def lock_claimed(tx: asyncpg.Connection, claims: Sequence[ClaimedRun]) -> dict[UUID, bool]:
    """Lock the runs whose fence is still valid; return whether a cancel is requested for each.

    The claims must be sorted by `lock_key`.
    """
    owners, ids = _split_keys([claim.lock_key for claim in claims])
    rows = await tx.fetch(_sql.lock_claimed, owners, ids, [claim.fence for claim in claims])
    return {row["run_id"]: row["cancelled"] for row in rows}


async def complete(tx: asyncpg.Connection, completions: Iterable[Completion]) -> None:
    """Complete locked runs; the caller notifies their topics after the commit."""
    rows = [_completion_row(one) for one in completions]
    await tx.execute(_sql.complete, orjson.dumps(rows, default=str).decode())


async def notify(connection: asyncpg.Connection, topics: Iterable[UUID]) -> None:
    """Notify the subscribers of these topics."""
    await connection.execute(_sql.notify, list(topics))


def _completion_row(completion: Completion) -> dict[str, Any]:
    claim = completion.claim
    row: dict[str, Any] = {
        "owner_id": claim.owner_id,
        "id": claim.id,
        "status": completion.status,
        "result": orjson.Fragment(completion.result) if completion.result is not None else None,
        "gaps": completion.gaps,
        "error": completion.error,
        "delay": completion.delay,
        "refund": int(completion.refund),
        "events": completion.events,
        "after_event": completion.after_event,
        **completion.progress,
    }
    if claim.parent_id is not None:
        row |= {"parent_id": claim.parent_id, "kind": claim.kind, "key": claim.key}
    if completion.items or completion.status is Status.RUNNING:
        items = [_item_row(item) for item in completion.items]
        row |= {"items": items, "queue": claim.queue, "max_dispatched": completion.max_dispatched}
    return row


def _item_row(item: ItemRow) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "kind": item.kind,
        "queue": item.queue,
        "key": item.key,
        "parameters": orjson.Fragment(item.parameters),
        "max_attempts": item.max_attempts,
    }


async def write_progress(
    tx: asyncpg.Connection, progress: Iterable[tuple[ClaimedRun, ProgressBuffer]]
) -> None:
    """Write progress and events of these runs, which must be sorted by `lock_key`."""
    rows = [
        {
            "owner_id": claim.owner_id,
            "id": claim.id,
            "fence": claim.fence,
            "events": one.events,
            "after_event": one.after_event,
            **one.progress,
        }
        for claim, one in progress
    ]
    await tx.execute(_sql.write_progress, orjson.dumps(rows, default=str).decode())


async def find_run(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID) -> Run | None:
    """Return the run, open or ended, or None."""
    row = await tx.fetchrow(_sql.find_run, owner_id, run_id)
    return _run(row) if row else None


async def find_runs_between_ids(
    tx: asyncpg.Connection, owner_id: UUID, first: UUID, last: UUID, *, limit: int
) -> list[Run]:
    """Return an owner's runs and items with ids in this range, both ends included."""
    return [_run(row) for row in await tx.fetch(_sql.find_runs_between_ids, owner_id, first, last, limit)]


async def list_runs(
    tx: asyncpg.Connection,
    owner_id: UUID,
    after: RunCursor | None,
    kinds: Collection[str] | None,
    statuses: Collection[Status] | None,
    limit: int,
) -> list[Run]:
    """Return a page of an owner's runs, newest first."""
    cursor = after or (None, None)
    rows = await tx.fetch(
        _sql.list_runs, owner_id, *cursor, kinds and list(kinds), statuses and list(statuses), limit
    )
    return [_run(row) for row in rows]


async def search_runs(
    tx: asyncpg.Connection,
    owner_id: UUID,
    run_filter: RunFilter,
    after: RunCursor | None,
    limit: int,
    search_limit: int,
) -> list[Run]:
    """Return the matches among the next `search_limit` runs of an owner after the cursor, newest first."""
    cursor = after or (None, None)
    kinds, statuses = run_filter.kinds, run_filter.statuses
    rows = await tx.fetch(
        _sql.search_runs,
        owner_id,
        *cursor,
        kinds and list(kinds),
        statuses and list(statuses),
        run_filter.text.lower() or None,
        limit,
        search_limit,
    )
    return [_run(row) for row in rows]


async def list_items(
    tx: asyncpg.Connection,
    owner_id: UUID,
    run_id: UUID,
    after: RunCursor | None,
    statuses: Collection[Status] | None,
    limit: int,
) -> list[Run]:
    """Return a page of a run's items, in their order."""
    cursor = after or (None, None)
    rows = await tx.fetch(_sql.list_items, owner_id, run_id, *cursor, statuses and list(statuses), limit)
    return [_run(row) for row in rows]


async def list_events(
    tx: asyncpg.Connection, owner_id: UUID, run_id: UUID, after: int, limit: int
) -> list[RunEvent]:
    """Return the events after this number."""
    rows = await tx.fetch(_sql.list_events, owner_id, run_id, after, limit)
    return [run_event(row) for row in rows]


async def count_by_kind(connection: asyncpg.Connection) -> dict[tuple[str, Status], int]:
    """Return the number of runs by kind and status."""
    rows = await connection.fetch(_sql.count_by_kind)
    return {(row["kind"], Status(row["status"])): row["runs"] for row in rows}


async def list_workers(connection: asyncpg.Connection, lease: timedelta) -> list[WorkerInfo]:
    """Return the workers, oldest first; alive means a heartbeat within the lease."""
    rows = await connection.fetch(_sql.list_workers, lease)
    return [_worker_info(**row) for row in rows]


def _worker_info(*, clock_ahead: timedelta, running: str, **columns: Any) -> WorkerInfo:  # noqa: ANN401
    deviation = clock.describe_deviation(clock_ahead)
    error = f"{deviation} Its runs use the database’s clock." if deviation else ""
    return WorkerInfo(running=orjson.loads(running), error=error, **columns)


def _split_keys(run_keys: Sequence[RunKey]) -> tuple[list[UUID], list[UUID]]:
    return [owner for owner, _ in run_keys], [run for _, run in run_keys]


def run_event(row: asyncpg.Record) -> RunEvent:
    """Return the event of a row of `runs_events`."""
    return RunEvent(**{**row, "data": orjson.loads(row["data"])})


def _run(row: asyncpg.Record) -> Run:
    fields = dict(row)
    result = fields.pop("result")
    return Run(
        **fields
        | {
            "queue": Queue(row["queue"]),
            "status": Status(row["status"]),
            "parameters": orjson.loads(row["parameters"]),
            "result": orjson.loads(result) if result is not None else None,
            "gaps": tuple(row["gaps"]),
            "errors": [_failed_attempt(error) for error in orjson.loads(row["errors"])],
        },
    )


def _failed_attempt(error: dict[str, Any]) -> FailedAttempt:
    return FailedAttempt(
        epoch=error["epoch"],
        attempt=error["attempt"],
        at=datetime.fromisoformat(error["at"]),
        error_class=error["class"],
        message=error["message"],
        retryable=error["retryable"],
    )
