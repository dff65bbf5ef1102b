"""Pages of notes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak.agenda import cursors, manual_entries, read_models
from daybreak.agenda.forms import NoteForm, Row
from daybreak.agenda.local_calendar import Wall
from daybreak.agenda.manual_entries import Thing
from daybreak.agenda.read_models import LATEST, NoteCard, Place
from daybreak.agenda.rows import storable
from daybreak.errors import InvalidInput, UserError
from daybreak.web import Form, SignedIn, Undo, Visit, read_form

routes = APIRouter(include_in_schema=False)
HERE = "/agenda/notes"
PAGE = 30


@routes.get(HERE)
async def list_notes(
    visit: SignedIn, q: Annotated[str, Query(max_length=200)] = "", after: str = ""
) -> Response:
    """List notes, the newest first."""
    place, words = cursors.read(after) or LATEST, storable(q.strip())
    async with visit.transaction() as tx:
        found = await read_models.notes(tx, visit.user.id, words=words, after=place, limit=PAGE + 1)
    last = found[PAGE - 1].note if len(found) > PAGE else None
    return visit.page(
        "agenda/notes.html",
        wall=Wall.of(visit.user),
        notes=found[:PAGE],
        q=q,
        after=after,
        more=cursors.write(Place(last.noted_at, last.id)) if last else "",
    )


@routes.get(f"{HERE}/new")
async def new_note(visit: SignedIn, project: Row = None) -> Response:
    """Show an empty form for a note."""
    return await _show_form(visit, Form[NoteForm]({"project_id": str(project or "")}))


@routes.post(HERE)
async def add_note(visit: SignedIn) -> Response:
    """Create a note."""
    form = await read_form(visit.request, NoteForm)
    if form.errors:
        return await _show_form(visit, form, status=InvalidInput.status)
    try:
        async with visit.transaction() as tx:
            note_id = await manual_entries.write_note(tx, visit.user.id, form.filled.draft())
    except UserError as error:
        return await _show_form(visit, form.refused(error), status=error.status)
    undo = Undo(action=f"{HERE}/{note_id}/remove")
    return visit.redirect(f"{HERE}/{note_id}", "Note saved.", undo=undo)


@routes.get(f"{HERE}/{{note_id}}")
async def show_note(visit: SignedIn, note_id: UUID) -> Response:
    """Show one note."""
    return visit.page("agenda/note.html", card=await _card(visit, note_id), wall=Wall.of(visit.user))


@routes.get(f"{HERE}/{{note_id}}/edit")
async def edit_note(visit: SignedIn, note_id: UUID) -> Response:
    """Show the form for an existing note."""
    card = await _card(visit, note_id)
    return await _show_form(visit, Form[NoteForm](NoteForm.values(card)), card)


@routes.post(f"{HERE}/{{note_id}}/edit")
async def change_note(visit: SignedIn, note_id: UUID) -> Response:
    """Update a note that was added in Daybreak."""
    form, card = await read_form(visit.request, NoteForm), await _card(visit, note_id)
    if form.errors:
        return await _show_form(visit, form, card, status=InvalidInput.status)
    try:
        async with visit.transaction() as tx:
            await manual_entries.write_note(tx, visit.user.id, form.filled.draft(), note_id)
    except UserError as error:
        return await _show_form(visit, form.refused(error), card, status=error.status)
    return visit.redirect(f"{HERE}/{note_id}", "Note updated.")


@routes.post(f"{HERE}/{{note_id}}/remove")
async def remove_note(visit: SignedIn, note_id: UUID) -> Response:
    """Delete a note that was added in Daybreak."""
    async with visit.transaction() as tx:
        await manual_entries.remove_own(tx, visit.user.id, Thing.NOTE, note_id)
    return visit.redirect(HERE, "Note deleted.", undo=Undo(action=f"{HERE}/{note_id}/restore"))


@routes.post(f"{HERE}/{{note_id}}/restore")
async def restore_note(visit: SignedIn, note_id: UUID) -> Response:
    """Restore a deleted note."""
    async with visit.transaction() as tx:
        await manual_entries.restore_own(tx, visit.user.id, Thing.NOTE, note_id)
    return visit.redirect(f"{HERE}/{note_id}", "Undone: note restored.")


async def _card(visit: Visit, note_id: UUID) -> NoteCard:
    async with visit.transaction() as tx:
        return await read_models.note_card(tx, visit.user.id, note_id)


async def _show_form(
    visit: Visit, form: Form[NoteForm], card: NoteCard | None = None, *, status: int = 200
) -> Response:
    async with visit.transaction() as tx:
        names = await read_models.project_names(tx, visit.user.id)
    projects = [("", "None"), *((str(row_id), name) for row_id, name in names)]
    return visit.page("agenda/note_form.html", status=status, form=form, card=card, projects=projects)
