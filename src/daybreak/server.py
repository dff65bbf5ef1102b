"""The web's process: it answers until it is told to stop.

SIGTERM and Ctrl-C end streams, let what is under way finish for a few seconds, and then the process.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from daybreak import telemetry, wiring
from daybreak.db import Database
from daybreak.errors import Misconfigured, Unavailable
from daybreak.processes import on_signals
from daybreak.web import WebSettings, create_application

# Who does not read keeps it waiting for all of this, and it is to be gone within five seconds when busy, too.
_TO_FINISH = 2
_KEEP_ALIVE = 30


def create_app(settings: WebSettings, addresses: wiring.Addresses) -> FastAPI:
    """The application with the pages of every slice, on that database."""

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
    """Answer requests in this process until it is told to stop.

    Args:
        settings: where to listen, and the rest.
        ready: called once it answers.

    Raises:
        Misconfigured: a setting, the role or the schema is wrong, or the port is taken.
        Unavailable: the database does not answer.
    """
    current = wiring.load_settings()
    telemetry.configure(current.log_level)
    telemetry.adopt_libraries()
    if not settings.is_local and settings.url is None:
        raise Misconfigured(
            f"To listen on {settings.host}, others must know the address: give it in DAYBREAK_WEB_URL, "
            "like https://daybreak.example.org."
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
    """Answer requests at that socket until the event is set; then streams end, and soon all there is.

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
    """Leaves signals to us, and tells when it answers."""

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
    """A socket at the address and port of the settings.

    Raises:
        Misconfigured: it is taken, or there is no such address here.
    """
    try:
        family, kind, _, _, place = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
    except OSError as error:
        raise Misconfigured(
            f"Nothing can listen on {settings.host}, port {settings.port} ({error.strerror}); "
            "give another one with --host and --port."
        ) from None
    listening.setblocking(False)  # noqa: FBT003 - the socket's own
    return listening
