"""The pages “Activity”, and for administrators “Operations”."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from starlette.responses import Response

from daybreak import runs
from daybreak.errors import Conflict
from daybreak.ops import labels, schedule_routes
from daybreak.ops.overview import is_user_kind, read_overview
from daybreak.ops.retries import retry_without_conflict
from daybreak.ops.run_details import read_run_details
from daybreak.ops.run_filters import (
    STATUS_GROUPS,
    RunListParams,
    RunListQuery,
    decode_run_cursor,
    encode_run_cursor,
)
from daybreak.runs import Run
from daybreak.web import Admin, NavItem, Pages, RequestContext, SignedIn, StreamEvent, Undo, read_form, stream

pages = Pages(__package__, nav=[NavItem(title="Activity", path="/runs", key="r", order=30)])
pages.include_router(schedule_routes.routes)
_ROWS = 50
_MIN_INTERVAL_SECONDS = 0.5


@pages.get("/runs")
async def show_runs(context: SignedIn, params: RunListQuery) -> Response:
    """List current and past runs, newest first."""
    kinds = sorted({kind for kind, _ in await runs.count_by_kind(context.database) if is_user_kind(kind)})
    values = await _list_values(context, params)
    return context.page("ops/runs.html", groups=STATUS_GROUPS, kinds=kinds, **values)


@pages.get("/runs/stream")
async def stream_runs_page(context: SignedIn, params: RunListQuery) -> Response:
    """Stream the first page of the list after each change."""

    async def render_part() -> tuple[str, bool]:
        return context.render("ops/_runs.html", **await _list_values(context, params)), False

    return stream(context, _read_changes(render_part), str(context.user.id))


async def _list_values(context: RequestContext, params: RunListParams) -> dict[str, Any]:
    after = decode_run_cursor(params.after)
    async with context.transaction() as tx:
        found = await runs.search_runs(tx, context.user.id, params.run_filter, after=after, limit=_ROWS)
    next_page = encode_run_cursor(found.next)
    return {"found": found, "params": params, "next_page": next_page, "labels": labels}


@pages.get("/runs/{run_id}")
async def show_run(
    context: SignedIn,
    run_id: UUID,
    items: Annotated[str, Query(max_length=20)] = "",
    after: Annotated[str, Query(max_length=500)] = "",
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """Show one run or item: progress, timeline, errors."""
    values = await _run_values(context, run_id, items, after, before)
    return context.page("ops/run.html", retry_error=None, **values)


@pages.get("/runs/{run_id}/stream")
async def stream_run_page(
    context: SignedIn, run_id: UUID, items: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Stream the page of a run after each change, until the run ends."""
    async with context.transaction() as tx:
        await runs.get(tx, context.user.id, run_id)

    async def render_part() -> tuple[str, bool]:
        values = await _run_values(context, run_id, items)
        return context.render("ops/_run.html", **values), values["details"].run.status.ended

    return stream(context, _read_changes(render_part), str(run_id))


async def _run_values(
    context: RequestContext, run_id: UUID, items: str, after: str = "", before: int | None = None
) -> dict[str, Any]:
    group = items if items in STATUS_GROUPS else ""
    async with context.transaction() as tx:
        details = await read_run_details(
            tx,
            context.user.id,
            run_id,
            statuses=STATUS_GROUPS[group][1],
            after=decode_run_cursor(after),
            before=before,
        )
    return {
        "details": details,
        "group": group,
        "groups": STATUS_GROUPS,
        "more_items": encode_run_cursor(details.next_items),
        "is_live": not (after or before or details.run.status.ended),
        "labels": labels,
    }


class ReturnToRun(BaseModel):
    """The page to return to: that of the run, or of the run that has it as an item."""

    at: UUID | None = None


@pages.post("/runs/{run_id}/cancel")
async def cancel_run(context: SignedIn, run_id: UUID) -> Response:
    """Cancel a run; ended runs do not change."""
    back = await read_form(context.request, ReturnToRun)
    async with context.transaction() as tx:
        run = await runs.cancel(tx, context.user.id, run_id)
    return context.redirect(_return_path(run, back.model), _cancel_message(run), undo=_undo_cancel(run))


def _cancel_message(run: Run) -> str:
    if run.status is runs.Status.CANCELLED:
        return "Cancelled."
    if run.status.ended:
        return "This run had already ended."
    return "Cancelling… This takes about a second."


def _undo_cancel(run: Run) -> Undo | None:
    return Undo(action=f"/runs/{run.id}/retry") if run.status is runs.Status.CANCELLED else None


class RunRetryForm(ReturnToRun):
    """The form of a retry: of the failed parts, or of the whole run."""

    whole: bool = False


@pages.post("/runs/{run_id}/retry")
async def retry_run(context: SignedIn, run_id: UUID) -> Response:
    """Retry the failed parts of a run, a single item, or the whole run."""
    form = await read_form(context.request, RunRetryForm)
    again = form.model or RunRetryForm()
    try:
        async with context.transaction() as tx:
            run = await retry_without_conflict(tx, context.user.id, run_id, whole=again.whole)
    except Conflict as error:
        values = await _run_values(context, run_id, "")
        return context.page("ops/run.html", status=error.status, retry_error=error, **values)
    return context.redirect(_return_path(run, again), "Retrying.")


def _return_path(run: Run, form: ReturnToRun | None) -> str:
    return f"/runs/{form.at if form and form.at else run.id}"


@pages.get("/operations")
async def show_operations(context: Admin) -> Response:
    """Show workers, durations, counts and maintenance of all users' runs."""
    return context.page("ops/operations.html", overview=await read_overview(context.database), labels=labels)


RenderPart = Callable[[], Awaitable[tuple[str, bool]]]


def _read_changes(render_part: RenderPart) -> Callable[[str], Awaitable[Sequence[StreamEvent]]]:
    """Return the reader of a stream: a part of a page if it has changed, at most twice a second."""
    is_first = True

    async def read(after: str) -> Sequence[StreamEvent]:
        nonlocal is_first
        if not is_first:
            await asyncio.sleep(_MIN_INTERVAL_SECONDS)
        is_first = False
        text, is_last = await render_part()
        mark = hashlib.sha256(text.encode()).hexdigest()[:16]
        return [] if mark == after and not is_last else [StreamEvent(id=mark, data=text, is_last=is_last)]

    return read
