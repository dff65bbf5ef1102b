"""Pages of projects, with their phases, tasks and notes."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from daybreak.agenda import manual_entries, read_models
from daybreak.agenda.forms import MergeForm, PhaseForm, ProjectForm, SeparationForm
from daybreak.agenda.local_calendar import LocalCalendar
from daybreak.agenda.manual_entries import EntryKind
from daybreak.agenda.projects import merges
from daybreak.agenda.projects.names import fold_name, suggest_merges
from daybreak.agenda.read_models import FIRST_CURSOR, LATEST_CURSOR, ProjectDetail, TaskFilter
from daybreak.agenda.rows import strip_unstorable
from daybreak.errors import InvalidInput, UserError
from daybreak.web import Form, RequestContext, SignedIn, Undo, decode_cursor, encode_cursor, read_form

routes = APIRouter(include_in_schema=False)
BASE_PATH = "/agenda/projects"
PAGE_SIZE = 50
_RECENT_LIMIT = 10
_MAX_TASKS = 200
_MAX_SUGGESTIONS = 10
# The ids are in the cookie of the message.
_MAX_UNDONE_MEMBERS = 40


@routes.get(BASE_PATH)
async def list_projects(context: SignedIn, after: str = "") -> Response:
    """List projects by name."""
    return await _show_projects(context, Form[ProjectForm](), after=after)


@routes.post(BASE_PATH)
async def create_project(context: SignedIn) -> Response:
    """Create a project."""
    form = await read_form(context.request, ProjectForm)
    if form.errors:
        return await _show_projects(context, form, status=InvalidInput.status)
    try:
        async with context.transaction() as tx:
            entered = form.validated
            project_id = await manual_entries.save_project(
                tx, context.user.id, entered.name, entered.description
            )
    except UserError as error:
        return await _show_projects(context, form.with_error(error, "name"), status=error.status)
    undo = Undo(action=f"{BASE_PATH}/{project_id}/remove")
    return context.redirect(f"{BASE_PATH}/{project_id}", "Project added.", undo=undo)


@routes.get(f"{BASE_PATH}/{{project_id}}")
async def show_project(context: SignedIn, project_id: UUID) -> Response:
    """Show one project; a merged one is shown under its canonical project."""
    return await _show_project(context, project_id, Form[PhaseForm]())


@routes.post(f"{BASE_PATH}/{{project_id}}/phases")
async def add_phase(context: SignedIn, project_id: UUID) -> Response:
    """Add a phase to a project that was added in Daybreak."""
    form = await read_form(context.request, PhaseForm)
    if form.errors:
        return await _show_project(context, project_id, form, status=InvalidInput.status)
    try:
        async with context.transaction() as tx:
            await manual_entries.add_phase(tx, context.user.id, project_id, form.validated.to_input())
    except InvalidInput as error:
        return await _show_project(context, project_id, form.with_error(error), status=error.status)
    return context.redirect(f"{BASE_PATH}/{project_id}", "Phase added.")


@routes.get(f"{BASE_PATH}/{{project_id}}/edit")
async def edit_project(context: SignedIn, project_id: UUID) -> Response:
    """Show the form for an existing project."""
    detail = await _get_project(context, project_id)
    values = {"name": detail.project.name, "description": detail.project.description}
    return context.page("agenda/project_form.html", detail=detail, form=Form[ProjectForm](values))


@routes.post(f"{BASE_PATH}/{{project_id}}/edit")
async def update_project(context: SignedIn, project_id: UUID) -> Response:
    """Update a project that was added in Daybreak."""
    form, detail = await read_form(context.request, ProjectForm), await _get_project(context, project_id)
    if form.errors:
        return context.page("agenda/project_form.html", detail=detail, form=form, status=InvalidInput.status)
    entered = form.validated
    try:
        async with context.transaction() as tx:
            await manual_entries.save_project(
                tx, context.user.id, entered.name, entered.description, project_id
            )
    except UserError as error:
        refused = form.with_error(error)
        return context.page("agenda/project_form.html", detail=detail, form=refused, status=error.status)
    return context.redirect(f"{BASE_PATH}/{project_id}", "Project updated.")


@routes.post(f"{BASE_PATH}/{{project_id}}/remove")
async def delete_project(context: SignedIn, project_id: UUID) -> Response:
    """Delete a project that was added in Daybreak; its tasks remain."""
    async with context.transaction() as tx:
        await manual_entries.remove_entry(tx, context.user.id, EntryKind.PROJECT, project_id)
    undo = Undo(action=f"{BASE_PATH}/{project_id}/restore")
    return context.redirect(BASE_PATH, "Project deleted; its tasks remain.", undo=undo)


@routes.post(f"{BASE_PATH}/{{project_id}}/restore")
async def restore_project(context: SignedIn, project_id: UUID) -> Response:
    """Restore a deleted project."""
    async with context.transaction() as tx:
        await manual_entries.restore_entry(tx, context.user.id, EntryKind.PROJECT, project_id)
    return context.redirect(f"{BASE_PATH}/{project_id}", "Undone: project restored.")


@routes.post(f"{BASE_PATH}/{{project_id}}/merge")
async def merge_project(context: SignedIn, project_id: UUID) -> Response:
    """Merge a project into another one."""
    form = await read_form(context.request, MergeForm)
    if form.errors:
        raise InvalidInput("Select the project that this one is the same as.")
    async with context.transaction() as tx:
        members = await merges.list_merged_ids(tx, context.user.id, project_id)
        canonical_id = await merges.merge_projects(tx, context.user.id, project_id, form.validated.into)
    values = {"members": " ".join(map(str, members))} if members else {}
    is_short = len(members) <= _MAX_UNDONE_MEMBERS
    undo = Undo(action=f"{BASE_PATH}/{project_id}/separate", values=values) if is_short else None
    return context.redirect(f"{BASE_PATH}/{canonical_id}", "Both names are one project now.", undo=undo)


@routes.post(f"{BASE_PATH}/{{project_id}}/separate")
async def separate_project(context: SignedIn, project_id: UUID) -> Response:
    """Separate a merged project again."""
    form = await read_form(context.request, SeparationForm)
    if form.errors:
        raise InvalidInput("The form is not valid; reload the page and try again.")
    async with context.transaction() as tx:
        await merges.separate_project(tx, context.user.id, project_id, form.validated.members)
    return context.redirect(f"{BASE_PATH}/{project_id}", "The projects are separate again.")


async def _show_projects(
    context: RequestContext, form: Form[ProjectForm], *, after: str = "", status: int = 200
) -> Response:
    calendar = LocalCalendar.of(context.user)
    name, row_id = decode_cursor(after, strip_unstorable, UUID) if after else ("", FIRST_CURSOR.id)
    cursor = (str(name), UUID(str(row_id)))
    async with context.transaction() as tx:
        others = await read_models.read_other_tasks(tx, context.user)
        found = await read_models.list_projects(
            tx, context.user.id, calendar.today, calendar.tz, cursor, PAGE_SIZE + 1, others
        )
        names = await merges.list_named_projects(tx, context.user.id)
    last = found[PAGE_SIZE - 1].project if len(found) > PAGE_SIZE else None
    return context.page(
        "agenda/projects.html",
        status=status,
        projects=found[:PAGE_SIZE],
        more=encode_cursor(last.name.lower(), last.id) if last else "",
        suggestions=list(suggest_merges(names))[:_MAX_SUGGESTIONS],
        form=form,
    )


async def _show_project(
    context: RequestContext, project_id: UUID, form: Form[PhaseForm], *, status: int = 200
) -> Response:
    calendar = LocalCalendar.of(context.user)
    task_filter = TaskFilter(today=calendar.today, project_id=project_id)
    async with context.transaction() as tx:
        owner = context.user.id
        detail = await read_models.get_project(tx, owner, project_id)
        if detail.project.canonical_id:
            return context.redirect(f"{BASE_PATH}/{detail.project.canonical_id}")
        phases = await read_models.list_phases(tx, owner, project_id)
        tasks = await read_models.list_open_tasks(tx, owner, task_filter, FIRST_CURSOR, _MAX_TASKS)
        done = await read_models.list_finished_tasks(tx, owner, task_filter, LATEST_CURSOR, _RECENT_LIMIT)
        notes = await read_models.list_notes(tx, owner, project_id=project_id, limit=_RECENT_LIMIT)
        names = await read_models.list_project_names(tx, owner)
        attributed = await read_models.with_holders(tx, context.user, [*tasks, *done])
    tasks, done = attributed[: len(tasks)], attributed[len(tasks) :]
    tasks.sort(key=lambda one: not one.task.is_mine)
    known = {phase.id for phase in phases}
    groups = [(phase, [one for one in tasks if one.task.phase_id == phase.id]) for phase in phases]
    return context.page(
        "agenda/project.html",
        status=status,
        calendar=calendar,
        detail=detail,
        groups=[*groups, (None, [one for one in tasks if one.task.phase_id not in known])],
        done=done,
        notes=notes,
        others=[(str(row_id), name) for row_id, name in names if row_id != project_id],
        own_key=fold_name(detail.project.name),
        fold_name=fold_name,
        form=form,
    )


async def _get_project(context: RequestContext, project_id: UUID) -> ProjectDetail:
    async with context.transaction() as tx:
        return await read_models.get_project(tx, context.user.id, project_id)
