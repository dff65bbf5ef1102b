"""The last resort: an exception that no handler expected becomes an answer."""

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daybreak.errors import Bug
from daybreak.telemetry import log
from daybreak.web.error_handlers import answer
from daybreak.web.problems import route_of


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
