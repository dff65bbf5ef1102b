"""Tests that a new password ends the access of whoever had the account before."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import pytest

from daybreak import people
from daybreak.errors import NotFound, Unauthenticated
from daybreak.people import ClientInfo, LinkPurpose, Role, Scope

from ..web.browser_client import SAME_ORIGIN_HEADERS, BrowserClient  # noqa: TID252 - tests are no package that could be named
from .conftest import client_with_token

pytestmark = pytest.mark.usefixtures("cheap_passwords")
PASSWORD = "correct horse battery"
NEW_PASSWORD = "another good one"
HERE = ClientInfo(address="127.0.0.1")
COUNT_LOCK_WAITERS = """
SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


async def set_password(database, user, password=PASSWORD, purpose=LinkPurpose.RESET):
    secret = await people.create_link(database, user, purpose)
    return await people.set_password_by_link(database, secret, purpose, password, HERE)


async def create_tokens(database, user) -> list[str]:
    """Create a token without expiry, and another one with it."""
    async with database.transaction([user.id]) as tx:
        _, secret = await people.create_token(tx, user.id, "Widget", Scope.WRITE, None)
    parent = await people.authenticate_token(database, secret)
    async with database.transaction([user.id]) as tx:
        _, child = await people.create_child_token(tx, parent, "Child", Scope.READ, None)
    return [secret, child]


async def count_valid(database, tokens: list[str]) -> int:
    return len([token for token in tokens if await people.authenticate_token(database, token)])


async def submit_new_password(browser: BrowserClient, path: str):
    return await browser.post(path, password=NEW_PASSWORD, password_confirmation=NEW_PASSWORD)


@pytest.mark.parametrize("purpose", [LinkPurpose.RESET, LinkPurpose.INVITATION])
async def test_password_set_by_link_revokes_every_credential(
    anna_client, anonymous_client, database, user, reset_throttle, purpose
):
    tokens = await create_tokens(database, user)
    other = await people.create_link(database, user, LinkPurpose.SIGN_IN)
    path = purpose.path(await people.create_link(database, user, purpose))
    shown = await anonymous_client.get(path)
    assert "Saving ends 1 session and revokes 2 API tokens." in shown.text
    assert (await submit_new_password(anonymous_client, path)).status_code == 303
    for token in tokens:
        reader = client_with_token(anonymous_client, token)
        assert (await reader("GET", "/profile")).status_code == 401
    assert (await anna_client.get("/settings")).status_code == 303
    assert (await anonymous_client.get(LinkPurpose.SIGN_IN.path(other))).status_code == 404
    async with database.transaction([user.id]) as tx:
        assert await people.list_tokens(tx, user.id) == []
        assert len(await people.list_sessions(tx, user.id)) == 1


async def test_reset_page_mentions_only_what_it_ends(anonymous_client, database, user, reset_throttle):
    await create_tokens(database, user)
    path = LinkPurpose.RESET.path(await people.create_link(database, user, LinkPurpose.RESET))
    assert "Saving revokes 2 API tokens." in (await anonymous_client.get(path)).text


async def test_first_password_of_an_invited_user_mentions_no_credentials(
    anonymous_client, database, reset_throttle
):
    invitation = await people.invite(database, "dora@example.org", timezone="UTC", role=Role.MEMBER)
    assert "Saving" not in (await anonymous_client.get(invitation.path)).text


@pytest.mark.parametrize(("ticked", "left"), [({"revoke_tokens": "true"}, 0), ({}, 2)])
async def test_password_change_offers_to_revoke_tokens(
    anna_client, database, user, reset_throttle, ticked, left
):
    tokens = await create_tokens(database, user)
    page = (await anna_client.get("/settings/access")).text
    assert 'name="revoke_tokens" value="true" checked' in page
    assert "Also revoke all API tokens (2)" in page
    saved = await anna_client.post(
        "/settings/access/password", password=PASSWORD, password_confirmation=PASSWORD, **ticked
    )
    assert saved.status_code == 303
    assert await count_valid(database, tokens) == left
    page = (await anna_client.get("/settings/access")).text
    assert ("All API tokens are revoked." in page) is (left == 0)


async def test_page_counts_the_other_sessions_that_a_new_password_ends(
    anna_client, application, database, user
):
    assert "Saving ends" not in (await anna_client.get("/settings/access")).text
    async with BrowserClient.open(application, database) as other:
        await other.sign_in(user)
    assert "Saving ends 1 other session." in (await anna_client.get("/settings/access")).text


async def test_api_password_change_revokes_all_other_tokens_by_default(
    token_client, database, user, reset_throttle
):
    await set_password(database, user)
    by_token = await token_client()
    tokens = await create_tokens(database, user)
    change = {"current": PASSWORD, "password": NEW_PASSWORD}
    assert (await by_token("PUT", "/password", change)).status_code == 204
    assert await count_valid(database, tokens) == 0
    assert (await by_token("GET", "/profile")).status_code == 200


async def send_slowly(
    browser: BrowserClient, path: str, before_body: Callable[[], Awaitable[object]], **form: str
) -> int:
    """Submit a form whose body arrives after its session was checked and something else has happened."""

    async def body():
        await before_body()
        yield urlencode(form).encode()

    headers = SAME_ORIGIN_HEADERS | {"Content-Type": "application/x-www-form-urlencoded"}
    sent = await browser.client.post(path, content=body(), headers=headers)
    return sent.status_code


async def test_slow_form_of_a_revoked_session_creates_no_token(anna_client, database, user):
    form = {"name": "Kept", "scope": "write", "days": ""}
    await send_slowly(anna_client, "/settings/tokens", lambda: set_password(database, user), **form)
    async with database.transaction([user.id]) as tx:
        assert await people.list_tokens(tx, user.id) == []


async def test_slow_form_of_a_revoked_session_sets_no_password(anna_client, database, user, reset_throttle):
    """Test that a session from before the first password cannot replace this one without knowing it."""
    form = {"password": "chosen by a thief", "password_confirmation": "chosen by a thief"}
    await send_slowly(anna_client, "/settings/access/password", lambda: set_password(database, user), **form)
    assert (await people.sign_in(database, user.email, PASSWORD, HERE))[0] == user


async def test_slow_form_of_a_revoked_session_deletes_no_account(anna_client, database, user):
    form = {"email": user.email}
    await send_slowly(anna_client, "/settings/data/delete", lambda: set_password(database, user), **form)
    async with database.transaction([user.id]) as tx:
        assert await tx.fetchval("SELECT deletion_due FROM people_accounts") is None


@pytest.mark.parametrize("lost", ["session", "role"])
async def test_slow_form_of_a_former_admin_creates_no_link(
    anna_client, database, user, other_user, admin_connection, lost
):
    await people.set_role(database, user, Role.ADMIN)

    async def lose() -> None:
        if lost == "role":
            await people.set_role(database, user, Role.MEMBER)
        else:
            await set_password(database, user)

    form = {"email": other_user.email, "what": "reset"}
    status = await send_slowly(anna_client, "/settings/members", lose, **form)
    assert status == (403 if lost == "role" else 303)
    made = await admin_connection.fetchval(
        "SELECT count(*) FROM people_links WHERE owner_id = $1", other_user.id
    )
    assert made == 0


async def wait_for_lock(admin_connection, waiting: int = 1) -> None:
    async with asyncio.timeout(60):
        # A transaction sees the same activity until it clears its snapshot.
        while await admin_connection.fetchval(COUNT_LOCK_WAITERS) < waiting:
            await admin_connection.execute("SELECT pg_stat_clear_snapshot()")
            await asyncio.sleep(0.01)


async def test_sign_in_with_the_old_password_during_a_reset_starts_no_session(
    database, user, admin_connection, postgres, reset_throttle
):
    await set_password(database, user)
    async with database.transaction([user.id]) as tx:
        await people.revoke_all_sessions(tx, user.id)
    async with admin_connection.transaction():
        await admin_connection.execute(
            "UPDATE people_accounts SET password_hash = 'new' WHERE owner_id = $1", user.id
        )
        entering = asyncio.create_task(people.sign_in(database, user.email, PASSWORD, HERE))
        await wait_for_lock(admin_connection)
    with pytest.raises(Unauthenticated):
        await entering
    async with database.transaction([user.id]) as tx:
        assert await people.list_sessions(tx, user.id) == []


async def test_two_reset_links_used_at_once_do_not_deadlock(database, user, admin_connection):
    await set_password(database, user, purpose=LinkPurpose.INVITATION)
    secrets = [await people.create_link(database, user, LinkPurpose.RESET) for _ in range(2)]
    async with admin_connection.transaction():
        await admin_connection.execute("SELECT FROM people_accounts WHERE owner_id = $1 FOR UPDATE", user.id)
        resets = [
            asyncio.create_task(
                people.set_password_by_link(database, secret, LinkPurpose.RESET, NEW_PASSWORD, HERE)
            )
            for secret in secrets
        ]
        await wait_for_lock(admin_connection, 2)
    results = await asyncio.gather(*resets, return_exceptions=True)
    assert sorted(type(result) for result in results if isinstance(result, Exception)) == [NotFound]
