"""Light or dark: as the system has it, or as somebody chose on this machine."""

from enum import StrEnum
from typing import Self

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "daybreak-theme"
_YEAR = 31536000


class Theme(StrEnum):
    """How pages are coloured."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"

    @classmethod
    def of(cls, request: Request) -> Self:
        """What was chosen on that machine."""
        chosen = request.cookies.get(COOKIE, "")
        return cls(chosen) if chosen in set(cls) else cls("system")

    def remember(self, response: Response, *, secure: bool) -> None:
        """Have the browser send it along."""
        response.set_cookie(COOKIE, self, max_age=_YEAR, secure=secure, httponly=True, samesite="lax")
