"""The API for the password and the sessions."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import people
from daybreak.account.schemas import PasswordOrder, SessionView
from daybreak.errors import Forbidden, NotSignedIn
from daybreak.web import Listing, Reader, Writer, answer

routes = APIRouter()
SESSIONS = "/account/sessions"


@routes.put("/account/password", status_code=204)
async def change_password(visit: Writer, order: PasswordOrder) -> Response:
    """Change your password and end all other sessions.

    A wrong `current` is answered with 403. The first password must be set in the browser, not with a token.
    """
    known = visit.known
    if known.is_program and not known.has_password:
        raise Forbidden("You have no password yet. Set the first one in the browser, under Settings.")
    try:
        await people.change_password(visit.database, known, order.current, order.password, visit.client)
    except NotSignedIn as error:
        raise Forbidden(str(error)) from None
    return Response(status_code=204)


@routes.get(SESSIONS, response_model=Listing[SessionView])
async def list_sessions(visit: Reader) -> Response:
    """List your sessions, the most recently seen first, on one page."""
    async with visit.transaction() as tx:
        found = await people.list_sessions(tx, visit.user.id)
    views = [SessionView.of(one, visit.known.credential) for one in found]
    return answer(Listing[SessionView](items=views, next=None))


@routes.delete(f"{SESSIONS}/{{session_id:uuid}}", status_code=204)
async def end_session(visit: Writer, session_id: UUID) -> Response:
    """End one of your sessions."""
    async with visit.transaction() as tx:
        await people.end(tx, visit.user.id, session_id)
    return Response(status_code=204)


@routes.delete(SESSIONS, status_code=204)
async def end_other_sessions(visit: Writer) -> Response:
    """End all your sessions except the current one."""
    async with visit.transaction() as tx:
        await people.end_all(tx, visit.user.id, but=visit.known.credential)
    return Response(status_code=204)
