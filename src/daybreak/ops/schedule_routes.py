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
from daybreak.ops.charts.due import crowds
from daybreak.schedule import Aside, LeftOut, LeftOutPlace, ScheduleSettings
from daybreak.web import Admin, Visit, read_form, read_place, write_place

routes = APIRouter(include_in_schema=False)
HERE = "/operations/schedule"
_ROWS = 50
_Place = Annotated[str, Query(max_length=500)]


class Again(BaseModel):
    """The user whose schedule is retried; without a user, all schedules with errors."""

    user: UUID | None = None


@dataclass(frozen=True, slots=True)
class Troubles:
    """One page of both lists, errors and days without a brief, with the cursors of their next pages."""

    aside: list[Aside]
    left_out: list[LeftOut]
    more_aside: str
    more_left_out: str
    emails: dict[UUID, str]


@routes.get(HERE)
async def show_timetable(visit: Admin, aside_after: _Place = "", after: _Place = "") -> Response:
    """Show the schedule of all users."""
    overview = await schedule.get_overview(visit.database, ScheduleSettings.load())
    return visit.page(
        "ops/timetable.html",
        overview=overview,
        crowds=crowds(overview.to_come, clock.now()),
        troubles=await _troubles(visit, aside_after, after),
        is_first=not (aside_after or after),
        schedulers=await schedule.schedulers(visit.database),
        upkeep=await schedule.upkeep(visit.database),
        words=labels,
    )


@routes.post(f"{HERE}/retry")
async def retry_set_aside(visit: Admin) -> Response:
    """Make the next tick retry schedules with errors."""
    form = await read_form(visit.request, Again)
    if form.errors:
        raise InvalidInput("This user ID is not valid; try again from the list.")
    user = form.filled.user
    tried = await schedule.retry(visit.database, [user] if user else None)
    said = "1 schedule" if tried == 1 else f"{labels.size(tried)} schedules"
    return visit.redirect(HERE, f"Retrying {said} within a minute.")


async def _troubles(visit: Visit, aside_after: str, after: str) -> Troubles:
    owner = UUID(str(read_place(aside_after, UUID)[0])) if aside_after else None
    place = LeftOutPlace._make(read_place(after, *LeftOutPlace.readers())) if after else None
    aside = await schedule.set_aside(visit.database, owner, _ROWS + 1)
    left_out = await schedule.left_out(visit.database, place, _ROWS + 1)
    owners = {one.owner_id for one in aside} | {one.owner_id for one in left_out}
    return Troubles(
        aside=aside[:_ROWS],
        left_out=left_out[:_ROWS],
        more_aside=write_place(aside[_ROWS - 1].owner_id) if len(aside) > _ROWS else "",
        more_left_out=write_place(*map(str, left_out[_ROWS - 1].place)) if len(left_out) > _ROWS else "",
        emails=await people.addresses(visit.database, owners),
    )
