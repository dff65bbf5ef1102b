"""Pages of tasks: list, board, details, and forms for manual entries."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak.agenda import cursors, decisions, manual_entries, read_models
from daybreak.agenda.forms import PRIORITIES, STATUSES, Row, TaskForm
from daybreak.agenda.local_calendar import GROUPS, Wall
from daybreak.agenda.manual_entries import Thing
from daybreak.agenda.model import TaskStatus
from daybreak.agenda.read_models import LATEST, Card, Filter, Show, read_tasks
from daybreak.agenda.rows import storable
from daybreak.errors import InvalidInput, UserError
from daybreak.web import Form, SignedIn, Undo, Visit, read_form

routes = APIRouter(include_in_schema=False)
HERE = "/agenda"
PAGE = 50
_ON_BOARD = 30
_FINISHED_ON_BOARD = 15
Words = Annotated[str, Query(max_length=200)]


@routes.get(HERE)
async def list_tasks(
    visit: SignedIn, show: Show = Show.OPEN, q: Words = "", project: Row = None, after: str = ""
) -> Response:
    """List tasks by due date."""
    wall = Wall.of(visit.user)
    which = Filter(today=wall.today, project_id=project, words=storable(q.strip()))
    async with visit.transaction() as tx:
        found = await read_tasks(tx, visit.user.id, show, which, cursors.read(after), PAGE + 1)
        names = await read_models.project_names(tx, visit.user.id)
        nothing = not found and await read_models.is_empty(tx, visit.user.id)
    shown = found[:PAGE]
    groups = [(name, [one for one in shown if wall.group(one.task) == name]) for name in GROUPS]
    return visit.page(
        "agenda/tasks.html",
        wall=wall,
        show=show,
        q=q,
        project=project,
        projects=names,
        groups=groups if show is Show.OPEN else [("", shown)],
        more=_next(found, PAGE),
        after=after,
        nothing=nothing,
        form=Form[TaskForm]({"project_id": str(project or "")}),
    )


@routes.get(f"{HERE}/board")
async def show_board(visit: SignedIn, project: Row = None) -> Response:
    """Show tasks in columns by status."""
    wall = Wall.of(visit.user)
    which = Filter(today=wall.today, project_id=project)
    async with visit.transaction() as tx:
        found = await read_models.board(tx, visit.user.id, which, _ON_BOARD + 1)
        finished = await read_models.finished_tasks(tx, visit.user.id, which, LATEST, _FINISHED_ON_BOARD)
        names = await read_models.project_names(tx, visit.user.id)
    columns = [
        (status, title, [one for one in found if one.task.status == status]) for status, title in STATUSES[:3]
    ]
    return visit.page(
        "agenda/board.html",
        wall=wall,
        project=project,
        projects=names,
        columns=[*columns, (TaskStatus.DONE.value, "Done", finished)],
        most=_ON_BOARD,
    )


@routes.get(f"{HERE}/tasks/new")
async def new_task(visit: SignedIn, project: Row = None) -> Response:
    """Show an empty form for a task."""
    priority = str(TaskForm(title="-").priority.value)
    values = {"project_id": str(project or ""), "status": TaskStatus.OPEN.value, "priority": priority}
    return await _show_form(visit, Form[TaskForm](values))


@routes.post(f"{HERE}/tasks")
async def add_task(visit: SignedIn) -> Response:
    """Create a task."""
    form = await read_form(visit.request, TaskForm)
    if form.errors:
        return await _show_form(visit, form, status=InvalidInput.status)
    try:
        async with visit.transaction() as tx:
            task_id = await manual_entries.write_task(tx, visit.user.id, form.filled.draft(), visit.user.tz)
    except UserError as error:
        return await _show_form(visit, form.refused(error), status=error.status)
    undo = Undo(action=f"{HERE}/tasks/{task_id}/remove")
    return visit.redirect(f"{HERE}/tasks/{task_id}", "Task added.", undo=undo)


@routes.get(f"{HERE}/tasks/{{task_id}}")
async def show_task(visit: SignedIn, task_id: UUID) -> Response:
    """Show one task, and the decisions about it."""
    wall = Wall.of(visit.user)
    async with visit.transaction() as tx:
        card = await read_models.task_card(tx, visit.user.id, task_id, wall.today)
        blockers = await read_models.task_cards(tx, visit.user.id, card.task.blocked_by, wall.today)
        history = await decisions.decisions_about(tx, visit.user.id, task_id)
    return visit.page(
        "agenda/task.html",
        wall=wall,
        card=card,
        blockers=blockers,
        history=history,
    )


@routes.get(f"{HERE}/tasks/{{task_id}}/edit")
async def edit_task(visit: SignedIn, task_id: UUID) -> Response:
    """Show the form for an existing task."""
    wall = Wall.of(visit.user)
    async with visit.transaction() as tx:
        card = await read_models.task_card(tx, visit.user.id, task_id, wall.today)
    return await _show_form(visit, Form[TaskForm](TaskForm.values(card, wall)), card)


@routes.post(f"{HERE}/tasks/{{task_id}}/edit")
async def change_task(visit: SignedIn, task_id: UUID) -> Response:
    """Update a task that was added in Daybreak."""
    form = await read_form(visit.request, TaskForm)
    async with visit.transaction() as tx:
        card = await read_models.task_card(tx, visit.user.id, task_id, visit.user.today())
    if form.errors:
        return await _show_form(visit, form, card, status=InvalidInput.status)
    try:
        async with visit.transaction() as tx:
            await manual_entries.write_task(tx, visit.user.id, form.filled.draft(), visit.user.tz, task_id)
    except UserError as error:
        return await _show_form(visit, form.refused(error), card, status=error.status)
    before = dict(TaskForm.values(card, Wall.of(visit.user)))
    undo = Undo(action=f"{HERE}/tasks/{task_id}/edit", values=before) if _is_short(before) else None
    return visit.redirect(f"{HERE}/tasks/{task_id}", "Task updated.", undo=undo)


@routes.post(f"{HERE}/tasks/{{task_id}}/remove")
async def remove_task(visit: SignedIn, task_id: UUID) -> Response:
    """Delete a task that was added in Daybreak."""
    async with visit.transaction() as tx:
        await manual_entries.remove_own(tx, visit.user.id, Thing.TASK, task_id)
    undo = Undo(action=f"{HERE}/tasks/{task_id}/restore")
    return visit.redirect(HERE, "Task deleted.", undo=undo)


@routes.post(f"{HERE}/tasks/{{task_id}}/restore")
async def restore_task(visit: SignedIn, task_id: UUID) -> Response:
    """Restore a deleted task."""
    async with visit.transaction() as tx:
        await manual_entries.restore_own(tx, visit.user.id, Thing.TASK, task_id)
    return visit.redirect(f"{HERE}/tasks/{task_id}", "Undone: task restored.")


async def _show_form(
    visit: Visit, form: Form[TaskForm], card: Card | None = None, *, status: int = 200
) -> Response:
    async with visit.transaction() as tx:
        names = await read_models.project_names(tx, visit.user.id)
    return visit.page(
        "agenda/task_form.html",
        status=status,
        form=form,
        card=card,
        projects=[("", "None"), *((str(row_id), name) for row_id, name in names)],
        statuses=STATUSES,
        priorities=PRIORITIES,
    )


def _next(found: list[Card], limit: int) -> str:
    return cursors.write(found[limit - 1].place) if len(found) > limit else ""


def _is_short(values: dict[str, str]) -> bool:
    """Return whether form values fit in a cookie."""
    return sum(map(len, values.values())) < 1_000  # noqa: PLR2004 - a third of a cookie's limit in browsers
