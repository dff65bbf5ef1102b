"""The theme: light, dark or that of the system, stored in a cookie."""

from enum import StrEnum
from typing import Self

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "daybreak-theme"
_YEAR = 31536000


class Theme(StrEnum):
    """The colour scheme of the pages."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"

    @classmethod
    def of(cls, request: Request) -> Self:
        """Return the theme of a request's cookie."""
        chosen = request.cookies.get(COOKIE, "")
        return cls(chosen) if chosen in set(cls) else cls("system")

    def remember(self, response: Response, *, secure: bool) -> None:
        """Store the theme in a cookie."""
        response.set_cookie(COOKIE, self, max_age=_YEAR, secure=secure, httponly=True, samesite="lax")
