"""The SQL statements of runs, with conversion to and from the types of the model."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import orjson

from daybreak.db import load
from daybreak.runs.model import Attempt, Claim, Cursor, Event, Items, Lane, Run, Status, WorkerSeen
from daybreak.runs.progress_buffer import News

if TYPE_CHECKING:
    from daybreak.runs.model import Wanted

_sql = load(__package__)
Pair = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """The row of a new item; `parameters` is JSON."""

    kind: str
    lane: Lane
    key: str
    parameters: str
    max_attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
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

    claim: Claim
    status: Status
    events: Sequence[tuple[str, Mapping[str, Any]]]
    after_event: int | None = None
    progress: Mapping[str, int | str] = field(default_factory=dict)
    result: str | None = None
    gaps: Sequence[str] | None = None
    error: Mapping[str, Any] | None = None
    delay: float = 0.0
    refund: bool = False
    items: Sequence[NewItem] = ()
    window: int = 0


async def start(tx: asyncpg.Connection, run: tuple[Any, ...], *, delay: timedelta, window: int) -> UUID:
    """Insert a run (owner, id, kind, queue, key, parameters, max_attempts); return the id of the open run."""
    started: UUID = await tx.fetchval(_sql.start, *run, delay, window)
    return started


async def pass_on(tx: asyncpg.Connection, lane: Lane, pairs: Sequence[Pair], *, urgency: int) -> None:
    """Dispatch the queued and due runs among these again, when the transaction commits."""
    await tx.execute(_sql.pass_on, lane, *_columns(pairs), urgency)


async def claim(
    tx: asyncpg.Connection, pairs: Sequence[Pair], kinds: Collection[str], worker_id: UUID, lease: timedelta
) -> list[Claim]:
    """Claim the claimable runs among these."""
    rows = await tx.fetch(_sql.claim, *_columns(pairs), list(kinds), worker_id, lease)
    return [_claim(row) for row in rows]


def _claim(row: asyncpg.Record) -> Claim:
    items = Items(**orjson.loads(row["items"])) if row["items"] else None
    return Claim(**{**row, "lane": Lane(row["lane"]), "items": items})


async def hold(tx: asyncpg.Connection, claims: Sequence[Claim]) -> dict[UUID, bool]:
    """Lock the runs whose fence is still valid; return whether a cancel is requested for each.

    The claims must be sorted by `lock_key`.
    """
    owners, ids = _columns([claim.place for claim in claims])
    rows = await tx.fetch(_sql.hold, owners, ids, [claim.fence for claim in claims])
    return {row["run_id"]: row["cancelled"] for row in rows}


async def settle(tx: asyncpg.Connection, settlements: Iterable[Settlement]) -> None:
    """Complete locked runs; the caller notifies their topics after the commit."""
    rows = [_settlement_row(one) for one in settlements]
    await tx.execute(_sql.settle, orjson.dumps(rows, default=str).decode())


async def tell(connection: asyncpg.Connection, topics: Iterable[UUID]) -> None:
    """Notify the subscribers of these topics."""
    await connection.execute(_sql.tell, list(topics))


def _settlement_row(one: Settlement) -> dict[str, Any]:
    claim = one.claim
    row: dict[str, Any] = {
        "owner_id": claim.owner_id,
        "id": claim.id,
        "status": one.status,
        "result": orjson.Fragment(one.result) if one.result is not None else None,
        "gaps": one.gaps,
        "error": one.error,
        "delay": one.delay,
        "refund": int(one.refund),
        "events": one.events,
        "after_event": one.after_event,
        **one.progress,
    }
    if claim.part_of is not None:
        row |= {"part_of": claim.part_of, "kind": claim.kind, "key": claim.key}
    if one.items or one.status is Status.RUNNING:
        items = [_item_row(item) for item in one.items]
        row |= {"items": items, "lane": claim.lane, "places": one.window}
    return row


def _item_row(item: NewItem) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "kind": item.kind,
        "lane": item.lane,
        "key": item.key,
        "parameters": orjson.Fragment(item.parameters),
        "max_attempts": item.max_attempts,
    }


async def report(tx: asyncpg.Connection, news: Iterable[tuple[Claim, News]]) -> None:
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
        for claim, one in news
    ]
    await tx.execute(_sql.report, orjson.dumps(rows, default=str).decode())


async def read(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID) -> Run | None:
    """Return the run, open or ended, or None."""
    row = await tx.fetchrow(_sql.read_run, owner_id, run_id)
    return _run(row) if row else None


async def find(tx: asyncpg.Connection, owner_id: UUID, first: UUID, last: UUID, *, limit: int) -> list[Run]:
    """Return an owner's runs and items with ids in this range, both ends included."""
    return [_run(row) for row in await tx.fetch(_sql.find_runs, owner_id, first, last, limit)]


async def page(
    tx: asyncpg.Connection,
    owner_id: UUID,
    after: Cursor | None,
    kinds: Collection[str] | None,
    statuses: Collection[Status] | None,
    limit: int,
) -> list[Run]:
    """Return a page of an owner's runs, newest first."""
    place = after or (None, None)
    rows = await tx.fetch(
        _sql.list_runs, owner_id, *place, kinds and list(kinds), statuses and list(statuses), limit
    )
    return [_run(row) for row in rows]


async def search(
    tx: asyncpg.Connection, owner_id: UUID, wanted: "Wanted", after: Cursor | None, limit: int, reach: int
) -> list[Run]:
    """Return the matches among the next `search_limit` runs of an owner after the cursor, newest first."""
    place = after or (None, None)
    kinds, statuses = wanted.kinds, wanted.statuses
    rows = await tx.fetch(
        _sql.search_runs,
        owner_id,
        *place,
        kinds and list(kinds),
        statuses and list(statuses),
        wanted.text.lower() or None,
        limit,
        reach,
    )
    return [_run(row) for row in rows]


async def items(
    tx: asyncpg.Connection,
    owner_id: UUID,
    run_id: UUID,
    after: Cursor | None,
    statuses: Collection[Status] | None,
    limit: int,
) -> list[Run]:
    """Return a page of a run's items, in their order."""
    place = after or (None, None)
    rows = await tx.fetch(_sql.list_items, owner_id, run_id, *place, statuses and list(statuses), limit)
    return [_run(row) for row in rows]


async def read_events(
    tx: asyncpg.Connection, owner_id: UUID, run_id: UUID, after: int, limit: int
) -> list[Event]:
    """Return the events after this number."""
    rows = await tx.fetch(_sql.read_events, owner_id, run_id, after, limit)
    return [Event(row["number"], row["at"], row["name"], orjson.loads(row["data"])) for row in rows]


async def count(connection: asyncpg.Connection) -> dict[tuple[str, Status], int]:
    """Return the number of runs by kind and status."""
    rows = await connection.fetch(_sql.count_runs)
    return {(row["kind"], Status(row["status"])): row["runs"] for row in rows}


async def workers(connection: asyncpg.Connection, lease: timedelta) -> list[WorkerSeen]:
    """Return the workers, oldest first; alive means a heartbeat within the lease."""
    rows = await connection.fetch(_sql.workers, lease)
    return [WorkerSeen(**{**row, "doing": orjson.loads(row["doing"])}) for row in rows]


def _columns(pairs: Sequence[Pair]) -> tuple[list[UUID], list[UUID]]:
    return [owner for owner, _ in pairs], [run for _, run in pairs]


def _run(row: asyncpg.Record) -> Run:
    fields = dict(row)
    result = fields.pop("result")
    return Run(
        **fields
        | {
            "lane": Lane(row["lane"]),
            "status": Status(row["status"]),
            "parameters": orjson.loads(row["parameters"]),
            "result": orjson.loads(result) if result is not None else None,
            "gaps": tuple(row["gaps"]),
            "errors": [_attempt(error) for error in orjson.loads(row["errors"])],
        },
    )


def _attempt(error: dict[str, Any]) -> Attempt:
    return Attempt(
        epoch=error["epoch"],
        attempt=error["attempt"],
        at=datetime.fromisoformat(error["at"]),
        kind=error["class"],
        message=error["message"],
        retryable=error["retryable"],
    )
