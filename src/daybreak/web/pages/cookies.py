"""The cookies of a browser that has signed in, which scripts cannot read and other sites cannot send."""

from collections.abc import Sequence
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from daybreak import people
from daybreak.web.settings import WebSettings

_MAX_AGE = timedelta(days=400)  # what browsers allow
_SEPARATOR = "."  # in no secret


class _ServerCookie:
    def __init__(self, settings: WebSettings, suffix: str = "") -> None:
        self._is_secure = settings.is_secure
        # Cookies ignore ports: two servers on one machine must not overwrite each other's sessions.
        self._name = f"__Host-daybreak{suffix}" if settings.is_secure else f"daybreak{suffix}-{settings.port}"

    def read(self, request: Request) -> str | None:
        """Return the value that the browser sent, or None."""
        return request.cookies.get(self._name) or None

    def _set(self, response: Response, value: str, life: timedelta) -> None:
        # Lax: a link in an e-mail opens the page, not the sign-in.
        response.set_cookie(
            self._name,
            value,
            max_age=int(min(life, _MAX_AGE).total_seconds()),
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="lax",
        )


class SessionCookie(_ServerCookie):
    """The cookie with the secret of a session."""

    def write(self, response: Response, secret: str) -> None:
        """Set the cookie; the server decides when the session expires, at the latest with the cookie."""
        self._set(response, secret, people.people_settings().session_max_time)

    def clear(self, response: Response) -> None:
        """Delete the cookie."""
        self._set(response, "", timedelta(0))


class KnownBrowserCookie(_ServerCookie):
    """The cookie with a secret for each account that has signed in; it survives the sign-out."""

    def __init__(self, settings: WebSettings) -> None:
        super().__init__(settings, "-known")

    def read_secrets(self, request: Request) -> tuple[str, ...]:
        """Return the secrets that the browser sent, at most as many as are written."""
        secrets = (self.read(request) or "").split(_SEPARATOR)
        return tuple(one for one in secrets if one)[: people.MAX_KNOWN_ACCOUNTS]

    def write(self, response: Response, secrets: Sequence[str]) -> None:
        """Set the cookie."""
        self._set(response, _SEPARATOR.join(secrets), people.KNOWN_BROWSER_LIFETIME)
