"""Messages that the next page shows once, with a way to undo what was done.

They travel in a cookie that is signed with the secret of the session, which nobody else knows.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

COOKIE = "daybreak-flash"
_SECONDS = 120
_SALT = "daybreak.flash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """How to take back what was done: a form that is sent to an address of ours."""

    action: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """A sentence for the next page."""

    text: str
    undo: Undo | None = None


def write(response: Response, secret: str, flash: Flash, *, secure: bool) -> None:
    """Have the next page of that session show it."""
    value = _signer(secret).dumps(asdict(flash))
    text = value if isinstance(value, str) else value.decode("ascii")
    response.set_cookie(COOKIE, text, max_age=_SECONDS, secure=secure, httponly=True, samesite="lax")


def read(request: Request, secret: str) -> Flash | None:
    """What the last page left to be shown."""
    value = request.cookies.get(COOKIE)
    if not value:
        return None
    try:
        told = _signer(secret).loads(value, max_age=_SECONDS)
    except BadSignature:
        return None
    undo = told["undo"]
    return Flash(text=told["text"], undo=Undo(**undo) if undo else None)


def clear(response: Response) -> None:
    """It was shown."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")


def _signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=_SALT)
