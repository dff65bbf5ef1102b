"""Page routes for decisions about a task: done, snoozed, ignored, and their undo."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from daybreak.agenda import decisions
from daybreak.agenda.forms import Back, SnoozeForm
from daybreak.agenda.local_calendar import Wall
from daybreak.errors import InvalidInput
from daybreak.web import SignedIn, Undo, Visit, own_path, read_form

routes = APIRouter(include_in_schema=False)
_TASK = "/agenda/tasks/{task_id}"


@routes.post(f"{_TASK}/complete")
async def complete(visit: SignedIn, task_id: UUID) -> Response:
    """Mark a task as done."""
    back = await _back(visit)
    async with visit.transaction() as tx:
        await decisions.complete(tx, visit.user.id, [task_id])
    return _go_back(visit, task_id, back, "Marked as done.")


@routes.post(f"{_TASK}/snooze")
async def snooze(visit: SignedIn, task_id: UUID) -> Response:
    """Snooze a task until a date."""
    form = await read_form(visit.request, SnoozeForm)
    if form.errors:
        raise InvalidInput("A task can be snoozed until a date; enter one like 2026-03-30.")
    wall, until = Wall.of(visit.user), form.filled.return_on
    async with visit.transaction() as tx:
        await decisions.snooze(tx, visit.user.id, [task_id], return_on=until, today=wall.today)
    return _go_back(visit, task_id, own_path(form.filled.next), f"Snoozed until {wall.day(until)}.")


@routes.post(f"{_TASK}/ignore")
async def ignore(visit: SignedIn, task_id: UUID) -> Response:
    """Exclude a task from briefs and lists for good."""
    back = await _back(visit)
    async with visit.transaction() as tx:
        await decisions.ignore(tx, visit.user.id, [task_id])
    return _go_back(visit, task_id, back, "Hidden from briefs.")


@routes.post(f"{_TASK}/undo")
async def undo(visit: SignedIn, task_id: UUID) -> Response:
    """Undo the current decision about a task."""
    back = await _back(visit)
    async with visit.transaction() as tx:
        await decisions.undo(tx, visit.user.id, [task_id])
    return visit.redirect(back, "Undone: task restored.")


async def _back(visit: Visit) -> str:
    form = await read_form(visit.request, Back)
    return own_path(form.model.next) if form.model else Back().next


def _go_back(visit: Visit, task_id: UUID, back: str, sentence: str) -> Response:
    undo = Undo(action=f"/agenda/tasks/{task_id}/undo", values={"next": back})
    return visit.redirect(back, sentence, undo=undo)
