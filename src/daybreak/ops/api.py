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
from daybreak.ops.event_streams import stream_all_events, stream_run_events
from daybreak.ops.overview import read_overview
from daybreak.ops.retries import retry_without_conflict
from daybreak.ops.run_filters import STORABLE_PATTERN, decode_run_cursor, encode_run_cursor
from daybreak.ops.schemas import (
    KindDurationsOut,
    KindStatsOut,
    OperationsOut,
    RunCountOut,
    RunEventOut,
    RunOut,
    RunStatsOut,
    WorkerOut,
)
from daybreak.runs import Run, RunFilter, Status
from daybreak.web import (
    After,
    ApiAdmin,
    ApiReader,
    ApiRouter,
    ApiWriter,
    IdempotencyKey,
    Limit,
    Page,
    error_responses,
    etag_response,
    json_response,
    run_once,
)

api = ApiRouter("runs")
StatusFilter = Annotated[list[Status] | None, Query(description="Only runs with one of these statuses.")]
KindName = Annotated[str, StringConstraints(max_length=100, pattern=STORABLE_PATTERN)]
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events.", "content": {"text/event-stream": {}}}
}


@api.get("/runs", response_model=Page[RunOut])
async def list_runs(
    context: ApiReader,
    status: StatusFilter = None,
    kind: Annotated[list[KindName] | None, Query(description="Only runs of one of these kinds.")] = None,
    about: Annotated[
        str,
        Query(
            max_length=200, pattern=STORABLE_PATTERN, description="A part of the key, or the start of the id."
        ),
    ] = "",
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """List your runs, newest first.

    A page searches at most a few thousand runs: it can have few or no items and still have a `next`.
    """
    run_filter = RunFilter(kinds=kind, statuses=status, text=about)
    async with context.transaction() as tx:
        found = await runs.search_runs(
            tx, context.user.id, run_filter, after=decode_run_cursor(after), limit=limit
        )
    return json_response(_run_page(found.runs, encode_run_cursor(found.next)))


@api.get("/runs/stats", response_model=RunStatsOut)
async def read_stats(context: ApiReader) -> Response:
    """Return statistics of your runs by kind and status: count, mean durations, the oldest and the newest."""
    async with context.transaction() as tx:
        sums = await runs.stats(tx, context.user.id)
    by_kind = [KindStatsOut.of(one) for one in sums.by_kind]
    return json_response(RunStatsOut(by_kind=by_kind, runs=sums.runs, is_complete=sums.is_complete))


@api.get("/runs/{run_id:uuid}", response_model=RunOut)
async def read_run(context: ApiReader, run_id: UUID) -> Response:
    """Return a run or an item, with its progress."""
    async with context.transaction() as tx:
        run = await runs.get(tx, context.user.id, run_id)
    return etag_response(context.request, RunOut.of(run))


@api.get("/runs/{run_id:uuid}/items", response_model=Page[RunOut])
async def list_items(
    context: ApiReader, run_id: UUID, status: StatusFilter = None, after: After = None, limit: Limit = 50
) -> Response:
    """List the items of a run, in order."""
    cursor = decode_run_cursor(after)
    async with context.transaction() as tx:
        await runs.get(tx, context.user.id, run_id)
        found = await runs.list_items(
            tx, context.user.id, run_id, after=cursor, statuses=status, limit=limit + 1
        )
    more = found[limit - 1].cursor if len(found) > limit else None
    return json_response(_run_page(found[:limit], encode_run_cursor(more)))


@api.get("/runs/{run_id:uuid}/events", response_model=Page[RunEventOut])
async def list_events(
    context: ApiReader,
    run_id: UUID,
    after: Annotated[
        int, Query(ge=0, lt=2**63, description="Only events with a higher number; 0 for all.")
    ] = 0,
    limit: Limit = 50,
) -> Response:
    """List the events of a run, in order; `next` is an event number."""
    async with context.transaction() as tx:
        await runs.get(tx, context.user.id, run_id)
        found = await runs.list_events(tx, context.user.id, run_id, after=after, limit=limit + 1)
    shown = [RunEventOut.model_validate(event) for event in found[:limit]]
    more = str(shown[-1].number) if len(found) > limit else None
    return json_response(Page[RunEventOut](items=shown, next=more))


@api.get("/runs/{run_id:uuid}/stream", response_class=Response, responses=_STREAM)
async def stream_run(context: ApiReader, run_id: UUID) -> Response:
    """Stream the events of a run until it ends.

    The id of an event is its number; with `Last-Event-ID` or `?after=` the stream resumes after it.
    """
    return await stream_run_events(context, run_id)


@api.get("/events", response_class=Response, responses=_STREAM)
async def stream_events(context: ApiReader) -> Response:
    """Stream the events of all your runs.

    With `Last-Event-ID` the stream resumes there. After a lost connection an event can be repeated; `run` and
    `number` identify it.
    """
    return await stream_all_events(context)


@api.post("/runs/{run_id:uuid}/cancel", status_code=202, response_model=RunOut)
async def cancel_run(context: ApiWriter, run_id: UUID, key: IdempotencyKey = None) -> Response:
    """Cancel a run or an item: at once if queued, within about a second if running; never an ended run."""

    async def work(tx: asyncpg.Connection) -> Response:
        return _accepted_response(await runs.cancel(tx, context.user.id, run_id))

    return await run_once(context, key, work)


@api.post(
    "/runs/{run_id:uuid}/retry", status_code=202, response_model=RunOut, responses=error_responses(Conflict)
)
async def retry_run(
    context: ApiWriter,
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
        return _accepted_response(await retry_without_conflict(tx, context.user.id, run_id, whole=whole))

    return await run_once(context, key, work)


@api.get("/operations", response_model=OperationsOut)
async def read_operations(context: ApiAdmin) -> Response:
    """Return workers, counts and durations of all users' runs; for administrators."""
    overview = await read_overview(context.database)
    counts = [
        RunCountOut(kind=one.name, status=status, runs=number)
        for one in overview.kinds
        for status, number in one.counts.items()
    ]
    durations = [KindDurationsOut.of(one.name, one.durations) for one in overview.kinds if one.durations]
    workers = [WorkerOut.of(worker) for worker in overview.workers]
    last: datetime | None = overview.prune_runs[0].finished_at if overview.prune_runs else None
    return json_response(
        OperationsOut(workers=workers, counts=counts, durations=durations, last_maintenance=last)
    )


def _run_page(found: Sequence[Run], next_cursor: str | None) -> Page[RunOut]:
    return Page[RunOut](items=[RunOut.of(run) for run in found], next=next_cursor)


def _accepted_response(run: Run) -> Response:
    return json_response(RunOut.of(run), 202, headers={"Location": f"/api/v1/runs/{run.id}"})
