"""Cookies: the session's, which scripts cannot read and other sites cannot send along, and the theme's."""

from starlette.requests import Request
from starlette.responses import Response

from daybreak.web.settings import WebSettings

_LONGEST = 400 * 86400  # what browsers allow


class SessionCookie:
    """Holds the secret of a session."""

    def __init__(self, settings: WebSettings) -> None:
        self._is_secure = settings.is_secure
        # Cookies know no ports: two servers of one machine must not sign each other's people out.
        self._name = "__Host-daybreak" if settings.is_secure else f"daybreak-{settings.port}"

    def read(self, request: Request) -> str | None:
        """The secret that the browser sent; None when there is none."""
        return request.cookies.get(self._name) or None

    def write(self, response: Response, secret: str) -> None:
        """Have the browser keep it; the server knows when the session is over."""
        self._set(response, self._name, secret, _LONGEST)

    def clear(self, response: Response) -> None:
        """Have the browser forget it."""
        self._set(response, self._name, "", 0)

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        # Lax: a link in a mail leads to the page and not to the sign-in.
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self._is_secure, httponly=True, samesite="lax"
        )
