"""The API for the password and the sessions."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import people
from daybreak.account.schemas import PasswordIn, SessionOut
from daybreak.errors import Forbidden, Unauthenticated
from daybreak.people import SecurityEventKind
from daybreak.web import ApiReader, ApiWriter, Page, json_response

routes = APIRouter()
SESSIONS = "/account/sessions"


@routes.put("/account/password", status_code=204)
async def change_password(context: ApiWriter, body: PasswordIn) -> Response:
    """Change your password, end all other sessions and revoke all other tokens.

    A wrong `current` is answered with 403. The first password must be set in the browser, not with a token.
    """
    principal = context.signed_in_principal
    if principal.is_program and not principal.has_password:
        raise Forbidden("You have no password yet. Set the first one in the browser, under Settings.")
    try:
        await people.change_password(
            context.database,
            principal,
            body.current,
            body.password,
            context.client,
            with_tokens=body.revoke_tokens,
        )
    except Unauthenticated as error:
        raise Forbidden(str(error)) from None
    return Response(status_code=204)


@routes.get(SESSIONS, response_model=Page[SessionOut])
async def list_sessions(context: ApiReader) -> Response:
    """List your sessions, the most recently seen first, on one page."""
    async with context.transaction() as tx:
        found = await people.list_sessions(tx, context.user.id)
    views = [SessionOut.of(one, context.signed_in_principal.credential) for one in found]
    return json_response(Page[SessionOut](items=views, next=None))


@routes.delete(f"{SESSIONS}/{{session_id:uuid}}", status_code=204)
async def revoke_session(context: ApiWriter, session_id: UUID) -> Response:
    """End one of your sessions."""
    async with context.transaction() as tx:
        await people.revoke_session(tx, context.user.id, session_id)
        await people.record_security_event(
            tx, context.user.id, SecurityEventKind.SESSION_REVOKED, context.actor
        )
    return Response(status_code=204)


@routes.delete(SESSIONS, status_code=204)
async def revoke_other_sessions(context: ApiWriter) -> Response:
    """End all your sessions except the current one."""
    async with context.transaction() as tx:
        await people.revoke_all_sessions(
            tx, context.user.id, except_session=context.signed_in_principal.credential
        )
        await people.record_security_event(
            tx, context.user.id, SecurityEventKind.SESSIONS_REVOKED, context.actor
        )
    return Response(status_code=204)
