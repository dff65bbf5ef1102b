"""The schedule page for administrators: due briefs, errors, missed days, schedulers and maintenance."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from daybreak import clock, people, schedule
from daybreak.errors import InvalidInput
from daybreak.ops import labels
from daybreak.ops.charts.due import make_due_bars
from daybreak.schedule import (
    DayWithoutBrief,
    DayWithoutBriefCursor,
    ScheduleError,
    ScheduleSettings,
    SecondTry,
)
from daybreak.web import Admin, RequestContext, decode_cursor, encode_cursor, read_form

routes = APIRouter(include_in_schema=False)
PATH = "/operations/schedule"
_ROWS = 50
_CursorParam = Annotated[str, Query(max_length=500)]


class ScheduleRetryForm(BaseModel):
    """The user whose schedule is retried; without a user, all schedules with errors."""

    user: UUID | None = None


@dataclass(frozen=True, slots=True)
class ScheduleProblems:
    """One page of both lists, errors and days without a brief, with the cursors of their next pages."""

    errors: list[ScheduleError]
    days_without_brief: list[DayWithoutBrief]
    next_errors: str
    next_days: str
    second_tries: list[SecondTry]
    emails: dict[UUID, str]


@routes.get(PATH)
async def show_schedule(
    context: Admin, errors_after: _CursorParam = "", after: _CursorParam = ""
) -> Response:
    """Show the schedule of all users."""
    overview = await schedule.get_overview(context.database, ScheduleSettings.load())
    return context.page(
        "ops/schedule.html",
        overview=overview,
        due_bars=make_due_bars(overview.upcoming, clock.now()),
        problems=await _read_problems(context, errors_after, after),
        is_first=not (errors_after or after),
        schedulers=await schedule.list_schedulers(context.database),
        maintenance=await schedule.list_maintenance(context.database),
        labels=labels,
    )


@routes.post(f"{PATH}/retry")
async def retry_schedule_errors(context: Admin) -> Response:
    """Make the next tick retry schedules with errors."""
    form = await read_form(context.request, ScheduleRetryForm)
    if form.errors:
        raise InvalidInput("This user ID is not valid; try again from the list.")
    user = form.validated.user
    retried = await schedule.retry_errors(context.database, [user] if user else None)
    count = "1 schedule" if retried == 1 else f"{labels.format_number(retried)} schedules"
    return context.redirect(PATH, f"Retrying {count} within a minute.")


async def _read_problems(context: RequestContext, errors_after: str, after: str) -> ScheduleProblems:
    owner = UUID(str(decode_cursor(errors_after, UUID)[0])) if errors_after else None
    cursor = (
        DayWithoutBriefCursor._make(decode_cursor(after, *DayWithoutBriefCursor.parsers())) if after else None
    )
    errors = await schedule.list_errors(context.database, owner, _ROWS + 1)
    days = await schedule.list_days_without_brief(context.database, cursor, _ROWS + 1)
    second_tries = await schedule.list_second_tries(context.database, _ROWS)
    owners = {one.owner_id for one in errors} | {one.owner_id for one in days}
    owners |= {one.owner_id for one in second_tries}
    return ScheduleProblems(
        errors=errors[:_ROWS],
        days_without_brief=days[:_ROWS],
        next_errors=encode_cursor(errors[_ROWS - 1].owner_id) if len(errors) > _ROWS else "",
        next_days=encode_cursor(*map(str, days[_ROWS - 1].cursor)) if len(days) > _ROWS else "",
        second_tries=second_tries,
        emails=await people.get_emails(context.database, owners),
    )
