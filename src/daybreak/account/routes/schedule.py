"""The page Schedule: the user's schedule, a preview and the history."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak import agenda, people, schedule
from daybreak.account import schedule_form
from daybreak.account.schedule_form import Planning
from daybreak.errors import InvalidInput
from daybreak.schedule import DayPlace, Due, ScheduleSettings
from daybreak.web import Form, SignedIn, Undo, Visit, check_form, read_form, read_place, write_place

routes = APIRouter(include_in_schema=False)
HERE = "/settings/schedule"
_DAYS = 14
_Place = Annotated[str, Query(max_length=500)]


@routes.get(HERE)
async def show_schedule(visit: SignedIn, after: _Place = "") -> Response:
    """Show the form with the saved values, or with those of the query, and a preview."""
    sent = visit.request.query_params
    if "brief_time" in sent:
        return await _page(visit, _checked(visit, check_form(sent, Planning)), after)
    return await _page(visit, Planning.of(visit.user), after)


@routes.post(HERE)
async def change_schedule(visit: SignedIn) -> Response:
    """Save the schedule."""
    form = _checked(visit, await read_form(visit.request, Planning))
    if form.errors:
        return await _page(visit, form, status=InvalidInput.status)
    await people.change(visit.database, visit.user.id, form.filled.changed)
    return visit.redirect(HERE, "Schedule saved.")


@routes.get(f"{HERE}/preview")
async def preview_schedule(visit: SignedIn) -> Response:
    """Return the preview of the form's current values, a part of the page."""
    form = _checked(visit, check_form(visit.request.query_params, Planning))
    return visit.page("account/_coming.html", form=form, coming=await _coming(visit, form))


@routes.post(f"{HERE}/pause")
async def pause_schedule(visit: SignedIn) -> Response:
    """Pause the schedule."""
    await _set_active(visit, active=False)
    return visit.redirect(HERE, "Schedule paused.", undo=Undo(action=f"{HERE}/resume"))


@routes.post(f"{HERE}/resume")
async def resume_schedule(visit: SignedIn) -> Response:
    """Resume the schedule."""
    await _set_active(visit, active=True)
    return visit.redirect(HERE, "Schedule resumed.", undo=Undo(action=f"{HERE}/pause"))


@routes.post(f"{HERE}/retry")
async def retry_schedule(visit: SignedIn) -> Response:
    """Clear the error of the schedule, so that the next tick retries it."""
    async with visit.transaction() as tx:
        await schedule.try_again(tx, visit.user.id)
    return visit.redirect(HERE, "Retrying.")


async def _set_active(visit: Visit, *, active: bool) -> None:
    await people.change(
        visit.database,
        visit.user.id,
        lambda user: replace(user, preferences=replace(user.preferences, active=active)),
    )


def _checked(visit: Visit, form: Form[Planning]) -> Form[Planning]:
    if form.errors:
        return form
    try:
        form.filled.changed(visit.user)
    except InvalidInput as error:
        return form.refused(error)
    return form


async def _coming(visit: Visit, form: Form[Planning]) -> list[Due]:
    """Return the next briefs by the values in the form; none if the form has errors."""
    if form.errors:
        return []
    user = visit.user if form.model is None else form.filled.changed(visit.user)
    async with visit.transaction() as tx:
        return await schedule.preview(tx, user)


async def _page(visit: Visit, form: Form[Planning], after: str = "", status: int = 200) -> Response:
    settings = ScheduleSettings.load()
    standing, pending = await schedule.outlook(visit.database, visit.user.id, settings)
    return visit.page(
        "account/schedule.html",
        status=status,
        form=form,
        planning=schedule_form,
        standing=standing,
        coming=await _coming(visit, form),
        pending=pending,
        backoff=settings.backoff,
        **await _lists(visit, form, after),
    )


async def _lists(visit: Visit, form: Form[Planning], after: str) -> dict[str, Any]:
    place = DayPlace._make(read_place(after, *DayPlace.readers())) if after else None
    async with visit.transaction() as tx:
        days = await schedule.history(tx, visit.user.id, _DAYS + 1, place)
        names = [name for _, name in await agenda.project_names(tx, visit.user.id)]
    named = {*names, *form.lists.get("projects", ())}
    return {
        "days": days[:_DAYS],
        "more": write_place(*map(str, days[_DAYS - 1].place)) if len(days) > _DAYS else "",
        "projects": [(name, name) for name in sorted(named, key=str.casefold)],
    }
