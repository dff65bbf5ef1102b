"""Test that one user cannot fill what all users share: threads, database connections and streams."""

import asyncio
import gzip
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from uuid import uuid4

import httpx2
import orjson
import pytest
from structlog.testing import capture_logs

from daybreak import server
from daybreak.account import download
from daybreak.web.concurrency import ConcurrencyLimiter

from ..agenda.conftest import KEY  # noqa: TID252 - tests are no package that could be named
from .running_server import RunningServer

TASKS = "/api/v1/agenda/tasks"
ADDRESSES = "/api/v1/agenda/sources"
EXPORT = "/settings/data/export"


@pytest.fixture
def serving(postgres, database):
    def start(**settings):
        return RunningServer.start(postgres.app, database, **settings)

    return start


@pytest.fixture
async def silent_address(monkeypatch) -> AsyncIterator["SilentAddress"]:
    """Return an address that accepts connections and never answers."""
    monkeypatch.setenv("DAYBREAK_INTAKE_ENCRYPTION_KEYS", KEY)
    monkeypatch.setenv("DAYBREAK_INTAKE_ALLOW_PRIVATE_ADDRESSES", "true")
    monkeypatch.setenv("DAYBREAK_INTAKE_FETCH_SECONDS", "300")
    address = SilentAddress()
    async with address.listen():
        yield address


class SilentAddress:
    """A server that counts its connections and closes them at the end."""

    def __init__(self) -> None:
        self.writers: list[asyncio.StreamWriter] = []
        self.port = 0

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[None]:
        listening = await asyncio.start_server(lambda _, writer: self.writers.append(writer), "127.0.0.1", 0)
        self.port = listening.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            self.close()
            listening.close()

    def close(self) -> None:
        for writer in self.writers:
            writer.close()

    def add(self, client: httpx2.AsyncClient) -> asyncio.Task[httpx2.Response]:
        """Start to add a calendar of this address."""
        body = {"address": f"http://127.0.0.1:{self.port}/{uuid4()}.ics"}
        return asyncio.create_task(client.post(ADDRESSES, json=body))


async def until(question: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not question():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.01)


async def test_slow_addresses_and_exports_of_one_user_delay_no_other(
    serving, silent_address, user, other_user
):
    async with serving() as running, AsyncExitStack() as stack:
        anna = await stack.enter_async_context(running.open_client(user))
        bob = await stack.enter_async_context(running.open_client(other_user))
        slow = [silent_address.add(bob) for _ in range(12)]
        await until(lambda: len(silent_address.writers) >= 2)
        exports = [asyncio.create_task(bob.get(EXPORT)) for _ in range(9)]

        read = await asyncio.wait_for(anna.get(TASKS), 60)
        style = await asyncio.wait_for(anna.get(running.state.static_files.url("app.css")), 60)
        first = await asyncio.wait_for(next(asyncio.as_completed(exports)), 60)

        assert [one.status_code for one in (read, style, first)] == [200, 200, 200]
        assert len(silent_address.writers) == 2, "one user has two threads for addresses at most"
        assert not any(one.done() for one in slow), "the addresses still hang"
        silent_address.close()
        for task in (*slow, *exports):
            task.cancel()
        await asyncio.wait([*slow, *exports])


async def test_third_concurrent_address_of_one_user_is_rejected_until_one_has_ended(
    serving, silent_address, user
):
    async with serving() as running, running.open_client(user) as client:
        quick = ConcurrencyLimiter("new addresses", 8, share=2, wait_seconds=0.05)
        running.state.limiters = replace(running.state.limiters, addresses=quick)
        slow = [silent_address.add(client) for _ in range(2)]
        await until(lambda: len(silent_address.writers) == 2)
        third = await silent_address.add(client)
        assert (third.status_code, third.headers["Retry-After"]) == (429, "30")
        assert third.json()["detail"] == (
            "At most 2 of your new addresses can be in progress; try again in 30 seconds."
        )
        silent_address.close()
        assert [(await one).status_code for one in slow] == [503, 503]
        again = silent_address.add(client)
        await until(lambda: len(silent_address.writers) == 3)
        silent_address.close()
        assert (await again).status_code == 503


async def test_few_operations_of_one_user_may_wait_since_each_occupies_a_connection(
    serving, user, other_user
):
    async with serving() as running, AsyncExitStack() as stack:
        anna = await stack.enter_async_context(running.open_client(user))
        bob = await stack.enter_async_context(running.open_client(other_user))
        patient = ConcurrencyLimiter("exports", 4, share=1, wait_seconds=3600)
        running.state.limiters = replace(running.state.limiters, exports=patient)
        async with patient.acquire(other_user.id):
            exports = [asyncio.create_task(bob.get(EXPORT)) for _ in range(40)]
            await until(lambda: sum(one.done() for one in exports) == 40 - 16)
            assert {one.result().status_code for one in exports if one.done()} == {429}
            assert (await anna.get(EXPORT)).status_code == 200
        assert {(await one).status_code for one in exports if not one.done()} == {200}


async def test_full_pool_answers_503_with_retry_after_instead_of_waiting(serving, user, monkeypatch):
    monkeypatch.setattr(server, "_ACQUIRE_SECONDS", 0.5)
    async with serving(database_connections=1) as running, running.open_client(user) as client:
        with capture_logs() as logged:
            async with running.state.database.without_owner():
                refused = await client.get(TASKS)
                page = await client.get("/settings", headers={"Accept": "text/html"})
        assert [one.status_code for one in (refused, page)] == [503, 503]
        assert [one.headers["Retry-After"] for one in (refused, page)] == ["5", "5"]
        assert refused.json()["detail"] == "Too many requests wait for the database; try again in a moment."
        assert "all 1 connections are in use" in str(logged)
        assert (await client.get(TASKS)).status_code == 200


@asynccontextmanager
async def busy_default_executor() -> AsyncIterator[None]:
    """Occupy every thread of asyncio's default executor."""
    release = threading.Event()
    waiting = [asyncio.get_running_loop().run_in_executor(None, release.wait) for _ in range(64)]
    try:
        yield
    finally:
        release.set()
        await asyncio.gather(*waiting)


async def test_pages_files_sign_ins_and_exports_need_no_thread_of_the_default_executor(
    serving, user, reset_throttle
):
    async with serving() as running, running.open_client(user) as client, busy_default_executor():
        for path in ("/settings", EXPORT, running.state.static_files.url("vendor/htmx.js")):
            assert (await asyncio.wait_for(client.get(path), 60)).status_code == 200
        form = {"email": user.email, "password": "correct horse"}
        wrong = await asyncio.wait_for(client.post("/sign-in", data=form), 60)
        assert wrong.status_code == 401


async def test_static_file_is_compressed_once(serving):
    async with serving() as running, running.open_client() as client:
        path = running.state.static_files.url("vendor/htmx.js")
        async with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
            sent = b"".join([part async for part in answer.aiter_raw()])
        plain = await client.get(path, headers={"Accept-Encoding": "identity"})
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(sent) == plain.content
    assert "Content-Encoding" not in plain.headers


async def test_twenty_first_stream_of_one_user_is_rejected_and_others_are_not(serving, user, other_user):
    async with serving() as running, AsyncExitStack() as stack:
        anna = await stack.enter_async_context(running.open_client(user))
        bob = await stack.enter_async_context(running.open_client(other_user))

        async def follow(client: httpx2.AsyncClient) -> httpx2.Response:
            return await stack.enter_async_context(client.stream("GET", "/runs/stream"))

        open_streams = [await follow(anna) for _ in range(20)]
        assert {one.status_code for one in open_streams} == {200}
        refused = await follow(anna)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
        assert (await follow(bob)).status_code == 200
        await open_streams[0].aclose()
        await until(lambda: running.state.listener.subscriber_count == 20)
        assert (await follow(anna)).status_code == 200


async def test_streams_are_limited_in_all(serving, user, other_user):
    async with serving(max_streams=1) as running, AsyncExitStack() as stack:
        statuses = []
        for one in (user, other_user):
            client = await stack.enter_async_context(running.open_client(one))
            answer = await stack.enter_async_context(client.stream("GET", "/runs/stream"))
            statuses.append(answer.status_code)
    assert statuses == [200, 503]


@pytest.fixture
async def large_account(database, user) -> list[str]:
    """Give the user twelve megabytes of rows that do not compress; return their keys."""
    keys = [f"run {number}" for number in range(60)]
    async with database.transaction([user.id]) as tx:
        for key in keys:
            await tx.execute(
                "INSERT INTO runs_open"
                " (owner_id, id, kind, queue, key, parameters, max_attempts, status, scheduled_at)"
                " VALUES ($1, $2, 'x.y', 'bulk', $3, $4, 1, 'queued', 'infinity')",
                user.id,
                uuid4(),
                key,
                orjson.dumps({"text": os.urandom(200_000).hex()}).decode(),
            )
    return keys


async def test_export_that_is_not_read_ends_and_occupies_no_database_connection(
    serving, user, large_account, admin_connection, monkeypatch
):
    monkeypatch.setattr(download, "_CHUNK_SECONDS", 0.2)
    async with (
        serving() as running,
        running.open_client(user) as client,
        client.stream("GET", EXPORT) as unread,
    ):
        assert unread.status_code == 200
        in_use = await admin_connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
        )
        assert in_use == 0
        whole = await client.get(EXPORT)  # waits for the slot of the first one
    assert whole.status_code == 200
    assert len(whole.content) > 60 * 200_000


@pytest.mark.parametrize("page", [False, True], ids=["api", "page"])
async def test_wrong_setting_is_explained_to_the_operator_only(serving, user, monkeypatch, page):
    monkeypatch.setenv("DAYBREAK_INTAKE_ENCRYPTION_KEYS", "not a key")
    address = "https://calendar.example/my.ics"
    async with serving() as running, running.open_client(user) as client:
        with capture_logs() as logged:
            if page:
                form, accept = {"address": address, "name": ""}, {"Accept": "text/html"}
                answer = await client.post("/agenda/sources/address", data=form, headers=accept)
            else:
                answer = await client.post(ADDRESSES, json={"address": address})
    assert (answer.status_code, "The server is misconfigured" in answer.text) == (500, True)
    assert "ENCRYPTION_KEYS" not in answer.text
    assert "ENCRYPTION_KEYS" in str(logged)
