"""Flash messages: shown once by the next page, with an optional undo.

They are stored in a cookie that is signed with the secret of the session.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

FLASH_COOKIE = "daybreak-flash"
_MAX_AGE_SECONDS = 120
_SALT = "daybreak.flash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """The form that undoes an action: its address and hidden values."""

    action: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """A message for the next page."""

    text: str
    undo: Undo | None = None


def write_flash(response: Response, secret: str, flash: Flash, *, secure: bool) -> None:
    """Set the cookie, so that the session's next page shows the message."""
    value = _make_serializer(secret).dumps(asdict(flash))
    text = value if isinstance(value, str) else value.decode("ascii")
    response.set_cookie(
        FLASH_COOKIE, text, max_age=_MAX_AGE_SECONDS, secure=secure, httponly=True, samesite="lax"
    )


def read_flash(request: Request, secret: str) -> Flash | None:
    """Return the pending message, or None."""
    value = request.cookies.get(FLASH_COOKIE)
    if not value:
        return None
    try:
        content = _make_serializer(secret).loads(value, max_age=_MAX_AGE_SECONDS)
    except BadSignature:
        return None
    undo = content["undo"]
    return Flash(text=content["text"], undo=Undo(**undo) if undo else None)


def clear_flash(response: Response) -> None:
    """Delete the message after it was shown."""
    response.delete_cookie(FLASH_COOKIE, httponly=True, samesite="lax")


def _make_serializer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=_SALT)
