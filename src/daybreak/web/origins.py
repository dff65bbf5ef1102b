"""Which requests are let in at all: addressed to us, and, to change something, sent from our own pages."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from daybreak.errors import DaybreakError, Forbidden, UserError
from daybreak.web.cookies import SessionCookie
from daybreak.web.problems import problem
from daybreak.web.settings import WebSettings

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PROBES = frozenset({"/healthz", "/readyz"})  # asked by number, by whoever watches the process
_OURS = frozenset({"same-origin", "none"})


class SameOrigin:
    """Refuses requests under other names (DNS rebinding) and changes asked for by other sites (CSRF)."""

    def __init__(self, app: ASGIApp, *, settings: WebSettings) -> None:
        self._app = app
        self._settings = settings
        self._cookie = SessionCookie(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        refused = self._refused(request)
        answer: ASGIApp | Response = self._app if refused is None else problem(request, refused)
        await answer(scope, receive, send)

    def _refused(self, request: Request) -> DaybreakError | None:
        host = request.headers.get("Host", "").lower()
        if host not in self._settings.hosts and request.url.path not in _PROBES:
            return UserError(
                f"This server is {self._settings.address}; ask by that address, or set DAYBREAK_WEB_URL."
            )
        if request.method not in _SAFE and not self._is_ours(request):
            return Forbidden(
                "The request came from another site and was not carried out; go to the page itself."
            )
        return None

    def _is_ours(self, request: Request) -> bool:
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if site is not None:
            return site in _OURS
        if origin is not None:
            return origin.lower().partition("://")[2] in self._settings.hosts
        # No browser says so little: a program, which has to show a token. A cookie alone is not enough.
        return self._cookie.read(request) is None
