"""Pages of projects, with their phases, tasks and notes."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from daybreak.agenda import manual_entries, read_models
from daybreak.agenda.forms import PhaseForm, ProjectForm
from daybreak.agenda.local_calendar import Wall
from daybreak.agenda.manual_entries import Thing
from daybreak.agenda.read_models import FIRST, LATEST, Filter, ProjectCard
from daybreak.agenda.rows import storable
from daybreak.errors import InvalidInput, UserError
from daybreak.web import Form, SignedIn, Undo, Visit, read_form, read_place, write_place

routes = APIRouter(include_in_schema=False)
HERE = "/agenda/projects"
PAGE = 50
_RECENT = 10
_MOST_TASKS = 200


@routes.get(HERE)
async def list_projects(visit: SignedIn, after: str = "") -> Response:
    """List projects by name."""
    return await _list(visit, Form[ProjectForm](), after=after)


@routes.post(HERE)
async def add_project(visit: SignedIn) -> Response:
    """Create a project."""
    form = await read_form(visit.request, ProjectForm)
    if form.errors:
        return await _list(visit, form, status=InvalidInput.status)
    try:
        async with visit.transaction() as tx:
            said = form.filled
            project_id = await manual_entries.write_project(tx, visit.user.id, said.name, said.description)
    except UserError as error:
        return await _list(visit, form.refused(error, "name"), status=error.status)
    undo = Undo(action=f"{HERE}/{project_id}/remove")
    return visit.redirect(f"{HERE}/{project_id}", "Project added.", undo=undo)


@routes.get(f"{HERE}/{{project_id}}")
async def show_project(visit: SignedIn, project_id: UUID) -> Response:
    """Show one project."""
    return await _show(visit, project_id, Form[PhaseForm]())


@routes.post(f"{HERE}/{{project_id}}/phases")
async def add_phase(visit: SignedIn, project_id: UUID) -> Response:
    """Add a phase to a project that was added in Daybreak."""
    form = await read_form(visit.request, PhaseForm)
    if form.errors:
        return await _show(visit, project_id, form, status=InvalidInput.status)
    try:
        async with visit.transaction() as tx:
            await manual_entries.add_phase(tx, visit.user.id, project_id, form.filled.draft())
    except InvalidInput as error:
        return await _show(visit, project_id, form.refused(error), status=error.status)
    return visit.redirect(f"{HERE}/{project_id}", "Phase added.")


@routes.get(f"{HERE}/{{project_id}}/edit")
async def edit_project(visit: SignedIn, project_id: UUID) -> Response:
    """Show the form for an existing project."""
    card = await _card(visit, project_id)
    values = {"name": card.project.name, "description": card.project.description}
    return visit.page("agenda/project_form.html", card=card, form=Form[ProjectForm](values))


@routes.post(f"{HERE}/{{project_id}}/edit")
async def change_project(visit: SignedIn, project_id: UUID) -> Response:
    """Update a project that was added in Daybreak."""
    form, card = await read_form(visit.request, ProjectForm), await _card(visit, project_id)
    if form.errors:
        return visit.page("agenda/project_form.html", card=card, form=form, status=InvalidInput.status)
    said = form.filled
    try:
        async with visit.transaction() as tx:
            await manual_entries.write_project(tx, visit.user.id, said.name, said.description, project_id)
    except UserError as error:
        refused = form.refused(error)
        return visit.page("agenda/project_form.html", card=card, form=refused, status=error.status)
    return visit.redirect(f"{HERE}/{project_id}", "Project updated.")


@routes.post(f"{HERE}/{{project_id}}/remove")
async def remove_project(visit: SignedIn, project_id: UUID) -> Response:
    """Delete a project that was added in Daybreak; its tasks remain."""
    async with visit.transaction() as tx:
        await manual_entries.remove_own(tx, visit.user.id, Thing.PROJECT, project_id)
    undo = Undo(action=f"{HERE}/{project_id}/restore")
    return visit.redirect(HERE, "Project deleted; its tasks remain.", undo=undo)


@routes.post(f"{HERE}/{{project_id}}/restore")
async def restore_project(visit: SignedIn, project_id: UUID) -> Response:
    """Restore a deleted project."""
    async with visit.transaction() as tx:
        await manual_entries.restore_own(tx, visit.user.id, Thing.PROJECT, project_id)
    return visit.redirect(f"{HERE}/{project_id}", "Undone: project restored.")


async def _list(visit: Visit, form: Form[ProjectForm], *, after: str = "", status: int = 200) -> Response:
    wall = Wall.of(visit.user)
    name, row_id = read_place(after, storable, UUID) if after else ("", FIRST.id)
    place = (str(name), UUID(str(row_id)))
    async with visit.transaction() as tx:
        found = await read_models.projects(tx, visit.user.id, wall.today, wall.tz, place, PAGE + 1)
    last = found[PAGE - 1].project if len(found) > PAGE else None
    return visit.page(
        "agenda/projects.html",
        status=status,
        projects=found[:PAGE],
        more=write_place(last.name.lower(), last.id) if last else "",
        form=form,
    )


async def _show(visit: Visit, project_id: UUID, form: Form[PhaseForm], *, status: int = 200) -> Response:
    wall = Wall.of(visit.user)
    which = Filter(today=wall.today, project_id=project_id)
    async with visit.transaction() as tx:
        owner = visit.user.id
        card = await read_models.project_card(tx, owner, project_id)
        phases = await read_models.phases(tx, owner, project_id)
        tasks = await read_models.open_tasks(tx, owner, which, FIRST, _MOST_TASKS)
        done = await read_models.finished_tasks(tx, owner, which, LATEST, _RECENT)
        notes = await read_models.notes(tx, owner, project_id=project_id, limit=_RECENT)
    known = {phase.id for phase in phases}
    groups = [(phase, [one for one in tasks if one.task.phase_id == phase.id]) for phase in phases]
    return visit.page(
        "agenda/project.html",
        status=status,
        wall=wall,
        card=card,
        groups=[*groups, (None, [one for one in tasks if one.task.phase_id not in known])],
        done=done,
        notes=notes,
        form=form,
    )


async def _card(visit: Visit, project_id: UUID) -> ProjectCard:
    async with visit.transaction() as tx:
        return await read_models.project_card(tx, visit.user.id, project_id)
