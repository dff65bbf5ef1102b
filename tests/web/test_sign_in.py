"""Who gets in, and who does not."""

from datetime import timedelta

import httpx2
import pytest
from argon2 import PasswordHasher

from daybreak import people
from daybreak.errors import Conflict, NotSignedIn, TooMany
from daybreak.people import Client, Purpose

from .browser_client import ADDRESS, FROM_OUR_PAGE, Browser

PASSWORD = "correct horse battery"
HERE = Client(address="127.0.0.1")


@pytest.fixture
async def anna(database, user, no_attempts_yet):
    """Anna, with a password."""
    secret = await people.make_link(database, user, Purpose.RESET)
    await people.set_password_by_link(database, secret, Purpose.RESET, PASSWORD, HERE)
    return user


def cookie(answer: httpx2.Response, name: str = "daybreak-8321") -> str:
    return next((one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{name}=")), "")


async def test_anonymous_user_signs_in_and_returns_to_the_requested_page(stranger, anna):
    asked = await stranger.get("/settings?from=mail")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=/settings%3Ffrom%3Dmail")
    shown = await stranger.get(asked.headers["location"])
    assert 'value="/settings?from=mail"' in shown.text
    entered = await stranger.post("/sign-in", email=anna.email, password=PASSWORD, next="/settings?from=mail")
    assert (entered.status_code, entered.headers["location"]) == (303, "/settings?from=mail")
    page = await stranger.get("/settings")
    assert (page.status_code, anna.email in page.text) == (200, True)


async def test_wrong_password_and_unknown_address_get_the_same_response(stranger, anna):
    wrong = await stranger.post("/sign-in", email=anna.email, password="not it at all")
    unknown = await stranger.post("/sign-in", email="nobody@example.org", password=PASSWORD)
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.text.replace(anna.email, "") == unknown.text.replace("nobody@example.org", "")
    assert "Wrong e-mail or password" in wrong.text
    assert not stranger.client.cookies


async def test_session_cookie_is_http_only_and_same_site(stranger, anna):
    entered = await stranger.post("/sign-in", email=anna.email, password=PASSWORD)
    attributes = cookie(entered).partition(";")[2].lower()
    assert {"httponly", "samesite=lax", "path=/"} <= {one.strip() for one in attributes.split(";")}


async def test_session_cookie_is_secure_and_host_bound_with_tls(secure, anna):
    entered = await secure.post("/sign-in", email=anna.email, password=PASSWORD, headers=secure.ours)
    assert "secure" in cookie(entered, "__Host-daybreak").lower()
    assert entered.headers["strict-transport-security"].startswith("max-age=")


async def test_session_from_before_sign_in_is_not_adopted(stranger, anna, database):
    stranger.client.cookies.set("daybreak-8321", "chosen-by-an-attacker", domain="127.0.0.1")
    entered = await stranger.post("/sign-in", email=anna.email, password=PASSWORD)
    assert "chosen-by-an-attacker" not in cookie(entered)
    assert await people.visitor_of(database, "chosen-by-an-attacker") is None


async def test_signing_in_as_another_user_revokes_the_previous_session(bobs, anna, database):
    before = bobs.secret
    await bobs.post("/sign-in", email=anna.email, password=PASSWORD)
    assert await people.visitor_of(database, before) is None
    assert anna.email in (await bobs.get("/settings")).text


async def test_signing_out_revokes_the_session(annas, database):
    secret = annas.secret
    left = await annas.post("/sign-out")
    assert (left.status_code, left.headers["location"]) == (303, "/sign-in")
    assert await people.visitor_of(database, secret) is None
    assert (await annas.get("/settings")).status_code == 303


async def test_idle_session_expires(annas, user, as_admin):
    await as_admin.execute(
        "UPDATE people_sessions SET expires_at = now() - interval '1 second' WHERE owner_id = $1", user.id
    )
    assert (await annas.get("/settings")).headers["location"].startswith("/sign-in")


async def test_active_session_is_extended(annas, user, as_admin):
    await as_admin.execute(
        "UPDATE people_sessions SET seen_at = now() - interval '1 hour', expires_at = now() + interval '1 h'"
        " WHERE owner_id = $1",
        user.id,
    )
    assert (await annas.get("/settings")).status_code == 200
    left = await as_admin.fetchval(
        "SELECT expires_at - now() FROM people_sessions WHERE owner_id = $1", user.id
    )
    assert left > timedelta(days=29)


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "\t//evil.example",
        "evil.example",
        "/ok\r\nX: y",
        "",
    ],
)
async def test_sign_in_never_redirects_to_another_site(stranger, anna, path):
    entered = await stranger.post("/sign-in", email=anna.email, password=PASSWORD, next=path)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")


async def test_sign_in_is_throttled_after_wrong_passwords(stranger, anna):
    codes = [
        (await stranger.post("/sign-in", email=anna.email, password=f"wrong {n}")).status_code
        for n in range(6)
    ]
    assert codes == [401] * 5 + [429]
    late = await stranger.post("/sign-in", email=anna.email, password=PASSWORD)
    assert late.status_code == 429
    assert 0 < int(late.headers["retry-after"]) <= 60
    assert "Try again in" in late.text


async def test_wrong_passwords_from_one_network_do_not_lock_the_account(database, anna):
    for n in range(5):
        with pytest.raises(NotSignedIn):
            await people.sign_in(database, anna.email, f"wrong {n}", Client(address="203.0.113.9"))
    user, _ = await people.sign_in(database, anna.email, PASSWORD, Client(address="198.51.100.7"))
    assert user == anna


async def test_one_network_cannot_try_many_accounts(database, no_attempts_yet):
    client = Client(address="2001:db8:1:2::3")
    for n in range(30):
        await people.take_attempt(database, client)
        client = Client(address=f"2001:db8:1:2::{n:x}")  # the same household
    with pytest.raises(TooMany):
        await people.take_attempt(database, client)
    await people.take_attempt(database, Client(address="2001:db8:1:3::3"))


async def test_passwords_and_sessions_are_stored_hashed(annas, anna, as_admin):
    kept = await as_admin.fetchval("SELECT password_hash FROM people_accounts WHERE owner_id = $1", anna.id)
    assert kept.startswith("$argon2id$")
    rows = await as_admin.fetch("SELECT s::text FROM people_sessions AS s WHERE owner_id = $1", anna.id)
    assert annas.secret not in str(rows)


async def test_sign_in_link_works_once_and_survives_a_preview(stranger, database, user, no_attempts_yet):
    path = Purpose.SIGN_IN.path(await people.make_link(database, user, Purpose.SIGN_IN))
    for _ in range(2):
        shown = await stranger.get(path)
        assert (shown.status_code, user.name in shown.text) == (200, True)
    assert (await stranger.post(path)).headers["location"] == "/"
    assert user.email in (await stranger.get("/settings")).text
    again = await stranger.post(path)
    assert (again.status_code, "has expired or was already used" in again.text) == (404, True)


async def test_expired_link_is_rejected(stranger, database, user, as_admin, no_attempts_yet):
    path = Purpose.SIGN_IN.path(await people.make_link(database, user, Purpose.SIGN_IN))
    await as_admin.execute("UPDATE people_links SET expires_at = now() WHERE owner_id = $1", user.id)
    assert (await stranger.post(path)).status_code == 404


async def test_link_works_for_its_purpose_only(stranger, database, user, no_attempts_yet):
    secret = await people.make_link(database, user, Purpose.SIGN_IN)
    assert (await stranger.get(Purpose.RESET.path(secret))).status_code == 404
    assert (
        await stranger.post(Purpose.RESET.path(secret), password=PASSWORD, again=PASSWORD)
    ).status_code == 404


async def test_invited_user_sets_a_password_and_is_signed_in(stranger, database, no_attempts_yet):
    user, secret = await people.invite(
        database, "carol@example.org", timezone="Europe/Berlin", role=people.Role.ADMIN
    )
    path = Purpose.INVITATION.path(secret)
    differ = await stranger.post(path, password=PASSWORD, again="something else")
    assert (differ.status_code, "The passwords don&#39;t match." in differ.text) == (422, True)
    weak = await stranger.post(path, password="carol@example.org", again="carol@example.org")
    assert (weak.status_code, "too easy to guess" in weak.text) == (422, True)
    assert PASSWORD not in weak.text
    assert (await stranger.post(path, password=PASSWORD, again=PASSWORD)).status_code == 303
    assert "Members" in (await stranger.get("/settings")).text
    with pytest.raises(Conflict):
        await people.invite(database, user.email, timezone="UTC", role=people.Role.MEMBER)


async def test_password_reset_revokes_all_sessions(annas, stranger, anna, database):
    path = Purpose.RESET.path(await people.make_link(database, anna, Purpose.RESET))
    await stranger.post(path, password="another good one", again="another good one")
    assert (await annas.get("/settings")).status_code == 303
    assert (await stranger.get("/settings")).status_code == 200


async def test_outdated_password_hash_is_renewed_at_sign_in(database, anna, as_admin):
    old = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    await as_admin.execute("UPDATE people_accounts SET password_hash = $2 WHERE owner_id = $1", anna.id, old)
    await people.sign_in(database, anna.email, PASSWORD, HERE)
    kept = await as_admin.fetchval("SELECT password_hash FROM people_accounts WHERE owner_id = $1", anna.id)
    assert kept != old
    await people.sign_in(database, anna.email, PASSWORD, HERE)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": ADDRESS},
        {},
    ],
    ids=str,
)
async def test_cross_site_change_is_rejected(annas, user, database, headers):
    refused = await annas.post("/settings", headers=headers, name="Mallory")
    assert refused.status_code == 403
    assert (await people.find(database, user.email)).name == "Anna"


@pytest.mark.parametrize(
    "headers", [FROM_OUR_PAGE, {"Origin": ADDRESS}, {"Sec-Fetch-Site": "same-origin"}], ids=str
)
async def test_same_origin_change_is_accepted(annas, headers):
    assert (await annas.post("/theme", headers=headers, theme="dark")).status_code == 303


async def test_unknown_host_is_rejected(stranger):
    asked = await stranger.get("/sign-in", headers={"Host": "rebound.example:8321"})
    assert (asked.status_code, "http://127.0.0.1:8321" in asked.text) == (400, True)
    assert (await stranger.get("/healthz", headers={"Host": "10.0.0.7"})).status_code == 200


async def test_session_can_be_revoked_from_another(annas, application, database, user):
    async with Browser.open(application, database) as other:
        await other.enter(user)
        async with database.transaction([user.id]) as tx:
            sessions = await people.list_sessions(tx, user.id)
        known = await people.visitor_of(database, other.secret)
        assert len(sessions) == 2
        await annas.post(f"/settings/access/sessions/{known.credential}/end")
        assert (await other.get("/settings")).status_code == 303
    assert (await annas.get("/settings")).status_code == 200
