"""Tests that a session ends: without activity, and at the latest a fixed time after the sign-in."""

from datetime import timedelta

import pytest

from daybreak import people
from daybreak.people import ClientInfo, LinkPurpose, PeopleSettings
from daybreak.people.access import sessions

HERE = ClientInfo(address="127.0.0.1")


async def test_idle_session_expires(anna_client, user, admin_connection):
    await admin_connection.execute(
        "UPDATE people_sessions SET expires_at = now() - interval '1 second' WHERE owner_id = $1", user.id
    )
    assert (await anna_client.get("/settings")).headers["location"].startswith("/sign-in")


async def test_active_session_is_extended(anna_client, user, admin_connection):
    await admin_connection.execute(
        "UPDATE people_sessions SET seen_at = now() - interval '1 hour', expires_at = now() + interval '1 h'"
        " WHERE owner_id = $1",
        user.id,
    )
    assert (await anna_client.get("/settings")).status_code == 200
    left = await admin_connection.fetchval(
        "SELECT expires_at - now() FROM people_sessions WHERE owner_id = $1", user.id
    )
    assert left > timedelta(days=29)


async def test_activity_extends_a_session_up_to_its_end(anna_client, user, admin_connection):
    await admin_connection.execute(
        "UPDATE people_sessions SET created_at = now() - interval '170 d', seen_at = now() - interval '1 h'"
        " WHERE owner_id = $1",
        user.id,
    )
    assert (await anna_client.get("/settings")).status_code == 200
    life = await admin_connection.fetchval(
        "SELECT expires_at - created_at FROM people_sessions WHERE owner_id = $1", user.id
    )
    assert life == timedelta(days=180)


@pytest.mark.parametrize(("days", "status"), [(179, 200), (180, 303)])
async def test_session_ends_despite_activity(anna_client, user, admin_connection, days, status):
    await admin_connection.execute(
        "UPDATE people_sessions SET created_at = now() - $2::interval WHERE owner_id = $1",
        user.id,
        timedelta(days=days),
    )
    for _ in range(2):
        assert (await anna_client.get("/settings")).status_code == status


async def test_session_never_outlives_a_short_limit(database, user, monkeypatch):
    monkeypatch.setattr(sessions, "people_settings", lambda: PeopleSettings(session_max_days=2))
    async with database.transaction([user.id]) as tx:
        await people.create_session(tx, user.id, HERE)
        (session,) = await people.list_sessions(tx, user.id)
    assert session.expires_at - session.created_at == timedelta(days=2)


async def test_session_cookie_lives_as_long_as_a_session_can(anonymous_client, database, user):
    link = LinkPurpose.SIGN_IN.path(await people.create_link(database, user, LinkPurpose.SIGN_IN))
    cookies = (await anonymous_client.post(link)).headers.get_list("set-cookie")
    cookie = next(one for one in cookies if one.startswith("daybreak-8321="))
    assert f"Max-Age={180 * 86400};" in cookie


async def test_page_explains_when_a_session_ends(anna_client):
    page = (await anna_client.get("/settings/access")).text
    assert "A session ends after 30 days without activity, and 180 days after you signed in." in page
