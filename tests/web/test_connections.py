"""Test that clients that stall, of whom anybody can be one, cannot keep the server from others."""

import asyncio
import os
import re
import select
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from .chromium import free_port

pytestmark = pytest.mark.integration

HALF = b"GET /sign-in HTTP/1.1\r\nHost: daybreak\r\nX-Half: "
DESCRIPTORS = 400
MANY = 1000


@dataclass
class WebProcess:
    """A web server, and what it has logged."""

    process: asyncio.subprocess.Process
    port: int
    log: Path
    clients: ExitStack

    def connect(
        self, source: str = "127.0.0.1", data: bytes = b"", *, receive_buffer: int | None = None
    ) -> socket.socket:
        """Return a connection from this address, on which the data was sent."""
        client = self.clients.enter_context(socket.socket())
        client.settimeout(60)
        client.bind((source, 0))
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.connect(("127.0.0.1", self.port))
        client.sendall(data)
        return client

    def head(self, path: str, method: str = "GET", **headers: str) -> bytes:
        """Return the head of a request of a browser."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def get(self, path: str, source: str = "127.0.0.1") -> str:
        """Return the response to a client at this address."""

        def get() -> str:
            return read_all(self.connect(source, self.head(path, Connection="close")))

        return await asyncio.to_thread(get)


def read_all(client: socket.socket) -> str:
    """Return what arrives until the server closes the connection."""
    text = b""
    with suppress(ConnectionResetError):
        while part := client.recv(65536):
            text += part
    return text.decode(errors="replace")


def is_closed(client: socket.socket) -> bool:
    """Return whether the server has reset the connection, without reading from it."""
    poll = select.poll()
    poll.register(client, select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))


async def largest_style(web: WebProcess) -> str:
    """Return the path of a static file of some 80 KB."""
    return re.search(r"/static/\w+/vendor/pico[\w.]*css", await web.get("/sign-in"))[0]


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - the state of another process
            await asyncio.sleep(0.05)


@pytest.fixture
def serving(postgres, tmp_path):
    """Start a program, `daybreak web` or the server of example streams, with a descriptor limit."""

    @asynccontextmanager
    async def serving(*, example: bool = False, **settings: str) -> AsyncIterator[WebProcess]:
        port, log = free_port(), tmp_path / "server.log"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYBREAK_")}
        given = {f"DAYBREAK_WEB_{name.upper()}": value for name, value in settings.items()}
        program = [str(Path(sys.executable).with_name("daybreak")), "web", "--port", str(port)]
        if example:
            program = [sys.executable, str(Path(__file__).with_name("example_server.py"))]
            program += [postgres.app, str(port)]
        with log.open("wb") as log_file:
            process = await asyncio.create_subprocess_exec(
                "sh", "-c", f'ulimit -n {DESCRIPTORS}; exec "$@"', "sh", *program,
                env=kept | {"DAYBREAK_DATABASE_URL": postgres.app, "DAYBREAK_LOG_LEVEL": "warning"} | given,
                stdout=asyncio.subprocess.PIPE, stderr=log_file,
            )  # fmt: skip
        try:
            assert await asyncio.wait_for(process.stdout.readline(), 60)
            with ExitStack() as clients:
                yield WebProcess(process, port, log, clients)
        finally:
            process.terminate()
            await asyncio.wait_for(process.wait(), 60)

    return serving


@pytest.mark.parametrize("beginning", [b"", HALF], ids=["silent", "half a request"])
async def test_many_stalled_connections_do_not_lock_others_out(serving, beginning):
    async with serving() as web:
        for _ in range(MANY):
            web.connect("127.0.0.1", beginning)
        assert "alive" in await asyncio.wait_for(web.get("/healthz"), 10)
        assert "Sign in" in await asyncio.wait_for(web.get("/sign-in", "127.0.0.7"), 10)
        assert web.log.stat().st_size < 10_000, web.log.read_text()[:2000]


async def test_half_sent_request_is_closed_with_408(serving):
    async with serving(header_timeout_seconds="0.5") as web:
        half = web.connect(data=HALF)
        assert (await asyncio.to_thread(read_all, half)).startswith("HTTP/1.1 408 Request Timeout")


async def test_connection_without_a_request_is_closed_silently(serving):
    async with serving(header_timeout_seconds="0.5") as web:
        assert await asyncio.to_thread(read_all, web.connect()) == ""


async def test_trickling_headers_are_closed_with_408(serving):
    async with serving(header_timeout_seconds="1") as web:
        reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
        writer.write(HALF)

        async def trickle() -> None:
            while True:
                writer.write(b"x")
                await asyncio.sleep(0.05)

        trickling = asyncio.create_task(trickle())
        assert await asyncio.wait_for(reader.readline(), 60) == b"HTTP/1.1 408 Request Timeout\r\n"
        trickling.cancel()
        writer.close()


async def test_headers_of_a_further_request_have_the_same_limit(serving):
    async with serving(header_timeout_seconds="0.5") as web:
        reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
        for _ in range(2):
            writer.write(web.head("/healthz"))
            await asyncio.wait_for(reader.readuntil(b'"alive"}'), 60)
        writer.write(HALF)
        assert b"HTTP/1.1 408" in await asyncio.wait_for(reader.read(), 60)
        writer.close()


async def test_response_that_is_not_read_is_aborted(serving):
    async with serving(write_timeout_seconds="1") as web:
        style = await largest_style(web)
        client = web.connect(data=web.head(style) * 100, receive_buffer=8192)
        await eventually(lambda: is_closed(client))
        assert "alive" in await web.get("/healthz")


async def test_response_that_is_read_slowly_arrives_whole(serving):
    async with serving(write_timeout_seconds="1") as web:
        style = await largest_style(web)
        client, received = web.connect(data=web.head(style) * 100), 0
        async with asyncio.timeout(60):
            while received < 3_000_000:
                received += len(await asyncio.to_thread(client.recv, 65536))
                await asyncio.sleep(0.05)


async def test_one_client_gets_an_eighth_and_leaves_room_for_others(serving):
    async with serving(example=True, max_connections="16") as web:
        streams = [web.connect("127.0.0.5", web.head("/example/flood")) for _ in range(2)]
        for stream in streams:
            assert b"200 OK" in stream.recv(65536)
        assert (await web.get("/healthz", "127.0.0.5")).startswith("HTTP/1.1 503 ")
        assert "alive" in await web.get("/healthz", "127.0.0.6")


async def test_invalid_requests_do_not_flood_the_log(serving):
    async with serving() as web:
        for _ in range(200):
            await asyncio.to_thread(read_all, web.connect(data=b"\x16\x03\x01 hello\r\n\r\n"))
        assert web.log.read_text().count("Invalid HTTP request") == 1
