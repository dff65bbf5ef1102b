"""The page Profile: name, time zone, country and working hours."""

from dataclasses import replace
from datetime import time
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from daybreak import people
from daybreak.errors import InvalidInput
from daybreak.people import User
from daybreak.web import Form, RequestContext, SignedIn, read_form

routes = APIRouter(include_in_schema=False)


class ProfileForm(BaseModel):
    """The profile form."""

    name: str
    timezone: str
    country: str
    workday_start: time
    workday_end: time

    @classmethod
    def of(cls, user: User) -> Form[Self]:
        """Return a form filled with a user's current profile."""
        p = user.preferences
        times = {"workday_start": p.workday_start, "workday_end": p.workday_end}
        texts = {name: f"{value:%H:%M}" for name, value in times.items()}
        return Form(
            {"name": user.name, "timezone": user.timezone, "country": user.country or "", **texts}, {}, None
        )

    def apply_to(self, user: User) -> User:
        """Return the user with the values of the form.

        Raises:
            InvalidInput: the working day has no hours.
        """
        hours = replace(user.preferences, workday_start=self.workday_start, workday_end=self.workday_end)
        return replace(
            user,
            name=self.name,
            timezone=self.timezone,
            country=self.country or None,
            preferences=hours,
        )


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
    )
