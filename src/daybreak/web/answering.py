"""Error handlers: an exception becomes an error page or a problem document."""

from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daybreak.errors import Bug, DaybreakError, InvalidInput, NotFound, NotSignedIn, TooLarge, UserError
from daybreak.telemetry import log
from daybreak.web.problems import Invalid, NotAllowed, headers, is_for_program, problem, sentence
from daybreak.web.requests import route_of
from daybreak.web.site import site_of
from daybreak.web.theme import Theme
from daybreak.web.validation import field_error, field_of, invalid_json
from daybreak.web.visits import SEE_OTHER

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


class AnswerDefects:
    """Middleware that answers unexpected exceptions, inside of the request id and security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, and respond with an error if it raises before its response has started."""
        begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except ClientDisconnect:  # no response can be delivered
            log.info("web.disconnected", route=route_of(scope))
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            log.error("web.defect", route=route_of(scope), error=type(error).__name__, exc_info=error)
            response = answer(Request(scope), Bug(type(error).__name__))
            await response(scope, receive, send)


class BoundedBodies(RequestBodyLimitMiddleware):
    """Middleware that rejects oversized bodies with our own error; a route's `max_body_size` has priority."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, or respond with an error if the request is too large."""
        refused = False

        async def send_or_refuse(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] == TooLarge.status:
                refused = True
                response = answer(Request(scope), TooLarge("The request is too large; send less at once."))
                await response(scope, receive, send)
            elif not refused:
                await send(message)

        await super().__call__(scope, receive, send_or_refuse)


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
