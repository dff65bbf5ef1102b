"""Test which requests count as user activity."""

import asyncio
from datetime import datetime

import pytest
from starlette.requests import Request

from daybreak import people
from daybreak.people import LinkPurpose, Scope
from daybreak.web.activity import counts_as_activity

from .browser_client import BrowserClient

LONG_AGO = "UPDATE people_users SET last_seen_at = '2020-01-01' WHERE id = $1"
UNSEEN = "UPDATE people_sessions SET seen_at = now() - interval '1 hour' WHERE owner_id = $1"
A_CLICK = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-User": "?1"}
BY_ITSELF = {"Sec-Fetch-Mode": "navigate", "Referer": "http://127.0.0.1:8321/briefs"}


@pytest.fixture
def last_seen_at(admin_connection, user):
    async def last_seen_at() -> datetime:
        return await admin_connection.fetchval("SELECT last_seen_at FROM people_users WHERE id = $1", user.id)

    return last_seen_at


@pytest.fixture
async def long_away(admin_connection, user, anna_client) -> None:
    """Anna has an open page, and was there long ago."""
    await admin_connection.execute(LONG_AGO, user.id)
    await admin_connection.execute(UNSEEN, user.id)


def request(method: str, headers: dict[str, str]) -> Request:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    server = ("127.0.0.1", 8321)
    return Request({
        "type": "http", "method": method, "path": "/briefs", "query_string": b"", "headers": raw,
        "scheme": "http", "server": server,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("method", "headers", "counts"),
    [
        ("GET", {}, True),
        ("GET", A_CLICK, True),
        ("GET", BY_ITSELF | A_CLICK, True),
        ("GET", BY_ITSELF | {"Referer": "http://127.0.0.1:8321/agenda"}, True),
        ("GET", BY_ITSELF, False),
        ("GET", {"Sec-Fetch-Mode": "cors"}, False),
        ("POST", {"Sec-Fetch-Mode": "cors"}, True),
        ("GET", {"Accept": "text/html, text/event-stream"}, False),
    ],
)
def test_activity_excludes_automatic_requests(method, headers, counts):
    assert counts_as_activity(request(method, headers)) is counts


async def test_opening_a_page_counts_as_activity(anna_client, long_away, last_seen_at):
    await anna_client.get("/settings", headers=A_CLICK)
    assert (await last_seen_at()).year > 2020


async def test_open_page_is_no_activity_and_does_not_extend_its_session(
    anna_client, long_away, last_seen_at, admin_connection, user
):
    ends = "SELECT expires_at FROM people_sessions WHERE owner_id = $1"
    before = await admin_connection.fetchval(ends, user.id)
    page = await anna_client.get("/settings", headers={"Sec-Fetch-Mode": "cors"})
    assert page.status_code == 200
    assert (await last_seen_at()).year == 2020
    assert await admin_connection.fetchval(ends, user.id) == before
    await anna_client.get("/settings", headers=A_CLICK)
    assert await admin_connection.fetchval(ends, user.id) > before


async def test_signing_in_counts_as_activity(
    anonymous_client, database, user, admin_connection, last_seen_at
):
    path = LinkPurpose.SIGN_IN.path(await people.create_link(database, user, LinkPurpose.SIGN_IN))
    await admin_connection.execute(LONG_AGO, user.id)
    await anonymous_client.post(path)
    assert (await last_seen_at()).year > 2020


async def test_api_call_counts_as_activity_and_stream_does_not(
    application, database, user, admin_connection, last_seen_at, long_away
):
    async with database.transaction([user.id]) as tx:
        token, secret = await people.create_token(tx, user.id, "A widget", Scope.READ, 30)
    async with BrowserClient.open(application, database) as browser:
        bearer = {"Authorization": f"Bearer {secret}", "Accept": "*/*"}
        followed = asyncio.create_task(browser.get("/api/v1/events", headers=bearer))
        async with asyncio.timeout(60):
            while not application.state.app_state.listener.subscriber_count:  # noqa: ASYNC110 - there is no event to wait for
                await asyncio.sleep(0.01)
        assert (await last_seen_at()).year == 2020
        await browser.get("/api/v1/runs", headers=bearer)
        assert (await last_seen_at()).year > 2020, "the use of the token before it does not hide it"
        async with database.transaction([user.id]) as tx:
            await people.revoke_token(tx, user.id, token.id)
        assert (await asyncio.wait_for(followed, 60)).status_code == 200
