"""The page Members: invitations and password resets, for admins."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from daybreak import people
from daybreak.errors import Conflict, InvalidInput, NotFound
from daybreak.people import LinkPurpose, Role
from daybreak.web import Admin, Form, RequestContext, read_form, require_admin

routes = APIRouter(include_in_schema=False)
BASE_PATH = "/settings/members"


class LinkForm(BaseModel):
    """The user for whom to create a link, and its kind."""

    email: str
    what: Literal["invite", "invite-admin", "reset"]


@routes.get(BASE_PATH)
async def show_members(context: Admin) -> Response:
    """Show the form."""
    return _page(context, Form[LinkForm]({"what": "invite"}))


@routes.post(BASE_PATH)
async def create_link(context: Admin) -> Response:
    """Create a link and show it once; the admin passes it on."""
    form = await read_form(context.request, LinkForm)
    # A form may arrive long after the session was checked; a link opens an account.
    await require_admin(context.request)
    if form.errors:
        return _page(context, form, status=InvalidInput.status)
    try:
        path, is_reset = await _create_link_path(context, form.validated)
    except (InvalidInput, NotFound, Conflict) as error:
        return _page(context, form.with_error(error, "email"), status=error.status)
    link = f"{context.app_state.settings.base_url}{path}"
    return _page(context, form, link=link, is_repeated=is_reset and form.validated.what != "reset")


async def _create_link_path(context: RequestContext, filled: LinkForm) -> tuple[str, bool]:
    """Return the path of a new link, and whether it is a password reset."""
    if filled.what == "reset":
        user = await people.find_by_email(context.database, filled.email)
        if user is None:
            raise NotFound(f"There is no user {filled.email}. Invite them instead.")
        secret = await people.create_link(context.database, user, LinkPurpose.RESET, actor=context.actor)
        return LinkPurpose.RESET.path(secret), True
    role = Role.ADMIN if filled.what == "invite-admin" else Role.MEMBER
    invitation = await people.invite(
        context.database, filled.email, timezone=context.user.timezone, role=role, actor=context.actor
    )
    return invitation.path, invitation.is_reset


def _page(
    context: RequestContext,
    form: Form[LinkForm],
    *,
    link: str = "",
    is_repeated: bool = False,
    status: int = 200,
) -> Response:
    return context.page("account/members.html", status=status, form=form, link=link, is_repeated=is_repeated)
