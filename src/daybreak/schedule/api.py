"""The schedule API: the user's own schedule, and for operators that of all users."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from daybreak import people
from daybreak.errors import Changed
from daybreak.people import User
from daybreak.schedule import heartbeat, overview, service
from daybreak.schedule.maintenance.tasks import upkeep
from daybreak.schedule.model import DayPlace, LeftOutPlace
from daybreak.schedule.schemas import (
    AsideView,
    ComingView,
    DecisionView,
    DueView,
    ExplanationView,
    LeftOutView,
    OverviewView,
    RetriedView,
    RetryOrder,
    ScheduleOrder,
    ScheduleView,
)
from daybreak.schedule.settings import ScheduleSettings
from daybreak.web import (
    After,
    Api,
    IfMatch,
    Limit,
    Listing,
    OperatingWriter,
    Operator,
    Reader,
    Visit,
    Writer,
    answer,
    read_place,
    refusals,
    require_match,
    versioned,
    write_place,
)

api = Api("schedule")
EVERYBODYS = "/operations/schedule"
Count = Annotated[int, Query(ge=1, le=50, description="How many.")]


@api.get("/schedule", response_model=ScheduleView)
async def read_schedule(visit: Reader) -> Response:
    """Return your schedule."""
    return versioned(visit.request, ScheduleView.of(visit.user))


@api.patch("/schedule", response_model=ScheduleView, responses=refusals(Changed))
async def change_schedule(visit: Writer, order: ScheduleOrder, if_match: IfMatch = None) -> Response:
    """Change your schedule."""
    async with visit.transaction() as tx:
        user = await people.hold(tx, visit.user.id)
        require_match(if_match, ScheduleView.of(user))
        user = await people.update_in(tx, order.changed(user))
    return versioned(visit.request, ScheduleView.of(user))


@api.post("/schedule/pause", response_model=ScheduleView)
async def pause_schedule(visit: Writer) -> Response:
    """Pause your schedule until it is resumed; no briefs are created for the days in between."""
    return await _set_active(visit, active=False)


@api.post("/schedule/resume", response_model=ScheduleView)
async def resume_schedule(visit: Writer) -> Response:
    """Resume your schedule."""
    return await _set_active(visit, active=True)


async def _set_active(visit: Visit, *, active: bool) -> Response:
    async with visit.transaction() as tx:
        user = await people.hold(tx, visit.user.id)
        user = await people.update_in(tx, _with_active(user, active=active))
    return versioned(visit.request, ScheduleView.of(user))


def _with_active(user: User, *, active: bool) -> User:
    return replace(user, preferences=replace(user.preferences, active=active))


@api.get("/schedule/next", response_model=ComingView)
async def list_next_briefs(visit: Reader, count: Count = 5) -> Response:
    """List your next briefs; none while the schedule is paused."""
    standing = await service.standing(visit.database, visit.user.id)
    dues = await service.next_briefs(visit.database, visit.user.id, count)
    return answer(ComingView.of(standing, dues))


@api.post("/schedule/preview", response_model=ComingView)
async def preview_schedule(visit: Reader, order: ScheduleOrder, count: Count = 5) -> Response:
    """Preview your next briefs after these changes, without saving them; a pause is ignored."""
    user = order.changed(visit.user)
    async with visit.transaction() as tx:
        dues = await service.preview(tx, user, count)
    briefs = [DueView.of(due) for due in dues]
    return answer(ComingView(active=user.preferences.active, aside=None, briefs=briefs))


@api.post("/schedule/retry", response_model=RetriedView)
async def retry_schedule(visit: Writer) -> Response:
    """Clear the error of your schedule, so that the next tick retries it."""
    async with visit.transaction() as tx:
        return answer(RetriedView(people=int(await service.try_again(tx, visit.user.id))))


@api.get("/schedule/explanation", response_model=ExplanationView)
async def explain_schedule(visit: Reader) -> Response:
    """Explain the expected outcome of your next brief, if nothing changes until it is due."""
    pending = await service.explain(visit.database, visit.user.id, ScheduleSettings.load())
    return answer(ExplanationView(pending=[DecisionView.of(one) for one in pending]))


@api.get("/schedule/history", response_model=Listing[DecisionView])
async def list_days(visit: Reader, after: After = None, limit: Limit = 50) -> Response:
    """List the outcomes of your past days, newest first."""
    async with visit.transaction() as tx:
        found = await service.history(tx, visit.user.id, limit + 1, _day_place(after))
    more = write_place(*map(str, found[limit - 1].place)) if len(found) > limit else None
    return answer(Listing[DecisionView](items=[DecisionView.of(one) for one in found[:limit]], next=more))


def _day_place(after: str | None) -> DayPlace | None:
    return DayPlace._make(read_place(after, *DayPlace.readers())) if after else None


@api.get(EVERYBODYS, response_model=OverviewView)
async def read_overview(visit: Operator) -> Response:
    """Return upcoming and overdue briefs, schedulers and maintenance; for admins."""
    seen = await overview.get_overview(visit.database, ScheduleSettings.load())
    there = await heartbeat.schedulers(visit.database)
    return answer(OverviewView.of(seen, there, await upkeep(visit.database)))


@api.get(f"{EVERYBODYS}/aside", response_model=Listing[AsideView])
async def list_set_aside(visit: Operator, after: After = None, limit: Limit = 50) -> Response:
    """List users whose schedule has an error; for admins."""
    place = UUID(str(read_place(after, UUID)[0])) if after else None
    found = await overview.set_aside(visit.database, place, limit + 1)
    emails = await people.addresses(visit.database, {one.owner_id for one in found})
    items = [AsideView.of(one, emails.get(one.owner_id)) for one in found[:limit]]
    more = write_place(items[-1].user) if len(found) > limit else None
    return answer(Listing[AsideView](items=items, next=more))


@api.get(f"{EVERYBODYS}/left-out", response_model=Listing[LeftOutView])
async def list_left_out(visit: Operator, after: After = None, limit: Limit = 50) -> Response:
    """List days missed or skipped in the last 24 hours, newest first; for admins."""
    place = LeftOutPlace._make(read_place(after, *LeftOutPlace.readers())) if after else None
    found = await overview.left_out(visit.database, place, limit + 1)
    emails = await people.addresses(visit.database, {one.owner_id for one in found})
    items = [LeftOutView.of(one, emails.get(one.owner_id)) for one in found[:limit]]
    more = write_place(*map(str, found[limit - 1].place)) if len(found) > limit else None
    return answer(Listing[LeftOutView](items=items, next=more))


@api.post(f"{EVERYBODYS}/retry", response_model=RetriedView)
async def retry_set_aside(visit: OperatingWriter, order: RetryOrder) -> Response:
    """Clear the schedule errors of one user or of all, so that the next tick retries them; for admins."""
    only = None if order.user is None else [order.user]
    return answer(RetriedView(people=await overview.retry(visit.database, only)))
