"""Error handlers: an exception becomes an error page or a problem document."""

from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match

from daybreak.errors import (
    DaybreakError,
    InternalError,
    InvalidInput,
    Misconfigured,
    NotFound,
    PayloadTooLarge,
    Unauthenticated,
    UserError,
    operator_message,
)
from daybreak.telemetry import log
from daybreak.web.app_state import get_app_state
from daybreak.web.context import SEE_OTHER
from daybreak.web.pages.theme import Theme
from daybreak.web.problems import (
    MethodNotAllowed,
    ValidationFailed,
    error_headers,
    problem_response,
    public_detail,
    route_path,
    wants_problem,
)
from daybreak.web.validation import field_error, field_of, invalid_json

SIGN_IN_PATH = "/sign-in"
_HTTP_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_PAGE_NOT_FOUND = "This page doesn’t exist or was removed."
_RESOURCE_NOT_FOUND = "There is no resource at this address."
_PAGE_TITLES = {
    400: "The request failed",
    403: "You don’t have access",
    404: "Page not found",
    429: "Too many requests",
}


def install_error_handlers(app: FastAPI) -> None:
    """Register `error_response` for Daybreak's and the framework's errors."""
    app.add_exception_handler(DaybreakError, _handle_daybreak_error)
    app.add_exception_handler(RequestValidationError, _handle_validation_error)
    app.add_exception_handler(HTTPException, _handle_http_exception)


def error_response(request: Request, error: DaybreakError, status: int | None = None) -> Response:
    """Return a problem document for a program; the sign-in or an error page for a browser."""
    if wants_problem(request):
        return problem_response(request, error, status)
    if isinstance(error, Unauthenticated) and request.url.path != SIGN_IN_PATH:
        return _redirect_to_sign_in(request)
    return _error_page(request, error, status or error.status)


async def _handle_daybreak_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, DaybreakError):
        raise error
    if isinstance(error, InternalError):
        log.error("web.internal_error", route=route_path(request.scope), message=str(error))
    if error.reason or isinstance(error, Misconfigured):
        log.warning("web.request_failed", route=route_path(request.scope), message=operator_message(error))
    return error_response(request, error)


async def _handle_validation_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    found = error.errors()
    if any(one["loc"][0] == "path" for one in found):
        return error_response(request, _not_found_error(request))
    if found[0]["type"] == "json_invalid":
        return error_response(request, InvalidInput(invalid_json(found[0], error.body)))
    return error_response(
        request,
        ValidationFailed({field_of(one["loc"][1:]): field_error(one, one["loc"][1:]) for one in found}),
    )


async def _handle_http_exception(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    response = error_response(request, _to_daybreak_error(request, error), error.status_code)
    response.headers.update(error.headers or {})
    if error.status_code == MethodNotAllowed.status:
        response.headers["Allow"] = ", ".join(_allowed_methods(request))
    return response


def _allowed_methods(request: Request) -> list[str]:
    """Return the methods of an address; the framework names only those of its first matching route."""
    routes = request.app.routes
    scopes = [dict(request.scope, method=method) for method in _HTTP_METHODS]
    return [scope["method"] for scope in scopes if any(one.matches(scope)[0] is Match.FULL for one in routes)]


def _to_daybreak_error(request: Request, error: HTTPException) -> DaybreakError:
    match error.status_code:
        case NotFound.status:
            return _not_found_error(request)
        case MethodNotAllowed.status:
            return MethodNotAllowed(f"{request.method} isn’t supported here.")
        case PayloadTooLarge.status:
            return PayloadTooLarge("The request is too large; send less at once.")
    return UserError(f"The request failed: {error.detail}.")


def _not_found_error(request: Request) -> NotFound:
    return NotFound(_RESOURCE_NOT_FOUND if wants_problem(request) else _PAGE_NOT_FOUND)


def _error_page(request: Request, error: DaybreakError, status: int) -> Response:
    """Return the error page; it needs neither the database nor a session."""
    state = get_app_state(request)
    text = state.templates.get_template("error.html").render(
        title=_PAGE_TITLES.get(status, "Something went wrong"),
        sentence=public_detail(error),
        status=status,
        retryable=error.retryable,
        request_id=request.scope.get("request_id", ""),
        theme=Theme.from_request(request),
    )
    return HTMLResponse(text, status, error_headers(error))


def _redirect_to_sign_in(request: Request) -> Response:
    if request.method not in {"GET", "HEAD"}:
        return RedirectResponse(SIGN_IN_PATH, SEE_OTHER)
    query = f"?{request.url.query}" if request.url.query else ""
    back = quote(f"{request.url.path}{query}", safe="/")
    return RedirectResponse(SIGN_IN_PATH if back == "/" else f"{SIGN_IN_PATH}?next={back}", SEE_OTHER)
