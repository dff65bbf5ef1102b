"""The page Security: password and active sessions."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from daybreak import people
from daybreak.account.user_agents import browser_name
from daybreak.errors import InvalidInput, NotSignedIn, TooMany
from daybreak.web import Form, SignedIn, Visit, read_form

routes = APIRouter(include_in_schema=False)
HERE = "/settings/access"


class PasswordChange(BaseModel):
    """The password form: the current password, if there is one, and the new one twice."""

    current: str = ""
    password: str
    again: str


@routes.get(HERE)
async def show_access(visit: SignedIn) -> Response:
    """Show the password form and all sessions."""
    return await _page(visit, Form[PasswordChange]())


@routes.post(f"{HERE}/password")
async def change_password(visit: SignedIn) -> Response:
    """Save a new password and end all other sessions."""
    form = await read_form(visit.request, PasswordChange)
    if not form.errors and form.filled.password != form.filled.again:
        form = form.refused(InvalidInput("The passwords don't match."), "again")
    if form.errors:
        return await _page(visit, form, InvalidInput.status)
    try:
        await people.change_password(
            visit.database, visit.known, form.filled.current, form.filled.password, visit.client
        )
    except (InvalidInput, NotSignedIn, TooMany) as error:
        field = "current" if isinstance(error, NotSignedIn) else "password"
        return await _page(visit, form.refused(error, field), error.status)
    return visit.redirect(HERE, "Password changed. You are signed out on all other devices.")


@routes.post(f"{HERE}/sessions/{{session_id}}/end")
async def end_session(visit: SignedIn, session_id: UUID) -> Response:
    """End one session."""
    async with visit.transaction() as tx:
        await people.end(tx, visit.user.id, session_id)
    return visit.redirect(HERE, "Session ended.")


@routes.post(f"{HERE}/sessions/end")
async def end_other_sessions(visit: SignedIn) -> Response:
    """End all sessions except the current one."""
    async with visit.transaction() as tx:
        await people.end_all(tx, visit.user.id, but=visit.known.credential)
    return visit.redirect(HERE, "You are signed out on all other devices.")


async def _page(visit: Visit, form: Form[PasswordChange], status: int = 200) -> Response:
    async with visit.transaction() as tx:
        sessions = await people.list_sessions(tx, visit.user.id)
    return visit.page(
        "account/access.html", status=status, form=form, sessions=sessions, browser_name=browser_name
    )
