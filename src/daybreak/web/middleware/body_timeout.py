"""Time limits for request bodies, so that a stalled client cannot block an upload slot."""

import asyncio

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daybreak.errors import RequestTimeout
from daybreak.web.error_handlers import error_response


class BodyTimeoutMiddleware:
    """Middleware that ends requests whose body stalls or takes too long in total."""

    def __init__(self, app: ASGIApp, *, idle_seconds: float, timeout_seconds: float) -> None:
        """Create the middleware.

        Args:
            app: the application behind it.
            idle_seconds: the longest pause between two parts of the body.
            timeout_seconds: the time for the whole body from its first read; waiting in a queue is free.
        """
        self._app = app
        self._idle_seconds = idle_seconds
        self._timeout_seconds = timeout_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, or respond with 408 if the body arrives too slowly."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _TimedBody(receive, self._idle_seconds, self._timeout_seconds)
        refused = False

        async def send_or_refuse(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and body.has_timed_out:
                refused = True
                response = error_response(Request(scope), _timeout_error())
                response.headers["Connection"] = "close"
                await response(scope, receive, send)
            elif not refused:
                await send(message)

        await self._app(scope, body.receive, send_or_refuse)


class _TimedBody:
    """The body of one request; messages after it have no time limit."""

    def __init__(self, receive: Receive, idle_seconds: float, timeout_seconds: float) -> None:
        self._receive = receive
        self._idle_seconds = idle_seconds
        self._timeout_seconds = timeout_seconds
        self._deadline: float | None = None
        self._is_complete = False
        self.has_timed_out = False

    async def receive(self) -> Message:
        if self._is_complete:
            return await self._receive()
        now = asyncio.get_running_loop().time()
        self._deadline = self._deadline or now + self._timeout_seconds
        try:
            async with asyncio.timeout(min(self._idle_seconds, self._deadline - now)):
                message = await self._receive()
        except TimeoutError:
            self.has_timed_out = True
            raise _timeout_error() from None
        self._is_complete = not message.get("more_body", False)
        return message


def _timeout_error() -> RequestTimeout:
    return RequestTimeout("The request body arrived too slowly, so nothing was saved; try again.")
