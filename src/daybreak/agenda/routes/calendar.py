"""Pages of the calendar: a month as a grid, a week as a list, and forms for events."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak.agenda import manual_entries, read_models
from daybreak.agenda.forms import EventForm
from daybreak.agenda.local_calendar import LocalCalendar
from daybreak.agenda.manual_entries import EntryKind
from daybreak.agenda.read_models import CalendarRange, EventDetail, TaskDetail
from daybreak.errors import InvalidInput, UserError
from daybreak.web import Form, RequestContext, SignedIn, Undo, read_form

routes = APIRouter(include_in_schema=False)
BASE_PATH = "/agenda/calendar"
EVENTS_PATH = "/agenda/events"
_WEEK = timedelta(days=7)
_MIN_YEAR, _MAX_YEAR = 1900, 9990


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A date with its events and due tasks."""

    date: date
    events: list[EventDetail] = field(default_factory=list)
    tasks: list[TaskDetail] = field(default_factory=list)


@routes.get(BASE_PATH)
async def show_calendar(
    context: SignedIn,
    month: Annotated[str, Query(max_length=7)] = "",
    week: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show a month, or the week of a date."""
    calendar = LocalCalendar.of(context.user)
    if week:
        return await _show_week(context, calendar, _monday_of(_parse_date(week)))
    first = _parse_date(f"{month}-01") if month else calendar.today.replace(day=1)
    until = (first + timedelta(days=31)).replace(day=1)
    days = await _load_days(
        context, calendar, _monday_of(first), _monday_of(until + _WEEK - timedelta(days=1))
    )
    return context.page(
        "agenda/month.html",
        calendar=calendar,
        first=first,
        weeks=[days[at : at + 7] for at in range(0, len(days), 7)],
        before=(first - timedelta(days=1)).replace(day=1),
        after=until,
    )


@routes.get(f"{EVENTS_PATH}/new")
async def new_event(context: SignedIn, day: str = "") -> Response:
    """Show an empty form for an event."""
    on = _parse_date(day) if day else context.user.today()
    return context.page("agenda/event_form.html", form=Form[EventForm]({"day": str(on)}), detail=None)


@routes.post(EVENTS_PATH)
async def create_event(context: SignedIn) -> Response:
    """Create an event."""
    form = await read_form(context.request, EventForm)
    if form.errors:
        return _show_form(context, form, status=InvalidInput.status)
    try:
        async with context.transaction() as tx:
            event_id = await manual_entries.save_event(
                tx, context.user.id, form.validated.to_input(), context.user.tz
            )
    except UserError as error:
        return _show_form(context, form.with_error(error), status=error.status)
    undo = Undo(action=f"{EVENTS_PATH}/{event_id}/remove")
    return context.redirect(f"{BASE_PATH}?week={form.validated.day}", "Event added.", undo=undo)


@routes.get(f"{EVENTS_PATH}/{{event_id}}")
async def show_event(context: SignedIn, event_id: UUID) -> Response:
    """Show one event."""
    return context.page(
        "agenda/event.html",
        detail=await _get_event(context, event_id),
        calendar=LocalCalendar.of(context.user),
    )


@routes.get(f"{EVENTS_PATH}/{{event_id}}/edit")
async def edit_event(context: SignedIn, event_id: UUID) -> Response:
    """Show the form for an existing event."""
    detail = await _get_event(context, event_id)
    return _show_form(
        context, Form[EventForm](EventForm.initial_values(detail, LocalCalendar.of(context.user))), detail
    )


@routes.post(f"{EVENTS_PATH}/{{event_id}}/edit")
async def update_event(context: SignedIn, event_id: UUID) -> Response:
    """Update an event that was added in Daybreak."""
    form, detail = await read_form(context.request, EventForm), await _get_event(context, event_id)
    if form.errors:
        return _show_form(context, form, detail, status=InvalidInput.status)
    try:
        async with context.transaction() as tx:
            await manual_entries.save_event(
                tx, context.user.id, form.validated.to_input(), context.user.tz, event_id
            )
    except UserError as error:
        return _show_form(context, form.with_error(error), detail, status=error.status)
    return context.redirect(f"{EVENTS_PATH}/{event_id}", "Event updated.")


@routes.post(f"{EVENTS_PATH}/{{event_id}}/remove")
async def delete_event(context: SignedIn, event_id: UUID) -> Response:
    """Delete an event that was added in Daybreak."""
    async with context.transaction() as tx:
        await manual_entries.remove_entry(tx, context.user.id, EntryKind.EVENT, event_id)
    return context.redirect(
        BASE_PATH, "Event deleted.", undo=Undo(action=f"{EVENTS_PATH}/{event_id}/restore")
    )


@routes.post(f"{EVENTS_PATH}/{{event_id}}/restore")
async def restore_event(context: SignedIn, event_id: UUID) -> Response:
    """Restore a deleted event."""
    async with context.transaction() as tx:
        await manual_entries.restore_entry(tx, context.user.id, EntryKind.EVENT, event_id)
    return context.redirect(f"{EVENTS_PATH}/{event_id}", "Undone: event restored.")


async def _show_week(context: RequestContext, calendar: LocalCalendar, monday: date) -> Response:
    days = await _load_days(context, calendar, monday, monday + _WEEK)
    return context.page(
        "agenda/week.html",
        calendar=calendar,
        days=days,
        before=monday - _WEEK,
        after=monday + _WEEK,
        monday=monday,
    )


async def _load_days(
    context: RequestContext, calendar: LocalCalendar, first: date, until: date
) -> Sequence[CalendarDay]:
    async with context.transaction() as tx:
        found = await read_models.get_calendar(tx, context.user.id, first, until, calendar.tz, calendar.today)
        events = await read_models.with_attendance(tx, context.user, found.events)
        tasks = await read_models.with_holders(tx, context.user, found.tasks)
    return group_by_day(replace(found, events=events, tasks=tasks), calendar)


def group_by_day(calendar_range: CalendarRange, calendar: LocalCalendar) -> list[CalendarDay]:
    """Group events and due tasks by date; an event of several days appears on each of them."""
    count = (calendar_range.until - calendar_range.first).days
    days = {
        date: CalendarDay(date) for date in (calendar_range.first + timedelta(days=n) for n in range(count))
    }
    for event in calendar_range.events:
        starts_on, ends = calendar.event_dates(event.event)
        for number in range(
            (min(ends, calendar_range.until) - max(starts_on, calendar_range.first)).days + 1
        ):
            on = max(starts_on, calendar_range.first) + timedelta(days=number)
            if on in days:
                days[on].events.append(event)
    for detail in calendar_range.tasks:
        if detail.task.due is not None and (due := calendar.local_date(detail.task.due)) in days:
            days[due].tasks.append(detail)
    for day in days.values():
        day.events.sort(
            key=lambda one: (not one.event.all_day, calendar.format_time(one.event.start), one.event.title)
        )
    return list(days.values())


async def _get_event(context: RequestContext, event_id: UUID) -> EventDetail:
    async with context.transaction() as tx:
        found = await read_models.get_event(tx, context.user.id, event_id)
        (detail,) = await read_models.with_attendance(tx, context.user, [found])
        return detail


def _show_form(
    context: RequestContext, form: Form[EventForm], detail: EventDetail | None = None, *, status: int = 200
) -> Response:
    return context.page("agenda/event_form.html", status=status, form=form, detail=detail)


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _parse_date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            "The date is not valid. Enter a month like 2026-03, or a day like 2026-03-29."
        ) from None
    if not _MIN_YEAR <= day.year <= _MAX_YEAR:
        raise InvalidInput(f"The calendar covers the years {_MIN_YEAR} to {_MAX_YEAR}; choose another date.")
    return day
