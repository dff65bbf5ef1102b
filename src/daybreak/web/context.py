"""The context of a request (user, transaction, responses) and the FastAPI dependencies that return it."""

import ipaddress
import re
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
from daybreak.errors import Forbidden, InternalError, Unauthenticated
from daybreak.intake import IntakeSettings
from daybreak.people import Actor, ClientInfo, Principal, Role, User
from daybreak.web.activity import counts_as_activity
from daybreak.web.app_state import AppState, get_app_state
from daybreak.web.pages.flash import FLASH_COOKIE, Flash, Undo, clear_flash, read_flash, write_flash
from daybreak.web.pages.theme import Theme

SEE_OTHER = 303
HOME_PATH = "/"
# A request with one of these did not come from a browser directly: proxies and tunnels add them.
_PROXY_HEADER = re.compile(
    r"forwarded|via|x-(original-)?forwarded(-.*)?|(.*-)?(client|real|connecting|external|user)-?(ip|address)"
    r"|(cf|fly|tailscale|x-envoy|x-amzn|x-amz-cf|x-azure)-.*"
)


@dataclass(frozen=True, slots=True)
class RequestContext:
    """A request with its principal: the signed-in user or the bearer of a token."""

    request: Request
    app_state: AppState
    principal: Principal | None = None

    @property
    def user(self) -> User:
        """The signed-in user.

        Raises:
            Unauthenticated: no user is signed in.
        """
        return self.signed_in_principal.user

    @property
    def signed_in_principal(self) -> Principal:
        """The signed-in user with role, credential and scope.

        Raises:
            Unauthenticated: no user is signed in.
        """
        if self.principal is None:
            raise Unauthenticated("Sign in first.")
        return self.principal

    @property
    def is_admin(self) -> bool:
        """Whether the user is an administrator."""
        return self.principal is not None and self.principal.role is Role.ADMIN

    @property
    def can_confirm_private(self) -> bool:
        """Whether the user may confirm that a private address is read.

        Only an administrator of ``daybreak up`` may, whose browser is on the machine of the server: a
        user elsewhere could reach the network of that machine through it.
        """
        settings = self.app_state.settings
        return (
            self.is_admin
            and IntakeSettings.load().allow_confirmed_addresses
            and settings.is_local
            and settings.url is None
            and _is_loopback(self.client.address)
            and not any(map(_PROXY_HEADER.fullmatch, self.request.headers))
        )

    @property
    def database(self) -> Database:
        """The database of this process."""
        return self.app_state.database

    @property
    def client(self) -> ClientInfo:
        """The address and browser of the client."""
        return ClientInfo(
            address=self.request.client.host if self.request.client else "",
            user_agent=self.request.headers.get("User-Agent", ""),
            signed_in_as=self.principal.user.email if self.principal else "",
            known_browsers=self.app_state.known_browser_cookie.read_secrets(self.request),
        )

    @property
    def actor(self) -> Actor:
        """The signed-in user as the actor of security events.

        Raises:
            Unauthenticated: no user is signed in.
        """
        return Actor.of(self.signed_in_principal, self.client)

    @property
    def return_path(self) -> str:
        """The requested path with its query, to return to."""
        query = self.request.url.query
        return f"{self.request.url.path}?{query}" if query else self.request.url.path

    def is_current_path(self, path: str) -> bool:
        """Return whether this page is at that path or below it."""
        here = self.request.url.path
        return here == path or (path != "/" and here.startswith(f"{path}/"))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """Open a transaction that sees only the rows of this user."""
        async with self.database.transaction([self.user.id]) as tx:
            yield tx

    async def is_still_authenticated(self) -> bool:
        """Return whether the session or token of this request is still valid; True for anonymous requests."""
        if self.principal is None:
            return True
        return await people.is_credential_valid(self.database, self.user.id, self.principal.credential)

    def page(self, template: str, *, status: int = 200, **values: object) -> Response:
        """Return a page; its template can use ``context``, ``flash`` and these values."""
        secret = self.app_state.session_cookie.read(self.request)
        flash = read_flash(self.request, secret) if secret and self.principal else None
        response = HTMLResponse(self.render(template, flash=flash, **values), status)
        if FLASH_COOKIE in self.request.cookies:
            clear_flash(response)
        return response

    def render(self, template: str, **values: object) -> str:
        """Render a template: a page, or the part of a page that a stream sends."""
        return self.app_state.templates.get_template(template).render(
            {"context": self, "theme": Theme.from_request(self.request), "flash": None, **values}
        )

    def redirect(self, path: str, flash: str | None = None, *, undo: Undo | None = None) -> Response:
        """Redirect to a page of this site, which shows a message once and offers an undo."""
        if not is_local_path(path):
            raise InternalError(f"a redirect must stay on this site, unlike {path}")
        response = RedirectResponse(path, SEE_OTHER)
        secret = self.app_state.session_cookie.read(self.request)
        if flash and secret:
            is_secure = self.app_state.settings.is_secure
            write_flash(response, secret, Flash(text=flash, undo=undo), secure=is_secure)
        return response


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def is_local_path(path: str) -> bool:
    """Return whether a path stays on this site: no other host, and nothing that browsers parse as one."""
    return (
        path.startswith("/")
        and not path.startswith(("//", "/\\"))
        and path.isprintable()
        and "\\" not in path
    )


def local_path_or_home(path: str) -> str:
    """Return the path if it stays on this site, else that of the home page."""
    return path if is_local_path(path) else HOME_PATH


async def anyone(request: Request) -> RequestContext:
    """Return the context of any request, signed in or not."""
    state = get_app_state(request)
    secret = state.session_cookie.read(request)
    if secret is None:
        return RequestContext(request, state)
    principal = await people.authenticate_session(
        state.database, secret, is_activity=counts_as_activity(request)
    )
    return RequestContext(request, state, principal)


_bearer_scheme = HTTPBearer(auto_error=False, description="A token of Settings, API tokens.")


async def api_reader(
    context: Annotated[RequestContext, Depends(anyone)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer_scheme)],
) -> RequestContext:
    """Return the context of a program with a token, or of a page of this site with a session.

    Raises:
        Unauthenticated: there is neither, or the token is not valid.
    """
    if credentials is not None:
        counts = counts_as_activity(context.request)
        bearer = await people.authenticate_token(
            context.database, credentials.credentials, is_activity=counts
        )
        if bearer is None:
            raise Unauthenticated("Invalid or expired token.")
        context = replace(context, principal=bearer)
    return await signed_in(context)


async def api_writer(context: Annotated[RequestContext, Depends(api_reader)]) -> RequestContext:
    """Return the context of a request with write access.

    Raises:
        Forbidden: the token is read-only.
    """
    if context.principal is not None and not context.principal.may_write:
        raise Forbidden("This token is read-only; create one with write access.")
    return context


async def signed_in(context: Annotated[RequestContext, Depends(anyone)]) -> RequestContext:
    """Return the context of a signed-in user.

    Raises:
        Unauthenticated: no user is signed in; a page then redirects to the sign-in.
        TooManyRequests: the user's sessions and tokens together exceed the rate.
    """
    if context.principal is None:
        raise Unauthenticated("Sign in first.")
    context.app_state.user_rates.acquire(context.user.id)
    return context


async def admin(context: Annotated[RequestContext, Depends(signed_in)]) -> RequestContext:
    """Return the context of an administrator.

    Raises:
        Forbidden: the user is no administrator.
    """
    if not context.is_admin:
        raise Forbidden("Only administrators have access; ask one of them.")
    return context


async def require_admin(request: Request) -> None:
    """Check the session and its user's role again.

    Raises:
        Unauthenticated: the session has ended.
        Forbidden: the user is no administrator.
    """
    await admin(await signed_in(await anyone(request)))


Anyone = Annotated[RequestContext, Depends(anyone)]
SignedIn = Annotated[RequestContext, Depends(signed_in)]
Admin = Annotated[RequestContext, Depends(admin)]
ApiReader = Annotated[RequestContext, Depends(api_reader)]
ApiWriter = Annotated[RequestContext, Depends(api_writer)]
