"""The pages that set a password by link: an invitation or a password reset."""

from pydantic import BaseModel
from starlette.responses import Response

from daybreak import people
from daybreak.errors import InvalidInput
from daybreak.people import Purpose
from daybreak.web.context import Anyone, Visit
from daybreak.web.pages.forms import Form, read_form
from daybreak.web.pages.router import Pages
from daybreak.web.routes.sign_in import enter

pages = Pages("daybreak.web")


class NewPassword(BaseModel):
    """A new password and its confirmation."""

    password: str
    again: str


@pages.get("/invitation/{secret}")
async def show_invitation(visit: Anyone, secret: str) -> Response:
    """Show the form of an invitation."""
    return await _show(visit, secret, Purpose.INVITATION)


@pages.post("/invitation/{secret}")
async def accept_invitation(visit: Anyone, secret: str) -> Response:
    """Set the password of an invited user and sign the user in."""
    return await _choose(visit, secret, Purpose.INVITATION)


@pages.get("/reset/{secret}")
async def show_reset(visit: Anyone, secret: str) -> Response:
    """Show the form of a password reset."""
    return await _show(visit, secret, Purpose.RESET)


@pages.post("/reset/{secret}")
async def reset(visit: Anyone, secret: str) -> Response:
    """Set the password, revoke all sessions and start a new one."""
    return await _choose(visit, secret, Purpose.RESET)


async def _show(
    visit: Visit, secret: str, purpose: Purpose, form: Form[NewPassword] | None = None, status: int = 200
) -> Response:
    await people.take_attempt(visit.database, visit.client)
    user = await people.read_link(visit.database, secret, purpose)
    values = {"user": user, "invited": purpose is Purpose.INVITATION, "form": form or Form[NewPassword]()}
    return visit.page("choose_password.html", status=status, **values)


async def _choose(visit: Visit, secret: str, purpose: Purpose) -> Response:
    form = await read_form(visit.request, NewPassword)
    if not form.errors and form.filled.password != form.filled.again:
        form = form.refused(InvalidInput("The passwords don't match."), "again")
    if form.errors:
        return await _show(visit, secret, purpose, form, InvalidInput.status)
    try:
        _, session = await people.set_password_by_link(
            visit.database, secret, purpose, form.filled.password, visit.client
        )
    except InvalidInput as error:
        return await _show(visit, secret, purpose, form.refused(error, "password"), error.status)
    return await enter(visit, session)
