"""The schedule API: the user's own schedule, and for operators that of all users."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from daybreak import people
from daybreak.errors import PreconditionFailed
from daybreak.people import User
from daybreak.schedule import heartbeat, overview, service
from daybreak.schedule.maintenance.tasks import list_maintenance
from daybreak.schedule.model import DayCursor, DayWithoutBriefCursor
from daybreak.schedule.schemas import (
    DayOutcomeOut,
    DayWithoutBriefOut,
    DueBriefOut,
    ExplanationOut,
    RetryIn,
    RetryOut,
    ScheduleErrorOut,
    ScheduleIn,
    ScheduleOut,
    ScheduleOverviewOut,
    UpcomingBriefsOut,
)
from daybreak.schedule.settings import ScheduleSettings
from daybreak.web import (
    After,
    ApiAdmin,
    ApiAdminWriter,
    ApiReader,
    ApiRouter,
    ApiWriter,
    IfMatch,
    Limit,
    Page,
    RequestContext,
    check_if_match,
    decode_cursor,
    encode_cursor,
    error_responses,
    etag_response,
    json_response,
)

api = ApiRouter("schedule")
OPERATIONS = "/operations/schedule"
Count = Annotated[int, Query(ge=1, le=50, description="How many.")]


@api.get("/schedule", response_model=ScheduleOut)
async def get_schedule(context: ApiReader) -> Response:
    """Return your schedule."""
    return etag_response(context.request, ScheduleOut.of(context.user))


@api.patch("/schedule", response_model=ScheduleOut, responses=error_responses(PreconditionFailed))
async def update_schedule(context: ApiWriter, body: ScheduleIn, if_match: IfMatch = None) -> Response:
    """Change your schedule."""
    async with context.transaction() as tx:
        user = await people.lock_user(tx, context.user.id)
        check_if_match(if_match, ScheduleOut.of(user))
        user = await people.save_user(tx, body.apply_to(user))
    return etag_response(context.request, ScheduleOut.of(user))


@api.post("/schedule/pause", response_model=ScheduleOut)
async def pause_schedule(context: ApiWriter) -> Response:
    """Pause your schedule until it is resumed; no briefs are created for the days in between."""
    return await _set_active(context, active=False)


@api.post("/schedule/resume", response_model=ScheduleOut)
async def resume_schedule(context: ApiWriter) -> Response:
    """Resume your schedule."""
    return await _set_active(context, active=True)


async def _set_active(context: RequestContext, *, active: bool) -> Response:
    async with context.transaction() as tx:
        user = await people.lock_user(tx, context.user.id)
        user = await people.save_user(tx, _with_active(user, active=active))
    return etag_response(context.request, ScheduleOut.of(user))


def _with_active(user: User, *, active: bool) -> User:
    return replace(user, preferences=replace(user.preferences, active=active))


@api.get("/schedule/next", response_model=UpcomingBriefsOut)
async def list_next_briefs(context: ApiReader, count: Count = 5) -> Response:
    """List your next briefs; none while the schedule is paused."""
    status = await service.get_status(context.database, context.user.id)
    dues = await service.next_briefs(context.database, context.user.id, count)
    return json_response(UpcomingBriefsOut.of(status, dues))


@api.post("/schedule/preview", response_model=UpcomingBriefsOut)
async def preview_schedule(context: ApiReader, body: ScheduleIn, count: Count = 5) -> Response:
    """Preview your next briefs after these changes, without saving them; a pause is ignored."""
    user = body.apply_to(context.user)
    async with context.transaction() as tx:
        dues = await service.preview(tx, user, count)
    briefs = [DueBriefOut.of(due) for due in dues]
    return json_response(UpcomingBriefsOut(active=user.preferences.active, error=None, briefs=briefs))


@api.post("/schedule/retry", response_model=RetryOut)
async def retry_schedule(context: ApiWriter) -> Response:
    """Clear the error of your schedule, so that the next tick retries it."""
    async with context.transaction() as tx:
        return json_response(RetryOut(users=int(await service.retry_user(tx, context.user.id))))


@api.get("/schedule/explanation", response_model=ExplanationOut)
async def explain_schedule(context: ApiReader) -> Response:
    """Explain the expected outcome of your next brief, if nothing changes until it is due."""
    pending = await service.explain(context.database, context.user.id, ScheduleSettings.load())
    return json_response(ExplanationOut(pending=[DayOutcomeOut.of(one) for one in pending]))


@api.get("/schedule/history", response_model=Page[DayOutcomeOut])
async def list_outcomes(context: ApiReader, after: After = None, limit: Limit = 50) -> Response:
    """List the outcomes of your past days, newest first."""
    async with context.transaction() as tx:
        found = await service.list_outcomes(tx, context.user.id, limit + 1, _parse_day_cursor(after))
    more = encode_cursor(*map(str, found[limit - 1].cursor)) if len(found) > limit else None
    return json_response(
        Page[DayOutcomeOut](items=[DayOutcomeOut.of(one) for one in found[:limit]], next=more)
    )


def _parse_day_cursor(after: str | None) -> DayCursor | None:
    return DayCursor._make(decode_cursor(after, *DayCursor.parsers())) if after else None


@api.get(OPERATIONS, response_model=ScheduleOverviewOut)
async def get_overview(context: ApiAdmin) -> Response:
    """Return upcoming and overdue briefs, schedulers, maintenance and second tries; for admins."""
    seen = await overview.get_overview(context.database, ScheduleSettings.load())
    there = await heartbeat.list_schedulers(context.database)
    tasks = await list_maintenance(context.database)
    second_tries = await overview.list_second_tries(context.database)
    return json_response(ScheduleOverviewOut.of(seen, there, tasks, second_tries))


@api.get(f"{OPERATIONS}/errors", response_model=Page[ScheduleErrorOut])
async def list_errors(context: ApiAdmin, after: After = None, limit: Limit = 50) -> Response:
    """List users whose schedule has an error; for admins."""
    cursor = UUID(str(decode_cursor(after, UUID)[0])) if after else None
    found = await overview.list_errors(context.database, cursor, limit + 1)
    emails = await people.get_emails(context.database, {one.owner_id for one in found})
    items = [ScheduleErrorOut.of(one, emails.get(one.owner_id)) for one in found[:limit]]
    more = encode_cursor(items[-1].user) if len(found) > limit else None
    return json_response(Page[ScheduleErrorOut](items=items, next=more))


@api.get(f"{OPERATIONS}/days-without-brief", response_model=Page[DayWithoutBriefOut])
async def list_days_without_brief(context: ApiAdmin, after: After = None, limit: Limit = 50) -> Response:
    """List days missed or skipped in the last 24 hours, newest first; for admins."""
    cursor = (
        DayWithoutBriefCursor._make(decode_cursor(after, *DayWithoutBriefCursor.parsers())) if after else None
    )
    found = await overview.list_days_without_brief(context.database, cursor, limit + 1)
    emails = await people.get_emails(context.database, {one.owner_id for one in found})
    items = [DayWithoutBriefOut.of(one, emails.get(one.owner_id)) for one in found[:limit]]
    more = encode_cursor(*map(str, found[limit - 1].cursor)) if len(found) > limit else None
    return json_response(Page[DayWithoutBriefOut](items=items, next=more))


@api.post(f"{OPERATIONS}/retry", response_model=RetryOut)
async def retry_errors(context: ApiAdminWriter, body: RetryIn) -> Response:
    """Clear the schedule errors of one user or of all, so that the next tick retries them; for admins."""
    only = None if body.user is None else [body.user]
    return json_response(RetryOut(users=await overview.retry_errors(context.database, only)))
