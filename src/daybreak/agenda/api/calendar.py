"""API endpoints for events."""

from datetime import date
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak.agenda import manual_entries, read_models
from daybreak.agenda.local_calendar import Wall
from daybreak.agenda.manual_entries import Thing
from daybreak.agenda.schemas import EventOrder, EventView
from daybreak.errors import Changed, Conflict, InvalidInput
from daybreak.web import (
    IdempotencyKey,
    IfMatch,
    Listing,
    Reader,
    Visit,
    Writer,
    answer,
    once,
    refusals,
    require_match,
    versioned,
)

routes = APIRouter()
HERE = "/agenda/events"
ONE = f"{HERE}/{{event_id:uuid}}"
_LONGEST = 100
_FIRST_YEAR, _LAST_YEAR = 1900, 9990


@routes.get(HERE, response_model=Listing[EventView])
async def list_events(
    visit: Reader,
    first: Annotated[date, Query(description="The first date.", examples=["2026-03-29"])],
    until: Annotated[date, Query(description="The date after the last one.", examples=["2026-04-05"])],
) -> Response:
    """List the events of at most 100 days; there is one page."""
    is_known = first.year >= _FIRST_YEAR and until.year <= _LAST_YEAR
    if not (is_known and 0 < (until - first).days <= _LONGEST):
        raise InvalidInput(f"Request 1 to {_LONGEST} days between the years {_FIRST_YEAR} and {_LAST_YEAR}.")
    wall = Wall.of(visit.user)
    async with visit.transaction() as tx:
        found = await read_models.calendar(tx, visit.user.id, first, until, wall.tz, wall.today)
    on = [one for one in found.events if wall.days(one.event)[0] < until and first <= wall.days(one.event)[1]]
    return answer(Listing[EventView](items=[EventView.of(one) for one in on], next=None))


@routes.post(HERE, status_code=201, response_model=EventView)
async def add_event(visit: Writer, order: EventOrder, key: IdempotencyKey = None) -> Response:
    """Create an event."""

    async def work(tx: asyncpg.Connection) -> Response:
        event_id = await manual_entries.write_event(tx, visit.user.id, order.draft(), visit.user.tz)
        view = await _view(tx, visit, event_id)
        return answer(view, 201, headers={"Location": f"/api/v1{HERE}/{event_id}"})

    return await once(visit, key, work)


@routes.get(ONE, response_model=EventView)
async def read_event(visit: Reader, event_id: UUID) -> Response:
    """Return an event."""
    async with visit.transaction() as tx:
        return versioned(visit.request, await _view(tx, visit, event_id))


@routes.put(ONE, response_model=EventView, responses=refusals(Changed, Conflict))
async def change_event(
    visit: Writer, event_id: UUID, order: EventOrder, if_match: IfMatch = None
) -> Response:
    """Update an event that was added in Daybreak."""
    async with visit.transaction() as tx:
        await manual_entries.hold(tx, event_id)
        require_match(if_match, await _view(tx, visit, event_id))
        await manual_entries.write_event(tx, visit.user.id, order.draft(), visit.user.tz, event_id)
        return versioned(visit.request, await _view(tx, visit, event_id))


@routes.delete(ONE, status_code=204, responses=refusals(Conflict))
async def remove_event(visit: Writer, event_id: UUID) -> Response:
    """Delete an event that was added in Daybreak; it can be restored."""
    async with visit.transaction() as tx:
        await manual_entries.remove_own(tx, visit.user.id, Thing.EVENT, event_id)
    return Response(status_code=204)


@routes.post(f"{ONE}/restore", response_model=EventView)
async def restore_event(visit: Writer, event_id: UUID) -> Response:
    """Restore a deleted event."""
    async with visit.transaction() as tx:
        await manual_entries.restore_own(tx, visit.user.id, Thing.EVENT, event_id)
        return answer(await _view(tx, visit, event_id))


async def _view(tx: asyncpg.Connection, visit: Visit, event_id: UUID) -> EventView:
    return EventView.of(await read_models.event_card(tx, visit.user.id, event_id))
