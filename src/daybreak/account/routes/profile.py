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
from daybreak.web import Form, SignedIn, Visit, read_form

routes = APIRouter(include_in_schema=False)


class Profile(BaseModel):
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

    def changed(self, user: User) -> User:
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
async def show_profile(visit: SignedIn) -> Response:
    """Show the form with the current profile."""
    return _page(visit, Profile.of(visit.user))


@routes.post("/settings")
async def change_profile(visit: SignedIn) -> Response:
    """Save the profile."""
    form = await read_form(visit.request, Profile)
    if form.errors:
        return _page(visit, form, InvalidInput.status)
    try:
        await people.change(visit.database, visit.user.id, form.filled.changed)
    except InvalidInput as error:
        return _page(visit, form.refused(error), error.status)
    return visit.redirect("/settings", "Profile saved.")


def _page(visit: Visit, form: Form[Profile], status: int = 200) -> Response:
    countries = [("", "No public holidays"), *people.countries().items()]
    return visit.page(
        "account/profile.html",
        status=status,
        form=form,
        zones=people.zones(form.value("timezone")),
        countries=countries,
    )
