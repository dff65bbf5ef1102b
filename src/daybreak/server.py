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
from daybreak.db import CompatibilityMonitor, Database
from daybreak.errors import Misconfigured, Unavailable
from daybreak.supervision import stop_on_signals
from daybreak.web import (
    ClientAddressMiddleware,
    ConnectionCapacity,
    ConnectionLimiter,
    ConnectionTimeouts,
    WebSettings,
    create_app,
    make_protocol_class,
    raise_descriptor_limit,
)

# A client that does not read delays the shutdown by all of it; a busy server must stop within 5 seconds, too.
_GRACEFUL_SHUTDOWN_SECONDS = 2
_KEEP_ALIVE_SECONDS = 30
_OUTDATED_SECONDS = 5
# asyncio accepts a whole backlog before it can close a connection that is one too many: more would occupy all
# descriptors. The kernel's queue of clients may be longer.
_ACCEPTS_PER_ITERATION = 16
_BACKLOG = 1024
_ACQUIRE_SECONDS = 5  # a client that waits longer has often sent the request again


def build_app(settings: WebSettings, database_urls: wiring.DatabaseUrls) -> FastAPI:
    """Create the application with the pages and APIs of every slice, on this database."""

    @asynccontextmanager
    async def open_database() -> AsyncIterator[Database]:
        async with wiring.open_database(
            database_urls, connections=settings.database_connections, acquire_seconds=_ACQUIRE_SECONDS
        ) as database:
            yield database

    return create_app(
        settings,
        open_database,
        wiring.pages(),
        wiring.apis(),
        listen_dsn=database_urls.app,
        channels=wiring.NOTIFY_CHANNELS,
        has_live_worker=wiring.has_live_worker,
    )


def serve(settings: WebSettings, on_ready: Callable[[], None] | None = None) -> None:
    """Serve requests in this process until it is stopped.

    Args:
        settings: address, port and limits of the server.
        on_ready: called once the server accepts requests.

    Raises:
        Misconfigured: a setting, the role or the schema is wrong, or the port is in use.
        Unavailable: the database does not answer.
    """
    current = wiring.load_settings()
    telemetry.configure(current.log_level)
    telemetry.capture_stdlib_logging()
    if not settings.is_local and settings.url is None:
        raise Misconfigured(
            f"Set DAYBREAK_WEB_URL to the public address, such as https://daybreak.example.org, "
            f"to listen on {settings.host}."
        )
    with wiring.postgres(current, long_running=True) as addresses:
        asyncio.run(_serve(settings, addresses, on_ready))


async def serve_on_socket(
    app: FastAPI,
    settings: WebSettings,
    listener: socket.socket,
    stop: asyncio.Event,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """Serve requests on this socket until the event is set; then close the streams and shut down.

    Once a newer program has migrated the database, requests get 503 for some seconds before the shutdown, so
    that load balancers notice it.

    Raises:
        Unavailable: the database was lost before the first request.
        Outdated: a newer program has migrated the database.
    """
    compatibility: CompatibilityMonitor = app.state.app_state.compatibility
    compatibility.on_outdated(lambda: asyncio.get_running_loop().call_later(_OUTDATED_SECONDS, stop.set))
    server = _SignallessServer(_configure(app, settings), on_ready)
    stopping = asyncio.create_task(_shut_down_on(server, app, stop))
    try:
        await server.serve(sockets=[listener])
    except SystemExit:  # uvicorn's, when the application cannot open its database; its log has the reason
        raise Unavailable("The web server cannot start: the database does not answer; try again.") from None
    finally:
        stopping.cancel()
    compatibility.raise_if_outdated()


def _configure(app: FastAPI, settings: WebSettings) -> uvicorn.Config:
    raise_descriptor_limit()
    capacity = ConnectionCapacity.of_process(settings.max_connections)
    addressed = ClientAddressMiddleware(app, trusted_proxies=settings.trusted_proxies)
    timeouts = ConnectionTimeouts(
        head=settings.header_timeout_seconds,
        rest=settings.body_idle_seconds,
        write=settings.write_timeout_seconds,
    )
    return uvicorn.Config(
        addressed,
        http=make_protocol_class(ConnectionLimiter(capacity), timeouts, addressed.is_trusted_proxy),
        ws="none",
        backlog=_ACCEPTS_PER_ITERATION,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACEFUL_SHUTDOWN_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        lifespan="on",
    )


async def _serve(
    settings: WebSettings, database_urls: wiring.DatabaseUrls, on_ready: Callable[[], None] | None
) -> None:
    listener = bind(settings)
    async with wiring.open_database(database_urls, connections=1):
        pass
    stop = asyncio.Event()
    stop_on_signals(stop.set)
    await serve_on_socket(build_app(settings, database_urls), settings, listener, stop, on_ready)


async def _shut_down_on(server: uvicorn.Server, app: FastAPI, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True
    app.state.app_state.listener.close()


class _SignallessServer(uvicorn.Server):
    """A server without signal handlers that calls back when it accepts requests."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(_BACKLOG)
        if self.started and self._on_ready:
            self._on_ready()


def bind(settings: WebSettings) -> socket.socket:
    """Return a socket bound to the address and port of the settings.

    Raises:
        Misconfigured: the port is in use, or this machine does not have the address.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        reason = "is already in use" if error.errno == EADDRINUSE else f"cannot be opened ({error.strerror})"
        raise Misconfigured(
            f"Port {settings.port} of {settings.host} {reason}; choose another one with --host and --port."
        ) from None
    listener.setblocking(False)  # noqa: FBT003 - signature of the socket module
    return listener
