"""Security events in the database: who may insert, read and delete them, and how many there can be."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs

from daybreak import people
from daybreak.errors import TooManyRequests, Unauthenticated
from daybreak.people import (
    SYSTEM_ACTOR,
    Actor,
    ActorKind,
    ClientInfo,
    LinkPurpose,
    Role,
    SecurityEventCursor,
    SecurityEventKind,
)
from daybreak.people.security_events import record_failed_sign_in

PASSWORD = "correct horse battery"
INSERT = """
INSERT INTO people_security_events (owner_id, id, kind, actor_kind, actor_name, address, user_agent, {0})
VALUES ($1, $2, 'signed-in', 'user', 'x', 'x', 'x', {1})
"""


async def list_events(database, user, limit=1000):
    async with database.transaction([user.id]) as tx:
        return await people.list_security_events(tx, user.id, None, limit)


async def record(database, user, kind=SecurityEventKind.DATA_EXPORTED, actor=SYSTEM_ACTOR, **details):
    async with database.transaction([user.id]) as tx:
        await people.record_security_event(tx, user.id, kind, actor, **details)


async def fail_to_sign_in(database, email: str, address: str) -> None:
    with pytest.raises((Unauthenticated, TooManyRequests)):
        await people.sign_in(database, email, "wrong", ClientInfo(address=address, user_agent="curl/8"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE people_security_events SET actor_name = 'x' WHERE owner_id = $1",
        "UPDATE people_security_events SET occurrences = 1 WHERE owner_id = $1",
        "DELETE FROM people_security_events WHERE owner_id = $1",
    ],
)
async def test_application_cannot_change_or_delete_events(database, user, statement):
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        async with database.transaction([user.id]) as tx:
            await tx.execute(statement, user.id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        async with database.transaction([user.id]) as tx:
            await tx.execute("TRUNCATE people_security_events")
    assert [one.kind for one in await list_events(database, user)] == [SecurityEventKind.USER_CREATED]


@pytest.mark.parametrize(
    ("column", "value"),
    [("at", "'2020-01-01'"), ("occurrences", "9"), ("last_at", "now()"), ("network", "''")],
)
async def test_application_cannot_choose_time_or_count_of_an_event(database, user, column, value):
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        async with database.transaction([user.id]) as tx:
            await tx.execute(INSERT.format(column, value), user.id, uuid4())


async def test_purge_function_deletes_only_events_older_than_the_retention(database, user, admin_connection):
    await record(database, user)
    await record(database, user, SecurityEventKind.SIGNED_OUT)
    await fail_to_sign_in(database, user.email, "203.0.113.77")
    for kind, age in (("data-exported", 401), ("signed-out", 399), ("sign-in-failed", 91)):
        await admin_connection.execute(
            "UPDATE people_security_events SET at = at - $3::interval WHERE owner_id = $1 AND kind = $2",
            user.id,
            kind,
            timedelta(days=age),
        )
    await people.purge_expired(database)
    assert {one.kind for one in await list_events(database, user)} == {"user-created", "signed-out"}


async def test_events_of_other_users_are_neither_visible_nor_counted(database, user, other_user):
    await record(database, other_user)
    async with database.transaction([user.id]) as tx:
        assert await people.list_security_events(tx, other_user.id, None, 100) == []
        counting = tx.execute("SELECT people_count_security_event($1, 'data-exported', '')", other_user.id)
        assert await counting == "SELECT 1"
    assert [one.occurrences for one in await list_events(database, other_user)] == [1, 1]


async def test_events_are_deleted_with_the_account_and_the_deletion_is_logged(
    database, user, admin_connection
):
    async with database.transaction([user.id]) as tx:
        await people.request_deletion(tx, user.id)
    await admin_connection.execute(
        "UPDATE people_accounts SET deletion_due = now() WHERE owner_id = $1", user.id
    )
    with capture_logs() as logs:
        await people.purge_expired(database)
    left = "SELECT count(*) FROM people_security_events WHERE owner_id = $1"
    assert await admin_connection.fetchval(left, user.id) == 0
    assert {"event": "people.account_deleted", "user": str(user.id), "log_level": "warning"} in logs


async def test_event_is_rolled_back_with_its_change(database, user):
    async def fail_after_request():
        async with database.transaction([user.id]) as tx:
            await people.request_deletion(tx, user.id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_request()
    assert [one.kind for one in await list_events(database, user)] == [SecurityEventKind.USER_CREATED]


async def test_events_are_paginated_newest_first_without_gaps_or_repetitions(database, user):
    for number in range(7):
        await record(database, user, SecurityEventKind.TOKEN_REVOKED, name=f"Token {number}")
    found, cursor = [], None
    while True:
        async with database.transaction([user.id]) as tx:
            page = await people.list_security_events(tx, user.id, cursor, 3)
        found += page
        if len(page) < 3:
            break
        cursor = SecurityEventCursor(page[-1].at, page[-1].id)
    assert [one.details.get("name") for one in found] == [f"Token {n}" for n in range(6, -1, -1)] + [None]


async def test_thousand_failed_sign_ins_of_one_network_are_one_event_per_kind(
    database, user, admin_connection, reset_throttle
):
    # Most are throttled before the password is checked, so a thousand of them are fast.
    for _ in range(50):
        await asyncio.gather(*(fail_to_sign_in(database, user.email, "203.0.113.5") for _ in range(20)))
    events = {one.kind: one for one in await list_events(database, user)}
    failed = events[SecurityEventKind.SIGN_IN_FAILED]
    throttled = events[SecurityEventKind.SIGN_IN_THROTTLED]
    # An hour may end meanwhile: then there are two rows of a kind.
    rows = "SELECT sum(occurrences), count(*) FROM people_security_events WHERE network = '203.0.113.5'"
    total, count = await admin_connection.fetchrow(f"{rows} AND owner_id = $1", user.id)
    assert (total, count <= 4) == (1000, True)
    assert (failed.address, failed.user_agent, failed.actor_kind) == ("203.0.113.5", "curl/8", "visitor")
    assert throttled.last_at > throttled.at


async def test_failed_sign_ins_of_many_networks_are_at_most_six_events_an_hour(database, user):
    for number in range(100):
        client = ClientInfo(address=f"2001:db8:0:{number:x}::1", user_agent="curl/8")
        await record_failed_sign_in(database, user.email, SecurityEventKind.SIGN_IN_FAILED, client)
    events = [one for one in await list_events(database, user) if one.actor_kind is ActorKind.VISITOR]
    assert sum(one.occurrences for one in events) == 100
    # An hour may end meanwhile.
    assert len(events) in {6, 12}
    [rest, *_] = [one for one in events if not one.address]
    assert (rest.user_agent, rest.occurrences > 40) == ("", True)


async def test_failed_sign_in_of_unknown_account_is_logged_without_its_address(database, admin_connection):
    count = "SELECT count(*) FROM people_security_events"
    before = await admin_connection.fetchval(count)
    with capture_logs() as logs:
        await fail_to_sign_in(database, "unknown-or-a-password@example.org", "203.0.113.66")
    assert await admin_connection.fetchval(count) == before
    [line] = [one for one in logs if one["event"] == "people.security_event"]
    assert (line["kind"], line["user"], line["network"]) == ("sign-in-failed", None, "203.0.113.66")
    assert "unknown-or-a-password" not in str(logs)


async def test_repeated_failures_are_warnings_only_at_powers_of_ten(database, user, reset_throttle):
    with capture_logs() as logs:
        for _ in range(25):
            await fail_to_sign_in(database, user.email, "203.0.113.8")
    by_kind: dict[str, list[int]] = {}
    for line in logs:
        if line["log_level"] == "warning":
            by_kind.setdefault(line["kind"], []).append(line["attempts"])
    assert by_kind == {"sign-in-failed": [1], "sign-in-throttled": [1, 10]}


async def test_own_flood_of_events_is_counted_in_the_newest_one(database, user):
    for _ in range(75):
        await record(database, user)
    await record(database, user, actor=Actor.of_command("root"))
    events = [one for one in await list_events(database, user) if one.kind == "data-exported"]
    assert (events.pop(0).actor_name, events[0].actor_name) == ("root", "")
    assert (len(events), sum(one.occurrences for one in events)) == (60, 75)
    assert events[0].occurrences == 16


async def test_acts_on_other_accounts_are_warnings_and_no_line_has_a_secret(database, user, other_user):
    admin = Actor(kind=ActorKind.USER, id=user.id, name=user.email, client=ClientInfo(address="192.0.2.1"))
    with capture_logs() as logs:
        secret = await people.create_link(database, other_user, LinkPurpose.RESET, actor=admin)
        await people.set_role(database, other_user, Role.ADMIN, actor=admin)
        await people.set_password_by_link(
            database, secret, LinkPurpose.RESET, PASSWORD, ClientInfo(address="2001:db8::7")
        )
    lines = [(one["kind"], one["log_level"], one["actor"], one["network"]) for one in logs]
    own = ("info", other_user.email, "2001:db8::/64")
    assert lines == [
        ("link-created", "warning", user.email, "192.0.2.1"),
        ("role-changed", "warning", user.email, "192.0.2.1"),
        ("link-used", *own),
        ("signed-in", *own),
        ("password-changed", *own),
    ]
    assert {one["user"] for one in logs} == {str(other_user.id)}
    assert secret not in str(logs)
    assert PASSWORD not in str(logs)


async def test_unchanged_role_is_no_event(database, user):
    await people.set_role(database, user, Role.MEMBER)
    await people.set_role(database, user, Role.ADMIN)
    await people.set_role(database, user, Role.ADMIN)
    roles = [one.details for one in await list_events(database, user) if one.kind == "role-changed"]
    assert roles == [{"role": "admin", "previous": "member"}]


async def test_user_agent_is_stored_shortened(database, user):
    client = ClientInfo(address="192.0.2.1", user_agent="x" * 5000)
    await record(database, user, actor=Actor.of_user(user, client))
    assert len((await list_events(database, user))[0].user_agent) == 300
