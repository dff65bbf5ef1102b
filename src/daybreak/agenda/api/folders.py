"""API endpoints by which an administrator adds a folder of the server as a source."""

from typing import Annotated

import asyncpg
from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak.agenda import jobs
from daybreak.agenda.rows import strip_unstorable
from daybreak.agenda.schemas.folders import FolderIn, FolderSourceOut, SubfoldersOut
from daybreak.agenda.schemas.sources import SourceOut
from daybreak.agenda.sources import folders, service
from daybreak.errors import Conflict, Forbidden, InvalidInput, Unavailable
from daybreak.web import ApiAdmin, ApiAdminWriter, IdempotencyKey, error_responses, json_response, run_once

routes = APIRouter()
BASE_PATH = "/agenda/sources/folders"


@routes.get(
    BASE_PATH,
    response_model=SubfoldersOut,
    responses=error_responses(Forbidden, InvalidInput, Unavailable),
)
async def list_subfolders(
    context: ApiAdmin,  # noqa: ARG001 - checks the role
    path: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """List the subfolders of a folder of the server that may be added; without a path the allowed folders."""
    return json_response(SubfoldersOut.of(await folders.list_subfolders(path)))


@routes.post(
    BASE_PATH,
    status_code=201,
    response_model=FolderSourceOut,
    responses=error_responses(Forbidden, Conflict, InvalidInput, Unavailable),
)
async def add_folder(context: ApiAdminWriter, body: FolderIn, key: IdempotencyKey = None) -> Response:
    """Add a folder or file of the server as a source, and enqueue a run that reads it."""

    async def work(tx: asyncpg.Connection) -> Response:
        name = strip_unstorable(body.name.strip()) or None
        added = await folders.add_checked_folder(tx, context.user, checked, name)
        run = await jobs.enqueue_refresh(tx, context.user.id, [added.id])
        output = SourceOut.of(await service.get_source(tx, context.user.id, added.id))
        body_out = FolderSourceOut(**output.model_dump(), run=run.id)
        return json_response(body_out, 201, headers={"Location": f"/api/v1/agenda/sources/{added.id}"})

    checked = await folders.check_folder(body.path)
    return await run_once(context, key, work)
