"""The limit on the size of a request body."""

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from daybreak.errors import PayloadTooLarge
from daybreak.web.error_handlers import error_response


class BodyLimitMiddleware(RequestBodyLimitMiddleware):
    """Middleware that rejects oversized bodies with our own error; a route's `max_body_size` has priority."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, or respond with an error if the request is too large."""
        refused = False

        async def send_or_refuse(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] == PayloadTooLarge.status:
                refused = True
                response = error_response(
                    Request(scope), PayloadTooLarge("The request is too large; send less at once.")
                )
                await response(scope, receive, send)
            elif not refused:
                await send(message)

        await super().__call__(scope, receive, send_or_refuse)
