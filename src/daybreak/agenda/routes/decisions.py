"""Page routes for decisions about a task: done, snoozed, ignored, and their undo."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from daybreak.agenda import decisions
from daybreak.agenda.forms import ReturnTo, SnoozeForm
from daybreak.agenda.local_calendar import LocalCalendar
from daybreak.errors import InvalidInput
from daybreak.web import RequestContext, SignedIn, Undo, local_path_or_home, read_form

routes = APIRouter(include_in_schema=False)
_TASK_PATH = "/agenda/tasks/{task_id}"


@routes.post(f"{_TASK_PATH}/complete")
async def complete(context: SignedIn, task_id: UUID) -> Response:
    """Mark a task as done."""
    back = await _return_path(context)
    async with context.transaction() as tx:
        await decisions.complete(tx, context.user.id, [task_id])
    return _redirect_back(context, task_id, back, "Marked as done.")


@routes.post(f"{_TASK_PATH}/snooze")
async def snooze(context: SignedIn, task_id: UUID) -> Response:
    """Snooze a task until a date."""
    form = await read_form(context.request, SnoozeForm)
    if form.errors:
        raise InvalidInput("A task can be snoozed until a date; enter one like 2026-03-30.")
    calendar, until = LocalCalendar.of(context.user), form.validated.return_on
    async with context.transaction() as tx:
        await decisions.snooze(tx, context.user.id, [task_id], return_on=until, today=calendar.today)
    return _redirect_back(
        context,
        task_id,
        local_path_or_home(form.validated.next),
        f"Snoozed until {calendar.format_date(until)}.",
    )


@routes.post(f"{_TASK_PATH}/ignore")
async def ignore(context: SignedIn, task_id: UUID) -> Response:
    """Exclude a task from briefs and lists for good."""
    back = await _return_path(context)
    async with context.transaction() as tx:
        await decisions.ignore(tx, context.user.id, [task_id])
    return _redirect_back(context, task_id, back, "Hidden from briefs.")


@routes.post(f"{_TASK_PATH}/undo")
async def undo(context: SignedIn, task_id: UUID) -> Response:
    """Undo the current decision about a task."""
    back = await _return_path(context)
    async with context.transaction() as tx:
        await decisions.undo(tx, context.user.id, [task_id])
    return context.redirect(back, "Undone: task restored.")


async def _return_path(context: RequestContext) -> str:
    form = await read_form(context.request, ReturnTo)
    return local_path_or_home(form.model.next) if form.model else ReturnTo().next


def _redirect_back(context: RequestContext, task_id: UUID, path: str, message: str) -> Response:
    undo = Undo(action=f"/agenda/tasks/{task_id}/undo", values={"next": path})
    return context.redirect(path, message, undo=undo)
