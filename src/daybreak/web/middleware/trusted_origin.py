"""Host and origin checks: protection against DNS rebinding and cross-site request forgery."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from daybreak.errors import DaybreakError, Forbidden, UserError
from daybreak.web.pages.cookies import SessionCookie
from daybreak.web.problems import problem_response
from daybreak.web.settings import WebSettings, normalize_host

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PROBE_PATHS = frozenset({"/healthz", "/readyz"})  # monitoring requests them by IP address
_TRUSTED_FETCH_SITES = frozenset({"same-origin", "none"})


class TrustedOriginMiddleware:
    """Middleware that rejects unknown hosts (DNS rebinding) and changes from other sites (CSRF)."""

    def __init__(self, app: ASGIApp, *, settings: WebSettings) -> None:
        self._app = app
        self._settings = settings
        self._cookie = SessionCookie(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, or respond with a problem if the request is not allowed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        refused = self._rejection(request)
        response: ASGIApp | Response = self._app if refused is None else problem_response(request, refused)
        await response(scope, receive, send)

    def _rejection(self, request: Request) -> DaybreakError | None:
        own_origin = self._settings.find_origin(request.headers.get("Host", ""))
        if own_origin is None and request.url.path not in _PROBE_PATHS:
            return UserError(
                f"This server is {self._settings.base_url}; use that address, or set DAYBREAK_WEB_URL."
            )
        if request.method not in _SAFE_METHODS and not self._is_trusted(request, own_origin):
            return Forbidden(
                "The request came from another site and was blocked; open the page itself and try again."
            )
        return None

    def _is_trusted(self, request: Request, own_origin: str | None) -> bool:
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if site is not None:
            return site in _TRUSTED_FETCH_SITES
        if origin is not None:
            # With its scheme: anyone in the network could have changed a page without TLS.
            return _normalize_origin(origin) in {own_origin, self._settings.base_url}
        # Every browser sends one of these headers: this is a program, which needs a token and not a cookie.
        return self._cookie.read(request) is None


def _normalize_origin(origin: str) -> str | None:
    scheme, _, host = origin.lower().partition("://")
    return f"{scheme}://{normalize_host(host, scheme)}" if scheme in {"http", "https"} else None
