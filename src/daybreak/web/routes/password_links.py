"""The pages that set a password by link: an invitation or a password reset."""

from pydantic import BaseModel
from starlette.responses import Response

from daybreak import people
from daybreak.errors import InvalidInput
from daybreak.people import LinkPurpose
from daybreak.web.context import Anyone, RequestContext
from daybreak.web.pages.forms import Form, read_form
from daybreak.web.pages.router import Pages
from daybreak.web.routes.sign_in import get_link_owner, start_session

pages = Pages("daybreak.web")


class NewPasswordForm(BaseModel):
    """A new password and its confirmation."""

    password: str
    password_confirmation: str


@pages.get("/invitation/{secret}")
async def show_invitation(context: Anyone, secret: str) -> Response:
    """Show the form of an invitation."""
    return await _show_form(context, secret, LinkPurpose.INVITATION)


@pages.post("/invitation/{secret}")
async def accept_invitation(context: Anyone, secret: str) -> Response:
    """Set the password of an invited user and sign the user in."""
    return await _set_password(context, secret, LinkPurpose.INVITATION)


@pages.get("/reset/{secret}")
async def show_password_reset(context: Anyone, secret: str) -> Response:
    """Show the form of a password reset."""
    return await _show_form(context, secret, LinkPurpose.RESET)


@pages.post("/reset/{secret}")
async def reset_password(context: Anyone, secret: str) -> Response:
    """Set the password, revoke all credentials and start a new session."""
    return await _set_password(context, secret, LinkPurpose.RESET)


async def _show_form(
    context: RequestContext,
    secret: str,
    purpose: LinkPurpose,
    form: Form[NewPasswordForm] | None = None,
    status: int = 200,
) -> Response:
    user = await get_link_owner(context, secret, purpose)
    async with context.database.transaction([user.id]) as tx:
        counts = await people.count_credentials(tx, user.id)
    values = {
        "user": user,
        "counts": counts,
        "invited": purpose is LinkPurpose.INVITATION,
        "form": form or Form[NewPasswordForm](),
    }
    return context.page("choose_password.html", status=status, **values)


async def _set_password(context: RequestContext, secret: str, purpose: LinkPurpose) -> Response:
    form = await read_form(context.request, NewPasswordForm)
    if not form.errors and form.validated.password != form.validated.password_confirmation:
        form = form.with_error(InvalidInput("The passwords don’t match."), "password_confirmation")
    if form.errors:
        return await _show_form(context, secret, purpose, form, InvalidInput.status)
    try:
        user, session = await people.set_password_by_link(
            context.database, secret, purpose, form.validated.password, context.client
        )
    except InvalidInput as error:
        return await _show_form(context, secret, purpose, form.with_error(error, "password"), error.status)
    return await start_session(context, user, session)
