"""Error handlers: an exception becomes an error page or a problem document."""

from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match

from daybreak.errors import Bug, DaybreakError, InvalidInput, NotFound, NotSignedIn, TooLarge, UserError
from daybreak.telemetry import log
from daybreak.web.app_state import site_of
from daybreak.web.context import SEE_OTHER
from daybreak.web.pages.theme import Theme
from daybreak.web.problems import Invalid, NotAllowed, headers, is_for_program, problem, route_of, sentence
from daybreak.web.validation import field_error, field_of, invalid_json

SIGN_IN = "/sign-in"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_NOTHING = "This page doesn't exist or was removed."
_NO_RESOURCE = "There is no resource at this address."
_TITLES = {
    400: "The request failed",
    403: "You don't have access",
    404: "Page not found",
    429: "Too many requests",
}


def answer_errors(app: FastAPI) -> None:
    """Register handlers that answer Daybreak's and the framework's errors with `error_response`."""
    app.add_exception_handler(DaybreakError, _expected)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _of_the_framework)


def answer(request: Request, error: DaybreakError, status: int | None = None) -> Response:
    """Return a problem document for a program; the sign-in or an error page for a browser."""
    if is_for_program(request):
        return problem(request, error, status)
    if isinstance(error, NotSignedIn) and request.url.path != SIGN_IN:
        return _to_sign_in(request)
    return _page(request, error, status or error.status)


async def _expected(request: Request, error: Exception) -> Response:
    if not isinstance(error, DaybreakError):
        raise error
    if isinstance(error, Bug):
        log.error("web.bug", route=route_of(request.scope), what=str(error))
    return answer(request, error)


async def _malformed(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    found = error.errors()
    if any(one["loc"][0] == "path" for one in found):
        return answer(request, _not_found(request))
    if found[0]["type"] == "json_invalid":
        return answer(request, InvalidInput(invalid_json(found[0], error.body)))
    return answer(
        request, Invalid({field_of(one["loc"][1:]): field_error(one, one["loc"][1:]) for one in found})
    )


async def _of_the_framework(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    response = answer(request, _ours(request, error), error.status_code)
    response.headers.update(error.headers or {})
    if error.status_code == NotAllowed.status:
        response.headers["Allow"] = ", ".join(_allowed(request))
    return response


def _allowed(request: Request) -> list[str]:
    """Return the methods of an address; the framework names only those of its first matching route."""
    routes = request.app.routes
    scopes = [dict(request.scope, method=method) for method in _METHODS]
    return [scope["method"] for scope in scopes if any(one.matches(scope)[0] is Match.FULL for one in routes)]


def _ours(request: Request, error: HTTPException) -> DaybreakError:
    match error.status_code:
        case NotFound.status:
            return _not_found(request)
        case NotAllowed.status:
            return NotAllowed(f"{request.method} isn't supported here.")
        case TooLarge.status:
            return TooLarge("The request is too large; send less at once.")
    return UserError(f"The request failed: {error.detail}.")


def _not_found(request: Request) -> NotFound:
    return NotFound(_NO_RESOURCE if is_for_program(request) else _NOTHING)


def _page(request: Request, error: DaybreakError, status: int) -> Response:
    """Return the error page; it needs neither the database nor a session."""
    site = site_of(request)
    text = site.templates.get_template("error.html").render(
        title=_TITLES.get(status, "Something went wrong"),
        sentence=sentence(error),
        status=status,
        retryable=error.retryable,
        request_id=request.scope.get("request_id", ""),
        theme=Theme.of(request),
    )
    return HTMLResponse(text, status, headers(error))


def _to_sign_in(request: Request) -> Response:
    if request.method not in {"GET", "HEAD"}:
        return RedirectResponse(SIGN_IN, SEE_OTHER)
    query = f"?{request.url.query}" if request.url.query else ""
    back = quote(f"{request.url.path}{query}", safe="/")
    return RedirectResponse(SIGN_IN if back == "/" else f"{SIGN_IN}?next={back}", SEE_OTHER)
