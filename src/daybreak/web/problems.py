"""Problem documents (RFC 9457) for programs, and the public texts of errors."""

import http
import math

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from daybreak.errors import (
    DaybreakError,
    InternalError,
    InvalidInput,
    Misconfigured,
    Outdated,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UserError,
)

API_PREFIX = "/api/"
MEDIA_TYPE = "application/problem+json"
_MISCONFIGURED_MESSAGE = "The server is misconfigured; ask its operator, who finds the reason in the log."
_OUTDATED_MESSAGE = "A newer version of Daybreak takes over; try again in a minute."
_OUTDATED_RETRY_AFTER = "60"
_INTERNAL_ERROR_MESSAGE = "This is an internal error of Daybreak; please report it with the request ID."


def wants_problem(request: Request) -> bool:
    """Return whether a program reads the response, which includes the reader of a stream."""
    accepted = request.headers.get("Accept", "")
    is_of_a_page = "text/html" in accepted and "text/event-stream" not in accepted
    return request.url.path.startswith(API_PREFIX) or not is_of_a_page


def problem_response(request: Request, error: DaybreakError, status: int | None = None) -> Response:
    """Return the problem document of an error; it needs no other part of the application.

    Args:
        request: the request to answer.
        error: the error.
        status: the HTTP status, if it is not the error's own.
    """
    status = status or error.status
    document = {
        "type": f"urn:daybreak:error:{type(error).__name__}",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "detail": public_detail(error),
        "instance": request.url.path,
        "request_id": request.scope.get("request_id"),
    }
    return JSONResponse({**error.details, **document}, status, error_headers(error), media_type=MEDIA_TYPE)


def public_detail(error: DaybreakError) -> str:
    """Return the public message of an error, without internals and settings."""
    if isinstance(error, Outdated):
        return _OUTDATED_MESSAGE
    if isinstance(error, Misconfigured):
        return _MISCONFIGURED_MESSAGE
    return _INTERNAL_ERROR_MESSAGE if isinstance(error, InternalError) else str(error)


def error_headers(error: DaybreakError) -> dict[str, str]:
    """Return the response headers of an error."""
    found = {}
    if isinstance(error, TooManyRequests | Unavailable):
        found["Retry-After"] = str(math.ceil(error.retry_after))
    if isinstance(error, Outdated):
        found["Retry-After"] = _OUTDATED_RETRY_AFTER
    if isinstance(error, Unauthenticated):
        found["WWW-Authenticate"] = 'Bearer realm="daybreak"'
    return found


class MethodNotAllowed(UserError):
    """The address exists, but does not support the method."""

    status = 405


class ValidationFailed(InvalidInput):
    """Some fields are invalid."""

    def __init__(self, errors: dict[str, str]) -> None:
        """Create the error from a sentence for each field."""
        super().__init__(" ".join(errors.values()))
        self.details = {"errors": errors}


def route_path(scope: Scope) -> str:
    """Return the route of a request, not its address, which may contain a secret."""
    return str(getattr(scope.get("route"), "path", "none"))
