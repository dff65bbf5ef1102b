"""Tests of the account API: the same as the pages, in JSON."""

import asyncio
import io
import zipfile
from dataclasses import replace
from uuid import uuid4

import pytest

from daybreak import people
from daybreak.people import BriefLength, Frequency, Role, Weekday

from ..web.browser_client import BrowserClient  # noqa: TID252 - tests are no package that could be named

PASSWORD = "correct horse battery"
COUNT_LOCK_WAITERS = """
SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


async def test_profile_patch_changes_only_its_fields(request_as_anna, database, user):
    fridays = {"frequency": Frequency.CHOSEN, "weekdays": frozenset({Weekday.FRIDAY})}
    await people.update_user_with(
        database, user.id, lambda _: replace(user, preferences=replace(user.preferences, **fridays))
    )
    before = (await request_as_anna("GET", "/profile")).json()
    assert (before["email"], before["country"], before["workday_start"]) == (user.email, "DE", "09:00")
    change = {"timezone": "Asia/Kolkata", "country": "", "workday_start": "08:15"}
    changed = await request_as_anna("PATCH", "/profile", change)
    assert changed.json() == before | change | {"country": None}
    assert (await request_as_anna("GET", "/profile")).json() == changed.json()
    stored = (await people.find_by_email(database, user.email)).preferences
    assert (stored.frequency, stored.weekdays) == (Frequency.CHOSEN, {Weekday.FRIDAY})


async def test_profile_has_the_preferences_of_the_day_and_the_length(request_as_anna, database, user):
    defaults = {
        "lunch_start": "12:00",
        "lunch_end": "13:00",
        "days_off": ["saturday", "sunday"],
        "focus_is_free": True,
        "shortest_gap_minutes": 20,
        "length": "standard",
    }
    before = (await request_as_anna("GET", "/profile")).json()
    assert {name: before[name] for name in defaults} == defaults
    change = {
        "lunch_start": "",
        "lunch_end": "",
        "days_off": ["friday"],
        "focus_is_free": False,
        "shortest_gap_minutes": 45,
        "length": "full",
    }
    changed = (await request_as_anna("PATCH", "/profile", change)).json()
    assert changed == before | change | {"lunch_start": None, "lunch_end": None}
    stored = (await people.find_by_email(database, user.email)).preferences
    assert (stored.lunch_start, stored.days_off, stored.length) == (None, {Weekday.FRIDAY}, BriefLength.FULL)
    back = {"lunch_start": "12:15", "lunch_end": "12:45", "days_off": []}
    assert (await request_as_anna("PATCH", "/profile", back)).json() == changed | back


async def test_stale_etag_is_rejected_with_current_profile(request_as_anna):
    etag = (await request_as_anna("GET", "/profile")).headers["etag"]
    assert (await request_as_anna("GET", "/profile", If_None_Match=etag)).status_code == 304
    assert (await request_as_anna("PATCH", "/profile", {"name": "Annika"}, If_Match=etag)).status_code == 200
    late = await request_as_anna("PATCH", "/profile", {"name": "Ann"}, If_Match=etag)
    assert (late.status_code, late.json()["current"]["name"]) == (412, "Annika")
    assert (
        await request_as_anna("PATCH", "/profile", {"name": "Ann"}, If_Match=late.json()["etag"])
    ).status_code == 200


async def test_concurrent_updates_with_the_same_etag_succeed_once(
    request_as_anna, database, user, admin_connection
):
    etag = (await request_as_anna("GET", "/profile")).headers["etag"]
    async with database.transaction([user.id]) as tx:
        await people.lock_user(tx, user.id)
        changes = [
            asyncio.create_task(request_as_anna("PATCH", "/profile", {"name": name}, If_Match=etag))
            for name in ("Annika", "Ann")
        ]
        async with asyncio.timeout(60):
            while await admin_connection.fetchval(COUNT_LOCK_WAITERS) < len(changes):  # noqa: ASYNC110 - PostgreSQL sends no event for this
                await asyncio.sleep(0.01)
    assert sorted(answer.status_code for answer in await asyncio.gather(*changes)) == [200, 412]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"timezone": "Europe/Atlantis"}, "not a time zone"),
        ({"country": "XX"}, "No country"),
        ({"name": " "}, "printable characters"),
        ({"workday_end": "08:00"}, "has no hours"),
        ({"workday_start": "soon"}, "Workday start"),
        ({"lunch_start": "", "lunch_end": "13:00"}, "needs a start and an end"),
        ({"lunch_start": "14:00"}, "has no minutes"),
        ({"days_off": ["someday"]}, "Days off"),
        ({"shortest_gap_minutes": 4}, "Shortest gap minutes"),
        ({"length": "epic"}, "Length"),
        ({"email": "bob@example.org"}, "email"),
    ],
)
async def test_invalid_profile_is_rejected_with_a_message(request_as_anna, database, user, change, words):
    refused = await request_as_anna("PATCH", "/profile", change)
    assert (refused.status_code, words in refused.json()["detail"]) == (422, True)
    assert await people.find_by_email(database, user.email) == user


async def test_password_change_needs_current_password_and_ends_other_sessions(
    request_as_anna, token_client, application, database, user, reset_throttle
):
    by_token = await token_client()
    assert (await by_token("PUT", "/password", {"password": PASSWORD})).status_code == 403
    async with BrowserClient.open(application, database) as other:
        await other.sign_in(user)
        first = {"password": PASSWORD, "revoke_tokens": False}
        assert (await request_as_anna("PUT", "/password", first)).status_code == 204
        assert (await other.get("/settings")).status_code == 303
    wrong = await request_as_anna("PUT", "/password", {"current": "not it", "password": "another horse"})
    assert (wrong.status_code, "password is wrong" in wrong.json()["detail"]) == (403, True)
    change = {"current": PASSWORD, "password": "another horse"}
    assert (await by_token("PUT", "/password", change)).status_code == 204
    assert (await request_as_anna("GET", "/profile")).status_code == 401
    assert (await people.sign_in(database, user.email, "another horse", people.ClientInfo(address="::1")))[0]


async def test_sessions_are_listed_and_ended(request_as_anna, application, database, user):
    async with (
        BrowserClient.open(application, database) as one,
        BrowserClient.open(application, database) as another,
    ):
        await one.sign_in(user)
        await another.sign_in(user)
        listed = (await request_as_anna("GET", "/sessions")).json()["items"]
        assert sorted(session["is_this"] for session in listed) == [False, False, True]
        other = next(session["id"] for session in listed if not session["is_this"])
        assert (await request_as_anna("DELETE", f"/sessions/{other}")).status_code == 204
        assert (await request_as_anna("DELETE", f"/sessions/{other}")).status_code == 404
        assert len((await request_as_anna("GET", "/sessions")).json()["items"]) == 2
        assert (await request_as_anna("DELETE", "/sessions")).status_code == 204
        assert [
            session["is_this"] for session in (await request_as_anna("GET", "/sessions")).json()["items"]
        ] == [True]


async def test_export_returns_an_archive(request_as_anna, user):
    archive = await request_as_anna("GET", "/export")
    assert archive.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        assert user.email.encode() in files.read("people_users.jsonl")


async def test_deletion_needs_the_address_and_can_be_cancelled(request_as_anna, user):
    slip = await request_as_anna("PUT", "/deletion", {"email": "somebody@example.org"})
    assert (slip.status_code, user.email in slip.json()["detail"]) == (422, True)
    asked = await request_as_anna("PUT", "/deletion", {"email": user.email.upper()})
    assert asked.json()["due"] is not None
    assert (await request_as_anna("GET", "/deletion")).json() == asked.json()
    assert (await request_as_anna("DELETE", "/deletion")).status_code == 204
    assert (await request_as_anna("GET", "/deletion")).json() == {"due": None}


async def test_only_admins_create_invitations_and_resets(request_as_anna, anonymous_client, database, user):
    email = f"{uuid4().hex}@example.org"
    assert (await request_as_anna("POST", "/members/invitations", {"email": email})).status_code == 403
    await people.set_role(database, user, Role.ADMIN)
    made = await request_as_anna("POST", "/members/invitations", {"email": email, "role": "admin"})
    assert made.status_code == 201
    assert email in (await anonymous_client.get(made.json()["link"])).text
    reset = (await request_as_anna("POST", "/members/resets", {"email": email})).json()
    assert (reset["email"], "/reset/" in reset["link"]) == (email, True)
    unknown = await request_as_anna("POST", "/members/resets", {"email": "nobody@example.org"})
    assert (unknown.status_code, "Invite them instead" in unknown.json()["detail"]) == (404, True)
