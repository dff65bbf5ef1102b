"""The page Members: invitations and password resets, for admins."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from daybreak import people
from daybreak.errors import Conflict, InvalidInput, NotFound
from daybreak.people import Purpose, Role
from daybreak.web import Admin, Form, Visit, read_form

routes = APIRouter(include_in_schema=False)
HERE = "/settings/members"


class Somebody(BaseModel):
    """The user for whom to create a link, and its kind."""

    email: str
    what: Literal["invite", "invite-admin", "reset"]


@routes.get(HERE)
async def show_members(visit: Admin) -> Response:
    """Show the form."""
    return _page(visit, Form[Somebody]({"what": "invite"}))


@routes.post(HERE)
async def make_link(visit: Admin) -> Response:
    """Create a link and show it once; the admin passes it on."""
    form = await read_form(visit.request, Somebody)
    if form.errors:
        return _page(visit, form, status=InvalidInput.status)
    try:
        path = await _path(visit, form.filled)
    except (InvalidInput, NotFound, Conflict) as error:
        return _page(visit, form.refused(error, "email"), status=error.status)
    return _page(visit, form, link=f"{visit.site.settings.address}{path}")


async def _path(visit: Visit, wanted: Somebody) -> str:
    if wanted.what == "reset":
        user = await people.find(visit.database, wanted.email)
        if user is None:
            raise NotFound(f"There is no user {wanted.email}. Invite them instead.")
        return Purpose.RESET.path(await people.make_link(visit.database, user, Purpose.RESET))
    role = Role.ADMIN if wanted.what == "invite-admin" else Role.MEMBER
    _, secret = await people.invite(visit.database, wanted.email, timezone=visit.user.timezone, role=role)
    return Purpose.INVITATION.path(secret)


def _page(visit: Visit, form: Form[Somebody], *, link: str = "", status: int = 200) -> Response:
    return visit.page("account/members.html", status=status, form=form, link=link)
