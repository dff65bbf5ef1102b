"""API endpoints for tasks and decisions about them."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak.agenda import cursors, decisions, manual_entries, read_models
from daybreak.agenda.manual_entries import EntryKind
from daybreak.agenda.read_models import TaskFilter, TaskListKind, list_tasks_by_kind
from daybreak.agenda.rows import strip_unstorable
from daybreak.agenda.schemas.tasks import PastDecisionOut, SnoozeIn, TaskIn, TaskOut
from daybreak.errors import Conflict, NotFound, PreconditionFailed
from daybreak.web import (
    After,
    ApiReader,
    ApiWriter,
    IdempotencyKey,
    IfMatch,
    Limit,
    Page,
    RequestContext,
    check_if_match,
    error_responses,
    etag_response,
    json_response,
    run_once,
)

routes = APIRouter()
BASE_PATH = "/agenda/tasks"
ITEM_PATH = f"{BASE_PATH}/{{task_id:uuid}}"


@routes.get(BASE_PATH, response_model=Page[TaskOut])
async def list_tasks(
    context: ApiReader,
    show: Annotated[
        TaskListKind, Query(description="Open, snoozed, ignored or done tasks.")
    ] = TaskListKind.OPEN,
    q: Annotated[str, Query(max_length=200, description="A text that the title contains.")] = "",
    project: Annotated[UUID | None, Query(description="Only tasks of this project.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """List tasks by due date, or with `show=done` the latest first."""
    task_filter = TaskFilter(
        today=context.user.today(), project_id=project, title_query=strip_unstorable(q.strip())
    )
    cursor = cursors.decode_agenda_cursor(after)
    async with context.transaction() as tx:
        found = await list_tasks_by_kind(tx, context.user.id, show, task_filter, cursor, limit + 1)
        found = await read_models.with_holders(tx, context.user, found)
    more = cursors.encode_agenda_cursor(found[limit - 1].cursor) if len(found) > limit else None
    return json_response(Page[TaskOut](items=[TaskOut.of(detail) for detail in found[:limit]], next=more))


@routes.post(BASE_PATH, status_code=201, response_model=TaskOut, responses=error_responses(NotFound))
async def create_task(context: ApiWriter, body: TaskIn, key: IdempotencyKey = None) -> Response:
    """Create a task."""

    async def work(tx: asyncpg.Connection) -> Response:
        task_id = await manual_entries.save_task(tx, context.user.id, body.to_input(), context.user.tz)
        view = await _get_output(tx, context, task_id)
        return json_response(view, 201, headers={"Location": f"/api/v1{BASE_PATH}/{task_id}"})

    return await run_once(context, key, work)


@routes.get(ITEM_PATH, response_model=TaskOut)
async def get_task(context: ApiReader, task_id: UUID) -> Response:
    """Return a task."""
    async with context.transaction() as tx:
        return etag_response(context.request, await _get_output(tx, context, task_id))


@routes.put(ITEM_PATH, response_model=TaskOut, responses=error_responses(PreconditionFailed, Conflict))
async def update_task(context: ApiWriter, task_id: UUID, body: TaskIn, if_match: IfMatch = None) -> Response:
    """Update a task that was added in Daybreak; a task of a source is edited there."""
    async with context.transaction() as tx:
        await manual_entries.lock_entry(tx, task_id)
        check_if_match(if_match, await _get_output(tx, context, task_id))
        await manual_entries.save_task(tx, context.user.id, body.to_input(), context.user.tz, task_id)
        return etag_response(context.request, await _get_output(tx, context, task_id))


@routes.delete(ITEM_PATH, status_code=204, responses=error_responses(Conflict))
async def delete_task(context: ApiWriter, task_id: UUID) -> Response:
    """Delete a task that was added in Daybreak; it can be restored."""
    async with context.transaction() as tx:
        await manual_entries.remove_entry(tx, context.user.id, EntryKind.TASK, task_id)
    return Response(status_code=204)


@routes.post(f"{ITEM_PATH}/restore", response_model=TaskOut)
async def restore_task(context: ApiWriter, task_id: UUID) -> Response:
    """Restore a deleted task."""
    async with context.transaction() as tx:
        await manual_entries.restore_entry(tx, context.user.id, EntryKind.TASK, task_id)
        return json_response(await _get_output(tx, context, task_id))


@routes.get(f"{ITEM_PATH}/decisions", response_model=Page[PastDecisionOut])
async def list_decisions(context: ApiReader, task_id: UUID) -> Response:
    """List the decisions about a task, the latest first."""
    async with context.transaction() as tx:
        await _get_output(tx, context, task_id)
        found = await decisions.list_decisions(tx, context.user.id, task_id)
    return json_response(Page[PastDecisionOut](items=[PastDecisionOut.of(one) for one in found], next=None))


@routes.post(f"{ITEM_PATH}/complete", response_model=TaskOut)
async def complete_task(context: ApiWriter, task_id: UUID) -> Response:
    """Mark a task as done, overriding its source."""
    async with context.transaction() as tx:
        await decisions.complete(tx, context.user.id, [task_id])
        return json_response(await _get_output(tx, context, task_id))


@routes.post(f"{ITEM_PATH}/snooze", response_model=TaskOut)
async def snooze_task(context: ApiWriter, task_id: UUID, body: SnoozeIn) -> Response:
    """Snooze a task until a date."""
    today = context.user.today()
    async with context.transaction() as tx:
        await decisions.snooze(tx, context.user.id, [task_id], return_on=body.return_on, today=today)
        return json_response(await _get_output(tx, context, task_id))


@routes.post(f"{ITEM_PATH}/ignore", response_model=TaskOut)
async def ignore_task(context: ApiWriter, task_id: UUID) -> Response:
    """Exclude a task from briefs and lists for good."""
    async with context.transaction() as tx:
        await decisions.ignore(tx, context.user.id, [task_id])
        return json_response(await _get_output(tx, context, task_id))


@routes.post(f"{ITEM_PATH}/undo", response_model=TaskOut)
async def undo_decision(context: ApiWriter, task_id: UUID) -> Response:
    """Undo the current decision about a task."""
    async with context.transaction() as tx:
        await decisions.undo(tx, context.user.id, [task_id])
        return json_response(await _get_output(tx, context, task_id))


async def _get_output(tx: asyncpg.Connection, context: RequestContext, task_id: UUID) -> TaskOut:
    found = await read_models.get_task(tx, context.user.id, task_id, context.user.today())
    (detail,) = await read_models.with_holders(tx, context.user, [found])
    return TaskOut.of(detail)
