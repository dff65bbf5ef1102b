"""What a request that went wrong is answered with."""

from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daybreak.errors import Bug, DaybreakError, NotFound, NotSignedIn, TooLarge, UserError
from daybreak.telemetry import log
from daybreak.web.problems import Invalid, NotAllowed, headers, is_for_program, problem, sentence
from daybreak.web.requests import route_of
from daybreak.web.site import site_of
from daybreak.web.theme import Theme
from daybreak.web.visits import SEE_OTHER

SIGN_IN = "/sign-in"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_NOTHING = "There is nothing at this address."
_TITLES = {
    400: "That did not work",
    403: "You may not do that",
    404: "There is nothing here",
    429: "Too often",
}


class AnswerDefects:
    """Answers what nobody expected, inside of what numbers requests and adds headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, or with an error when it breaks before it has answered."""
        begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except ClientDisconnect:  # nobody is there to be answered
            log.info("web.disconnected", route=route_of(scope))
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            log.error("web.defect", route=route_of(scope), error=type(error).__name__, exc_info=error)
            response = answer(Request(scope), Bug(type(error).__name__))
            await response(scope, receive, send)


class BoundedBodies(RequestBodyLimitMiddleware):
    """Refuses what is longer than a route takes, in our own words; a route's `max_body_size` goes before."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, or with an error when the request is too long."""
        refused = False

        async def send_or_refuse(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] == TooLarge.status:
                refused = True
                response = answer(Request(scope), TooLarge("That is more than is taken at once."))
                await response(scope, receive, send)
            elif not refused:
                await send(message)

        await super().__call__(scope, receive, send_or_refuse)


def answer_errors(app: FastAPI) -> None:
    """Have every error of ours and of the framework answered as `answer` does."""
    app.add_exception_handler(DaybreakError, _expected)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _of_the_framework)


def answer(request: Request, error: DaybreakError, status: int | None = None) -> Response:
    """A problem document for a program, the sign-in or a page for a person."""
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
        return answer(request, NotFound(_NOTHING))
    return answer(request, Invalid({".".join(map(str, one["loc"][1:])): one["msg"] for one in found}))


async def _of_the_framework(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    response = answer(request, _ours(request, error), error.status_code)
    response.headers.update(error.headers or {})
    if error.status_code == NotAllowed.status:
        response.headers["Allow"] = ", ".join(_allowed(request))
    return response


def _allowed(request: Request) -> list[str]:
    """What can be done to an address; the framework names only what its first route can."""
    routes = request.app.routes
    scopes = [dict(request.scope, method=method) for method in _METHODS]
    return [scope["method"] for scope in scopes if any(one.matches(scope)[0] is Match.FULL for one in routes)]


def _ours(request: Request, error: HTTPException) -> DaybreakError:
    match error.status_code:
        case NotFound.status:
            return NotFound(_NOTHING)
        case NotAllowed.status:
            return NotAllowed(f"{request.method} cannot be done to this address.")
        case TooLarge.status:
            return TooLarge("That is more than is taken at once.")
    return UserError(f"The request cannot be answered: {error.detail}.")


def _page(request: Request, error: DaybreakError, status: int) -> Response:
    """The page that says what went wrong; it needs neither the database nor a session."""
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
