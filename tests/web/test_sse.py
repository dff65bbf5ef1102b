"""Test server-sent events and the LISTEN connection."""

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

import asyncpg
import pytest

from daybreak import people
from daybreak.people import ClientInfo, Scope
from daybreak.web import listener, sse
from daybreak.web.listener import Listener

from . import example_pages
from .browser_client import BrowserClient


@pytest.fixture
async def listening(postgres):
    """Return a listener that is connected to the database."""
    listener = Listener(["example"])
    task = asyncio.create_task(listener.listen(postgres.app))
    await _until(lambda: listener.is_listening)
    yield listener
    task.cancel()
    await asyncio.wait([task])


@pytest.fixture
async def notify(postgres):
    connection = await asyncpg.connect(postgres.app)

    async def notify(*topics: str) -> None:
        await connection.execute("SELECT pg_notify('example', $1)", ",".join(topics))

    yield notify
    await connection.close()


async def _until(question) -> None:
    async with asyncio.timeout(60):
        while not question():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.01)


async def test_only_subscribers_of_a_topic_are_woken(listening, notify):
    with listening.subscribe("a", "b") as mine, listening.subscribe("c") as other:
        assert listening.subscriber_count == 2
        await notify("x", "b")
        assert await mine.wait(60)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(other.wait(60), 0.2)
    assert listening.subscriber_count == 0


async def test_notifications_between_waits_are_kept_and_merged(listening, notify):
    with listening.subscribe("a") as subscription, listening.subscribe("z") as after:
        for _ in range(100):
            await notify("a")
        await notify("z")
        assert await after.wait(60)  # notifications come in order
        assert await subscription.wait(60)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(subscription.wait(60), 0.3)


async def test_lost_listener_reconnects_and_wakes_all_subscribers(listening, notify, admin_connection):
    with listening.subscribe("a") as subscription:
        await admin_connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE '%pg_notify($1, $2), now()%' AND pid <> pg_backend_pid()"
        )
        assert await subscription.wait(60)
        await _until(lambda: listening.is_listening)
        await notify("a")
        assert await subscription.wait(60)


async def test_disconnected_listener_polls_every_two_seconds(monkeypatch):
    assert listener._POLL_DISCONNECTED == 2.0
    monkeypatch.setattr(listener, "_POLL_DISCONNECTED", 0.01)
    with Listener(["example"]).subscribe("a") as subscription:
        assert await asyncio.wait_for(subscription.wait(3600), 60) == set()


async def test_closing_the_listener_wakes_all_subscribers(listening):
    with listening.subscribe("a") as subscription:
        listening.close()
        assert await subscription.wait(60)


def events(text: str) -> list[dict[str, str]]:
    """The events of a stream that have data."""
    blocks = [block.splitlines() for block in text.replace("\r\n", "\n").split("\n\n")]
    found = [
        dict(line.split(": ", 1) for line in block if ": " in line and line[0] != ":") for block in blocks
    ]
    return [one for one in found if "data" in one]


async def test_stream_ends_with_the_last_event_and_resumes_after_an_id(example_app, database):
    topic = str(uuid4())
    example_pages.TOPIC_LINES[topic] = ["one", "two", "last"]
    async with BrowserClient.open(example_app, database) as browser:
        whole = await browser.get(f"/example/stream/{topic}")
        rest = await browser.get(f"/example/stream/{topic}", headers={"Last-Event-ID": "2"})
        by_address = await browser.get(f"/example/stream/{topic}?after=2")
    assert whole.headers["content-type"].startswith("text/event-stream")
    assert (whole.headers["cache-control"], whole.headers["x-accel-buffering"]) == ("no-store", "no")
    assert "content-encoding" not in whole.headers
    assert [(one.get("id"), one["data"]) for one in events(whole.text)] == [
        ("1", "<p>one</p>"), ("2", "<p>two</p>"), ("3", "<p>last</p>"), (None, "end"),
    ]  # fmt: skip
    assert [one.get("id") for one in events(rest.text)] == ["3", None]
    assert events(by_address.text) == events(rest.text)


@pytest.fixture
async def open_stream(example_app, database, user, monkeypatch):
    """Return an open stream of Anna's whose periodic session check is disabled."""
    monkeypatch.setattr(sse, "_REAUTHENTICATE_SECONDS", 3600.0)
    async with BrowserClient.open(example_app, database) as browser:
        await browser.sign_in(user)
        open_stream = asyncio.create_task(browser.get(f"/example/stream/{uuid4()}"))
        await _until(lambda: example_app.state.app_state.listener.subscriber_count)
        yield open_stream
        open_stream.cancel()
        await asyncio.wait([open_stream])


async def test_stream_ends_at_once_with_its_session(open_stream, database, user):
    async with database.transaction([user.id]) as tx:
        await people.revoke_all_sessions(tx, user.id)
    answer = await asyncio.wait_for(open_stream, 60)
    assert (answer.status_code, events(answer.text)) == (200, [])


async def test_stream_continues_when_another_session_ends(open_stream, example_app, database, user, notify):
    async with database.transaction([user.id]) as tx:
        await people.create_session(tx, user.id, ClientInfo(address="192.0.2.1"))
        newest, *_ = await people.list_sessions(tx, user.id)
        await people.revoke_session(tx, user.id, newest.id)
    with example_app.state.app_state.listener.subscribe("z") as after:
        await notify("z")
        assert await after.wait(60)  # notifications come in order
    assert not open_stream.done()


async def test_stream_ends_when_its_token_is_revoked_or_expires(
    application, database, user, admin_connection, monkeypatch
):
    for seconds, over in (
        (3600.0, "DELETE FROM people_tokens"),
        (0.2, "UPDATE people_tokens SET expires_at = now()"),
    ):
        monkeypatch.setattr(sse, "_REAUTHENTICATE_SECONDS", seconds)
        async with database.transaction([user.id]) as tx:
            _, secret = await people.create_token(tx, user.id, "A widget", Scope.READ, 30)
        async with BrowserClient.open(application, database) as browser:
            bearer = {"Authorization": f"Bearer {secret}"}
            open_stream = asyncio.create_task(browser.get("/api/v1/events", headers=bearer))
            await _until(lambda: application.state.app_state.listener.subscriber_count)
            await admin_connection.execute(f"{over} WHERE owner_id = $1", user.id)
            assert (await asyncio.wait_for(open_stream, 60)).status_code == 200


async def test_stream_without_a_session_is_a_problem_and_no_sign_in_page(anonymous_client):
    asked = await anonymous_client.get("/runs/stream", headers={"Accept": "text/html, text/event-stream"})
    assert asked.status_code == 401


async def test_stream_sends_events_after_notifications(example_app, database, notify):
    topic = str(uuid4())
    listener = example_app.state.app_state.listener
    async with BrowserClient.open(example_app, database) as browser:
        open_stream = asyncio.create_task(browser.get(f"/example/stream/{topic}"))
        await _until(lambda: listener.subscriber_count)
        for line in ("one", "last"):
            example_pages.TOPIC_LINES.setdefault(topic, []).append(line)
            await notify(topic)
        answer = await asyncio.wait_for(open_stream, 60)
    assert [one["data"] for one in events(answer.text)] == ["<p>one</p>", "<p>last</p>", "end"]
    assert listener.subscriber_count == 0


@pytest.fixture
async def open_gated(example_app, database):
    """Return a function that opens a stream whose reads wait for the gate of its topic."""
    opened = []

    async def open_gated(topic: str, person: people.User, query: str = "") -> asyncio.Task:
        example_pages.TOPIC_GATES.setdefault(topic, asyncio.Event())
        browser = await stack.enter_async_context(BrowserClient.open(example_app, database))
        await browser.sign_in(person)
        listener = example_app.state.app_state.listener
        before = listener.subscriber_count
        opened.append(asyncio.create_task(browser.get(f"/example/stream/{topic}{query}")))
        await _until(lambda: listener.subscriber_count > before)
        await asyncio.sleep(0)  # its first read has been started by now
        return opened[-1]

    async with AsyncExitStack() as stack:
        yield open_gated
        for gate in example_pages.TOPIC_GATES.values():
            gate.set()
        for one in opened:
            one.cancel()
        await asyncio.wait(opened)


async def test_equal_streams_share_a_read(open_gated, user, other_user):
    topic = str(uuid4())
    example_pages.TOPIC_LINES[topic] = ["one", "last"]
    equal = [await open_gated(topic, user) for _ in range(5)]
    other = await open_gated(topic, other_user)
    later = await open_gated(topic, user, "?after=1")
    assert example_pages.TOPIC_READS[topic] == 3, "one for the equal ones, and one for each of the others"
    equal.pop(0).cancel()  # the one that started the read
    example_pages.TOPIC_GATES[topic].set()
    for one in (*equal, other):
        answer = await asyncio.wait_for(one, 60)
        assert [event["data"] for event in events(answer.text)] == ["<p>one</p>", "<p>last</p>", "end"]
    assert "<p>one</p>" not in (await asyncio.wait_for(later, 60)).text
    assert example_pages.TOPIC_READS[topic] == 3


async def test_stream_shares_no_read_that_is_older_than_a_notification(open_gated, example_app, user, notify):
    topic = str(uuid4())
    example_pages.TOPIC_LINES[topic] = []
    first = await open_gated(topic, user)
    example_pages.TOPIC_LINES[topic].append("last")
    with example_app.state.app_state.listener.subscribe("z") as after:
        await notify("z")
        assert await after.wait(60)
        second = await open_gated(topic, user)
    assert example_pages.TOPIC_READS[topic] == 2
    example_pages.TOPIC_GATES[topic].set()
    assert "<p>last</p>" in (await asyncio.wait_for(second, 60)).text
    assert not first.done()
