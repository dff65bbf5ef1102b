"""Test which requests count as user activity."""

import asyncio
from datetime import datetime

import pytest
from starlette.requests import Request

from daybreak import people
from daybreak.people import Purpose, Scope
from daybreak.web.activity import is_visit

from .browser_client import Browser

LONG_AGO = "UPDATE people_users SET last_visit_at = '2020-01-01' WHERE id = $1"
UNSEEN = "UPDATE people_sessions SET seen_at = now() - interval '1 hour' WHERE owner_id = $1"
A_CLICK = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-User": "?1"}
BY_ITSELF = {"Sec-Fetch-Mode": "navigate", "Referer": "http://127.0.0.1:8321/briefs"}


@pytest.fixture
def last_visit(as_admin, user):
    async def last_visit() -> datetime:
        return await as_admin.fetchval("SELECT last_visit_at FROM people_users WHERE id = $1", user.id)

    return last_visit


@pytest.fixture
async def long_away(as_admin, user, annas) -> None:
    """Anna has an open page, and was there long ago."""
    await as_admin.execute(LONG_AGO, user.id)
    await as_admin.execute(UNSEEN, user.id)


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
    assert is_visit(request(method, headers)) is counts


async def test_opening_a_page_counts_as_activity(annas, long_away, last_visit):
    await annas.get("/settings", headers=A_CLICK)
    assert (await last_visit()).year > 2020


async def test_open_page_is_no_activity_and_does_not_extend_its_session(
    annas, long_away, last_visit, as_admin, user
):
    ends = "SELECT expires_at FROM people_sessions WHERE owner_id = $1"
    before = await as_admin.fetchval(ends, user.id)
    page = await annas.get("/settings", headers={"Sec-Fetch-Mode": "cors"})
    assert page.status_code == 200
    assert (await last_visit()).year == 2020
    assert await as_admin.fetchval(ends, user.id) == before
    await annas.get("/settings", headers=A_CLICK)
    assert await as_admin.fetchval(ends, user.id) > before


async def test_signing_in_counts_as_activity(stranger, database, user, as_admin, last_visit):
    path = Purpose.SIGN_IN.path(await people.make_link(database, user, Purpose.SIGN_IN))
    await as_admin.execute(LONG_AGO, user.id)
    await stranger.post(path)
    assert (await last_visit()).year > 2020


async def test_api_call_counts_as_activity_and_stream_does_not(
    application, database, user, as_admin, last_visit, long_away
):
    async with database.transaction([user.id]) as tx:
        token, secret = await people.make_token(tx, user.id, "A widget", Scope.READ, 30)
    async with Browser.open(application, database) as browser:
        bearer = {"Authorization": f"Bearer {secret}", "Accept": "*/*"}
        followed = asyncio.create_task(browser.get("/api/v1/events", headers=bearer))
        async with asyncio.timeout(60):
            while not application.state.site.notifications.followers:  # noqa: ASYNC110 - there is no event to wait for
                await asyncio.sleep(0.01)
        assert (await last_visit()).year == 2020
        await browser.get("/api/v1/runs", headers=bearer)
        assert (await last_visit()).year > 2020, "the use of the token before it does not hide it"
        async with database.transaction([user.id]) as tx:
            await people.revoke_token(tx, user.id, token.id)
        assert (await asyncio.wait_for(followed, 60)).status_code == 200
