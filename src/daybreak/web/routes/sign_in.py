"""The pages to sign in and out."""

from contextlib import suppress
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from daybreak import people
from daybreak.errors import DaybreakError, InvalidInput, NotFound, TooManyRequests, Unauthenticated
from daybreak.people import LinkPurpose, SecurityEventKind, User
from daybreak.web.context import HOME_PATH, SEE_OTHER, Anyone, RequestContext, SignedIn, local_path_or_home
from daybreak.web.error_handlers import SIGN_IN_PATH
from daybreak.web.pages.forms import Form, read_form
from daybreak.web.pages.router import Pages
from daybreak.web.problems import error_headers

pages = Pages("daybreak.web")


class Credentials(BaseModel):
    """E-mail address and password, and the page to open afterwards."""

    email: str
    password: str
    next: str = HOME_PATH


@pages.get(SIGN_IN_PATH)
async def show_sign_in(context: Anyone, next: Annotated[str, Query()] = HOME_PATH) -> Response:  # noqa: A002
    """Show the form; redirect a user who is signed in."""
    if context.principal is not None:
        return context.redirect(local_path_or_home(next))
    return context.page("sign_in.html", form=Form[Credentials](values={"next": local_path_or_home(next)}))


@pages.post(SIGN_IN_PATH)
async def sign_in(context: Anyone) -> Response:
    """Sign in with a password, always into a new session."""
    form = await read_form(context.request, Credentials)
    if form.errors:
        return context.page("sign_in.html", form=form, status=InvalidInput.status)
    given = form.validated
    try:
        user, secret = await people.sign_in(context.database, given.email, given.password, context.client)
    except (Unauthenticated, TooManyRequests, InvalidInput) as error:
        return _sign_in_failed(context, form, error)
    return await start_session(context, user, secret, given.next)


@pages.get("/sign-in/link/{secret}")
async def show_sign_in_link(context: Anyone, secret: str) -> Response:
    """Ask for confirmation before the link is used, since mail programs open links in advance."""
    user = await get_link_owner(context, secret, LinkPurpose.SIGN_IN)
    return context.page(
        "sign_in_link.html", user=user, other=context.principal is not None and context.user != user
    )


@pages.post("/sign-in/link/{secret}")
async def sign_in_by_link(context: Anyone, secret: str) -> Response:
    """Sign in with a one-time link."""
    user, session = await people.sign_in_by_link(context.database, secret, context.client)
    return await start_session(context, user, session)


@pages.post("/sign-out")
async def sign_out(context: SignedIn) -> Response:
    """End this session."""
    if context.principal is not None:
        async with context.transaction() as tx:
            await people.revoke_session(tx, context.user.id, context.principal.credential)
            await people.record_security_event(
                tx, context.user.id, SecurityEventKind.SIGNED_OUT, context.actor
            )
    response = RedirectResponse(SIGN_IN_PATH, SEE_OTHER, {"Clear-Site-Data": '"cache"'})
    context.app_state.session_cookie.clear(response)
    return response


async def get_link_owner(context: RequestContext, secret: str, purpose: LinkPurpose) -> User:
    """Return the user of a link. Only invalid links are throttled: they must not block the valid ones.

    Raises:
        NotFound: the link was used, has expired or does not exist.
        TooManyRequests: there were too many invalid links from the client's network.
    """
    try:
        return await people.get_link_owner(context.database, secret, purpose)
    except NotFound:
        await people.throttle_sign_in(context.database, context.client)
        raise


async def start_session(context: RequestContext, user: User, secret: str, path: str = HOME_PATH) -> Response:
    """Redirect with the cookies of a new session, and revoke the browser's previous one."""
    if context.principal is not None:
        async with context.transaction() as tx:
            with suppress(NotFound):
                await people.revoke_session(tx, context.user.id, context.principal.credential)
                await people.record_security_event(
                    tx, context.user.id, SecurityEventKind.SIGNED_OUT, context.actor
                )
    async with context.database.transaction([user.id]) as tx:
        known = await people.remember_browser(tx, user.id, secret, context.client)
    response = RedirectResponse(local_path_or_home(path), SEE_OTHER)
    context.app_state.session_cookie.write(response, secret)
    context.app_state.known_browser_cookie.write(response, known)
    return response


def _sign_in_failed(context: RequestContext, form: Form[Credentials], error: DaybreakError) -> Response:
    response = context.page("sign_in.html", form=form.with_error(error), status=error.status)
    response.headers.update(error_headers(error))
    return response
