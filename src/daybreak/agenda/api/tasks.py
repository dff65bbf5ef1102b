"""API endpoints for tasks and decisions about them."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak.agenda import cursors, decisions, manual_entries, read_models
from daybreak.agenda.manual_entries import Thing
from daybreak.agenda.read_models import Filter, Show, read_tasks
from daybreak.agenda.rows import storable
from daybreak.agenda.schemas import PastDecisionView, SnoozeOrder, TaskOrder, TaskView
from daybreak.errors import Changed, Conflict, NotFound
from daybreak.web import (
    After,
    IdempotencyKey,
    IfMatch,
    Limit,
    Listing,
    Reader,
    Visit,
    Writer,
    answer,
    once,
    refusals,
    require_match,
    versioned,
)

routes = APIRouter()
HERE = "/agenda/tasks"
ONE = f"{HERE}/{{task_id:uuid}}"


@routes.get(HERE, response_model=Listing[TaskView])
async def list_tasks(
    visit: Reader,
    show: Annotated[Show, Query(description="Open, snoozed, ignored or done tasks.")] = Show.OPEN,
    q: Annotated[str, Query(max_length=200, description="A text that the title contains.")] = "",
    project: Annotated[UUID | None, Query(description="Only tasks of this project.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """List tasks by due date, or with `show=done` the latest first."""
    which = Filter(today=visit.user.today(), project_id=project, words=storable(q.strip()))
    place = cursors.read(after)
    async with visit.transaction() as tx:
        found = await read_tasks(tx, visit.user.id, show, which, place, limit + 1)
    more = cursors.write(found[limit - 1].place) if len(found) > limit else None
    return answer(Listing[TaskView](items=[TaskView.of(card) for card in found[:limit]], next=more))


@routes.post(HERE, status_code=201, response_model=TaskView, responses=refusals(NotFound))
async def add_task(visit: Writer, order: TaskOrder, key: IdempotencyKey = None) -> Response:
    """Create a task."""

    async def work(tx: asyncpg.Connection) -> Response:
        task_id = await manual_entries.write_task(tx, visit.user.id, order.draft(), visit.user.tz)
        view = await _view(tx, visit, task_id)
        return answer(view, 201, headers={"Location": f"/api/v1{HERE}/{task_id}"})

    return await once(visit, key, work)


@routes.get(ONE, response_model=TaskView)
async def read_task(visit: Reader, task_id: UUID) -> Response:
    """Return a task."""
    async with visit.transaction() as tx:
        return versioned(visit.request, await _view(tx, visit, task_id))


@routes.put(ONE, response_model=TaskView, responses=refusals(Changed, Conflict))
async def change_task(visit: Writer, task_id: UUID, order: TaskOrder, if_match: IfMatch = None) -> Response:
    """Update a task that was added in Daybreak; a task of a source is edited there."""
    async with visit.transaction() as tx:
        await manual_entries.hold(tx, task_id)
        require_match(if_match, await _view(tx, visit, task_id))
        await manual_entries.write_task(tx, visit.user.id, order.draft(), visit.user.tz, task_id)
        return versioned(visit.request, await _view(tx, visit, task_id))


@routes.delete(ONE, status_code=204, responses=refusals(Conflict))
async def remove_task(visit: Writer, task_id: UUID) -> Response:
    """Delete a task that was added in Daybreak; it can be restored."""
    async with visit.transaction() as tx:
        await manual_entries.remove_own(tx, visit.user.id, Thing.TASK, task_id)
    return Response(status_code=204)


@routes.post(f"{ONE}/restore", response_model=TaskView)
async def restore_task(visit: Writer, task_id: UUID) -> Response:
    """Restore a deleted task."""
    async with visit.transaction() as tx:
        await manual_entries.restore_own(tx, visit.user.id, Thing.TASK, task_id)
        return answer(await _view(tx, visit, task_id))


@routes.get(f"{ONE}/decisions", response_model=Listing[PastDecisionView])
async def list_decisions(visit: Reader, task_id: UUID) -> Response:
    """List the decisions about a task, the latest first."""
    async with visit.transaction() as tx:
        await _view(tx, visit, task_id)
        found = await decisions.decisions_about(tx, visit.user.id, task_id)
    return answer(Listing[PastDecisionView](items=[PastDecisionView.of(one) for one in found], next=None))


@routes.post(f"{ONE}/complete", response_model=TaskView)
async def complete_task(visit: Writer, task_id: UUID) -> Response:
    """Mark a task as done, overriding its source."""
    async with visit.transaction() as tx:
        await decisions.complete(tx, visit.user.id, [task_id])
        return answer(await _view(tx, visit, task_id))


@routes.post(f"{ONE}/snooze", response_model=TaskView)
async def snooze_task(visit: Writer, task_id: UUID, order: SnoozeOrder) -> Response:
    """Snooze a task until a date."""
    today = visit.user.today()
    async with visit.transaction() as tx:
        await decisions.snooze(tx, visit.user.id, [task_id], return_on=order.return_on, today=today)
        return answer(await _view(tx, visit, task_id))


@routes.post(f"{ONE}/ignore", response_model=TaskView)
async def ignore_task(visit: Writer, task_id: UUID) -> Response:
    """Exclude a task from briefs and lists for good."""
    async with visit.transaction() as tx:
        await decisions.ignore(tx, visit.user.id, [task_id])
        return answer(await _view(tx, visit, task_id))


@routes.post(f"{ONE}/undo", response_model=TaskView)
async def undo_decision(visit: Writer, task_id: UUID) -> Response:
    """Undo the current decision about a task."""
    async with visit.transaction() as tx:
        await decisions.undo(tx, visit.user.id, [task_id])
        return answer(await _view(tx, visit, task_id))


async def _view(tx: asyncpg.Connection, visit: Visit, task_id: UUID) -> TaskView:
    return TaskView.of(await read_models.task_card(tx, visit.user.id, task_id, visit.user.today()))
