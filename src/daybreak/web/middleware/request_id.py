"""Request ids: one for each request, in its response and in every log line, and a log line at its end."""

import time
from uuid import uuid4

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daybreak.telemetry import log
from daybreak.web.problems import route_path

REQUEST_ID_HEADER = "X-Request-ID"


class RequestIdMiddleware:
    """Middleware that assigns request ids and logs requests by route: an address may contain a secret."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application with a request id, and log the result."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started_at, status, number = time.perf_counter(), 500, uuid4().hex
        scope["request_id"] = number

        async def send_with_number(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = number
            await send(message)

        with structlog.contextvars.bound_contextvars(request=number):
            try:
                await self._app(scope, receive, send_with_number)
            finally:
                seconds = round(time.perf_counter() - started_at, 4)
                log.info(
                    "web.request",
                    method=scope["method"],
                    route=route_path(scope),
                    status=status,
                    seconds=seconds,
                )
