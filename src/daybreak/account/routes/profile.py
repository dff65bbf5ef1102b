"""The page Profile: name, time zone, country, free time, and the length of briefs."""

from dataclasses import replace
from datetime import time
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator, Field
from starlette.responses import Response

from daybreak import people
from daybreak.errors import InvalidInput
from daybreak.people import SHORTEST_GAP_MINUTES, BriefLength, User, Weekday
from daybreak.web import Form, RequestContext, SignedIn, read_form

routes = APIRouter(include_in_schema=False)
LENGTHS = (
    (BriefLength.GLANCE, "Glance: at most 15 lines"),
    (BriefLength.STANDARD, "Standard: what matters now"),
    (BriefLength.FULL, "Full: every open task by name"),
)
_WEEKDAYS = tuple((str(int(day)), day.name.capitalize()) for day in Weekday)
OptionalTime = Annotated[time | None, BeforeValidator(lambda text: text or None)]


class ProfileForm(BaseModel):
    """The profile form."""

    name: str
    timezone: str
    country: str
    workday_start: time
    workday_end: time
    lunch_start: OptionalTime = None
    lunch_end: OptionalTime = None
    days_off: list[Weekday] = Field(default_factory=list)
    focus_is_free: bool = False
    shortest_gap_minutes: int
    length: BriefLength

    @classmethod
    def of(cls, user: User) -> Form[Self]:
        """Return a form filled with a user's current profile."""
        p = user.preferences
        values = {
            "name": user.name,
            "timezone": user.timezone,
            "country": user.country or "",
            "workday_start": _format_time(p.workday_start),
            "workday_end": _format_time(p.workday_end),
            "lunch_start": _format_time(p.lunch_start),
            "lunch_end": _format_time(p.lunch_end),
            "focus_is_free": "true" if p.focus_is_free else "",
            "shortest_gap_minutes": str(p.shortest_gap_minutes),
            "length": p.length,
        }
        return Form(values, lists={"days_off": [str(int(day)) for day in sorted(p.days_off)]})

    def apply_to(self, user: User) -> User:
        """Return the user with the values of the form.

        Raises:
            InvalidInput: the working day or the lunch break has no length, or the gap is out of its limits.
        """
        preferences = replace(
            user.preferences,
            workday_start=self.workday_start,
            workday_end=self.workday_end,
            lunch_start=self.lunch_start,
            lunch_end=self.lunch_end,
            days_off=frozenset(self.days_off),
            focus_is_free=self.focus_is_free,
            shortest_gap_minutes=self.shortest_gap_minutes,
            length=self.length,
        )
        return replace(
            user,
            name=self.name,
            timezone=self.timezone,
            country=self.country or None,
            preferences=preferences,
        )


def _format_time(at: time | None) -> str:
    return f"{at:%H:%M}" if at else ""


@routes.get("/settings")
async def show_profile(context: SignedIn) -> Response:
    """Show the form with the current profile."""
    return _page(context, ProfileForm.of(context.user))


@routes.post("/settings")
async def change_profile(context: SignedIn) -> Response:
    """Save the profile."""
    form = await read_form(context.request, ProfileForm)
    if form.errors:
        return _page(context, form, InvalidInput.status)
    try:
        await people.update_user_with(context.database, context.user.id, form.validated.apply_to)
    except InvalidInput as error:
        return _page(context, form.with_error(error), error.status)
    return context.redirect("/settings", "Profile saved.")


def _page(context: RequestContext, form: Form[ProfileForm], status: int = 200) -> Response:
    countries = [("", "No public holidays"), *people.list_countries().items()]
    return context.page(
        "account/profile.html",
        status=status,
        form=form,
        timezones=people.list_timezones(form.value("timezone")),
        countries=countries,
        weekdays=_WEEKDAYS,
        lengths=LENGTHS,
        gap_limits=SHORTEST_GAP_MINUTES,
    )
