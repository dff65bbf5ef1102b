"""API endpoints for sources: list, add, upload, refresh, delete."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from daybreak.agenda import jobs
from daybreak.agenda.rows import storable
from daybreak.agenda.schemas import AddressOrder, ReadingView, SourceView, WarningView
from daybreak.agenda.sources import service, uploads
from daybreak.agenda.sources.defaults import add_and_read
from daybreak.web import (
    IdempotencyKey,
    Listing,
    Reader,
    UploadRoute,
    Visit,
    Writer,
    answer,
    once,
    read_files,
    versioned,
)

routes = APIRouter()
receiving = APIRouter(route_class=UploadRoute)
HERE = "/agenda/sources"
ONE = f"{HERE}/{{source_id:uuid}}"
_FILES: dict[str, Any] = {
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


class Nothing(BaseModel):
    """A form that contains only files."""


@routes.get(HERE, response_model=Listing[SourceView])
async def list_sources(visit: Reader) -> Response:
    """List all sources by name; there is one page."""
    async with visit.transaction() as tx:
        known = await service.overview_in(tx, visit.user.id)
    return answer(Listing[SourceView](items=[SourceView.of(one) for one in known], next=None))


@routes.post(HERE, status_code=201, response_model=SourceView)
async def add_address(visit: Writer, order: AddressOrder) -> Response:
    """Add a calendar URL and read it; an unreadable one is not added, a known one is returned."""
    name = storable(order.name.strip()) or None
    added = await add_and_read(visit.database, visit.user, order.address, name)
    async with visit.transaction() as tx:
        view = await _view(tx, visit, added.source.id)
    return answer(view, 201, headers={"Location": f"/api/v1{HERE}/{view.id}"})


@receiving.post(f"{HERE}/files", status_code=202, response_model=ReadingView, openapi_extra=_FILES)
async def send_files(visit: Writer, key: IdempotencyKey = None) -> Response:
    """Upload files as sources, and enqueue a run that reads them.

    A part's file name may be a path: its first folder names the source, as does an archive or a single file.
    An upload replaces an earlier one of the same name.
    """
    # With a key the body is read a second time, to detect a repeated request.
    _, files = await read_files(visit, Nothing, keep_body=key is not None)
    sent = await uploads.sort_sent(files)

    async def work(tx: asyncpg.Connection) -> Response:
        ids = [await uploads.add_upload(tx, visit.user.id, one) for one in sent]
        return await _start(tx, visit, ids)

    return await once(visit, key, work)


@routes.post(f"{HERE}/refresh", status_code=202, response_model=ReadingView)
async def refresh_sources(visit: Writer, key: IdempotencyKey = None) -> Response:
    """Enqueue a run that reads all sources."""

    async def work(tx: asyncpg.Connection) -> Response:
        return await _start(tx, visit, None)

    return await once(visit, key, work)


@routes.get(ONE, response_model=SourceView)
async def read_source(visit: Reader, source_id: UUID) -> Response:
    """Return a source."""
    async with visit.transaction() as tx:
        return versioned(visit.request, await _view(tx, visit, source_id))


@routes.get(f"{ONE}/warnings", response_model=Listing[WarningView])
async def list_warnings(visit: Reader, source_id: UUID) -> Response:
    """List the parts of a source that could not be read; there is one page."""
    async with visit.transaction() as tx:
        await _view(tx, visit, source_id)
        found = await service.warnings_of(tx, visit.user.id, source_id)
    views = [WarningView(path=one.path, line=one.line, message=one.message) for one in found]
    return answer(Listing[WarningView](items=views, next=None))


@routes.post(f"{ONE}/refresh", status_code=202, response_model=ReadingView)
async def refresh_source(visit: Writer, source_id: UUID, key: IdempotencyKey = None) -> Response:
    """Enqueue a run that reads a source."""

    async def work(tx: asyncpg.Connection) -> Response:
        await _view(tx, visit, source_id)
        return await _start(tx, visit, [source_id])

    return await once(visit, key, work)


@routes.delete(ONE, status_code=204)
async def remove_source(visit: Writer, source_id: UUID) -> Response:
    """Delete a source and its items."""
    async with visit.transaction() as tx:
        await service.forget(tx, visit.user.id, source_id)
    return Response(status_code=204)


routes.include_router(receiving)


async def _start(tx: asyncpg.Connection, visit: Visit, chosen: Collection[UUID] | None) -> Response:
    run = await jobs.start_refresh(tx, visit.user.id, chosen)
    return answer(ReadingView.of(run), 202, headers={"Location": f"/api/v1/runs/{run.id}"})


async def _view(tx: asyncpg.Connection, visit: Visit, source_id: UUID) -> SourceView:
    return SourceView.of(await service.get(tx, visit.user.id, source_id))
