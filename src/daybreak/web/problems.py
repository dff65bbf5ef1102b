"""Errors as answers: a page for people, a problem document (RFC 9457) for programs."""

import http
import math

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from daybreak.errors import Bug, DaybreakError, InvalidInput, NotSignedIn, TooMany, UserError

API = "/api/"
MEDIA_TYPE = "application/problem+json"
_DEFECT = "This is a defect of Daybreak; please report it with the number of the request."


def is_for_program(request: Request) -> bool:
    """Whether the answer is read by a program, which a stream's reader is, and not by a person."""
    wanted = request.headers.get("Accept", "")
    is_of_a_page = "text/html" in wanted and "text/event-stream" not in wanted
    return request.url.path.startswith(API) or not is_of_a_page


def problem(request: Request, error: DaybreakError, status: int | None = None) -> Response:
    """The problem document of an error; it can be made before anything else stands.

    Args:
        request: what it is the answer to.
        error: what went wrong.
        status: the HTTP status when it is not the error's own.
    """
    status = status or error.status
    document = {
        "type": f"urn:daybreak:error:{type(error).__name__}",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence(error),
        "instance": request.url.path,
        "request_id": request.scope.get("request_id"),
    }
    return JSONResponse({**error.details, **document}, status, headers(error), media_type=MEDIA_TYPE)


def sentence(error: DaybreakError) -> str:
    """What a person may read of it: of a defect nothing of the inside."""
    return _DEFECT if isinstance(error, Bug) else str(error)


def headers(error: DaybreakError) -> dict[str, str]:
    """The headers that belong to an error."""
    found = {}
    if isinstance(error, TooMany):
        found["Retry-After"] = str(math.ceil(error.retry_after))
    if isinstance(error, NotSignedIn):
        found["WWW-Authenticate"] = 'Bearer realm="daybreak"'
    return found


class NotAllowed(UserError):
    """The address is known, and that cannot be done to it."""

    status = 405


class Invalid(InvalidInput):
    """Some fields cannot be used."""

    def __init__(self, errors: dict[str, str]) -> None:
        """Say what is wrong with each field, in a sentence."""
        super().__init__(" ".join(f"{field}: {why}" for field, why in errors.items()))
        self.details = {"errors": errors}
