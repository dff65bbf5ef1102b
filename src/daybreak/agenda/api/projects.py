"""API endpoints for projects and their phases."""

from uuid import UUID

import asyncpg
from fastapi import APIRouter
from starlette.responses import Response

from daybreak.agenda import manual_entries, read_models
from daybreak.agenda.manual_entries import EntryKind
from daybreak.agenda.projects import merges
from daybreak.agenda.read_models import FIRST_CURSOR
from daybreak.agenda.rows import strip_unstorable
from daybreak.agenda.schemas.projects import (
    PhaseIn,
    PhaseOut,
    ProjectIn,
    ProjectMergeIn,
    ProjectOut,
    ProjectSummary,
)
from daybreak.errors import Conflict, PreconditionFailed
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
    decode_cursor,
    encode_cursor,
    error_responses,
    etag_response,
    json_response,
    run_once,
)

routes = APIRouter()
BASE_PATH = "/agenda/projects"
ITEM_PATH = f"{BASE_PATH}/{{project_id:uuid}}"


@routes.get(BASE_PATH, response_model=Page[ProjectSummary])
async def list_projects(context: ApiReader, after: After = None, limit: Limit = 50) -> Response:
    """List projects by name."""
    user = context.user
    name, row_id = decode_cursor(after, strip_unstorable, UUID) if after else ("", FIRST_CURSOR.id)
    cursor = (str(name), UUID(str(row_id)))
    async with context.transaction() as tx:
        others = await read_models.read_other_tasks(tx, user)
        found = await read_models.list_projects(tx, user.id, user.today(), user.tz, cursor, limit + 1, others)
    last = found[limit - 1].project if len(found) > limit else None
    more = encode_cursor(last.name.lower(), last.id) if last else None
    return json_response(
        Page[ProjectSummary](items=[ProjectSummary.of(one) for one in found[:limit]], next=more)
    )


@routes.post(BASE_PATH, status_code=201, response_model=ProjectOut)
async def create_project(context: ApiWriter, body: ProjectIn, key: IdempotencyKey = None) -> Response:
    """Create a project."""

    async def work(tx: asyncpg.Connection) -> Response:
        project_id = await manual_entries.save_project(tx, context.user.id, body.name, body.description)
        view = await _get_output(tx, context, project_id)
        return json_response(view, 201, headers={"Location": f"/api/v1{BASE_PATH}/{project_id}"})

    return await run_once(context, key, work)


@routes.get(ITEM_PATH, response_model=ProjectOut)
async def get_project(context: ApiReader, project_id: UUID) -> Response:
    """Return a project."""
    async with context.transaction() as tx:
        return etag_response(context.request, await _get_output(tx, context, project_id))


@routes.put(ITEM_PATH, response_model=ProjectOut, responses=error_responses(PreconditionFailed, Conflict))
async def update_project(
    context: ApiWriter, project_id: UUID, body: ProjectIn, if_match: IfMatch = None
) -> Response:
    """Update a project that was added in Daybreak."""
    async with context.transaction() as tx:
        await manual_entries.lock_entry(tx, project_id)
        check_if_match(if_match, await _get_output(tx, context, project_id))
        await manual_entries.save_project(tx, context.user.id, body.name, body.description, project_id)
        return etag_response(context.request, await _get_output(tx, context, project_id))


@routes.delete(ITEM_PATH, status_code=204, responses=error_responses(Conflict))
async def delete_project(context: ApiWriter, project_id: UUID) -> Response:
    """Delete a project that was added in Daybreak; its tasks remain, and it can be restored."""
    async with context.transaction() as tx:
        await manual_entries.remove_entry(tx, context.user.id, EntryKind.PROJECT, project_id)
    return Response(status_code=204)


@routes.post(f"{ITEM_PATH}/restore", response_model=ProjectOut)
async def restore_project(context: ApiWriter, project_id: UUID) -> Response:
    """Restore a deleted project."""
    async with context.transaction() as tx:
        await manual_entries.restore_entry(tx, context.user.id, EntryKind.PROJECT, project_id)
        return json_response(await _get_output(tx, context, project_id))


@routes.post(f"{ITEM_PATH}/merge", response_model=ProjectOut)
async def merge_project(context: ApiWriter, project_id: UUID, body: ProjectMergeIn) -> Response:
    """Merge a project into another one; return the project under which both are shown."""
    async with context.transaction() as tx:
        canonical_id = await merges.merge_projects(tx, context.user.id, project_id, body.into)
        return json_response(await _get_output(tx, context, canonical_id))


@routes.post(f"{ITEM_PATH}/separate", response_model=ProjectOut)
async def separate_project(context: ApiWriter, project_id: UUID) -> Response:
    """Separate a merged project again."""
    async with context.transaction() as tx:
        await merges.separate_project(tx, context.user.id, project_id)
        return json_response(await _get_output(tx, context, project_id))


@routes.get(f"{ITEM_PATH}/phases", response_model=Page[PhaseOut])
async def list_phases(context: ApiReader, project_id: UUID) -> Response:
    """List the phases of a project in their order."""
    async with context.transaction() as tx:
        return await _phases_response(tx, context, project_id)


@routes.post(
    f"{ITEM_PATH}/phases", status_code=201, response_model=Page[PhaseOut], responses=error_responses(Conflict)
)
async def add_phase(
    context: ApiWriter, project_id: UUID, body: PhaseIn, key: IdempotencyKey = None
) -> Response:
    """Add a phase to a project that was added in Daybreak; return all of its phases."""

    async def work(tx: asyncpg.Connection) -> Response:
        await manual_entries.add_phase(tx, context.user.id, project_id, body.to_input())
        return await _phases_response(tx, context, project_id, 201)

    return await run_once(context, key, work)


async def _phases_response(
    tx: asyncpg.Connection, context: RequestContext, project_id: UUID, status: int = 200
) -> Response:
    await _get_output(tx, context, project_id)
    found = await read_models.list_phases(tx, context.user.id, project_id)
    return json_response(Page[PhaseOut](items=[PhaseOut.of(one) for one in found], next=None), status)


async def _get_output(tx: asyncpg.Connection, context: RequestContext, project_id: UUID) -> ProjectOut:
    return ProjectOut.of(await read_models.get_project(tx, context.user.id, project_id))
