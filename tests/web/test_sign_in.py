"""Who gets in, and who does not."""

import httpx2
import pytest
from argon2 import PasswordHasher

from daybreak import people
from daybreak.errors import Conflict, TooManyRequests, Unauthenticated
from daybreak.people import ClientInfo, LinkPurpose
from daybreak.people.access import passwords

from .browser_client import ADDRESS, SAME_ORIGIN_HEADERS, BrowserClient

PASSWORD = "correct horse battery"
HERE = ClientInfo(address="127.0.0.1")


@pytest.fixture
async def anna(database, user, reset_throttle):
    """Anna, with a password."""
    secret = await people.create_link(database, user, LinkPurpose.RESET)
    await people.set_password_by_link(database, secret, LinkPurpose.RESET, PASSWORD, HERE)
    return user


def cookie(answer: httpx2.Response, name: str = "daybreak-8321") -> str:
    return next((one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{name}=")), "")


async def test_anonymous_user_signs_in_and_returns_to_the_requested_page(anonymous_client, anna):
    asked = await anonymous_client.get("/settings?from=mail")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=/settings%3Ffrom%3Dmail")
    shown = await anonymous_client.get(asked.headers["location"])
    assert 'value="/settings?from=mail"' in shown.text
    entered = await anonymous_client.post(
        "/sign-in", email=anna.email, password=PASSWORD, next="/settings?from=mail"
    )
    assert (entered.status_code, entered.headers["location"]) == (303, "/settings?from=mail")
    page = await anonymous_client.get("/settings")
    assert (page.status_code, anna.email in page.text) == (200, True)


async def test_response_does_not_reveal_whether_an_account_exists(
    anonymous_client, anna, other_user, monkeypatch
):
    verified = []
    verify = passwords._verify_blocking
    monkeypatch.setattr(
        passwords, "_verify_blocking", lambda *given: verified.append(given) or verify(*given)
    )
    answers = []
    for email in (anna.email, other_user.email, "nobody@example.org"):  # the second one has no password
        wrong = await anonymous_client.post("/sign-in", email=email, password="not it at all")
        assert (wrong.status_code, "Wrong e-mail or password" in wrong.text) == (401, True)
        headers = {name: value for name, value in wrong.headers.items() if name != "x-request-id"}
        answers.append((wrong.text.replace(email, ""), headers | {"content-length": ""}))
    assert answers == [answers[0]] * 3
    assert len(verified) == 3  # each answer costs one verification
    assert not anonymous_client.client.cookies


async def test_session_cookie_is_http_only_and_same_site(anonymous_client, anna):
    entered = await anonymous_client.post("/sign-in", email=anna.email, password=PASSWORD)
    attributes = cookie(entered).partition(";")[2].lower()
    assert {"httponly", "samesite=lax", "path=/"} <= {one.strip() for one in attributes.split(";")}


async def test_session_cookie_is_secure_and_host_bound_with_tls(tls_client, anna):
    entered = await tls_client.post(
        "/sign-in", email=anna.email, password=PASSWORD, headers=tls_client.same_origin_headers
    )
    assert "secure" in cookie(entered, "__Host-daybreak").lower()
    assert entered.headers["strict-transport-security"].startswith("max-age=")


async def test_session_from_before_sign_in_is_not_adopted(anonymous_client, anna, database):
    anonymous_client.client.cookies.set("daybreak-8321", "chosen-by-an-attacker", domain="127.0.0.1")
    entered = await anonymous_client.post("/sign-in", email=anna.email, password=PASSWORD)
    assert "chosen-by-an-attacker" not in cookie(entered)
    assert await people.authenticate_session(database, "chosen-by-an-attacker") is None


async def test_signing_in_as_another_user_revokes_the_previous_session(bob_client, anna, database):
    before = bob_client.session_secret
    await bob_client.post("/sign-in", email=anna.email, password=PASSWORD)
    assert await people.authenticate_session(database, before) is None
    assert anna.email in (await bob_client.get("/settings")).text


async def test_signing_out_revokes_the_session(anna_client, database):
    secret = anna_client.session_secret
    left = await anna_client.post("/sign-out")
    assert (left.status_code, left.headers["location"]) == (303, "/sign-in")
    assert await people.authenticate_session(database, secret) is None
    assert (await anna_client.get("/settings")).status_code == 303


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
async def test_sign_in_never_redirects_to_another_site(anonymous_client, anna, path):
    entered = await anonymous_client.post("/sign-in", email=anna.email, password=PASSWORD, next=path)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")


async def test_sign_in_is_throttled_after_wrong_passwords(anonymous_client, anna):
    codes = [
        (await anonymous_client.post("/sign-in", email=anna.email, password=f"wrong {n}")).status_code
        for n in range(6)
    ]
    assert codes == [401] * 5 + [429]
    late = await anonymous_client.post("/sign-in", email=anna.email, password=PASSWORD)
    assert late.status_code == 429
    assert 0 < int(late.headers["retry-after"]) <= 60
    assert "Try again in" in late.text


async def test_wrong_passwords_from_one_network_do_not_lock_the_account(database, anna):
    for n in range(5):
        with pytest.raises(Unauthenticated):
            await people.sign_in(database, anna.email, f"wrong {n}", ClientInfo(address="203.0.113.9"))
    user, _ = await people.sign_in(database, anna.email, PASSWORD, ClientInfo(address="198.51.100.7"))
    assert user == anna


async def test_one_network_cannot_try_many_accounts(database, reset_throttle):
    client = ClientInfo(address="2001:db8:1:2::3")
    for n in range(30):
        await people.throttle_sign_in(database, client)
        client = ClientInfo(address=f"2001:db8:1:2::{n:x}")  # the same household
    with pytest.raises(TooManyRequests):
        await people.throttle_sign_in(database, client)
    await people.throttle_sign_in(database, ClientInfo(address="2001:db8:1:3::3"))


async def test_passwords_and_sessions_are_stored_hashed(anna_client, anna, admin_connection):
    kept = await admin_connection.fetchval(
        "SELECT password_hash FROM people_accounts WHERE owner_id = $1", anna.id
    )
    assert kept.startswith("$argon2id$")
    rows = await admin_connection.fetch(
        "SELECT s::text FROM people_sessions AS s WHERE owner_id = $1", anna.id
    )
    assert anna_client.session_secret not in str(rows)


async def test_sign_in_link_works_once_and_survives_a_preview(
    anonymous_client, database, user, reset_throttle
):
    path = LinkPurpose.SIGN_IN.path(await people.create_link(database, user, LinkPurpose.SIGN_IN))
    for _ in range(2):
        shown = await anonymous_client.get(path)
        assert (shown.status_code, user.name in shown.text) == (200, True)
    assert (await anonymous_client.post(path)).headers["location"] == "/"
    assert user.email in (await anonymous_client.get("/settings")).text
    again = await anonymous_client.post(path)
    assert (again.status_code, "has expired or was already used" in again.text) == (404, True)


async def test_expired_link_is_rejected(anonymous_client, database, user, admin_connection, reset_throttle):
    path = LinkPurpose.SIGN_IN.path(await people.create_link(database, user, LinkPurpose.SIGN_IN))
    await admin_connection.execute("UPDATE people_links SET expires_at = now() WHERE owner_id = $1", user.id)
    assert (await anonymous_client.post(path)).status_code == 404


async def test_link_works_for_its_purpose_only(anonymous_client, database, user, reset_throttle):
    secret = await people.create_link(database, user, LinkPurpose.SIGN_IN)
    assert (await anonymous_client.get(LinkPurpose.RESET.path(secret))).status_code == 404
    assert (
        await anonymous_client.post(
            LinkPurpose.RESET.path(secret), password=PASSWORD, password_confirmation=PASSWORD
        )
    ).status_code == 404


async def test_invited_user_sets_a_password_and_is_signed_in(anonymous_client, database, reset_throttle):
    invitation = await people.invite(
        database, "carol@example.org", timezone="Europe/Berlin", role=people.Role.ADMIN
    )
    path = invitation.path
    differ = await anonymous_client.post(path, password=PASSWORD, password_confirmation="something else")
    assert (differ.status_code, "The passwords don’t match." in differ.text) == (422, True)
    weak = await anonymous_client.post(
        path, password="carol@example.org", password_confirmation="carol@example.org"
    )
    assert (weak.status_code, "too easy to guess" in weak.text) == (422, True)
    assert PASSWORD not in weak.text
    assert (
        await anonymous_client.post(path, password=PASSWORD, password_confirmation=PASSWORD)
    ).status_code == 303
    assert "Members" in (await anonymous_client.get("/settings")).text
    with pytest.raises(Conflict):
        await people.invite(database, invitation.user.email, timezone="UTC", role=people.Role.MEMBER)


async def test_password_reset_revokes_all_sessions(anna_client, anonymous_client, anna, database):
    path = LinkPurpose.RESET.path(await people.create_link(database, anna, LinkPurpose.RESET))
    await anonymous_client.post(path, password="another good one", password_confirmation="another good one")
    assert (await anna_client.get("/settings")).status_code == 303
    assert (await anonymous_client.get("/settings")).status_code == 200


async def test_outdated_password_hash_is_renewed_at_sign_in(database, anna, admin_connection):
    old = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    await admin_connection.execute(
        "UPDATE people_accounts SET password_hash = $2 WHERE owner_id = $1", anna.id, old
    )
    await people.sign_in(database, anna.email, PASSWORD, HERE)
    kept = await admin_connection.fetchval(
        "SELECT password_hash FROM people_accounts WHERE owner_id = $1", anna.id
    )
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
async def test_cross_site_change_is_rejected(anna_client, user, database, headers):
    refused = await anna_client.post("/settings", headers=headers, name="Mallory")
    assert refused.status_code == 403
    assert (await people.find_by_email(database, user.email)).name == "Anna"


@pytest.mark.parametrize(
    "headers", [SAME_ORIGIN_HEADERS, {"Origin": ADDRESS}, {"Sec-Fetch-Site": "same-origin"}], ids=str
)
async def test_same_origin_change_is_accepted(anna_client, headers):
    assert (await anna_client.post("/theme", headers=headers, theme="dark")).status_code == 303


async def test_unknown_host_is_rejected(anonymous_client):
    asked = await anonymous_client.get("/sign-in", headers={"Host": "rebound.example:8321"})
    assert (asked.status_code, "http://127.0.0.1:8321" in asked.text) == (400, True)
    assert (await anonymous_client.get("/healthz", headers={"Host": "10.0.0.7"})).status_code == 200


async def test_session_can_be_revoked_from_another(anna_client, application, database, user):
    async with BrowserClient.open(application, database) as other:
        await other.sign_in(user)
        async with database.transaction([user.id]) as tx:
            sessions = await people.list_sessions(tx, user.id)
        known = await people.authenticate_session(database, other.session_secret)
        assert len(sessions) == 2
        await anna_client.post(f"/settings/access/sessions/{known.credential}/end")
        assert (await other.get("/settings")).status_code == 303
    assert (await anna_client.get("/settings")).status_code == 200
