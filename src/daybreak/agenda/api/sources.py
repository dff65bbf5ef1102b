"""API endpoints for sources: list, add, upload, refresh, accept, delete."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from starlette.responses import Response

from daybreak.agenda import jobs
from daybreak.agenda.forms import FilesOnlyForm
from daybreak.agenda.rows import strip_unstorable
from daybreak.agenda.schemas.sources import (
    AddressIn,
    CredentialsIn,
    RefreshRunOut,
    SourceIn,
    SourceOut,
    SourceWarningOut,
)
from daybreak.agenda.sources import service, uploads
from daybreak.agenda.sources.defaults import add_and_read, make_reader
from daybreak.agenda.sources.imports import change_credentials
from daybreak.intake import BasicCredentials
from daybreak.web import (
    ApiReader,
    ApiWriter,
    IdempotencyKey,
    Page,
    RequestContext,
    UploadRoute,
    etag_response,
    json_response,
    receive_upload,
    run_once,
    upload_slot,
)

routes = APIRouter()
upload_routes = APIRouter(route_class=UploadRoute)
BASE_PATH = "/agenda/sources"
ITEM_PATH = f"{BASE_PATH}/{{source_id:uuid}}"
_UPLOAD_SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}}
                    },
                }
            }
        },
    }
}


@routes.get(BASE_PATH, response_model=Page[SourceOut])
async def list_sources(context: ApiReader) -> Response:
    """List all sources by name; there is one page."""
    async with context.transaction() as tx:
        known = await service.list_sources_in(tx, context.user.id)
    return json_response(Page[SourceOut](items=[SourceOut.of(one) for one in known], next=None))


@routes.post(BASE_PATH, status_code=201, response_model=SourceOut)
async def add_address(context: ApiWriter, body: AddressIn) -> Response:
    """Add a calendar URL and read it; an unreadable one is not added, a known one is returned.

    If its server asks for a user name and a password, or rejects them, the error has `credentials`, which is
    `required` or `rejected`.
    """
    async with context.app_state.limiters.addresses.acquire(context.user.id):
        added = await add_and_read(
            context.database,
            context.user,
            body.address,
            strip_unstorable(body.name.strip()) or None,
            credentials=BasicCredentials.parse(body.user_name, body.password),
            confirmed_addresses=body.private_addresses,
            can_confirm=context.can_confirm_private,
        )
    async with context.transaction() as tx:
        view = await _get_output(tx, context, added.source.id)
    return json_response(view, 201, headers={"Location": f"/api/v1{BASE_PATH}/{view.id}"})


@upload_routes.post(
    f"{BASE_PATH}/files", status_code=202, response_model=RefreshRunOut, openapi_extra=_UPLOAD_SCHEMA
)
async def upload_files(context: ApiWriter, key: IdempotencyKey = None) -> Response:
    """Upload files as sources, and enqueue a run that reads them.

    A part's file name may be a path: its first folder names the source, as does an archive or a single file.
    An upload replaces an earlier one of the same name.
    """
    async with receive_upload(context, FilesOnlyForm) as (_, received), upload_slot(context):
        sent = await uploads.group_uploads_in_thread(received)

        async def work(tx: asyncpg.Connection) -> Response:
            ids = [await uploads.add_upload(tx, context.user.id, one) for one in sent]
            return await _enqueue_refresh(tx, context, ids)

        return await run_once(context, key, work)


@routes.post(f"{BASE_PATH}/refresh", status_code=202, response_model=RefreshRunOut)
async def refresh_sources(context: ApiWriter, key: IdempotencyKey = None) -> Response:
    """Enqueue a run that reads all sources."""

    async def work(tx: asyncpg.Connection) -> Response:
        return await _enqueue_refresh(tx, context, None)

    return await run_once(context, key, work)


@routes.get(ITEM_PATH, response_model=SourceOut)
async def get_source(context: ApiReader, source_id: UUID) -> Response:
    """Return a source."""
    async with context.transaction() as tx:
        return etag_response(context.request, await _get_output(tx, context, source_id))


@routes.patch(ITEM_PATH, response_model=SourceOut)
async def update_source(context: ApiWriter, source_id: UUID, body: SourceIn) -> Response:
    """Set whose the unassigned tasks of a source's team boards are."""
    async with context.transaction() as tx:
        await service.set_unassigned(tx, context.user.id, source_id, body.unassigned)
        return etag_response(context.request, await _get_output(tx, context, source_id))


@routes.put(f"{ITEM_PATH}/credentials", response_model=SourceOut)
async def set_credentials(context: ApiWriter, source_id: UUID, body: CredentialsIn) -> Response:
    """Read a calendar URL with another user name and password, and keep these if they are accepted."""
    async with context.transaction() as tx:
        found = await service.get_source(tx, context.user.id, source_id)
    credentials = BasicCredentials.parse(body.user_name, body.password)
    async with context.app_state.limiters.addresses.acquire(context.user.id):
        await change_credentials(make_reader(context.database, context.user), found.source, credentials)
    async with context.transaction() as tx:
        return etag_response(context.request, await _get_output(tx, context, source_id))


@routes.get(f"{ITEM_PATH}/warnings", response_model=Page[SourceWarningOut])
async def list_warnings(context: ApiReader, source_id: UUID) -> Response:
    """List the parts of a source that could not be read; there is one page."""
    async with context.transaction() as tx:
        await _get_output(tx, context, source_id)
        found = await service.list_warnings_in(tx, context.user.id, source_id)
    views = [SourceWarningOut(path=one.path, line=one.line, message=one.message) for one in found]
    return json_response(Page[SourceWarningOut](items=views, next=None))


@routes.post(f"{ITEM_PATH}/refresh", status_code=202, response_model=RefreshRunOut)
async def refresh_source(context: ApiWriter, source_id: UUID, key: IdempotencyKey = None) -> Response:
    """Enqueue a run that reads a source."""

    async def work(tx: asyncpg.Connection) -> Response:
        await _get_output(tx, context, source_id)
        return await _enqueue_refresh(tx, context, [source_id])

    return await run_once(context, key, work)


@routes.post(f"{ITEM_PATH}/accept-absence", response_model=SourceOut)
async def accept_absence(context: ApiWriter, source_id: UUID) -> Response:
    """Confirm that the absent items of a source are gone, and remove them."""
    async with context.transaction() as tx:
        await service.accept_absence(tx, context.user.id, source_id)
        return json_response(await _get_output(tx, context, source_id))


@routes.delete(ITEM_PATH, status_code=204)
async def delete_source(context: ApiWriter, source_id: UUID) -> Response:
    """Delete a source and its items."""
    async with context.transaction() as tx:
        await service.delete_source(tx, context.user.id, source_id)
    return Response(status_code=204)


routes.include_router(upload_routes)


async def _enqueue_refresh(
    tx: asyncpg.Connection, context: RequestContext, source_ids: Collection[UUID] | None
) -> Response:
    run = await jobs.enqueue_refresh(tx, context.user.id, source_ids)
    return json_response(RefreshRunOut.of(run), 202, headers={"Location": f"/api/v1/runs/{run.id}"})


async def _get_output(tx: asyncpg.Connection, context: RequestContext, source_id: UUID) -> SourceOut:
    return SourceOut.of(await service.get_source(tx, context.user.id, source_id))
