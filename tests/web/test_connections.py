"""Test that clients that stall, of whom anybody can be one, cannot keep the server from others."""

import asyncio
import re
import select
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from .web_process import WebProcess, read_all

pytestmark = pytest.mark.integration

HALF = b"GET /sign-in HTTP/1.1\r\nHost: daybreak\r\nX-Half: "
MANY = 1000


def is_closed(client: socket.socket) -> bool:
    """Return whether the server has reset the connection, without reading from it."""
    poll = select.poll()
    poll.register(client, select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))


async def largest_style(web: WebProcess) -> str:
    """Return the path of a static file of some 80 KB."""
    return re.search(r"/static/\w+/vendor/pico[\w.]*css", await web.get("/sign-in"))[0]


@asynccontextmanager
async def trickling(web: WebProcess, data: bytes) -> AsyncIterator[asyncio.StreamReader]:
    """Send this, and then a letter now and then."""
    reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
    writer.write(data)

    async def trickle() -> None:
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.05)

    letters = asyncio.create_task(trickle())
    try:
        yield reader
    finally:
        letters.cancel()
        writer.close()


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - the state of another process
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("beginning", [b"", HALF], ids=["silent", "half a request"])
async def test_many_stalled_connections_do_not_lock_others_out(serve_web, beginning):
    async with serve_web() as web:
        for _ in range(MANY):
            web.connect("127.0.0.1", beginning)
        assert "alive" in await asyncio.wait_for(web.get("/healthz"), 60)
        assert "Sign in" in await asyncio.wait_for(web.get("/sign-in", "127.0.0.7"), 60)
        assert web.log.stat().st_size < 10_000, web.log.read_text()[:2000]


async def test_half_sent_request_is_closed_with_408(serve_web):
    async with serve_web(header_timeout_seconds="0.5") as web:
        half = web.connect(data=HALF)
        assert (await asyncio.to_thread(read_all, half)).startswith("HTTP/1.1 408 Request Timeout")


async def test_connection_without_a_request_is_closed_silently(serve_web):
    async with serve_web(header_timeout_seconds="0.5") as web:
        assert await asyncio.to_thread(read_all, web.connect()) == ""


async def test_trickling_headers_are_closed_with_408(serve_web):
    async with serve_web(header_timeout_seconds="1") as web, trickling(web, HALF) as reader:
        assert await asyncio.wait_for(reader.readline(), 60) == b"HTTP/1.1 408 Request Timeout\r\n"


async def test_headers_of_a_further_request_have_the_same_limit(serve_web):
    async with serve_web(header_timeout_seconds="0.5") as web:
        reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
        for _ in range(2):
            writer.write(web.head("/healthz"))
            await asyncio.wait_for(reader.readuntil(b'"alive"}'), 60)
        writer.write(HALF)
        assert b"HTTP/1.1 408" in await asyncio.wait_for(reader.read(), 60)
        writer.close()


async def test_response_that_is_not_read_is_aborted(serve_web):
    async with serve_web(write_timeout_seconds="1") as web:
        style = await largest_style(web)
        client = web.connect(data=web.head(style) * 100, receive_buffer=8192)
        await eventually(lambda: is_closed(client))
        assert "alive" in await web.get("/healthz")


async def test_response_that_is_read_slowly_arrives_whole(serve_web):
    async with serve_web(write_timeout_seconds="10") as web:
        style = await largest_style(web)
        client, received = web.connect(data=web.head(style) * 100, receive_buffer=65536), 0
        async with asyncio.timeout(120):
            while received < 3_000_000:
                received += len(await asyncio.to_thread(client.recv, 65536))
                await asyncio.sleep(0.3)


async def test_one_client_gets_an_eighth_and_leaves_room_for_others(serve_web):
    async with serve_web(example=True, max_connections="16") as web:
        streams = [web.connect("127.0.0.5", web.head("/example/flood")) for _ in range(2)]
        for stream in streams:
            assert b"200 OK" in stream.recv(65536)
        assert (await web.get("/healthz", "127.0.0.5")).startswith("HTTP/1.1 503 ")
        assert "alive" in await web.get("/healthz", "127.0.0.6")


async def test_invalid_requests_do_not_flood_the_log(serve_web):
    async with serve_web() as web:
        for _ in range(200):
            await asyncio.to_thread(read_all, web.connect(data=b"\x16\x03\x01 hello\r\n\r\n"))
        assert web.log.read_text().count("Invalid HTTP request") == 1


async def test_rest_of_an_answered_request_has_a_limit(serve_web):
    async with serve_web(body_idle_seconds="1") as web:
        head = web.head("/theme", "POST", Content_Length="2000000", Sec_Fetch_Site="same-origin")
        async with trickling(web, head) as reader:
            assert (await asyncio.wait_for(reader.readline(), 60)).startswith(b"HTTP/1.1 413")
            with suppress(ConnectionResetError):
                await asyncio.wait_for(reader.read(), 60)


async def test_half_sent_bodies_do_not_add_up(serve_web):
    form = "application/x-www-form-urlencoded"
    async with serve_web(max_connections="80") as web:
        head = web.head(
            "/sign-in", "POST", Content_Length="900000", Content_Type=form, Sec_Fetch_Site="same-origin"
        )
        sent = [web.connect("127.0.0.1", head + b"x" * 9000) for _ in range(30)]
        await eventually(lambda: sum(map(is_closed, sent)) >= 20)
        assert "Sign in" in await web.get("/sign-in")
        assert sum(map(is_closed, sent)) == 20, "an eighth of all connections stays open"
