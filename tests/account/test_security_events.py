"""Security events on pages and in the API: each action is recorded, with its actor."""

import io
import json
import re
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from daybreak import people
from daybreak.account.event_sentences import describe_event, describe_origin
from daybreak.people import (
    Actor,
    ActorKind,
    ClientInfo,
    LinkPurpose,
    Role,
    Scope,
    SecurityEvent,
    SecurityEventKind,
)

from ..web.browser_client import BrowserClient  # noqa: TID252 - tests are no package that could be named

PASSWORD = "correct horse battery"
NEW_PASSWORD = {"password": PASSWORD, "password_confirmation": PASSWORD}
API = "/api/v1/account"


@dataclass
class Site:
    """Anna's and Bob's browsers and a stranger's; Anna is an administrator."""

    anna: BrowserClient
    bob: BrowserClient
    stranger: BrowserClient
    user: people.User
    other_user: people.User

    async def send(self, browser: BrowserClient, method: str, path: str, body=None) -> None:
        """Send an API request with the session of a browser."""
        answer = await browser.client.request(
            method, API + path, json=body, headers=browser.same_origin_headers
        )
        assert answer.is_success, answer.text

    async def find_session(self) -> str:
        """Return the id of a new session of Bob that is not his browser's."""
        async with self.bob.database.transaction([self.other_user.id]) as tx:
            await people.create_session(tx, self.other_user.id, ClientInfo(address="192.0.2.1"))
            return str((await people.list_sessions(tx, self.other_user.id))[0].id)

    async def find_token(self) -> str:
        """Return the id of a new token of Bob."""
        async with self.bob.database.transaction([self.other_user.id]) as tx:
            return str((await people.create_token(tx, self.other_user.id, "x", Scope.READ, 1))[0].id)

    async def set_password(self) -> None:
        """Set Bob's password, with his session."""
        assert (await self.bob.post("/settings/access/password", **NEW_PASSWORD)).status_code == 303

    async def use_link(self, purpose: LinkPurpose, **form: str) -> None:
        """Let the stranger use a new link for Bob."""
        secret = await people.create_link(self.bob.database, self.other_user, purpose)
        assert (await self.stranger.post(purpose.path(secret), **form)).status_code == 303


@pytest.fixture
async def site(anna_client, bob_client, anonymous_client, database, user, other_user, reset_throttle) -> Site:
    await people.set_role(database, user, Role.ADMIN)
    return Site(anna_client, bob_client, anonymous_client, user, other_user)


async def events_of(database, user) -> list[SecurityEvent]:
    async with database.transaction([user.id]) as tx:
        return await people.list_security_events(tx, user.id, None, 100)


async def sign_in_by_password(site: Site) -> None:
    await site.set_password()
    signed_in = await site.stranger.post("/sign-in", email=site.other_user.email, password=PASSWORD)
    assert signed_in.status_code == 303


async def fail_to_sign_in(site: Site) -> None:
    await site.stranger.post("/sign-in", email=site.other_user.email, password="wrong")


async def sign_in_too_often(site: Site) -> None:
    for _ in range(6):
        await fail_to_sign_in(site)


async def fail_to_change_password(site: Site) -> None:
    await site.set_password()
    await site.bob.post("/settings/access/password", current="wrong", **NEW_PASSWORD)


async def fail_to_change_password_by_api(site: Site) -> None:
    await site.set_password()
    body = {"current": "wrong", "password": PASSWORD}
    refused = await site.bob.client.put(f"{API}/password", json=body, headers=site.bob.same_origin_headers)
    assert refused.status_code == 403


async def revoke_token(site: Site) -> None:
    await site.bob.post(f"/settings/tokens/{await site.find_token()}/revoke")


async def end_session(site: Site) -> None:
    await site.bob.post(f"/settings/access/sessions/{await site.find_session()}/end")


async def sign_in_as_another_user(site: Site) -> None:
    secret = await people.create_link(site.bob.database, site.user, LinkPurpose.SIGN_IN)
    await site.bob.post(LinkPurpose.SIGN_IN.path(secret))


async def delete_and_cancel(site: Site) -> None:
    await site.bob.post("/settings/data/delete", email=site.other_user.email)
    await site.bob.post("/settings/data/cancel-deletion")


async def delete_and_cancel_by_api(site: Site) -> None:
    await site.send(site.bob, "PUT", "/deletion", {"email": site.other_user.email})
    await site.send(site.bob, "DELETE", "/deletion")


async def create_token_with_token(site: Site) -> None:
    async with site.bob.database.transaction([site.other_user.id]) as tx:
        _, secret = await people.create_token(tx, site.other_user.id, "parent", Scope.WRITE, None)
    headers = {"Authorization": f"Bearer {secret}"}
    made = await site.stranger.client.post(f"{API}/tokens", json={"name": "child"}, headers=headers)
    assert made.status_code == 201


Action = Callable[[Site], Awaitable[object]]
BOB, ANNA, VISITOR = "bob", "anna", ""
MEMBERS = "/settings/members"
# The action, the kind of the newest event of Bob's account, its actor, and a part of its sentence.
ACTIONS: dict[str, tuple[Action, str, str, str]] = {
    "sign in": (sign_in_by_password, "signed-in", BOB, "signed in with a password"),
    "fail": (fail_to_sign_in, "sign-in-failed", VISITOR, "wrong password failed"),
    "throttled": (sign_in_too_often, "sign-in-throttled", VISITOR, "after too many attempts"),
    "wrong current": (fail_to_change_password, "password-check-failed", VISITOR, "current password"),
    "wrong current, API": (fail_to_change_password_by_api, "password-check-failed", VISITOR, "change failed"),
    "sign out": (lambda site: site.bob.post("/sign-out"), "signed-out", BOB, "signed out"),
    "replace session": (sign_in_as_another_user, "signed-out", BOB, "signed out"),
    "end session": (end_session, "session-revoked", BOB, "ended a session"),
    "end sessions": (
        lambda site: site.bob.post("/settings/access/sessions/end"),
        "sessions-revoked",
        BOB,
        "ended all other sessions",
    ),
    "end sessions, API": (
        lambda site: site.send(site.bob, "DELETE", "/sessions"),
        "sessions-revoked",
        BOB,
        "ended all other sessions",
    ),
    "reset link": (
        lambda site: site.anna.post(MEMBERS, email=site.other_user.email, what="reset"),
        "link-created",
        ANNA,
        "created a password reset link",
    ),
    "reset link, API": (
        lambda site: site.send(site.anna, "POST", "/members/resets", {"email": site.other_user.email}),
        "link-created",
        ANNA,
        "created a password reset link",
    ),
    "invite again": (
        lambda site: site.anna.post(MEMBERS, email=site.other_user.email, what="invite"),
        "link-created",
        ANNA,
        "created a password reset link",
    ),
    "use sign-in link": (
        lambda site: site.use_link(LinkPurpose.SIGN_IN),
        "signed-in",
        BOB,
        "signed in with a sign-in link",
    ),
    "set password": (Site.set_password, "password-changed", BOB, "set a new password"),
    "reset password": (
        lambda site: site.use_link(LinkPurpose.RESET, **NEW_PASSWORD),
        "password-changed",
        BOB,
        "set a new password with a password reset link",
    ),
    "create token": (
        lambda site: site.bob.post("/settings/tokens", name="Widget", scope="read", days="30"),
        "token-created",
        BOB,
        "created the API token “Widget” (read only)",
    ),
    "create token with token": (
        create_token_with_token,
        "token-created",
        BOB,
        "(read only) with an API token",
    ),
    "revoke token": (revoke_token, "token-revoked", BOB, "revoked the API token “x”"),
    "cancel deletion": (delete_and_cancel, "deletion-cancelled", BOB, "cancelled the deletion"),
    "cancel deletion, API": (delete_and_cancel_by_api, "deletion-cancelled", BOB, "cancelled the deletion"),
    "export": (
        lambda site: site.bob.get("/settings/data/export"),
        "data-exported",
        BOB,
        "exported all data",
    ),
    "export, API": (
        lambda site: site.send(site.bob, "GET", "/export"),
        "data-exported",
        BOB,
        "exported all data",
    ),
}


@pytest.mark.parametrize("name", ACTIONS)
async def test_action_is_recorded_with_its_actor(site, database, name):
    action, kind, actor, words = ACTIONS[name]
    await action(site)
    newest = (await events_of(database, site.other_user))[0]
    names = {BOB: site.other_user.email, ANNA: site.user.email, VISITOR: ""}
    assert (newest.kind, newest.actor_name) == (kind, names[actor])
    assert newest.address == "127.0.0.1"
    assert newest.user_agent.startswith("Mozilla/5.0")
    page = await site.anna.get(f"/settings/members/events?email={site.other_user.email}")
    assert words in page.text


async def test_every_kind_is_recorded(site, database, user, other_user):
    await fail_to_change_password(site)
    await sign_in_too_often(site)
    await site.anna.post(MEMBERS, email=other_user.email, what="reset")
    await delete_and_cancel(site)
    await site.bob.get("/settings/data/export")
    await site.bob.post("/settings/tokens", name="Widget", scope="read", days="30")
    await revoke_token(site)
    await end_session(site)
    await site.bob.post("/settings/access/sessions/end")
    await site.use_link(LinkPurpose.RESET, **NEW_PASSWORD)
    await people.set_role(database, other_user, Role.ADMIN)
    await site.stranger.post("/sign-out")
    assert {one.kind for one in await events_of(database, other_user)} == set(SecurityEventKind)


async def test_member_sees_that_an_admin_took_over_the_account(site, user, other_user):
    """Carol invites Dave again, who signs in by links only, and sets a password for him."""
    anna_client, bob_client, anonymous_client = site.anna, site.bob, site.stranger
    with capture_logs() as logs:
        page = (await anna_client.post(MEMBERS, email=other_user.email, what="invite")).text
        assert "has signed in before, so this is a password reset link" in page
        link = re.search(r"http://127\.0\.0\.1:8321(/reset/[\w-]+)", page)[1]
        assert (await anonymous_client.post(link, **NEW_PASSWORD)).status_code == 303
    assert (await bob_client.get("/settings")).status_code == 303, "Dave is signed out"
    await bob_client.sign_in(other_user)
    seen = (await bob_client.get("/settings/access")).text
    assert f"{user.email} created a password reset link." in seen
    assert f"The password reset link that {user.email} created was used." in seen
    assert "You set a new password with a password reset link." in seen
    of_dave = [one for one in logs if one.get("user") == str(other_user.id)]
    assert [(one["kind"], one["actor"], one["log_level"]) for one in of_dave][:2] == [
        ("link-created", user.email, "warning"),
        ("link-used", other_user.email, "info"),
    ]
    assert link.rpartition("/")[2] not in str(logs)


async def test_link_that_the_admin_uses_names_the_browser(site, user, other_user):
    page = (await site.anna.post(MEMBERS, email=other_user.email, what="reset")).text
    link = re.search(r"http://127\.0\.0\.1:8321(/reset/[\w-]+)", page)[1]
    await site.anna.post(link, **NEW_PASSWORD)
    await site.bob.sign_in(other_user)
    sentence = f"that {user.email} created was used in a browser in which {user.email} was signed in."
    assert sentence in (await site.bob.get("/settings/access")).text


async def test_new_password_names_the_revoked_tokens(site, other_user):
    await site.find_token()
    await site.use_link(LinkPurpose.RESET, **NEW_PASSWORD)
    await site.bob.sign_in(other_user)
    sentence = "You set a new password with a password reset link and revoked all API tokens."
    assert sentence in (await site.bob.get("/settings/access")).text


async def test_repeated_invitation_by_api_is_a_reset_by_name(site):
    headers = site.anna.same_origin_headers
    new = {"email": f"{uuid4().hex}@example.org"}
    for _ in range(2):  # the user has not signed in meanwhile
        made = await site.anna.client.post(f"{API}/members/invitations", json=new, headers=headers)
        assert (made.json()["purpose"], "/invitation/" in made.json()["link"]) == ("invitation", True)
    again = await site.anna.client.post(
        f"{API}/members/invitations", json={"email": site.other_user.email}, headers=headers
    )
    assert (again.json()["purpose"], "/reset/" in again.json()["link"]) == ("reset", True)


async def test_invited_user_sees_the_inviting_admin(site, database):
    email = f"{uuid4().hex}@example.org"
    await site.anna.post(MEMBERS, email=email, what="invite-admin")
    invited = await people.find_by_email(database, email)
    seen = [(one.kind, one.actor_name) for one in await events_of(database, invited)]
    assert seen == [(kind, site.user.email) for kind in ("link-created", "role-changed", "user-created")]


async def record_many(database, user, count: int) -> None:
    kinds = (SecurityEventKind.TOKEN_CREATED, SecurityEventKind.TOKEN_REVOKED)
    async with database.transaction([user.id]) as tx:
        for number in range(count):
            details = {"name": f"Token {number}.", "scope": "read"}
            await people.record_security_event(
                tx,
                user.id,
                kinds[number % 2],
                Actor.of_user(user, ClientInfo(address="192.0.2.1")),
                **details,
            )


def numbers_in(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"“Token (\d+)\.”", text)]


async def test_own_events_are_paged_by_older(bob_client, database, other_user):
    await record_many(database, other_user, 70)
    page = (await bob_client.get("/settings/access")).text
    seen = numbers_in(page)
    assert seen == list(range(69, 59, -1))
    for _ in range(2):
        older = re.search(r'href="([^"]+)"[^>]*>Older<', page)[1].replace("&amp;", "&")
        page = (await bob_client.get(older)).text
        seen += numbers_in(page)
    assert seen == list(range(69, -1, -1))
    assert ">Older<" not in page


async def test_api_pages_are_complete_and_of_the_owner_only(site, database, token_client):
    await record_many(database, site.other_user, 7)
    await record_many(database, site.user, 5)
    request = await token_client(Scope.READ)  # Anna's
    found, path = [], "/security-events?limit=2"
    while path:
        page = (await request("GET", path)).json()
        found += page["items"]
        path = page["next"] and f"/security-events?limit=2&after={page['next']}"
    assert numbers_in(str([one["text"] for one in found])) == list(range(4, -1, -1))
    assert {one["member"] for one in found} == {site.user.email}
    assert found[-1]["kind"] == "user-created"
    assert len({one["id"] for one in found}) == len(found)


async def test_admins_see_the_events_of_all_members_and_filter_them(site, database, token_client):
    await record_many(database, site.other_user, 3)
    await record_many(database, site.user, 1)
    request = await token_client(Scope.READ)
    path = "/members/security-events?limit=4"
    everyone = (await request("GET", path)).json()
    assert {one["member"] for one in everyone["items"]} == {site.user.email, site.other_user.email}
    assert (await request("GET", f"{path}&after={everyone['next']}")).status_code == 200
    filtered = (await request("GET", f"{path}&email={site.other_user.email.upper()}")).json()["items"]
    assert {one["member"] for one in filtered} == {site.other_user.email}
    page = (await site.anna.get("/settings/members/events")).text
    assert site.other_user.email in page
    unknown = await site.anna.get("/settings/members/events?email=nobody@example.org")
    assert (unknown.status_code, "There is no user nobody@example.org" in unknown.text) == (404, True)
    assert (await request("GET", f"{path}&email=nobody@example.org")).status_code == 404


async def test_members_do_not_see_events_of_others(bob_client, user):
    assert (await bob_client.get("/settings/members/events")).status_code == 403
    listed = await bob_client.get(f"{API}/members/security-events?email={user.email}")
    assert listed.status_code == 403
    assert user.email not in (await bob_client.get("/settings/access/events")).text


@pytest.mark.parametrize("path", ["/settings/access/events", f"{API}/security-events"])
@pytest.mark.parametrize("after", ["x", "W10", "WyI5OTk5LTEyLTMxVDIzOjU5OjU5WiIsIngiXQ", "%00"])
async def test_malformed_cursor_is_rejected(bob_client, path, after):
    refused = await bob_client.get(f"{path}?after={after}")
    assert (refused.status_code, "start from the first page" in refused.text) == (422, True)


async def test_hostile_client_and_names_are_escaped(bob_client, database, other_user):
    hostile = "<script>alert(1)</script>"
    client = ClientInfo(address=hostile, user_agent=hostile)
    actor = Actor(kind=ActorKind.USER, id=uuid4(), name=f"{hostile}@example.org", client=client)
    async with database.transaction([other_user.id]) as tx:
        for kind in (SecurityEventKind.TOKEN_CREATED, SecurityEventKind.TOKEN_REVOKED):
            await people.record_security_event(
                tx, other_user.id, kind, actor, name=f"{hostile}{{0.__class__}}", scope="read"
            )
    for path in ("/settings/access", "/settings/access/events"):
        page = (await bob_client.get(path)).text
        assert hostile not in page
        assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 8
        assert "{0.__class__}" in page


async def test_times_are_in_the_zone_of_the_user(bob_client, database, other_user, admin_connection):
    await admin_connection.execute(
        "UPDATE people_security_events SET at = '2026-03-29 06:00+00' WHERE owner_id = $1", other_user.id
    )
    page = (await bob_client.get("/settings/access")).text
    assert "29 Mar 2026, 11:45" in page, "Kathmandu"


async def test_export_contains_security_events(bob_client, other_user):
    archive = await bob_client.get("/settings/data/export")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        rows = [json.loads(line) for line in files.read("people_security_events.jsonl").splitlines()]
    assert sorted(row["kind"] for row in rows) == ["data-exported", "user-created"]
    assert {row["owner_id"] for row in rows} == {str(other_user.id)}


def event(kind: SecurityEventKind, actor_kind=ActorKind.USER, name="carol@example.org", **details: str):
    now = datetime.now(UTC)
    return SecurityEvent(
        owner_id=uuid4(),
        id=uuid4(),
        at=now,
        last_at=now,
        kind=kind,
        actor_kind=actor_kind,
        actor_id=None,
        actor_name=name,
        address="",
        user_agent="",
        details=details,
    )


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (
            event(SecurityEventKind.LINK_CREATED, ActorKind.COMMAND_LINE, "root", purpose="invitation"),
            "root created an invitation link on the command line.",
        ),
        (event(SecurityEventKind.LINK_USED, purpose="sign-in"), "The sign-in link was used."),
        (event(SecurityEventKind.USER_CREATED, ActorKind.SYSTEM, ""), "Daybreak created the account."),
        (
            event(SecurityEventKind.ROLE_CHANGED, previous="member", role="admin"),
            "carol@example.org changed the role from member to administrator.",
        ),
        (
            event(SecurityEventKind.PASSWORD_CHANGED, method="reset link", tokens="revoked"),
            "carol@example.org set a new password with a password reset link and revoked all API tokens.",
        ),
    ],
)
def test_sentences_name_the_actor(one: SecurityEvent, sentence: str):
    assert describe_event(one) == sentence
    assert describe_origin(one) == ""
