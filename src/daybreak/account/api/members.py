"""For programs of admins: letting others in."""

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import people
from daybreak.account.resources import InvitationOrder, LinkView, ResetOrder
from daybreak.errors import Conflict, Forbidden, NotFound
from daybreak.people import Purpose, Role
from daybreak.web import OperatingWriter, Visit, answer, refusals

routes = APIRouter()
HERE = "/account/members"


@routes.post(f"{HERE}/invitations", status_code=201, response_model=LinkView, responses=refusals(Conflict))
async def invite_member(visit: OperatingWriter, order: InvitationOrder) -> Response:
    """Make a link by which somebody gets an account; for admins.

    With a token only somebody new can be invited, as a member: inviting an admin, or somebody again, needs
    the browser, since such a link may open what the token may not.
    """
    zone = visit.user.timezone
    if visit.known.is_program:
        await _add_member(visit, order, zone)
    _, secret = await people.invite(visit.database, order.email, timezone=zone, role=order.role)
    return _link(visit, order.email, Purpose.INVITATION, secret)


@routes.post(f"{HERE}/resets", status_code=201, response_model=LinkView, responses=refusals(NotFound))
async def reset_password(visit: OperatingWriter, order: ResetOrder) -> Response:
    """Make a link by which somebody chooses a new password; for admins, and not with a token."""
    if visit.known.is_program:
        raise Forbidden("A link to a new password opens an account; make it in the browser, under Members.")
    user = await people.find(visit.database, order.email)
    if user is None:
        raise NotFound(f"There is no user {order.email}; invite them instead.")
    return _link(
        visit, user.email, Purpose.RESET, await people.make_link(visit.database, user, Purpose.RESET)
    )


async def _add_member(visit: Visit, order: InvitationOrder, timezone: str) -> None:
    if order.role is not Role.MEMBER:
        raise Forbidden("A token invites members only; invite admins in the browser, under Members.")
    try:
        await people.add(visit.database, order.email, timezone=timezone)
    except Conflict:
        raise Conflict(
            f"There is a user {order.email} already; invite them again in the browser, under Members."
        ) from None


def _link(visit: Visit, email: str, purpose: Purpose, secret: str) -> Response:
    return answer(LinkView(email=email, link=f"{visit.site.settings.address}{purpose.path(secret)}"), 201)
