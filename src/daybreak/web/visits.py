"""A visit: one request by somebody, and the ways to answer it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Annotated

import asyncpg
from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from daybreak import people
from daybreak.db import Database
from daybreak.errors import Bug, Forbidden, NotSignedIn
from daybreak.people import Client, Role, User, Visitor
from daybreak.web import flashes
from daybreak.web.flashes import Flash, Undo
from daybreak.web.presence import is_visit
from daybreak.web.site import Site, site_of
from daybreak.web.theme import Theme

SEE_OTHER = 303
HOME = "/"


@dataclass(frozen=True, slots=True)
class Visit:
    """A request, and who sent it."""

    request: Request
    site: Site
    visitor: Visitor | None = None

    @property
    def user(self) -> User:
        """Who it is.

        Raises:
            NotSignedIn: nobody is signed in.
        """
        return self.known.user

    @property
    def known(self) -> Visitor:
        """Who is signed in, and how.

        Raises:
            NotSignedIn: nobody is.
        """
        if self.visitor is None:
            raise NotSignedIn("Sign in first.")
        return self.visitor

    @property
    def is_admin(self) -> bool:
        """Whether somebody looks after the others here."""
        return self.visitor is not None and self.visitor.role is Role.ADMIN

    @property
    def database(self) -> Database:
        """The database of this process."""
        return self.site.database

    @property
    def client(self) -> Client:
        """Where the request comes from."""
        host = self.request.client.host if self.request.client else ""
        return Client(address=host, user_agent=self.request.headers.get("User-Agent", ""))

    @property
    def path(self) -> str:
        """What was asked for, to come back to."""
        query = self.request.url.query
        return f"{self.request.url.path}?{query}" if query else self.request.url.path

    def is_at(self, path: str) -> bool:
        """Whether this page is that one or below it."""
        here = self.request.url.path
        return here == path or (path != "/" and here.startswith(f"{path}/"))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """A transaction that sees this person's rows and no others."""
        async with self.database.transaction([self.user.id]) as tx:
            yield tx

    async def is_still_known(self) -> bool:
        """Whether the session or token that this visit came with is still good; strangers stay strangers."""
        if self.visitor is None:
            return True
        return await people.is_known(self.database, self.user.id, self.visitor.credential)

    def page(self, template: str, *, status: int = 200, **values: object) -> Response:
        """A page of a template, which may use ``visit``, ``flash`` and these values."""
        secret = self.site.cookie.read(self.request)
        flash = flashes.read(self.request, secret) if secret and self.visitor else None
        response = HTMLResponse(self.render(template, flash=flash, **values), status)
        if flashes.COOKIE in self.request.cookies:
            flashes.clear(response)
        return response

    def render(self, template: str, **values: object) -> str:
        """The text of a template: of a page, or of the part of one that a stream sends."""
        return self.site.templates.get_template(template).render(
            {"visit": self, "theme": Theme.of(self.request), "flash": None, **values}
        )

    def redirect(self, path: str, flash: str | None = None, *, undo: Undo | None = None) -> Response:
        """Go on to a page of ours, which shows a sentence once and offers to undo what was done."""
        if not is_own_path(path):
            raise Bug(f"a redirect must stay on this site, unlike {path}")
        response = RedirectResponse(path, SEE_OTHER)
        secret = self.site.cookie.read(self.request)
        if flash and secret:
            is_secure = self.site.settings.is_secure
            flashes.write(response, secret, Flash(text=flash, undo=undo), secure=is_secure)
        return response


def is_own_path(path: str) -> bool:
    """Whether that leads to a page of ours: no other host, no trick that browsers read as one."""
    return (
        path.startswith("/")
        and not path.startswith(("//", "/\\"))
        and path.isprintable()
        and "\\" not in path
    )


def own_path(path: str) -> str:
    """That path if it leads to a page of ours, else the first page's."""
    return path if is_own_path(path) else HOME


async def anyone(request: Request) -> Visit:
    """The visit of whoever it is, signed in or not."""
    site = site_of(request)
    secret = site.cookie.read(request)
    if secret is None:
        return Visit(request, site)
    visitor = await people.visitor_of(site.database, secret, is_visit=is_visit(request))
    return Visit(request, site, visitor)


_bearer = HTTPBearer(auto_error=False, description="A token of Settings, Tokens.")


async def caller(
    visit: Annotated[Visit, Depends(anyone)],
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Visit:
    """The visit of a program with a token, or of a page of ours with a session.

    Raises:
        NotSignedIn: there is neither, or the token is not good.
    """
    if given is not None:
        counts = is_visit(visit.request)
        bearer = await people.bearer_of(visit.database, given.credentials, is_visit=counts)
        if bearer is None:
            raise NotSignedIn("The token is not good: it was revoked, its time is up, or it never was one.")
        visit = replace(visit, visitor=bearer)
    return await signed_in(visit)


async def writer(visit: Annotated[Visit, Depends(caller)]) -> Visit:
    """The visit of whoever may change things.

    Raises:
        Forbidden: the token is for reading only.
    """
    if visit.visitor is not None and not visit.visitor.may_write:
        raise Forbidden("This token is for reading only; make one that may write.")
    return visit


async def signed_in(visit: Annotated[Visit, Depends(anyone)]) -> Visit:
    """The visit of somebody who is signed in.

    Raises:
        NotSignedIn: nobody is; a page then leads to the sign-in.
    """
    if visit.visitor is None:
        raise NotSignedIn("Sign in first.")
    return visit


async def admin(visit: Annotated[Visit, Depends(signed_in)]) -> Visit:
    """The visit of an admin.

    Raises:
        Forbidden: it is somebody else.
    """
    if not visit.is_admin:
        raise Forbidden("Only admins may do that; ask one of them.")
    return visit


Anyone = Annotated[Visit, Depends(anyone)]
SignedIn = Annotated[Visit, Depends(signed_in)]
Admin = Annotated[Visit, Depends(admin)]
Reader = Annotated[Visit, Depends(caller)]
Writer = Annotated[Visit, Depends(writer)]
