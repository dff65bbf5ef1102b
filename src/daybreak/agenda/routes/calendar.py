"""Pages of the calendar: a month as a grid, a week as a list, and forms for events."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak.agenda import manual_entries, read_models
from daybreak.agenda.forms import EventForm
from daybreak.agenda.local_calendar import Wall
from daybreak.agenda.manual_entries import Thing
from daybreak.agenda.read_models import Card, EventCard, Stretch
from daybreak.errors import InvalidInput, UserError
from daybreak.web import Form, SignedIn, Undo, Visit, read_form

routes = APIRouter(include_in_schema=False)
HERE = "/agenda/calendar"
EVENTS = "/agenda/events"
_WEEK = timedelta(days=7)
_FIRST_YEAR, _LAST_YEAR = 1900, 9990


@dataclass(frozen=True, slots=True)
class DayOfCalendar:
    """A date with its events and due tasks."""

    date: date
    events: list[EventCard] = field(default_factory=list)
    tasks: list[Card] = field(default_factory=list)


@routes.get(HERE)
async def show_calendar(
    visit: SignedIn,
    month: Annotated[str, Query(max_length=7)] = "",
    week: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show a month, or the week of a date."""
    wall = Wall.of(visit.user)
    if week:
        return await _show_week(visit, wall, _monday(_date(week)))
    first = _date(f"{month}-01") if month else wall.today.replace(day=1)
    until = (first + timedelta(days=31)).replace(day=1)
    days = await _days(visit, wall, _monday(first), _monday(until + _WEEK - timedelta(days=1)))
    return visit.page(
        "agenda/month.html",
        wall=wall,
        first=first,
        weeks=[days[at : at + 7] for at in range(0, len(days), 7)],
        before=(first - timedelta(days=1)).replace(day=1),
        after=until,
    )


@routes.get(f"{EVENTS}/new")
async def new_event(visit: SignedIn, day: str = "") -> Response:
    """Show an empty form for an event."""
    on = _date(day) if day else visit.user.today()
    return visit.page("agenda/event_form.html", form=Form[EventForm]({"day": str(on)}), card=None)


@routes.post(EVENTS)
async def add_event(visit: SignedIn) -> Response:
    """Create an event."""
    form = await read_form(visit.request, EventForm)
    if form.errors:
        return _show_form(visit, form, status=InvalidInput.status)
    try:
        async with visit.transaction() as tx:
            event_id = await manual_entries.write_event(tx, visit.user.id, form.filled.draft(), visit.user.tz)
    except UserError as error:
        return _show_form(visit, form.refused(error), status=error.status)
    undo = Undo(action=f"{EVENTS}/{event_id}/remove")
    return visit.redirect(f"{HERE}?week={form.filled.day}", "Event added.", undo=undo)


@routes.get(f"{EVENTS}/{{event_id}}")
async def show_event(visit: SignedIn, event_id: UUID) -> Response:
    """Show one event."""
    return visit.page("agenda/event.html", card=await _card(visit, event_id), wall=Wall.of(visit.user))


@routes.get(f"{EVENTS}/{{event_id}}/edit")
async def edit_event(visit: SignedIn, event_id: UUID) -> Response:
    """Show the form for an existing event."""
    card = await _card(visit, event_id)
    return _show_form(visit, Form[EventForm](EventForm.values(card, Wall.of(visit.user))), card)


@routes.post(f"{EVENTS}/{{event_id}}/edit")
async def change_event(visit: SignedIn, event_id: UUID) -> Response:
    """Update an event that was added in Daybreak."""
    form, card = await read_form(visit.request, EventForm), await _card(visit, event_id)
    if form.errors:
        return _show_form(visit, form, card, status=InvalidInput.status)
    try:
        async with visit.transaction() as tx:
            await manual_entries.write_event(tx, visit.user.id, form.filled.draft(), visit.user.tz, event_id)
    except UserError as error:
        return _show_form(visit, form.refused(error), card, status=error.status)
    return visit.redirect(f"{EVENTS}/{event_id}", "Event updated.")


@routes.post(f"{EVENTS}/{{event_id}}/remove")
async def remove_event(visit: SignedIn, event_id: UUID) -> Response:
    """Delete an event that was added in Daybreak."""
    async with visit.transaction() as tx:
        await manual_entries.remove_own(tx, visit.user.id, Thing.EVENT, event_id)
    return visit.redirect(HERE, "Event deleted.", undo=Undo(action=f"{EVENTS}/{event_id}/restore"))


@routes.post(f"{EVENTS}/{{event_id}}/restore")
async def restore_event(visit: SignedIn, event_id: UUID) -> Response:
    """Restore a deleted event."""
    async with visit.transaction() as tx:
        await manual_entries.restore_own(tx, visit.user.id, Thing.EVENT, event_id)
    return visit.redirect(f"{EVENTS}/{event_id}", "Undone: event restored.")


async def _show_week(visit: Visit, wall: Wall, monday: date) -> Response:
    days = await _days(visit, wall, monday, monday + _WEEK)
    return visit.page(
        "agenda/week.html", wall=wall, days=days, before=monday - _WEEK, after=monday + _WEEK, monday=monday
    )


async def _days(visit: Visit, wall: Wall, first: date, until: date) -> Sequence[DayOfCalendar]:
    async with visit.transaction() as tx:
        found = await read_models.calendar(tx, visit.user.id, first, until, wall.tz, wall.today)
    return by_day(found, wall)


def by_day(found: Stretch, wall: Wall) -> list[DayOfCalendar]:
    """Group events and due tasks by date; an event of several days appears on each of them."""
    count = (found.until - found.first).days
    days = {date: DayOfCalendar(date) for date in (found.first + timedelta(days=n) for n in range(count))}
    for event in found.events:
        begins, ends = wall.days(event.event)
        for number in range((min(ends, found.until) - max(begins, found.first)).days + 1):
            on = max(begins, found.first) + timedelta(days=number)
            if on in days:
                days[on].events.append(event)
    for card in found.tasks:
        if card.task.due is not None and (due := wall.on(card.task.due)) in days:
            days[due].tasks.append(card)
    for day in days.values():
        day.events.sort(key=lambda one: (not one.event.all_day, wall.time(one.event.start), one.event.title))
    return list(days.values())


async def _card(visit: Visit, event_id: UUID) -> EventCard:
    async with visit.transaction() as tx:
        return await read_models.event_card(tx, visit.user.id, event_id)


def _show_form(
    visit: Visit, form: Form[EventForm], card: EventCard | None = None, *, status: int = 200
) -> Response:
    return visit.page("agenda/event_form.html", status=status, form=form, card=card)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            "The date is not valid. Enter a month like 2026-03, or a day like 2026-03-29."
        ) from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise InvalidInput(
            f"The calendar covers the years {_FIRST_YEAR} to {_LAST_YEAR}; choose another date."
        )
    return day
