"""The outermost error handler: unexpected exceptions become error responses."""

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daybreak.errors import InternalError
from daybreak.telemetry import log
from daybreak.web.app_state import get_app_state
from daybreak.web.error_handlers import error_response
from daybreak.web.problems import route_path


class UnexpectedErrorMiddleware:
    """Middleware that turns unexpected exceptions into responses with request id and security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, and respond with an error if it raises before its response has started."""
        is_started = False

        async def send_and_note(message: Message) -> None:
            nonlocal is_started
            is_started = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except ClientDisconnect:  # no response can be delivered
            log.info("web.client_disconnected", route=route_path(scope))
        except Exception as error:
            if is_started or scope["type"] != "http":
                raise
            log.error(
                "web.unhandled_exception", route=route_path(scope), error=type(error).__name__, exc_info=error
            )
            await get_app_state(Request(scope)).examine_error(error)
            response = error_response(Request(scope), InternalError(type(error).__name__))
            await response(scope, receive, send)
