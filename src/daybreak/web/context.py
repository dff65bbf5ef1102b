"""The context of a request (user, transaction, responses) and the FastAPI dependencies that return it."""

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
from daybreak.web.activity import is_visit
from daybreak.web.app_state import Site, site_of
from daybreak.web.pages import flash as flashes
from daybreak.web.pages.flash import Flash, Undo
from daybreak.web.pages.theme import Theme

SEE_OTHER = 303
HOME = "/"


@dataclass(frozen=True, slots=True)
class Visit:
    """A request with its principal: the signed-in user or the bearer of a token."""

    request: Request
    site: Site
    visitor: Visitor | None = None

    @property
    def user(self) -> User:
        """The signed-in user.

        Raises:
            Unauthenticated: no user is signed in.
        """
        return self.known.user

    @property
    def known(self) -> Visitor:
        """The signed-in user with role, credential and scope.

        Raises:
            Unauthenticated: no user is signed in.
        """
        if self.visitor is None:
            raise NotSignedIn("Sign in first.")
        return self.visitor

    @property
    def is_admin(self) -> bool:
        """Whether the user is an administrator."""
        return self.visitor is not None and self.visitor.role is Role.ADMIN

    @property
    def database(self) -> Database:
        """The database of this process."""
        return self.site.database

    @property
    def client(self) -> Client:
        """The address and browser of the client."""
        host = self.request.client.host if self.request.client else ""
        return Client(address=host, user_agent=self.request.headers.get("User-Agent", ""))

    @property
    def path(self) -> str:
        """The requested path with its query, to return to."""
        query = self.request.url.query
        return f"{self.request.url.path}?{query}" if query else self.request.url.path

    def is_at(self, path: str) -> bool:
        """Return whether this page is at that path or below it."""
        here = self.request.url.path
        return here == path or (path != "/" and here.startswith(f"{path}/"))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """Open a transaction that sees only the rows of this user."""
        async with self.database.transaction([self.user.id]) as tx:
            yield tx

    async def is_still_known(self) -> bool:
        """Return whether the session or token of this request is still valid; True for anonymous requests."""
        if self.visitor is None:
            return True
        return await people.is_known(self.database, self.user.id, self.visitor.credential)

    def page(self, template: str, *, status: int = 200, **values: object) -> Response:
        """Return a page; its template can use ``context``, ``flash`` and these values."""
        secret = self.site.cookie.read(self.request)
        flash = flashes.read(self.request, secret) if secret and self.visitor else None
        response = HTMLResponse(self.render(template, flash=flash, **values), status)
        if flashes.COOKIE in self.request.cookies:
            flashes.clear(response)
        return response

    def render(self, template: str, **values: object) -> str:
        """Render a template: a page, or the part of a page that a stream sends."""
        return self.site.templates.get_template(template).render(
            {"visit": self, "theme": Theme.of(self.request), "flash": None, **values}
        )

    def redirect(self, path: str, flash: str | None = None, *, undo: Undo | None = None) -> Response:
        """Redirect to a page of this site, which shows a message once and offers an undo."""
        if not is_own_path(path):
            raise Bug(f"a redirect must stay on this site, unlike {path}")
        response = RedirectResponse(path, SEE_OTHER)
        secret = self.site.cookie.read(self.request)
        if flash and secret:
            is_secure = self.site.settings.is_secure
            flashes.write(response, secret, Flash(text=flash, undo=undo), secure=is_secure)
        return response


def is_own_path(path: str) -> bool:
    """Return whether a path stays on this site: no other host, and nothing that browsers parse as one."""
    return (
        path.startswith("/")
        and not path.startswith(("//", "/\\"))
        and path.isprintable()
        and "\\" not in path
    )


def own_path(path: str) -> str:
    """Return the path if it stays on this site, else that of the home page."""
    return path if is_own_path(path) else HOME


async def anyone(request: Request) -> Visit:
    """Return the context of any request, signed in or not."""
    site = site_of(request)
    secret = site.cookie.read(request)
    if secret is None:
        return Visit(request, site)
    visitor = await people.visitor_of(site.database, secret, is_visit=is_visit(request))
    return Visit(request, site, visitor)


_bearer = HTTPBearer(auto_error=False, description="A token of Settings, API tokens.")


async def caller(
    visit: Annotated[Visit, Depends(anyone)],
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Visit:
    """Return the context of a program with a token, or of a page of this site with a session.

    Raises:
        Unauthenticated: there is neither, or the token is not valid.
    """
    if given is not None:
        counts = is_visit(visit.request)
        bearer = await people.bearer_of(visit.database, given.credentials, is_visit=counts)
        if bearer is None:
            raise NotSignedIn("Invalid or expired token.")
        visit = replace(visit, visitor=bearer)
    return await signed_in(visit)


async def writer(visit: Annotated[Visit, Depends(caller)]) -> Visit:
    """Return the context of a request with write access.

    Raises:
        Forbidden: the token is read-only.
    """
    if visit.visitor is not None and not visit.visitor.may_write:
        raise Forbidden("This token is read-only; create one with write access.")
    return visit


async def signed_in(visit: Annotated[Visit, Depends(anyone)]) -> Visit:
    """Return the context of a signed-in user.

    Raises:
        Unauthenticated: no user is signed in; a page then redirects to the sign-in.
    """
    if visit.visitor is None:
        raise NotSignedIn("Sign in first.")
    return visit


async def admin(visit: Annotated[Visit, Depends(signed_in)]) -> Visit:
    """Return the context of an administrator.

    Raises:
        Forbidden: the user is no administrator.
    """
    if not visit.is_admin:
        raise Forbidden("Only administrators have access; ask one of them.")
    return visit


Anyone = Annotated[Visit, Depends(anyone)]
SignedIn = Annotated[Visit, Depends(signed_in)]
Admin = Annotated[Visit, Depends(admin)]
Reader = Annotated[Visit, Depends(caller)]
Writer = Annotated[Visit, Depends(writer)]
