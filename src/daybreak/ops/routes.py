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
from daybreak.ops.overview import is_for_people, read_overview
from daybreak.ops.retries import retry
from daybreak.ops.run_details import see
from daybreak.ops.run_filters import GROUPS, AFilter, Filter, read_cursor, write_cursor
from daybreak.runs import Run
from daybreak.web import Admin, NavItem, News, Pages, SignedIn, Undo, Visit, read_form, stream

pages = Pages(__package__, nav=[NavItem(title="Activity", path="/runs", key="r", place=30)])
pages.include_router(schedule_routes.routes)
_ROWS = 50
_PAUSE = 0.5


@pages.get("/runs")
async def show_runs(visit: SignedIn, narrowed: AFilter) -> Response:
    """List current and past runs, newest first."""
    kinds = sorted({kind for kind, _ in await runs.counts(visit.database) if is_for_people(kind)})
    values = await _list(visit, narrowed)
    return visit.page("ops/runs.html", groups=GROUPS, kinds=kinds, **values)


@pages.get("/runs/news")
async def follow_runs(visit: SignedIn, narrowed: AFilter) -> Response:
    """Stream the first page of the list after each change."""

    async def draw() -> tuple[str, bool]:
        return visit.render("ops/_runs.html", **await _list(visit, narrowed)), False

    return stream(visit, _redrawn(draw), str(visit.user.id))


async def _list(visit: Visit, narrowed: Filter) -> dict[str, Any]:
    after = read_cursor(narrowed.after)
    async with visit.transaction() as tx:
        found = await runs.search_runs(tx, visit.user.id, narrowed.wanted, after=after, limit=_ROWS)
    next_page = write_cursor(found.next)
    return {"found": found, "narrowed": narrowed, "next_page": next_page, "words": labels}


@pages.get("/runs/{run_id}")
async def show_run(
    visit: SignedIn,
    run_id: UUID,
    items: Annotated[str, Query(max_length=20)] = "",
    after: Annotated[str, Query(max_length=500)] = "",
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """Show one run or item: progress, timeline, errors."""
    values = await _run(visit, run_id, items, after, before)
    return visit.page("ops/run.html", trouble=None, **values)


@pages.get("/runs/{run_id}/news")
async def follow_run(
    visit: SignedIn, run_id: UUID, items: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Stream the page of a run after each change, until the run ends."""
    async with visit.transaction() as tx:
        await runs.get(tx, visit.user.id, run_id)

    async def draw() -> tuple[str, bool]:
        values = await _run(visit, run_id, items)
        return visit.render("ops/_run.html", **values), values["sight"].run.status.ended

    return stream(visit, _redrawn(draw), str(run_id))


async def _run(
    visit: Visit, run_id: UUID, items: str, after: str = "", before: int | None = None
) -> dict[str, Any]:
    group = items if items in GROUPS else ""
    async with visit.transaction() as tx:
        sight = await see(
            tx, visit.user.id, run_id, statuses=GROUPS[group][1], after=read_cursor(after), before=before
        )
    return {
        "sight": sight,
        "group": group,
        "groups": GROUPS,
        "more_items": write_cursor(sight.more_items),
        "is_live": not (after or before or sight.run.status.ended),
        "words": labels,
    }


class Back(BaseModel):
    """The page to return to: that of the run, or of the run that has it as an item."""

    at: UUID | None = None


@pages.post("/runs/{run_id}/cancel")
async def cancel_run(visit: SignedIn, run_id: UUID) -> Response:
    """Cancel a run; ended runs do not change."""
    back = await read_form(visit.request, Back)
    async with visit.transaction() as tx:
        run = await runs.cancel(tx, visit.user.id, run_id)
    return visit.redirect(_page_of(run, back.model), _cancelled(run), undo=_undo(run))


def _cancelled(run: Run) -> str:
    if run.status is runs.Status.CANCELLED:
        return "Cancelled."
    if run.status.ended:
        return "This run had already ended."
    return "Cancelling… This takes about a second."


def _undo(run: Run) -> Undo | None:
    return Undo(action=f"/runs/{run.id}/retry") if run.status is runs.Status.CANCELLED else None


class Again(Back):
    """The form of a retry: of the failed parts, or of the whole run."""

    whole: bool = False


@pages.post("/runs/{run_id}/retry")
async def retry_run(visit: SignedIn, run_id: UUID) -> Response:
    """Retry the failed parts of a run, a single item, or the whole run."""
    form = await read_form(visit.request, Again)
    again = form.model or Again()
    try:
        async with visit.transaction() as tx:
            run = await retry(tx, visit.user.id, run_id, whole=again.whole)
    except Conflict as error:
        values = await _run(visit, run_id, "")
        return visit.page("ops/run.html", status=error.status, trouble=error, **values)
    return visit.redirect(_page_of(run, again), "Retrying.")


def _page_of(run: Run, back: Back | None) -> str:
    return f"/runs/{back.at if back and back.at else run.id}"


@pages.get("/operations")
async def show_operations(visit: Admin) -> Response:
    """Show workers, durations, counts and maintenance of all users' runs."""
    return visit.page("ops/operations.html", overview=await read_overview(visit.database), words=labels)


Draw = Callable[[], Awaitable[tuple[str, bool]]]


def _redrawn(draw: Draw) -> Callable[[str], Awaitable[Sequence[News]]]:
    """Return the reader of a stream: a part of a page if it has changed, at most twice a second."""
    is_first = True

    async def read(after: str) -> Sequence[News]:
        nonlocal is_first
        if not is_first:
            await asyncio.sleep(_PAUSE)
        is_first = False
        text, is_last = await draw()
        mark = hashlib.sha256(text.encode()).hexdigest()[:16]
        return [] if mark == after and not is_last else [News(id=mark, data=text, is_last=is_last)]

    return read
