"""The session cookie, which scripts cannot read and other sites cannot send."""

from starlette.requests import Request
from starlette.responses import Response

from daybreak.web.settings import WebSettings

_MAX_AGE_SECONDS = 400 * 86400  # what browsers allow


class SessionCookie:
    """The cookie with the secret of a session."""

    def __init__(self, settings: WebSettings) -> None:
        self._is_secure = settings.is_secure
        # Cookies ignore ports: two servers on one machine must not overwrite each other's sessions.
        self._name = "__Host-daybreak" if settings.is_secure else f"daybreak-{settings.port}"

    def read(self, request: Request) -> str | None:
        """Return the secret that the browser sent, or None."""
        return request.cookies.get(self._name) or None

    def write(self, response: Response, secret: str) -> None:
        """Set the cookie; the server decides when the session expires."""
        self._set(response, self._name, secret, _MAX_AGE_SECONDS)

    def clear(self, response: Response) -> None:
        """Delete the cookie."""
        self._set(response, self._name, "", 0)

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        # Lax: a link in an e-mail opens the page, not the sign-in.
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self._is_secure, httponly=True, samesite="lax"
        )
