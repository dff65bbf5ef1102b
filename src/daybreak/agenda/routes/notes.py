"""Pages of notes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak.agenda import cursors, manual_entries, read_models
from daybreak.agenda.forms import NoteForm, OptionalId
from daybreak.agenda.local_calendar import LocalCalendar
from daybreak.agenda.manual_entries import EntryKind
from daybreak.agenda.read_models import LATEST_CURSOR, AgendaCursor, NoteDetail
from daybreak.agenda.rows import strip_unstorable
from daybreak.errors import InvalidInput, UserError
from daybreak.web import Form, RequestContext, SignedIn, Undo, read_form

routes = APIRouter(include_in_schema=False)
BASE_PATH = "/agenda/notes"
PAGE_SIZE = 30


@routes.get(BASE_PATH)
async def list_notes(
    context: SignedIn, q: Annotated[str, Query(max_length=200)] = "", after: str = ""
) -> Response:
    """List notes, the newest first."""
    cursor, words = cursors.decode_agenda_cursor(after) or LATEST_CURSOR, strip_unstorable(q.strip())
    async with context.transaction() as tx:
        found = await read_models.list_notes(
            tx, context.user.id, query=words, after=cursor, limit=PAGE_SIZE + 1
        )
    last = found[PAGE_SIZE - 1].note if len(found) > PAGE_SIZE else None
    return context.page(
        "agenda/notes.html",
        calendar=LocalCalendar.of(context.user),
        notes=found[:PAGE_SIZE],
        q=q,
        after=after,
        more=cursors.encode_agenda_cursor(AgendaCursor(last.noted_at, last.id)) if last else "",
    )


@routes.get(f"{BASE_PATH}/new")
async def new_note(context: SignedIn, project: OptionalId = None) -> Response:
    """Show an empty form for a note."""
    return await _show_form(context, Form[NoteForm]({"project_id": str(project or "")}))


@routes.post(BASE_PATH)
async def create_note(context: SignedIn) -> Response:
    """Create a note."""
    form = await read_form(context.request, NoteForm)
    if form.errors:
        return await _show_form(context, form, status=InvalidInput.status)
    try:
        async with context.transaction() as tx:
            note_id = await manual_entries.save_note(tx, context.user.id, form.validated.to_input())
    except UserError as error:
        return await _show_form(context, form.with_error(error), status=error.status)
    undo = Undo(action=f"{BASE_PATH}/{note_id}/remove")
    return context.redirect(f"{BASE_PATH}/{note_id}", "Note saved.", undo=undo)


@routes.get(f"{BASE_PATH}/{{note_id}}")
async def show_note(context: SignedIn, note_id: UUID) -> Response:
    """Show one note."""
    return context.page(
        "agenda/note.html", detail=await _get_note(context, note_id), calendar=LocalCalendar.of(context.user)
    )


@routes.get(f"{BASE_PATH}/{{note_id}}/edit")
async def edit_note(context: SignedIn, note_id: UUID) -> Response:
    """Show the form for an existing note."""
    detail = await _get_note(context, note_id)
    return await _show_form(context, Form[NoteForm](NoteForm.initial_values(detail)), detail)


@routes.post(f"{BASE_PATH}/{{note_id}}/edit")
async def update_note(context: SignedIn, note_id: UUID) -> Response:
    """Update a note that was added in Daybreak."""
    form, detail = await read_form(context.request, NoteForm), await _get_note(context, note_id)
    if form.errors:
        return await _show_form(context, form, detail, status=InvalidInput.status)
    try:
        async with context.transaction() as tx:
            await manual_entries.save_note(tx, context.user.id, form.validated.to_input(), note_id)
    except UserError as error:
        return await _show_form(context, form.with_error(error), detail, status=error.status)
    return context.redirect(f"{BASE_PATH}/{note_id}", "Note updated.")


@routes.post(f"{BASE_PATH}/{{note_id}}/remove")
async def delete_note(context: SignedIn, note_id: UUID) -> Response:
    """Delete a note that was added in Daybreak."""
    async with context.transaction() as tx:
        await manual_entries.remove_entry(tx, context.user.id, EntryKind.NOTE, note_id)
    return context.redirect(BASE_PATH, "Note deleted.", undo=Undo(action=f"{BASE_PATH}/{note_id}/restore"))


@routes.post(f"{BASE_PATH}/{{note_id}}/restore")
async def restore_note(context: SignedIn, note_id: UUID) -> Response:
    """Restore a deleted note."""
    async with context.transaction() as tx:
        await manual_entries.restore_entry(tx, context.user.id, EntryKind.NOTE, note_id)
    return context.redirect(f"{BASE_PATH}/{note_id}", "Undone: note restored.")


async def _get_note(context: RequestContext, note_id: UUID) -> NoteDetail:
    async with context.transaction() as tx:
        return await read_models.get_note(tx, context.user.id, note_id)


async def _show_form(
    context: RequestContext, form: Form[NoteForm], detail: NoteDetail | None = None, *, status: int = 200
) -> Response:
    async with context.transaction() as tx:
        names = await read_models.list_project_names(tx, context.user.id)
    projects = [("", "None"), *((str(row_id), name) for row_id, name in names)]
    return context.page("agenda/note_form.html", status=status, form=form, detail=detail, projects=projects)
