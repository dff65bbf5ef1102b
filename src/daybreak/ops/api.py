"""The API of runs: list, read, stream, cancel, retry; and the operations overview."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import Query
from pydantic import StringConstraints
from starlette.responses import Response

from daybreak import runs
from daybreak.errors import Conflict
from daybreak.ops.event_streams import follow_all, follow_one
from daybreak.ops.overview import read_overview
from daybreak.ops.retries import retry
from daybreak.ops.run_filters import STORABLE, read_cursor, write_cursor
from daybreak.ops.schemas import (
    CountView,
    EventView,
    OperationsView,
    RunView,
    StatsView,
    SumView,
    TimesView,
    WorkerView,
)
from daybreak.runs import Run, Status, Wanted
from daybreak.web import (
    After,
    Api,
    IdempotencyKey,
    Limit,
    Listing,
    Operator,
    Reader,
    Writer,
    answer,
    once,
    refusals,
    versioned,
)

api = Api("runs")
StatusFilter = Annotated[list[Status] | None, Query(description="Only runs with one of these statuses.")]
KindName = Annotated[str, StringConstraints(max_length=100, pattern=STORABLE)]
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events.", "content": {"text/event-stream": {}}}
}


@api.get("/runs", response_model=Listing[RunView])
async def list_runs(
    visit: Reader,
    status: StatusFilter = None,
    kind: Annotated[list[KindName] | None, Query(description="Only runs of one of these kinds.")] = None,
    about: Annotated[
        str,
        Query(max_length=200, pattern=STORABLE, description="A part of the key, or the start of the id."),
    ] = "",
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """List your runs, newest first.

    A page searches at most a few thousand runs: it can have few or no items and still have a `next`.
    """
    wanted = Wanted(kinds=kind, statuses=status, text=about)
    async with visit.transaction() as tx:
        found = await runs.search_runs(tx, visit.user.id, wanted, after=read_cursor(after), limit=limit)
    return answer(_listing(found.runs, write_cursor(found.next)))


@api.get("/runs/stats", response_model=StatsView)
async def read_stats(visit: Reader) -> Response:
    """Return statistics of your runs by kind and status: count, mean durations, the oldest and the newest."""
    async with visit.transaction() as tx:
        sums = await runs.sums(tx, visit.user.id)
    by_kind = [SumView.of(one) for one in sums.by_kind]
    return answer(StatsView(sums=by_kind, runs=sums.runs, is_complete=sums.is_complete))


@api.get("/runs/{run_id:uuid}", response_model=RunView)
async def read_run(visit: Reader, run_id: UUID) -> Response:
    """Return a run or an item, with its progress."""
    async with visit.transaction() as tx:
        run = await runs.get(tx, visit.user.id, run_id)
    return versioned(visit.request, RunView.of(run))


@api.get("/runs/{run_id:uuid}/items", response_model=Listing[RunView])
async def list_items(
    visit: Reader, run_id: UUID, status: StatusFilter = None, after: After = None, limit: Limit = 50
) -> Response:
    """List the items of a run, in order."""
    place = read_cursor(after)
    async with visit.transaction() as tx:
        await runs.get(tx, visit.user.id, run_id)
        found = await runs.list_items(
            tx, visit.user.id, run_id, after=place, statuses=status, limit=limit + 1
        )
    more = found[limit - 1].cursor if len(found) > limit else None
    return answer(_listing(found[:limit], write_cursor(more)))


@api.get("/runs/{run_id:uuid}/events", response_model=Listing[EventView])
async def list_events(
    visit: Reader,
    run_id: UUID,
    after: Annotated[
        int, Query(ge=0, lt=2**63, description="Only events with a higher number; 0 for all.")
    ] = 0,
    limit: Limit = 50,
) -> Response:
    """List the events of a run, in order; `next` is an event number."""
    async with visit.transaction() as tx:
        await runs.get(tx, visit.user.id, run_id)
        found = await runs.events(tx, visit.user.id, run_id, after=after, limit=limit + 1)
    shown = [EventView.model_validate(event) for event in found[:limit]]
    more = str(shown[-1].number) if len(found) > limit else None
    return answer(Listing[EventView](items=shown, next=more))


@api.get("/runs/{run_id:uuid}/stream", response_class=Response, responses=_STREAM)
async def stream_run(visit: Reader, run_id: UUID) -> Response:
    """Stream the events of a run until it ends.

    The id of an event is its number; with `Last-Event-ID` or `?after=` the stream resumes after it.
    """
    return await follow_one(visit, run_id)


@api.get("/events", response_class=Response, responses=_STREAM)
async def stream_events(visit: Reader) -> Response:
    """Stream the events of all your runs.

    With `Last-Event-ID` the stream resumes there. After a lost connection an event can be repeated; `run` and
    `number` identify it.
    """
    return await follow_all(visit)


@api.post("/runs/{run_id:uuid}/cancel", status_code=202, response_model=RunView)
async def cancel_run(visit: Writer, run_id: UUID, key: IdempotencyKey = None) -> Response:
    """Cancel a run or an item: at once if queued, within about a second if running; never an ended run."""

    async def work(tx: asyncpg.Connection) -> Response:
        return _accepted(await runs.cancel(tx, visit.user.id, run_id))

    return await once(visit, key, work)


@api.post("/runs/{run_id:uuid}/retry", status_code=202, response_model=RunView, responses=refusals(Conflict))
async def retry_run(
    visit: Writer,
    run_id: UUID,
    *,
    whole: Annotated[
        bool, Query(description="Retry the whole run with all its items, including those that succeeded.")
    ] = False,
    key: IdempotencyKey = None,
) -> Response:
    """Retry a run that did not succeed: the failed items of a run with items, or a single item.

    409 if it has not ended or has succeeded, or if another run with the same key is open; `run` is its id.
    """

    async def work(tx: asyncpg.Connection) -> Response:
        return _accepted(await retry(tx, visit.user.id, run_id, whole=whole))

    return await once(visit, key, work)


@api.get("/operations", response_model=OperationsView)
async def read_operations(visit: Operator) -> Response:
    """Return workers, counts and durations of all users' runs; for administrators."""
    seen = await read_overview(visit.database)
    counts = [
        CountView(kind=one.name, status=status, runs=number)
        for one in seen.kinds
        for status, number in one.counts.items()
    ]
    times = [TimesView.of(one.name, one.times) for one in seen.kinds if one.times]
    workers = [WorkerView.of(worker) for worker in seen.workers]
    last: datetime | None = seen.upkeep[0].finished_at if seen.upkeep else None
    return answer(OperationsView(workers=workers, counts=counts, times=times, last_upkeep=last))


def _listing(found: Sequence[Run], following: str | None) -> Listing[RunView]:
    return Listing[RunView](items=[RunView.of(run) for run in found], next=following)


def _accepted(run: Run) -> Response:
    return answer(RunView.of(run), 202, headers={"Location": f"/api/v1/runs/{run.id}"})
