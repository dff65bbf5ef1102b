"""Pages of tasks: list, board, details, and forms for manual entries."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak import people
from daybreak.agenda import cursors, decisions, manual_entries, read_models
from daybreak.agenda.forms import PRIORITY_CHOICES, STATUS_CHOICES, OptionalId, TaskForm
from daybreak.agenda.local_calendar import DUE_GROUPS, LocalCalendar
from daybreak.agenda.manual_entries import EntryKind
from daybreak.agenda.model import TaskStatus
from daybreak.agenda.read_models import (
    LATEST_CURSOR,
    NO_OTHER_TASKS,
    TaskDetail,
    TaskFilter,
    TaskHolders,
    TaskListKind,
    list_tasks_by_kind,
)
from daybreak.agenda.rows import strip_unstorable
from daybreak.errors import InvalidInput, UserError
from daybreak.web import Form, RequestContext, SignedIn, Undo, read_form

routes = APIRouter(include_in_schema=False)
BASE_PATH = "/agenda"
PAGE_SIZE = 50
_BOARD_LIMIT = 30
_BOARD_FINISHED_LIMIT = 15
SearchQuery = Annotated[str, Query(max_length=200)]


@routes.get(BASE_PATH)
async def list_tasks(
    context: SignedIn,
    show: TaskListKind = TaskListKind.OPEN,
    q: SearchQuery = "",
    project: OptionalId = None,
    whose: TaskHolders = TaskHolders.MINE,
    after: str = "",
) -> Response:
    """List tasks by due date."""
    calendar = LocalCalendar.of(context.user)
    async with context.transaction() as tx:
        others = await read_models.read_other_tasks(tx, context.user)
        task_filter = TaskFilter(
            today=calendar.today,
            project_id=project,
            title_query=strip_unstorable(q.strip()),
            without=others if whose is TaskHolders.MINE else NO_OTHER_TASKS,
        )
        found = await list_tasks_by_kind(
            tx, context.user.id, show, task_filter, cursors.decode_agenda_cursor(after), PAGE_SIZE + 1
        )
        if whose is TaskHolders.ALL:
            found = await read_models.with_holders(tx, context.user, found)
        names = await read_models.list_project_names(tx, context.user.id)
        nothing = not found and await read_models.is_empty(tx, context.user.id)
        likely = await people.find_likely_identity(tx, context.user)
    shown = found[:PAGE_SIZE]
    groups = [(name, [one for one in shown if calendar.due_group(one.task) == name]) for name in DUE_GROUPS]
    return context.page(
        "agenda/tasks.html",
        calendar=calendar,
        likely=likely,
        show=show,
        q=q,
        project=project,
        projects=names,
        groups=groups if show is TaskListKind.OPEN else [("", shown)],
        more=_next_cursor(found, PAGE_SIZE),
        after=after,
        whose=whose,
        has_others=bool(others),
        nothing=nothing,
        form=Form[TaskForm]({"project_id": str(project or "")}),
    )


@routes.get(f"{BASE_PATH}/board")
async def show_board(
    context: SignedIn, project: OptionalId = None, whose: TaskHolders = TaskHolders.MINE
) -> Response:
    """Show tasks in columns by status."""
    calendar = LocalCalendar.of(context.user)
    async with context.transaction() as tx:
        others = await read_models.read_other_tasks(tx, context.user)
        without = others if whose is TaskHolders.MINE else NO_OTHER_TASKS
        task_filter = TaskFilter(today=calendar.today, project_id=project, without=without)
        found = await read_models.get_board(tx, context.user.id, task_filter, _BOARD_LIMIT + 1)
        finished = await read_models.list_finished_tasks(
            tx, context.user.id, task_filter, LATEST_CURSOR, _BOARD_FINISHED_LIMIT
        )
        attributed = [*found, *finished]
        if whose is TaskHolders.ALL:
            attributed = await read_models.with_holders(tx, context.user, attributed)
        names = await read_models.list_project_names(tx, context.user.id)
    columns = [
        (status, title, [one for one in attributed[: len(found)] if one.task.status == status])
        for status, title in STATUS_CHOICES[:3]
    ]
    return context.page(
        "agenda/board.html",
        calendar=calendar,
        project=project,
        projects=names,
        columns=[*columns, (TaskStatus.DONE.value, "Done", attributed[len(found) :])],
        limit=_BOARD_LIMIT,
        whose=whose,
        has_others=bool(others),
    )


@routes.get(f"{BASE_PATH}/tasks/new")
async def new_task(context: SignedIn, project: OptionalId = None) -> Response:
    """Show an empty form for a task."""
    priority = str(TaskForm(title="-").priority.value)
    values = {"project_id": str(project or ""), "status": TaskStatus.OPEN.value, "priority": priority}
    return await _show_form(context, Form[TaskForm](values))


@routes.post(f"{BASE_PATH}/tasks")
async def create_task(context: SignedIn) -> Response:
    """Create a task."""
    form = await read_form(context.request, TaskForm)
    if form.errors:
        return await _show_form(context, form, status=InvalidInput.status)
    try:
        async with context.transaction() as tx:
            task_id = await manual_entries.save_task(
                tx, context.user.id, form.validated.to_input(), context.user.tz
            )
    except UserError as error:
        return await _show_form(context, form.with_error(error), status=error.status)
    undo = Undo(action=f"{BASE_PATH}/tasks/{task_id}/remove")
    return context.redirect(f"{BASE_PATH}/tasks/{task_id}", "Task added.", undo=undo)


@routes.get(f"{BASE_PATH}/tasks/{{task_id}}")
async def show_task(context: SignedIn, task_id: UUID) -> Response:
    """Show one task, and the decisions about it."""
    calendar = LocalCalendar.of(context.user)
    async with context.transaction() as tx:
        found = await read_models.get_task(tx, context.user.id, task_id, calendar.today)
        waits_for = await read_models.get_tasks(tx, context.user.id, found.task.blocked_by, calendar.today)
        detail, *blockers = await read_models.with_holders(tx, context.user, [found, *waits_for])
        history = await decisions.list_decisions(tx, context.user.id, task_id)
    return context.page(
        "agenda/task.html",
        calendar=calendar,
        detail=detail,
        blockers=blockers,
        history=history,
    )


@routes.get(f"{BASE_PATH}/tasks/{{task_id}}/edit")
async def edit_task(context: SignedIn, task_id: UUID) -> Response:
    """Show the form for an existing task."""
    calendar = LocalCalendar.of(context.user)
    async with context.transaction() as tx:
        detail = await read_models.get_task(tx, context.user.id, task_id, calendar.today)
    return await _show_form(context, Form[TaskForm](TaskForm.initial_values(detail, calendar)), detail)


@routes.post(f"{BASE_PATH}/tasks/{{task_id}}/edit")
async def update_task(context: SignedIn, task_id: UUID) -> Response:
    """Update a task that was added in Daybreak."""
    form = await read_form(context.request, TaskForm)
    async with context.transaction() as tx:
        detail = await read_models.get_task(tx, context.user.id, task_id, context.user.today())
    if form.errors:
        return await _show_form(context, form, detail, status=InvalidInput.status)
    try:
        async with context.transaction() as tx:
            await manual_entries.save_task(
                tx, context.user.id, form.validated.to_input(), context.user.tz, task_id
            )
    except UserError as error:
        return await _show_form(context, form.with_error(error), detail, status=error.status)
    before = dict(TaskForm.initial_values(detail, LocalCalendar.of(context.user)))
    undo = (
        Undo(action=f"{BASE_PATH}/tasks/{task_id}/edit", values=before) if _fits_in_cookie(before) else None
    )
    return context.redirect(f"{BASE_PATH}/tasks/{task_id}", "Task updated.", undo=undo)


@routes.post(f"{BASE_PATH}/tasks/{{task_id}}/remove")
async def delete_task(context: SignedIn, task_id: UUID) -> Response:
    """Delete a task that was added in Daybreak."""
    async with context.transaction() as tx:
        await manual_entries.remove_entry(tx, context.user.id, EntryKind.TASK, task_id)
    undo = Undo(action=f"{BASE_PATH}/tasks/{task_id}/restore")
    return context.redirect(BASE_PATH, "Task deleted.", undo=undo)


@routes.post(f"{BASE_PATH}/tasks/{{task_id}}/restore")
async def restore_task(context: SignedIn, task_id: UUID) -> Response:
    """Restore a deleted task."""
    async with context.transaction() as tx:
        await manual_entries.restore_entry(tx, context.user.id, EntryKind.TASK, task_id)
    return context.redirect(f"{BASE_PATH}/tasks/{task_id}", "Undone: task restored.")


async def _show_form(
    context: RequestContext, form: Form[TaskForm], detail: TaskDetail | None = None, *, status: int = 200
) -> Response:
    async with context.transaction() as tx:
        names = await read_models.list_project_names(tx, context.user.id)
    return context.page(
        "agenda/task_form.html",
        status=status,
        form=form,
        detail=detail,
        projects=[("", "None"), *((str(row_id), name) for row_id, name in names)],
        statuses=STATUS_CHOICES,
        priorities=PRIORITY_CHOICES,
    )


def _next_cursor(found: list[TaskDetail], limit: int) -> str:
    return cursors.encode_agenda_cursor(found[limit - 1].cursor) if len(found) > limit else ""


def _fits_in_cookie(values: dict[str, str]) -> bool:
    """Return whether form values fit in a cookie."""
    return sum(map(len, values.values())) < 1_000  # noqa: PLR2004 - a third of a cookie's limit in browsers
