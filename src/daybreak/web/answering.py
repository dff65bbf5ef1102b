"""What a request that went wrong is answered with."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match

from daybreak.errors import Bug, DaybreakError, NotFound, NotSignedIn, TooLarge, UserError
from daybreak.telemetry import log
from daybreak.web.problems import Invalid, NotAllowed, headers, is_for_program, problem, sentence
from daybreak.web.site import site_of
from daybreak.web.theme import Theme
from daybreak.web.visits import SEE_OTHER

Handler = Callable[[Request, Exception], Awaitable[Response]]
SIGN_IN = "/sign-in"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_TITLES = {
    400: "That did not work",
    403: "You may not do that",
    404: "There is nothing here",
    429: "Too often",
}


def answer_errors(app: FastAPI) -> None:
    """Have every error answered as `problems` says, for people with a page."""
    app.add_exception_handler(DaybreakError, _expected)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _of_the_framework)
    app.add_exception_handler(Exception, _unexpected)


async def _expected(request: Request, error: Exception) -> Response:
    found = error if isinstance(error, DaybreakError) else Bug(str(error))
    if isinstance(found, Bug):
        log.error("web.bug", path=request.url.path, what=str(found))
    if is_for_program(request):
        return problem(request, found)
    if isinstance(found, NotSignedIn) and request.url.path != SIGN_IN:
        return _to_sign_in(request)
    return error_page(request, found)


async def _malformed(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    found = error.errors()
    if any(one["loc"][0] == "path" for one in found):
        return await _expected(request, NotFound("There is nothing at this address."))
    return await _expected(
        request, Invalid({".".join(map(str, one["loc"][1:])): one["msg"] for one in found})
    )


async def _of_the_framework(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    match error.status_code:
        case 404:
            known: DaybreakError = NotFound("There is nothing at this address.")
        case 405:
            known = NotAllowed(f"{request.method} cannot be done to this address.")
        case 413:
            known = TooLarge("That is more than is taken at once.")
        case _:
            known = UserError(f"The request cannot be answered: {error.detail}.")
    answer = await _expected(request, known)
    answer.status_code = error.status_code
    answer.headers.update(error.headers or {})
    if isinstance(known, NotAllowed):
        answer.headers["Allow"] = ", ".join(_allowed(request))
    return answer


def _allowed(request: Request) -> list[str]:
    """What can be done to an address; the framework names only what its first route can."""
    routes = request.app.routes
    scopes = [dict(request.scope, method=method) for method in _METHODS]
    return [scope["method"] for scope in scopes if any(one.matches(scope)[0] is Match.FULL for one in routes)]


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("web.defect", path=request.url.path, error=type(error).__name__, exc_info=error)
    return await _expected(request, Bug(type(error).__name__))


def error_page(request: Request, error: DaybreakError) -> Response:
    """The page that says what went wrong; it needs neither the database nor a session."""
    site = site_of(request)
    text = site.templates.get_template("error.html").render(
        title=_TITLES.get(error.status, "Something went wrong"),
        sentence=sentence(error),
        status=error.status,
        retryable=error.retryable,
        request_id=request.scope.get("request_id", ""),
        theme=Theme.of(request),
    )
    return HTMLResponse(text, error.status, headers(error))


def _to_sign_in(request: Request) -> Response:
    if request.method not in {"GET", "HEAD"}:
        return RedirectResponse(SIGN_IN, SEE_OTHER)
    query = f"?{request.url.query}" if request.url.query else ""
    back = quote(f"{request.url.path}{query}", safe="/")
    return RedirectResponse(SIGN_IN if back == "/" else f"{SIGN_IN}?next={back}", SEE_OTHER)
