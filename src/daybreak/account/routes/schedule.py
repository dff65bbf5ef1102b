"""The page Schedule: the user's schedule, a preview and the history."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak import agenda, people, schedule
from daybreak.account import schedule_form
from daybreak.account.schedule_form import ScheduleForm
from daybreak.errors import InvalidInput
from daybreak.schedule import DayCursor, DueBrief, ScheduleSettings
from daybreak.web import (
    Form,
    RequestContext,
    SignedIn,
    Undo,
    decode_cursor,
    encode_cursor,
    parse_form,
    read_form,
)

routes = APIRouter(include_in_schema=False)
BASE_PATH = "/settings/schedule"
_DAYS_PER_PAGE = 14
_CursorParam = Annotated[str, Query(max_length=500)]


@routes.get(BASE_PATH)
async def show_schedule(context: SignedIn, after: _CursorParam = "") -> Response:
    """Show the form with the saved values, or with those of the query, and a preview."""
    sent = context.request.query_params
    if "brief_time" in sent:
        return await _page(context, _validate(context, parse_form(sent, ScheduleForm)), after)
    return await _page(context, ScheduleForm.of(context.user), after)


@routes.post(BASE_PATH)
async def change_schedule(context: SignedIn) -> Response:
    """Save the schedule."""
    form = _validate(context, await read_form(context.request, ScheduleForm))
    if form.errors:
        return await _page(context, form, status=InvalidInput.status)
    await people.update_user_with(context.database, context.user.id, form.validated.apply_to)
    return context.redirect(BASE_PATH, "Schedule saved.")


@routes.get(f"{BASE_PATH}/preview")
async def preview_schedule(context: SignedIn) -> Response:
    """Return the preview of the form's current values, a part of the page."""
    form = _validate(context, parse_form(context.request.query_params, ScheduleForm))
    return context.page("account/_upcoming.html", form=form, upcoming=await _preview_briefs(context, form))


@routes.post(f"{BASE_PATH}/pause")
async def pause_schedule(context: SignedIn) -> Response:
    """Pause the schedule."""
    await _set_active(context, active=False)
    return context.redirect(BASE_PATH, "Schedule paused.", undo=Undo(action=f"{BASE_PATH}/resume"))


@routes.post(f"{BASE_PATH}/resume")
async def resume_schedule(context: SignedIn) -> Response:
    """Resume the schedule."""
    await _set_active(context, active=True)
    return context.redirect(BASE_PATH, "Schedule resumed.", undo=Undo(action=f"{BASE_PATH}/pause"))


@routes.post(f"{BASE_PATH}/retry")
async def retry_schedule(context: SignedIn) -> Response:
    """Clear the error of the schedule, so that the next tick retries it."""
    async with context.transaction() as tx:
        await schedule.retry_user(tx, context.user.id)
    return context.redirect(BASE_PATH, "Retrying.")


async def _set_active(context: RequestContext, *, active: bool) -> None:
    await people.update_user_with(
        context.database,
        context.user.id,
        lambda user: replace(user, preferences=replace(user.preferences, active=active)),
    )


def _validate(context: RequestContext, form: Form[ScheduleForm]) -> Form[ScheduleForm]:
    if form.errors:
        return form
    try:
        form.validated.apply_to(context.user)
    except InvalidInput as error:
        return form.with_error(error)
    return form


async def _preview_briefs(context: RequestContext, form: Form[ScheduleForm]) -> list[DueBrief]:
    """Return the next briefs by the values in the form; none if the form has errors."""
    if form.errors:
        return []
    user = context.user if form.model is None else form.validated.apply_to(context.user)
    async with context.transaction() as tx:
        return await schedule.preview(tx, user)


async def _page(
    context: RequestContext, form: Form[ScheduleForm], after: str = "", status: int = 200
) -> Response:
    settings = ScheduleSettings.load()
    schedule_status, pending = await schedule.get_outlook(context.database, context.user.id, settings)
    return context.page(
        "account/schedule.html",
        status=status,
        form=form,
        schedule_form=schedule_form,
        schedule_status=schedule_status,
        upcoming=await _preview_briefs(context, form),
        pending=pending,
        reduce_when_away=settings.reduce_when_away,
        **await _read_lists(context, form, after),
    )


async def _read_lists(context: RequestContext, form: Form[ScheduleForm], after: str) -> dict[str, Any]:
    cursor = DayCursor._make(decode_cursor(after, *DayCursor.parsers())) if after else None
    async with context.transaction() as tx:
        days = await schedule.list_outcomes(tx, context.user.id, _DAYS_PER_PAGE + 1, cursor)
        names = [name for _, name in await agenda.list_project_names(tx, context.user.id)]
    named = {*names, *form.lists.get("projects", ())}
    return {
        "days": days[:_DAYS_PER_PAGE],
        "more": encode_cursor(*map(str, days[_DAYS_PER_PAGE - 1].cursor))
        if len(days) > _DAYS_PER_PAGE
        else "",
        "projects": [(name, name) for name in sorted(named, key=str.casefold)],
    }
