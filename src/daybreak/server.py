"""The web server process, which serves requests until it is stopped.

SIGTERM and Ctrl-C close the streams, allow requests in progress a few seconds to finish, and end the process.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from errno import EADDRINUSE

import uvicorn
from fastapi import FastAPI

from daybreak import telemetry, wiring
from daybreak.db import Database
from daybreak.errors import Misconfigured, Unavailable
from daybreak.supervision import on_signals
from daybreak.web import WebSettings, create_application

# A client that does not read delays the shutdown by all of it; a busy server must stop within 5 seconds, too.
_TO_FINISH = 2
_KEEP_ALIVE = 30


def create_app(settings: WebSettings, addresses: wiring.Addresses) -> FastAPI:
    """Create the application with the pages and APIs of every slice, on this database."""

    @asynccontextmanager
    async def opening() -> AsyncIterator[Database]:
        async with wiring.open_database(addresses, connections=settings.connections) as database:
            yield database

    return create_application(
        settings,
        opening,
        wiring.pages(),
        wiring.apis(),
        listen=addresses.app,
        channels=wiring.CHANNELS,
        checks={"worker": wiring.is_worker_there},
    )


def serve(settings: WebSettings, ready: Callable[[], None] | None = None) -> None:
    """Serve requests in this process until it is stopped.

    Args:
        settings: address, port and limits of the server.
        ready: called once the server accepts requests.

    Raises:
        Misconfigured: a setting, the role or the schema is wrong, or the port is in use.
        Unavailable: the database does not answer.
    """
    current = wiring.load_settings()
    telemetry.configure(current.log_level)
    telemetry.adopt_libraries()
    if not settings.is_local and settings.url is None:
        raise Misconfigured(
            f"Set DAYBREAK_WEB_URL to the public address, such as https://daybreak.example.org, "
            f"to listen on {settings.host}."
        )
    with wiring.postgres(current) as addresses:
        asyncio.run(_serve(settings, addresses, ready))


async def answer(
    app: FastAPI,
    settings: WebSettings,
    listening: socket.socket,
    stop: asyncio.Event,
    ready: Callable[[], None] | None = None,
) -> None:
    """Serve requests on this socket until the event is set; then close the streams and shut down.

    Raises:
        Unavailable: the database was lost before the first request.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.proxies,
        timeout_graceful_shutdown=_TO_FINISH,
        timeout_keep_alive=_KEEP_ALIVE,
        lifespan="on",
    )
    server = _Server(config, ready)
    stopping = asyncio.create_task(_stop(server, app, stop))
    try:
        await server.serve(sockets=[listening])
    except SystemExit:  # uvicorn's, when the application cannot open its database; its log has the reason
        raise Unavailable("The web server cannot start: the database does not answer; try again.") from None
    finally:
        stopping.cancel()


async def _serve(
    settings: WebSettings, addresses: wiring.Addresses, ready: Callable[[], None] | None
) -> None:
    listening = listen(settings)
    async with wiring.open_database(addresses, connections=1):
        pass
    stop = asyncio.Event()
    on_signals(stop.set)
    await answer(create_app(settings, addresses), settings, listening, stop, ready)


async def _stop(server: uvicorn.Server, app: FastAPI, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True
    app.state.site.notifications.close()


class _Server(uvicorn.Server):
    """A server without signal handlers that calls back when it accepts requests."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._ready:
            self._ready()


def listen(settings: WebSettings) -> socket.socket:
    """Return a socket bound to the address and port of the settings.

    Raises:
        Misconfigured: the port is in use, or this machine does not have the address.
    """
    try:
        family, kind, _, _, place = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
    except OSError as error:
        reason = "is already in use" if error.errno == EADDRINUSE else f"cannot be opened ({error.strerror})"
        raise Misconfigured(
            f"Port {settings.port} of {settings.host} {reason}; choose another one with --host and --port."
        ) from None
    listening.setblocking(False)  # noqa: FBT003 - signature of the socket module
    return listening
