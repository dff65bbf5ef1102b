"""Test the settings pages of a user."""

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import time
from uuid import uuid4

import httpx2
import pytest

from daybreak import people
from daybreak.account.user_agents import describe_browser
from daybreak.db import Database
from daybreak.errors import InvalidInput
from daybreak.people import BriefLength, Frequency, Role, Scope, Weekday

from .browser_client import BrowserClient

PROFILE = {
    "name": "Annika",
    "timezone": "Asia/Kolkata",
    "country": "IN",
    "workday_start": "08:00",
    "workday_end": "16:30",
    "lunch_start": "12:30",
    "lunch_end": "13:00",
    "days_off": ["5", "6"],
    "focus_is_free": "true",
    "shortest_gap_minutes": "30",
    "length": "glance",
}


async def test_profile_is_saved(anna_client, user, database):
    saved = await anna_client.post("/settings", **PROFILE)
    assert saved.headers["location"] == "/settings"
    changed = await people.find_by_email(database, user.email)
    assert (changed.name, changed.timezone, changed.country) == ("Annika", "Asia/Kolkata", "IN")
    wishes = changed.preferences
    assert (wishes.workday_start, wishes.lunch_start, wishes.lunch_end) == (time(8), time(12, 30), time(13))
    assert wishes.days_off == {Weekday.FRIDAY, Weekday.SATURDAY}
    assert (wishes.focus_is_free, wishes.shortest_gap_minutes) == (True, 30)
    assert wishes.length is BriefLength.GLANCE
    page = (await anna_client.get("/settings")).text
    assert "Profile saved." in page
    assert '<option value="Asia/Kolkata" selected>Asia/Kolkata (12:00)</option>' in page
    assert '<option value="IN" selected>India</option>' in page
    assert '<option value="glance" selected>' in page
    assert 'name="days_off" value="5" checked' in page
    assert 'name="days_off" value="7">' in page


async def test_lunch_break_days_off_and_focus_time_can_be_cleared(anna_client, user, database):
    cleared = PROFILE | {"lunch_start": "", "lunch_end": "", "days_off": []}
    del cleared["focus_is_free"]
    await anna_client.post("/settings", **cleared)
    wishes = (await people.find_by_email(database, user.email)).preferences
    assert (wishes.lunch_start, wishes.lunch_end, wishes.days_off) == (None, None, frozenset())
    assert not wishes.focus_is_free
    page = (await anna_client.get("/settings")).text
    assert 'name="lunch_start" type="time" autocomplete="off" value=""' in page


async def test_saving_the_profile_preserves_other_preferences(anna_client, user, database):
    fridays = {"frequency": Frequency.CHOSEN, "weekdays": frozenset({Weekday.FRIDAY})}
    plan = replace(user.preferences, active=False, **fridays)
    await people.update_user_with(database, user.id, lambda _: replace(user, preferences=plan))
    await anna_client.post("/settings", **PROFILE)
    kept = (await people.find_by_email(database, user.email)).preferences
    assert (kept.active, kept.frequency, kept.weekdays) == (False, Frequency.CHOSEN, {Weekday.FRIDAY})


async def test_second_invitation_does_not_demote_an_admin(database, user):
    await people.set_role(database, user, Role.ADMIN)
    invitation = await people.invite(database, user.email, timezone="UTC", role=Role.MEMBER)
    assert invitation.secret
    async with database.transaction([user.id]) as tx:
        assert await tx.fetchval("SELECT role FROM people_accounts WHERE owner_id = $1", user.id) == "admin"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("timezone", "Europe/Atlantis", "not a time zone"),
        ("country", "XX", "No country"),
        ("name", "  ", "printable characters"),
        ("workday_end", "08:00", "has no hours"),
        ("workday_start", "soon", "time"),
        ("workday_start", "08:00+02:00", "has a time zone"),
        ("lunch_start", "", "needs a start and an end"),
        ("lunch_end", "12:00", "has no minutes"),
        ("lunch_end", "13:00+02:00", "has a time zone"),
        ("days_off", ["8"], "Days off"),
        ("shortest_gap_minutes", "4", "5 to 240 minutes"),
        ("shortest_gap_minutes", "241", "5 to 240 minutes"),
        ("length", "epic", "Length"),
    ],
)
async def test_invalid_profile_is_rejected_without_changes(anna_client, user, database, field, value, words):
    refused = await anna_client.post("/settings", **(PROFILE | {field: value}))
    assert (refused.status_code, words in refused.text) == (422, True)
    assert 'value="16:30"' in refused.text or field == "workday_end"
    assert await people.find_by_email(database, user.email) == user


async def test_changing_the_password_requires_the_old_one_and_ends_other_sessions(
    anna_client, application, database, user, reset_throttle
):
    async with BrowserClient.open(application, database) as other:
        await other.sign_in(user)
        first = {"password": "correct horse battery", "password_confirmation": "correct horse battery"}
        assert (await anna_client.post("/settings/access/password", **first)).status_code == 303
        assert (await other.get("/settings")).status_code == 303
    wrong = await anna_client.post("/settings/access/password", current="not it", **first)
    assert (wrong.status_code, "current password is wrong" in wrong.text) == (401, True)
    differ = await anna_client.post(
        "/settings/access/password", current="x", password="a" * 12, password_confirmation="b" * 12
    )
    assert (differ.status_code, "The passwords don’t match." in differ.text) == (422, True)
    assert (await anna_client.get("/settings")).status_code == 200


async def test_sessions_are_listed(anna_client, application, database, user):
    async with BrowserClient.open(application, database) as other:
        await other.sign_in(user)
        page = (await anna_client.get("/settings/access")).text
        assert page.count("127.0.0.1") == 2
        assert "This device" in page
        await anna_client.post("/settings/access/sessions/end")
        assert (await other.get("/settings")).status_code == 303
    assert (
        "everywhere else"
        not in (await anna_client.get("/settings/access")).text.partition("signed in")[2][300:]
    )


async def test_token_is_stored_hashed_and_expires_or_is_revoked(
    anna_client, user, database, admin_connection
):
    made = await anna_client.post("/settings/tokens", name="Widget", scope="read", days="30")
    secret = re.search(r"dbk_[\w-]{43}", made.text)[0]
    principal = await people.authenticate_token(database, secret)
    assert (principal.user, principal.scope, principal.may_write) == (user, Scope.READ, False)
    rows = await admin_connection.fetch("SELECT t::text FROM people_tokens AS t WHERE owner_id = $1", user.id)
    assert secret not in str(rows)
    assert secret not in (await anna_client.get("/settings/tokens")).text
    await admin_connection.execute("UPDATE people_tokens SET expires_at = now() WHERE owner_id = $1", user.id)
    assert await people.authenticate_token(database, secret) is None
    await admin_connection.execute("UPDATE people_tokens SET expires_at = NULL WHERE owner_id = $1", user.id)
    assert await people.authenticate_token(database, secret) is not None
    await anna_client.post(f"/settings/tokens/{principal.credential}/revoke")
    assert await people.authenticate_token(database, secret) is None


async def test_sessions_and_tokens_are_not_interchangeable(anna_client, user, database):
    assert await people.authenticate_token(database, anna_client.session_secret) is None
    async with database.transaction([user.id]) as tx:
        _, secret = await people.create_token(tx, user.id, "x", Scope.WRITE, None)
    assert await people.authenticate_session(database, secret) is None


@pytest.mark.parametrize(("name", "days"), [("", 30), ("x" * 101, 30), ("x", 0), ("x", 4000)])
async def test_token_without_name_or_lifetime_is_rejected(database, user, name, days):
    with pytest.raises(InvalidInput):
        async with database.transaction([user.id]) as tx:
            await people.create_token(tx, user.id, name, Scope.READ, days)


def tables(archive: httpx2.Response) -> dict[str, list[dict]]:
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        names = [name for name in files.namelist() if name.endswith(".jsonl")]
        return {
            name.removesuffix(".jsonl"): [json.loads(line) for line in files.read(name).splitlines()]
            for name in names
        }


async def test_export_contains_all_own_data_and_no_secrets(anna_client, bob_client, user, database):
    await _work(database, user)
    await anna_client.post(
        "/settings/access/password", password="correct horse", password_confirmation="correct horse"
    )
    archive = await anna_client.get("/settings/data/export")
    assert archive.headers["content-type"] == "application/zip"
    assert "attachment" in archive.headers["content-disposition"]
    found = tables(archive)
    assert found.keys() >= {"people_users", "people_preferences", "people_sessions", "runs_open"}
    assert found["people_users"][0]["email"] == user.email
    assert {row.get("owner_id", str(user.id)) for rows in found.values() for row in rows} == {str(user.id)}
    assert "$argon2" not in str(found)
    assert "sha256" not in str(found)


async def _work(database: Database, user: people.User) -> None:
    async with database.transaction([user.id]) as tx:
        await tx.execute(
            "INSERT INTO runs_open"
            " (owner_id, id, kind, queue, key, parameters, max_attempts, status, scheduled_at)"
            " VALUES ($1, $2, 'x.y', 'bulk', 'x', '{}', 1, 'queued', 'infinity')",
            user.id,
            uuid4(),
        )


async def test_account_is_deleted_after_the_grace_period(anna_client, user, database, admin_connection):
    await _work(database, user)
    slip = await anna_client.post("/settings/data/delete", email="somebody@example.org")
    assert (slip.status_code, f"Type {user.email}" in slip.text) == (422, True)
    await anna_client.post("/settings/data/delete", email=user.email.upper())
    assert "will be deleted on" in (await anna_client.get("/settings")).text
    await people.purge_expired(database)
    assert await people.find_by_email(database, user.email) is not None
    await admin_connection.execute(
        "UPDATE people_accounts SET deletion_due = now() WHERE owner_id = $1", user.id
    )
    assert await people.purge_expired(database) == "Deleted 1 account due for deletion."
    assert await people.find_by_email(database, user.email) is None
    assert await admin_connection.fetchval("SELECT count(*) FROM runs_open WHERE owner_id = $1", user.id) == 0
    assert (await anna_client.get("/settings")).headers["location"].startswith("/sign-in")


async def test_cancelled_deletion_preserves_the_account(anna_client, user, database, admin_connection):
    await anna_client.post("/settings/data/delete", email=user.email)
    await anna_client.post("/settings/data/cancel-deletion")
    assert "Deletion cancelled." in (await anna_client.get("/settings")).text
    await people.purge_expired(database)
    assert await people.find_by_email(database, user.email) == user


async def test_admin_can_invite_users(anna_client, anonymous_client, user, database, reset_throttle):
    assert (await anna_client.get("/settings/members")).status_code == 403
    await people.set_role(database, user, Role.ADMIN)
    email = f"{uuid4().hex}@example.org"
    page = (await anna_client.post("/settings/members", email=email, what="invite")).text
    link = re.search(r"http://127\.0\.0\.1:8321(/invitation/[\w-]+)", page)[1]
    assert email in (await anonymous_client.get(link)).text
    await anonymous_client.post(link, password="correct horse", password_confirmation="correct horse")
    taken = await anna_client.post("/settings/members", email=email, what="invite")
    assert (taken.status_code, "already has an account" in taken.text) == (409, True)
    page = (await anna_client.post("/settings/members", email=email, what="reset")).text
    assert "/reset/" in page
    nobody = await anna_client.post("/settings/members", email="nobody@example.org", what="reset")
    assert (nobody.status_code, "Invite them instead" in nobody.text) == (404, True)


async def test_expired_credentials_are_purged(anna_client, user, database, admin_connection):
    await people.create_link(database, user, people.LinkPurpose.RESET)
    await admin_connection.execute("UPDATE people_links SET expires_at = now() WHERE owner_id = $1", user.id)
    await admin_connection.execute(
        "UPDATE people_sessions SET expires_at = now() WHERE owner_id = $1", user.id
    )
    await people.purge_expired(database)
    async with database.transaction([user.id]) as tx:
        assert await tx.fetchval("SELECT count(*) FROM people_links") == 0
        assert await tx.fetchval("SELECT count(*) FROM people_sessions") == 0


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("curl/8.9", "curl/8.9"),
        ("", "Unknown"),
    ],
)
def test_browsers_are_named_by_user_agent(user_agent, name):
    assert describe_browser(user_agent) == name
