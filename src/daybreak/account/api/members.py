"""The API for invitations and password resets, for admins."""

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import people
from daybreak.account.schemas import InvitationIn, LinkOut, PasswordResetIn
from daybreak.errors import Conflict, Forbidden, NotFound
from daybreak.people import LinkPurpose, Role
from daybreak.web import ApiAdminWriter, RequestContext, error_responses, json_response

routes = APIRouter()
BASE_PATH = "/account/members"


@routes.post(
    f"{BASE_PATH}/invitations", status_code=201, response_model=LinkOut, responses=error_responses(Conflict)
)
async def invite_member(context: ApiAdminWriter, body: InvitationIn) -> Response:
    """Create an invitation link; for admins.

    For a user without a password who has signed in before it is a password reset link, as `purpose` states.
    The user's security events name you as the creator of the link.

    With a token, only new users can be invited, as members. Inviting an admin, or a user again, needs the
    browser, since such a link can grant access that the token does not have.
    """
    zone = context.user.timezone
    if context.signed_in_principal.is_program:
        await _create_member(context, body, zone)
    invitation = await people.invite(
        context.database, body.email, timezone=zone, role=body.role, actor=context.actor
    )
    return _link_response(context, body.email, invitation.purpose, invitation.secret)


@routes.post(
    f"{BASE_PATH}/resets", status_code=201, response_model=LinkOut, responses=error_responses(NotFound)
)
async def create_password_reset(context: ApiAdminWriter, body: PasswordResetIn) -> Response:
    """Create a password reset link; for admins, and not with a token."""
    if context.signed_in_principal.is_program:
        raise Forbidden("A token cannot reset passwords. Create the link in the browser, under Members.")
    user = await people.find_by_email(context.database, body.email)
    if user is None:
        raise NotFound(f"There is no user {body.email}. Invite them instead.")
    return _link_response(
        context,
        user.email,
        LinkPurpose.RESET,
        await people.create_link(context.database, user, LinkPurpose.RESET, actor=context.actor),
    )


async def _create_member(context: RequestContext, body: InvitationIn, timezone: str) -> None:
    if body.role is not Role.MEMBER:
        raise Forbidden("A token can only invite members. Invite admins in the browser, under Members.")
    try:
        await people.create_user(context.database, body.email, timezone=timezone, actor=context.actor)
    except Conflict:
        raise Conflict(
            f"The user {body.email} already exists. Invite them again in the browser, under Members."
        ) from None


def _link_response(context: RequestContext, email: str, purpose: LinkPurpose, secret: str) -> Response:
    link = f"{context.app_state.settings.base_url}{purpose.path(secret)}"
    return json_response(LinkOut(email=email, purpose=purpose, link=link), 201)
