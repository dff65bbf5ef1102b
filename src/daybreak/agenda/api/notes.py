"""API endpoints for notes."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak.agenda import cursors, manual_entries, read_models
from daybreak.agenda.manual_entries import EntryKind
from daybreak.agenda.read_models import LATEST_CURSOR, AgendaCursor
from daybreak.agenda.rows import strip_unstorable
from daybreak.agenda.schemas.notes import NoteIn, NoteOut
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
BASE_PATH = "/agenda/notes"
ITEM_PATH = f"{BASE_PATH}/{{note_id:uuid}}"


@routes.get(BASE_PATH, response_model=Page[NoteOut])
async def list_notes(
    context: ApiReader,
    q: Annotated[str, Query(max_length=200, description="A text that the title or the body contains.")] = "",
    project: Annotated[UUID | None, Query(description="Only notes of this project.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """List notes, the newest first."""
    cursor, words = cursors.decode_agenda_cursor(after) or LATEST_CURSOR, strip_unstorable(q.strip())
    async with context.transaction() as tx:
        found = await read_models.list_notes(
            tx, context.user.id, project_id=project, query=words, after=cursor, limit=limit + 1
        )
    last = found[limit - 1].note if len(found) > limit else None
    more = cursors.encode_agenda_cursor(AgendaCursor(last.noted_at, last.id)) if last else None
    return json_response(Page[NoteOut](items=[NoteOut.of(one) for one in found[:limit]], next=more))


@routes.post(BASE_PATH, status_code=201, response_model=NoteOut, responses=error_responses(NotFound))
async def create_note(context: ApiWriter, body: NoteIn, key: IdempotencyKey = None) -> Response:
    """Create a note."""

    async def work(tx: asyncpg.Connection) -> Response:
        note_id = await manual_entries.save_note(tx, context.user.id, body.to_input())
        view = await _get_output(tx, context, note_id)
        return json_response(view, 201, headers={"Location": f"/api/v1{BASE_PATH}/{note_id}"})

    return await run_once(context, key, work)


@routes.get(ITEM_PATH, response_model=NoteOut)
async def get_note(context: ApiReader, note_id: UUID) -> Response:
    """Return a note."""
    async with context.transaction() as tx:
        return etag_response(context.request, await _get_output(tx, context, note_id))


@routes.put(ITEM_PATH, response_model=NoteOut, responses=error_responses(PreconditionFailed, Conflict))
async def update_note(context: ApiWriter, note_id: UUID, body: NoteIn, if_match: IfMatch = None) -> Response:
    """Update a note that was added in Daybreak."""
    async with context.transaction() as tx:
        await manual_entries.lock_entry(tx, note_id)
        check_if_match(if_match, await _get_output(tx, context, note_id))
        await manual_entries.save_note(tx, context.user.id, body.to_input(), note_id)
        return etag_response(context.request, await _get_output(tx, context, note_id))


@routes.delete(ITEM_PATH, status_code=204, responses=error_responses(Conflict))
async def delete_note(context: ApiWriter, note_id: UUID) -> Response:
    """Delete a note that was added in Daybreak; it can be restored."""
    async with context.transaction() as tx:
        await manual_entries.remove_entry(tx, context.user.id, EntryKind.NOTE, note_id)
    return Response(status_code=204)


@routes.post(f"{ITEM_PATH}/restore", response_model=NoteOut)
async def restore_note(context: ApiWriter, note_id: UUID) -> Response:
    """Restore a deleted note."""
    async with context.transaction() as tx:
        await manual_entries.restore_entry(tx, context.user.id, EntryKind.NOTE, note_id)
        return json_response(await _get_output(tx, context, note_id))


async def _get_output(tx: asyncpg.Connection, context: RequestContext, note_id: UUID) -> NoteOut:
    return NoteOut.of(await read_models.get_note(tx, context.user.id, note_id))
