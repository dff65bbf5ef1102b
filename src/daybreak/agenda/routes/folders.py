"""Pages by which an administrator adds a folder of this computer as a source."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak.agenda import jobs
from daybreak.agenda.forms import FolderForm
from daybreak.agenda.rows import strip_unstorable
from daybreak.agenda.sources import folders
from daybreak.errors import Unavailable, UserError
from daybreak.web import Admin, Form, RequestContext, read_form

routes = APIRouter(include_in_schema=False)
BASE_PATH = "/agenda/sources/folders"


@routes.get(BASE_PATH)
async def choose_folder(context: Admin, path: Annotated[str, Query(max_length=4000)] = "") -> Response:
    """Show a folder of this computer with its subfolders, to choose one."""
    return await _show_folder(context, path)


@routes.post(BASE_PATH)
async def add_folder(context: Admin) -> Response:
    """Add a folder as a source, and enqueue its reading."""
    form = await read_form(context.request, FolderForm)
    if form.errors:
        return await _show_folder(context, form.value("path"), form, status=422)
    entered = form.validated
    try:
        checked = await folders.check_folder(entered.path)
        async with context.transaction() as tx:
            name = strip_unstorable(entered.name.strip()) or None
            added = await folders.add_checked_folder(tx, context.user, checked, name)
            run = await jobs.enqueue_refresh(tx, context.user.id, [added.id])
    except (UserError, Unavailable) as error:
        shown = form.with_error(error, "path")
        return await _show_folder(context, entered.path, shown, status=error.status)
    return context.redirect(f"/agenda/sources?run={run.id}", f"Added “{added.name}”. Reading now.")


async def _show_folder(
    context: RequestContext, path: str, form: Form[FolderForm] | None = None, *, status: int = 200
) -> Response:
    """Show the page; of a path that cannot be listed the error, and the allowed folders."""
    try:
        listed = await folders.list_subfolders(path)
    except (UserError, Unavailable) as error:
        shown = form or Form[FolderForm](values={"path": path}).with_error(error, "path")
        status = error.status if form is None else status
        listed = await folders.list_subfolders("") if folders.allows_folders() else folders.NO_SUBFOLDERS
        form = shown
    return context.page(
        "agenda/folders.html",
        status=status,
        listed=listed,
        is_allowed=folders.allows_folders(),
        how_to_allow=folders.HOW_TO_ALLOW,
        form=form or Form[FolderForm](values={"path": listed.path}),
    )
