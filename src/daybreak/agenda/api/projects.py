"""API endpoints for projects and their phases."""

from uuid import UUID

import asyncpg
from fastapi import APIRouter
from starlette.responses import Response

from daybreak.agenda import manual_entries, read_models
from daybreak.agenda.manual_entries import Thing
from daybreak.agenda.read_models import FIRST
from daybreak.agenda.rows import storable
from daybreak.agenda.schemas import PhaseOrder, PhaseView, ProjectLine, ProjectOrder, ProjectView
from daybreak.errors import Changed, Conflict
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
    read_place,
    refusals,
    require_match,
    versioned,
    write_place,
)

routes = APIRouter()
HERE = "/agenda/projects"
ONE = f"{HERE}/{{project_id:uuid}}"


@routes.get(HERE, response_model=Listing[ProjectLine])
async def list_projects(visit: Reader, after: After = None, limit: Limit = 50) -> Response:
    """List projects by name."""
    user = visit.user
    name, row_id = read_place(after, storable, UUID) if after else ("", FIRST.id)
    place = (str(name), UUID(str(row_id)))
    async with visit.transaction() as tx:
        found = await read_models.projects(tx, user.id, user.today(), user.tz, place, limit + 1)
    last = found[limit - 1].project if len(found) > limit else None
    more = write_place(last.name.lower(), last.id) if last else None
    return answer(Listing[ProjectLine](items=[ProjectLine.of(one) for one in found[:limit]], next=more))


@routes.post(HERE, status_code=201, response_model=ProjectView)
async def add_project(visit: Writer, order: ProjectOrder, key: IdempotencyKey = None) -> Response:
    """Create a project."""

    async def work(tx: asyncpg.Connection) -> Response:
        project_id = await manual_entries.write_project(tx, visit.user.id, order.name, order.description)
        view = await _view(tx, visit, project_id)
        return answer(view, 201, headers={"Location": f"/api/v1{HERE}/{project_id}"})

    return await once(visit, key, work)


@routes.get(ONE, response_model=ProjectView)
async def read_project(visit: Reader, project_id: UUID) -> Response:
    """Return a project."""
    async with visit.transaction() as tx:
        return versioned(visit.request, await _view(tx, visit, project_id))


@routes.put(ONE, response_model=ProjectView, responses=refusals(Changed, Conflict))
async def change_project(
    visit: Writer, project_id: UUID, order: ProjectOrder, if_match: IfMatch = None
) -> Response:
    """Update a project that was added in Daybreak."""
    async with visit.transaction() as tx:
        await manual_entries.hold(tx, project_id)
        require_match(if_match, await _view(tx, visit, project_id))
        await manual_entries.write_project(tx, visit.user.id, order.name, order.description, project_id)
        return versioned(visit.request, await _view(tx, visit, project_id))


@routes.delete(ONE, status_code=204, responses=refusals(Conflict))
async def remove_project(visit: Writer, project_id: UUID) -> Response:
    """Delete a project that was added in Daybreak; its tasks remain, and it can be restored."""
    async with visit.transaction() as tx:
        await manual_entries.remove_own(tx, visit.user.id, Thing.PROJECT, project_id)
    return Response(status_code=204)


@routes.post(f"{ONE}/restore", response_model=ProjectView)
async def restore_project(visit: Writer, project_id: UUID) -> Response:
    """Restore a deleted project."""
    async with visit.transaction() as tx:
        await manual_entries.restore_own(tx, visit.user.id, Thing.PROJECT, project_id)
        return answer(await _view(tx, visit, project_id))


@routes.get(f"{ONE}/phases", response_model=Listing[PhaseView])
async def list_phases(visit: Reader, project_id: UUID) -> Response:
    """List the phases of a project in their order."""
    async with visit.transaction() as tx:
        return await _phases(tx, visit, project_id)


@routes.post(
    f"{ONE}/phases", status_code=201, response_model=Listing[PhaseView], responses=refusals(Conflict)
)
async def add_phase(
    visit: Writer, project_id: UUID, order: PhaseOrder, key: IdempotencyKey = None
) -> Response:
    """Add a phase to a project that was added in Daybreak; return all of its phases."""

    async def work(tx: asyncpg.Connection) -> Response:
        await manual_entries.add_phase(tx, visit.user.id, project_id, order.draft())
        return await _phases(tx, visit, project_id, 201)

    return await once(visit, key, work)


async def _phases(tx: asyncpg.Connection, visit: Visit, project_id: UUID, status: int = 200) -> Response:
    await _view(tx, visit, project_id)
    found = await read_models.phases(tx, visit.user.id, project_id)
    return answer(Listing[PhaseView](items=[PhaseView.of(one) for one in found], next=None), status)


async def _view(tx: asyncpg.Connection, visit: Visit, project_id: UUID) -> ProjectView:
    return ProjectView.of(await read_models.project_card(tx, visit.user.id, project_id))
