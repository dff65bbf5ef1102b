"""API endpoints for events."""

from datetime import date
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak.agenda import manual_entries, read_models
from daybreak.agenda.local_calendar import LocalCalendar
from daybreak.agenda.manual_entries import EntryKind
from daybreak.agenda.schemas.calendar import EventIn, EventOut
from daybreak.errors import Conflict, InvalidInput, PreconditionFailed
from daybreak.web import (
    ApiReader,
    ApiWriter,
    IdempotencyKey,
    IfMatch,
    Page,
    RequestContext,
    check_if_match,
    error_responses,
    etag_response,
    json_response,
    run_once,
)

routes = APIRouter()
BASE_PATH = "/agenda/events"
ITEM_PATH = f"{BASE_PATH}/{{event_id:uuid}}"
_MAX_DAYS = 100
_MIN_YEAR, _MAX_YEAR = 1900, 9990


@routes.get(BASE_PATH, response_model=Page[EventOut])
async def list_events(
    context: ApiReader,
    first: Annotated[date, Query(description="The first date.", examples=["2026-03-29"])],
    until: Annotated[date, Query(description="The date after the last one.", examples=["2026-04-05"])],
) -> Response:
    """List the events of at most 100 days; there is one page."""
    is_known = first.year >= _MIN_YEAR and until.year <= _MAX_YEAR
    if not (is_known and 0 < (until - first).days <= _MAX_DAYS):
        raise InvalidInput(f"Request 1 to {_MAX_DAYS} days between the years {_MIN_YEAR} and {_MAX_YEAR}.")
    calendar = LocalCalendar.of(context.user)
    async with context.transaction() as tx:
        found = await read_models.get_calendar(tx, context.user.id, first, until, calendar.tz, calendar.today)
        events = await read_models.with_attendance(tx, context.user, found.events)
    on = [
        one
        for one in events
        if calendar.event_dates(one.event)[0] < until and first <= calendar.event_dates(one.event)[1]
    ]
    return json_response(Page[EventOut](items=[EventOut.of(one) for one in on], next=None))


@routes.post(BASE_PATH, status_code=201, response_model=EventOut)
async def create_event(context: ApiWriter, body: EventIn, key: IdempotencyKey = None) -> Response:
    """Create an event."""

    async def work(tx: asyncpg.Connection) -> Response:
        event_id = await manual_entries.save_event(tx, context.user.id, body.to_input(), context.user.tz)
        view = await _get_output(tx, context, event_id)
        return json_response(view, 201, headers={"Location": f"/api/v1{BASE_PATH}/{event_id}"})

    return await run_once(context, key, work)


@routes.get(ITEM_PATH, response_model=EventOut)
async def get_event(context: ApiReader, event_id: UUID) -> Response:
    """Return an event."""
    async with context.transaction() as tx:
        return etag_response(context.request, await _get_output(tx, context, event_id))


@routes.put(ITEM_PATH, response_model=EventOut, responses=error_responses(PreconditionFailed, Conflict))
async def update_event(
    context: ApiWriter, event_id: UUID, body: EventIn, if_match: IfMatch = None
) -> Response:
    """Update an event that was added in Daybreak."""
    async with context.transaction() as tx:
        await manual_entries.lock_entry(tx, event_id)
        check_if_match(if_match, await _get_output(tx, context, event_id))
        await manual_entries.save_event(tx, context.user.id, body.to_input(), context.user.tz, event_id)
        return etag_response(context.request, await _get_output(tx, context, event_id))


@routes.delete(ITEM_PATH, status_code=204, responses=error_responses(Conflict))
async def delete_event(context: ApiWriter, event_id: UUID) -> Response:
    """Delete an event that was added in Daybreak; it can be restored."""
    async with context.transaction() as tx:
        await manual_entries.remove_entry(tx, context.user.id, EntryKind.EVENT, event_id)
    return Response(status_code=204)


@routes.post(f"{ITEM_PATH}/restore", response_model=EventOut)
async def restore_event(context: ApiWriter, event_id: UUID) -> Response:
    """Restore a deleted event."""
    async with context.transaction() as tx:
        await manual_entries.restore_entry(tx, context.user.id, EntryKind.EVENT, event_id)
        return json_response(await _get_output(tx, context, event_id))


async def _get_output(tx: asyncpg.Connection, context: RequestContext, event_id: UUID) -> EventOut:
    found = await read_models.get_event(tx, context.user.id, event_id)
    (detail,) = await read_models.with_attendance(tx, context.user, [found])
    return EventOut.of(detail)
