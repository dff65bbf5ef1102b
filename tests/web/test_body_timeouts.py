"""Test that slow and stalled uploads time out and do not block others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import uuid4

import httpx2
import pytest
from structlog.testing import capture_logs

from daybreak import people, server, wiring
from daybreak.people import ClientInfo, User
from daybreak.web import WebSettings
from daybreak.web.concurrency import ConcurrencyLimiter

HEAD = (
    "POST /api/v1/agenda/sources/files HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    "Cookie: daybreak-{port}={secret}\r\nSec-Fetch-Site: same-origin\r\n"
    "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 33000000\r\n\r\n"
    '--b\r\nContent-Disposition: form-data; name="files"; filename="todo.txt"\r\n\r\n'
)


@dataclass
class Sending:
    """An upload that is under way."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answer(self) -> str:
        """Return the response until the server closes the connection, or resets it while data is sent."""
        text = b""
        with suppress(ConnectionResetError):
            while part := await asyncio.wait_for(self.reader.read(65536), 60):
                text += part
        self.writer.close()
        return text.decode()

    async def trickle(self) -> None:
        """Send a letter now and then."""
        while True:
            self.writer.write(b"x")
            await asyncio.sleep(0.05)


@dataclass
class Receiver:
    """A server with short timeouts and few upload slots."""

    settings: WebSettings
    upload_limiter: ConcurrencyLimiter
    database: object

    async def secret(self, user: User) -> str:
        async with self.database.transaction([user.id]) as tx:
            return await people.create_session(tx, user.id, ClientInfo(address="127.0.0.1"))

    async def begin(self, user: User, size: int = 0) -> Sending:
        """Start an upload of a user and send that many bytes, without finishing it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.settings.port)
        head = HEAD.format(port=self.settings.port, secret=await self.secret(user))
        writer.write(head.encode() + b"x" * size)
        with suppress(ConnectionResetError):
            await writer.drain()
        return Sending(reader, writer)

    async def send(self, user: User) -> httpx2.Response:
        """Upload a file."""
        cookies = {f"daybreak-{self.settings.port}": await self.secret(user)}
        async with httpx2.AsyncClient(base_url=self.settings.base_url, cookies=cookies, timeout=60) as client:
            return await client.post(
                "/api/v1/agenda/sources/files",
                files=[("files", ("todo.txt", b"Call Berta\n", "text/plain"))],
                headers={"Sec-Fetch-Site": "same-origin"},
            )


async def create_member(database) -> User:
    return await people.create_user(database, f"{uuid4().hex}@example.org", timezone="UTC", name="Eve")


@pytest.fixture
def serving(postgres, database):
    @asynccontextmanager
    async def serving(**settings) -> AsyncIterator[Receiver]:
        listening = server.bind(WebSettings(port=1024).model_copy(update={"port": 0}))
        port = listening.getsockname()[1]
        web = WebSettings(port=port, **settings)
        app = server.build_app(web, wiring.DatabaseUrls(postgres.app, None, embedded=False))
        stop, ready = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(server.serve_on_socket(app, web, listening, stop, ready.set))
        await asyncio.wait_for(ready.wait(), 60)
        try:
            yield Receiver(web, app.state.app_state.limiters.uploads, database)
        finally:
            stop.set()
            await asyncio.wait_for(task, 60)

    return serving


async def test_stalled_upload_gets_408_and_releases_its_slot(serving, user, other_user):
    async with serving(body_idle_seconds=1.0, max_concurrent_uploads=1) as receiver:
        silent = await receiver.begin(user)
        answer = await silent.answer()
        assert answer.startswith("HTTP/1.1 408")
        assert '"detail":"The request body arrived too slowly' in answer
        assert (await receiver.send(other_user)).status_code == 202


async def test_trickling_upload_times_out(serving, user):
    async with serving(body_idle_seconds=60.0, body_timeout_seconds=0.5) as receiver:
        slow = await receiver.begin(user)
        trickling = asyncio.create_task(slow.trickle())
        assert (await slow.answer()).startswith("HTTP/1.1 408")
        trickling.cancel()


async def test_slow_uploads_of_one_user_do_not_block_others(serving, user, other_user):
    with capture_logs() as logged:
        async with serving(body_idle_seconds=60.0, max_concurrent_uploads=2) as receiver:
            slow = [await receiver.begin(user) for _ in range(3)]
            assert (await receiver.send(other_user)).status_code == 202
            for one in slow:
                one.writer.close()
    events = [one["event"] for one in logged]
    assert "web.unhandled_exception" not in events, "a disconnected client is not a defect"


async def test_slow_uploads_of_several_users_block_neither_them_nor_others(serving, user, database):
    senders = [user, *[await create_member(database) for _ in range(3)]]
    async with serving(body_idle_seconds=60.0, upload_wait_seconds=0.5) as receiver:
        slow = [await receiver.begin(one) for one in senders for _ in range(3)]
        trickles = [asyncio.create_task(one.trickle()) for one in slow]
        for one in [*senders, await create_member(database)]:
            assert (await receiver.send(one)).status_code == 202
        for trickle, one in zip(trickles, slow, strict=True):
            trickle.cancel()
            one.writer.close()


async def test_whole_uploads_that_are_not_finished_are_limited_per_user(serving, user, other_user):
    async with serving(body_idle_seconds=60.0) as receiver:
        unfinished = [await receiver.begin(user, 30 * 1024 * 1024) for _ in range(3)]
        lines = [asyncio.create_task(one.reader.readline()) for one in unfinished]
        await asyncio.wait(lines, timeout=60, return_when=asyncio.FIRST_COMPLETED)
        assert [line.result() for line in lines if line.done()] == [b"HTTP/1.1 429 Too Many Requests\r\n"]
        assert (await receiver.send(other_user)).status_code == 202
        for one in unfinished:
            one.writer.close()
        await asyncio.gather(*lines)


async def test_second_upload_of_one_user_that_waits_too_long_gets_429(serving, user):
    async with (
        serving(upload_wait_seconds=0.4, max_concurrent_uploads=1) as receiver,
        receiver.upload_limiter.acquire(user.id),
    ):
        answer = await receiver.send(user)
        assert (answer.status_code, "your uploads" in answer.text) == (429, True)


async def test_upload_that_waits_too_long_for_uploads_of_others_gets_503(serving, user, other_user):
    async with (
        serving(upload_wait_seconds=0.4, max_concurrent_uploads=1) as receiver,
        receiver.upload_limiter.acquire(other_user.id),
    ):
        answer = await receiver.send(user)
        assert (answer.status_code, "Too many uploads" in answer.text) == (503, True)
        assert answer.headers["Retry-After"] == "30"
