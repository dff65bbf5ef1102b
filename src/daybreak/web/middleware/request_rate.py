"""The limit on the rate of requests by credential, checked before a request costs more than a lookup."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from daybreak.errors import TooManyRequests
from daybreak.web.error_handlers import error_response
from daybreak.web.pages.cookies import SessionCookie
from daybreak.web.pages.static_files import URL_PREFIX as STATIC
from daybreak.web.rate_limiter import RateLimiter
from daybreak.web.settings import WebSettings


class RequestRateMiddleware:
    """Middleware that rejects requests of one session or token beyond the rate, valid or not.

    Static files cost little and are not counted. The rate of a user with many credentials is limited after
    the authentication.
    """

    def __init__(self, app: ASGIApp, *, settings: WebSettings) -> None:
        self._app = app
        self._cookie = SessionCookie(settings)
        self._rates = RateLimiter(settings.requests_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, or respond with 429."""
        if scope["type"] == "http" and not scope["path"].startswith(f"{STATIC}/"):
            request = Request(scope)
            credential = request.headers.get("Authorization") or self._cookie.read(request)
            try:
                if credential:
                    self._rates.acquire(credential)
            except TooManyRequests as error:
                await error_response(request, error)(scope, receive, send)
                return
        await self._app(scope, receive, send)
