"""API endpoints for notes."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak.agenda import cursors, manual_entries, read_models
from daybreak.agenda.manual_entries import Thing
from daybreak.agenda.read_models import LATEST, Place
from daybreak.agenda.rows import storable
from daybreak.agenda.schemas import NoteOrder, NoteView
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
HERE = "/agenda/notes"
ONE = f"{HERE}/{{note_id:uuid}}"


@routes.get(HERE, response_model=Listing[NoteView])
async def list_notes(
    visit: Reader,
    q: Annotated[str, Query(max_length=200, description="A text that the title or the body contains.")] = "",
    project: Annotated[UUID | None, Query(description="Only notes of this project.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """List notes, the newest first."""
    place, words = cursors.read(after) or LATEST, storable(q.strip())
    async with visit.transaction() as tx:
        found = await read_models.notes(
            tx, visit.user.id, project_id=project, words=words, after=place, limit=limit + 1
        )
    last = found[limit - 1].note if len(found) > limit else None
    more = cursors.write(Place(last.noted_at, last.id)) if last else None
    return answer(Listing[NoteView](items=[NoteView.of(one) for one in found[:limit]], next=more))


@routes.post(HERE, status_code=201, response_model=NoteView, responses=refusals(NotFound))
async def add_note(visit: Writer, order: NoteOrder, key: IdempotencyKey = None) -> Response:
    """Create a note."""

    async def work(tx: asyncpg.Connection) -> Response:
        note_id = await manual_entries.write_note(tx, visit.user.id, order.draft())
        view = await _view(tx, visit, note_id)
        return answer(view, 201, headers={"Location": f"/api/v1{HERE}/{note_id}"})

    return await once(visit, key, work)


@routes.get(ONE, response_model=NoteView)
async def read_note(visit: Reader, note_id: UUID) -> Response:
    """Return a note."""
    async with visit.transaction() as tx:
        return versioned(visit.request, await _view(tx, visit, note_id))


@routes.put(ONE, response_model=NoteView, responses=refusals(Changed, Conflict))
async def change_note(visit: Writer, note_id: UUID, order: NoteOrder, if_match: IfMatch = None) -> Response:
    """Update a note that was added in Daybreak."""
    async with visit.transaction() as tx:
        await manual_entries.hold(tx, note_id)
        require_match(if_match, await _view(tx, visit, note_id))
        await manual_entries.write_note(tx, visit.user.id, order.draft(), note_id)
        return versioned(visit.request, await _view(tx, visit, note_id))


@routes.delete(ONE, status_code=204, responses=refusals(Conflict))
async def remove_note(visit: Writer, note_id: UUID) -> Response:
    """Delete a note that was added in Daybreak; it can be restored."""
    async with visit.transaction() as tx:
        await manual_entries.remove_own(tx, visit.user.id, Thing.NOTE, note_id)
    return Response(status_code=204)


@routes.post(f"{ONE}/restore", response_model=NoteView)
async def restore_note(visit: Writer, note_id: UUID) -> Response:
    """Restore a deleted note."""
    async with visit.transaction() as tx:
        await manual_entries.restore_own(tx, visit.user.id, Thing.NOTE, note_id)
        return answer(await _view(tx, visit, note_id))


async def _view(tx: asyncpg.Connection, visit: Visit, note_id: UUID) -> NoteView:
    return NoteView.of(await read_models.note_card(tx, visit.user.id, note_id))
