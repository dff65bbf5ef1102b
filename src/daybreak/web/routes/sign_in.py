"""The pages to sign in and out."""

from contextlib import suppress
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from daybreak import people
from daybreak.errors import DaybreakError, InvalidInput, NotFound, NotSignedIn, TooMany
from daybreak.web.context import HOME, SEE_OTHER, Anyone, SignedIn, Visit, own_path
from daybreak.web.error_handlers import SIGN_IN
from daybreak.web.pages.forms import Form, read_form
from daybreak.web.pages.router import Pages
from daybreak.web.problems import headers

pages = Pages("daybreak.web")


class Credentials(BaseModel):
    """E-mail address and password, and the page to open afterwards."""

    email: str
    password: str
    next: str = HOME


@pages.get(SIGN_IN)
async def show_sign_in(visit: Anyone, next: Annotated[str, Query()] = HOME) -> Response:  # noqa: A002
    """Show the form; redirect a user who is signed in."""
    if visit.visitor is not None:
        return visit.redirect(own_path(next))
    return visit.page("sign_in.html", form=Form[Credentials](values={"next": own_path(next)}))


@pages.post(SIGN_IN)
async def sign_in(visit: Anyone) -> Response:
    """Sign in with a password, always into a new session."""
    form = await read_form(visit.request, Credentials)
    if form.errors:
        return visit.page("sign_in.html", form=form, status=InvalidInput.status)
    given = form.filled
    try:
        _, secret = await people.sign_in(visit.database, given.email, given.password, visit.client)
    except (NotSignedIn, TooMany, InvalidInput) as error:
        return _refused(visit, form, error)
    return await enter(visit, secret, given.next)


@pages.get("/sign-in/link/{secret}")
async def show_link(visit: Anyone, secret: str) -> Response:
    """Ask for confirmation before the link is used, since mail programs open links in advance."""
    await people.take_attempt(visit.database, visit.client)
    user = await people.read_link(visit.database, secret, people.Purpose.SIGN_IN)
    return visit.page("sign_in_link.html", user=user, other=visit.visitor is not None and visit.user != user)


@pages.post("/sign-in/link/{secret}")
async def sign_in_by_link(visit: Anyone, secret: str) -> Response:
    """Sign in with a one-time link."""
    _, session = await people.sign_in_by_link(visit.database, secret, visit.client)
    return await enter(visit, session)


@pages.post("/sign-out")
async def sign_out(visit: SignedIn) -> Response:
    """End this session."""
    if visit.visitor is not None:
        async with visit.transaction() as tx:
            await people.end(tx, visit.user.id, visit.visitor.credential)
    response = RedirectResponse(SIGN_IN, SEE_OTHER, {"Clear-Site-Data": '"cache"'})
    visit.site.cookie.clear(response)
    return response


async def enter(visit: Visit, secret: str, path: str = HOME) -> Response:
    """Redirect with the cookie of a new session, and revoke the browser's previous one."""
    if visit.visitor is not None:
        async with visit.transaction() as tx:
            with suppress(NotFound):
                await people.end(tx, visit.user.id, visit.visitor.credential)
    response = RedirectResponse(own_path(path), SEE_OTHER)
    visit.site.cookie.write(response, secret)
    return response


def _refused(visit: Visit, form: Form[Credentials], error: DaybreakError) -> Response:
    response = visit.page("sign_in.html", form=form.refused(error), status=error.status)
    response.headers.update(headers(error))
    return response
