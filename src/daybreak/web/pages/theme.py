"""The theme: light, dark or that of the system, stored in a cookie."""

from enum import StrEnum
from typing import Self

from starlette.requests import Request
from starlette.responses import Response

THEME_COOKIE = "daybreak-theme"
_MAX_AGE_SECONDS = 31536000


class Theme(StrEnum):
    """The colour scheme of the pages."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"

    @classmethod
    def from_request(cls, request: Request) -> Self:
        """Return the theme of a request's cookie."""
        chosen = request.cookies.get(THEME_COOKIE, "")
        return cls(chosen) if chosen in set(cls) else cls("system")

    def write_cookie(self, response: Response, *, secure: bool) -> None:
        """Store the theme in a cookie."""
        response.set_cookie(
            THEME_COOKIE, self, max_age=_MAX_AGE_SECONDS, secure=secure, httponly=True, samesite="lax"
        )
