"""Time limits for request bodies, so that a stalled client cannot block an upload slot."""

import asyncio

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daybreak.errors import TooSlow
from daybreak.web.error_handlers import answer


class PatientBodies:
    """Middleware that ends requests whose body stalls or takes too long in total."""

    def __init__(self, app: ASGIApp, *, silence: float, seconds: float) -> None:
        """Create the middleware.

        Args:
            app: the application behind it.
            idle_seconds: the longest pause between two parts of the body.
            timeout_seconds: the time for the whole body from its first read; waiting in a queue is free.
        """
        self._app = app
        self._silence = silence
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, or respond with 408 if the body arrives too slowly."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(receive, self._silence, self._seconds)
        refused = False

        async def send_or_refuse(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and body.is_late:
                refused = True
                response = answer(Request(scope), _too_slow())
                response.headers["Connection"] = "close"
                await response(scope, receive, send)
            elif not refused:
                await send(message)

        await self._app(scope, body.receive, send_or_refuse)


class _Body:
    """The body of one request; messages after it have no time limit."""

    def __init__(self, receive: Receive, silence: float, seconds: float) -> None:
        self._receive = receive
        self._silence = silence
        self._seconds = seconds
        self._until: float | None = None
        self._is_whole = False
        self.is_late = False

    async def receive(self) -> Message:
        if self._is_whole:
            return await self._receive()
        now = asyncio.get_running_loop().time()
        self._until = self._until or now + self._seconds
        try:
            async with asyncio.timeout(min(self._silence, self._until - now)):
                message = await self._receive()
        except TimeoutError:
            self.is_late = True
            raise _too_slow() from None
        self._is_whole = not message.get("more_body", False)
        return message


def _too_slow() -> TooSlow:
    return TooSlow("The request body arrived too slowly, so nothing was saved; try again.")
