"""Test server-sent events and the LISTEN connection."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from daybreak import people
from daybreak.people import Client, Scope
from daybreak.web import listener, sse
from daybreak.web.listener import Notifications

from . import example_pages
from .browser_client import Browser


@pytest.fixture
async def listening(postgres):
    """Return a listener that is connected to the database."""
    listener = Notifications(["trial"])
    task = asyncio.create_task(listener.listen(postgres.app))
    await _until(lambda: listener.hearing)
    yield listener
    task.cancel()
    await asyncio.wait([task])


@pytest.fixture
async def tell(postgres):
    connection = await asyncpg.connect(postgres.app)

    async def tell(*topics: str) -> None:
        await connection.execute("SELECT pg_notify('trial', $1)", ",".join(topics))

    yield tell
    await connection.close()


async def _until(question) -> None:
    async with asyncio.timeout(60):
        while not question():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.01)


async def test_only_subscribers_of_a_topic_are_woken(listening, tell):
    with listening.follow("a", "b") as mine, listening.follow("c") as other:
        assert listening.followers == 2
        await tell("x", "b")
        assert await mine.wait(60)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(other.wait(60), 0.2)
    assert listening.followers == 0


async def test_notifications_between_waits_are_kept_and_merged(listening, tell):
    with listening.follow("a") as bell, listening.follow("z") as after:
        for _ in range(100):
            await tell("a")
        await tell("z")
        assert await after.wait(60)  # notifications come in order
        assert await bell.wait(60)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(bell.wait(60), 0.3)


async def test_lost_listener_reconnects_and_wakes_all_subscribers(listening, tell, as_admin):
    with listening.follow("a") as bell:
        await as_admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'NOTIFY daybreak_echo%'"
        )
        assert await bell.wait(60)
        await _until(lambda: listening.hearing)
        await tell("a")
        assert await bell.wait(60)


async def test_disconnected_listener_polls_every_two_seconds(monkeypatch):
    assert listener._DEAF == 2.0
    monkeypatch.setattr(listener, "_DEAF", 0.01)
    with Notifications(["trial"]).follow("a") as bell:
        assert await asyncio.wait_for(bell.wait(3600), 60) == set()


async def test_closing_the_listener_wakes_all_subscribers(listening):
    with listening.follow("a") as bell:
        listening.close()
        assert await bell.wait(60)


def events(text: str) -> list[dict[str, str]]:
    """The events of a stream that have data."""
    blocks = [block.splitlines() for block in text.replace("\r\n", "\n").split("\n\n")]
    found = [
        dict(line.split(": ", 1) for line in block if ": " in line and line[0] != ":") for block in blocks
    ]
    return [one for one in found if "data" in one]


async def test_stream_ends_with_the_last_event_and_resumes_after_an_id(trial_app, database):
    topic = str(uuid4())
    example_pages.told[topic] = ["one", "two", "last"]
    async with Browser.open(trial_app, database) as browser:
        whole = await browser.get(f"/trial/news/{topic}")
        rest = await browser.get(f"/trial/news/{topic}", headers={"Last-Event-ID": "2"})
        by_address = await browser.get(f"/trial/news/{topic}?after=2")
    assert whole.headers["content-type"].startswith("text/event-stream")
    assert (whole.headers["cache-control"], whole.headers["x-accel-buffering"]) == ("no-store", "no")
    assert "content-encoding" not in whole.headers
    assert [(one.get("id"), one["data"]) for one in events(whole.text)] == [
        ("1", "<p>one</p>"), ("2", "<p>two</p>"), ("3", "<p>last</p>"), (None, "end"),
    ]  # fmt: skip
    assert [one.get("id") for one in events(rest.text)] == ["3", None]
    assert events(by_address.text) == events(rest.text)


@pytest.fixture
async def followed(trial_app, database, user, monkeypatch):
    """Return an open stream of Anna's whose periodic session check is disabled."""
    monkeypatch.setattr(sse, "_KNOWN", 3600.0)
    async with Browser.open(trial_app, database) as browser:
        await browser.enter(user)
        followed = asyncio.create_task(browser.get(f"/trial/news/{uuid4()}"))
        await _until(lambda: trial_app.state.site.notifications.followers)
        yield followed
        followed.cancel()
        await asyncio.wait([followed])


async def test_stream_ends_at_once_with_its_session(followed, database, user):
    async with database.transaction([user.id]) as tx:
        await people.end_all(tx, user.id)
    answer = await asyncio.wait_for(followed, 60)
    assert (answer.status_code, events(answer.text)) == (200, [])


async def test_stream_continues_when_another_session_ends(followed, trial_app, database, user, tell):
    async with database.transaction([user.id]) as tx:
        await people.begin(tx, user.id, Client(address="192.0.2.1"))
        newest, *_ = await people.list_sessions(tx, user.id)
        await people.end(tx, user.id, newest.id)
    with trial_app.state.site.notifications.follow("z") as after:
        await tell("z")
        assert await after.wait(60)  # notifications come in order
    assert not followed.done()


async def test_stream_ends_when_its_token_is_revoked_or_expires(
    application, database, user, as_admin, monkeypatch
):
    for seconds, over in (
        (3600.0, "DELETE FROM people_tokens"),
        (0.2, "UPDATE people_tokens SET expires_at = now()"),
    ):
        monkeypatch.setattr(sse, "_KNOWN", seconds)
        async with database.transaction([user.id]) as tx:
            _, secret = await people.make_token(tx, user.id, "A widget", Scope.READ, 30)
        async with Browser.open(application, database) as browser:
            bearer = {"Authorization": f"Bearer {secret}"}
            followed = asyncio.create_task(browser.get("/api/v1/events", headers=bearer))
            await _until(lambda: application.state.site.notifications.followers)
            await as_admin.execute(f"{over} WHERE owner_id = $1", user.id)
            assert (await asyncio.wait_for(followed, 60)).status_code == 200


async def test_stream_without_a_session_is_a_problem_and_no_sign_in_page(stranger):
    asked = await stranger.get("/runs/news", headers={"Accept": "text/html, text/event-stream"})
    assert asked.status_code == 401


async def test_stream_sends_events_after_notifications(trial_app, database, tell):
    topic = str(uuid4())
    listener = trial_app.state.site.notifications
    async with Browser.open(trial_app, database) as browser:
        followed = asyncio.create_task(browser.get(f"/trial/news/{topic}"))
        await _until(lambda: listener.followers)
        for line in ("one", "last"):
            example_pages.told.setdefault(topic, []).append(line)
            await tell(topic)
        answer = await asyncio.wait_for(followed, 60)
    assert [one["data"] for one in events(answer.text)] == ["<p>one</p>", "<p>last</p>", "end"]
    assert listener.followers == 0
