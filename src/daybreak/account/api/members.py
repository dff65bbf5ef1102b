"""The API for invitations and password resets, for admins."""

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import people
from daybreak.account.schemas import InvitationOrder, LinkView, ResetOrder
from daybreak.errors import Conflict, Forbidden, NotFound
from daybreak.people import Purpose, Role
from daybreak.web import OperatingWriter, Visit, answer, refusals

routes = APIRouter()
HERE = "/account/members"


@routes.post(f"{HERE}/invitations", status_code=201, response_model=LinkView, responses=refusals(Conflict))
async def invite_member(visit: OperatingWriter, order: InvitationOrder) -> Response:
    """Create an invitation link; for admins.

    With a token, only new users can be invited, as members. Inviting an admin, or a user again, needs the
    browser, since such a link can grant access that the token does not have.
    """
    zone = visit.user.timezone
    if visit.known.is_program:
        await _add_member(visit, order, zone)
    _, secret = await people.invite(visit.database, order.email, timezone=zone, role=order.role)
    return _link(visit, order.email, Purpose.INVITATION, secret)


@routes.post(f"{HERE}/resets", status_code=201, response_model=LinkView, responses=refusals(NotFound))
async def reset_password(visit: OperatingWriter, order: ResetOrder) -> Response:
    """Create a password reset link; for admins, and not with a token."""
    if visit.known.is_program:
        raise Forbidden("A token cannot reset passwords. Create the link in the browser, under Members.")
    user = await people.find(visit.database, order.email)
    if user is None:
        raise NotFound(f"There is no user {order.email}. Invite them instead.")
    return _link(
        visit, user.email, Purpose.RESET, await people.make_link(visit.database, user, Purpose.RESET)
    )


async def _add_member(visit: Visit, order: InvitationOrder, timezone: str) -> None:
    if order.role is not Role.MEMBER:
        raise Forbidden("A token can only invite members. Invite admins in the browser, under Members.")
    try:
        await people.add(visit.database, order.email, timezone=timezone)
    except Conflict:
        raise Conflict(
            f"The user {order.email} already exists. Invite them again in the browser, under Members."
        ) from None


def _link(visit: Visit, email: str, purpose: Purpose, secret: str) -> Response:
    return answer(LinkView(email=email, link=f"{visit.site.settings.address}{purpose.path(secret)}"), 201)
