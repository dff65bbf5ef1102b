"""Tests that the mistakes of others lock no user out, and that guesses stay bounded."""

import itertools
import re
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daybreak import people
from daybreak.errors import TooManyRequests, Unauthenticated
from daybreak.people import ClientInfo, LinkPurpose

from .browser_client import BrowserClient

pytestmark = pytest.mark.usefixtures("cheap_passwords")
PASSWORD = "correct horse battery"
HERE = ClientInfo(address="127.0.0.1")
KNOWN = "daybreak-known-8321"
PLACES = [f"203.0.113.{number}" for number in range(1, 8)]


@pytest.fixture
async def anna(database, user, reset_throttle):
    """Anna, with a password."""
    await set_password(database, user)
    return user


@pytest.fixture
async def open_browser(application, database):
    """Return a function that opens a new browser at a network address."""
    async with AsyncExitStack() as stack:

        async def open_at(place: str) -> BrowserClient:
            return await stack.enter_async_context(BrowserClient.open(application, database, place=place))

        yield open_at


@pytest.fixture
async def annas_browser(open_browser, anna):
    """Anna's browser: she has signed in and out in it."""
    browser = await open_browser("198.51.100.7")
    assert await submit(browser, anna.email, PASSWORD) == 303
    await browser.post("/sign-out")
    return browser


async def set_password(database, user) -> None:
    secret = await people.create_link(database, user, LinkPurpose.RESET)
    await people.set_password_by_link(database, secret, LinkPurpose.RESET, PASSWORD, HERE)


async def sign_in_and_remember(database, user, client: ClientInfo = HERE):
    async with database.transaction([user.id]) as tx:
        session = await people.create_session(tx, user.id, client)
        return await people.remember_browser(tx, user.id, session, client)


def cookie_attributes(answer, name: str) -> set[str]:
    cookies = answer.headers.get_list("set-cookie")
    found = next(one for one in cookies if one.startswith(f"{name}="))
    return {attribute.strip() for attribute in found.partition(";")[2].lower().split(";")}


async def count_known_browsers(admin_connection, user) -> int:
    return await admin_connection.fetchval(
        "SELECT count(*) FROM people_known_browsers WHERE owner_id = $1", user.id
    )


async def submit(browser: BrowserClient, email: str, password: str) -> int:
    return (await browser.post("/sign-in", email=email, password=password)).status_code


async def attack(open_browser, email: str, places=PLACES, tries: int = 6) -> list[int]:
    """Submit wrong passwords from several places until all of them are refused."""
    codes = []
    for place in places:
        browser = await open_browser(place)
        codes += [await submit(browser, email, f"wrong {number}") for number in range(tries)]
    return codes


async def test_wrong_passwords_of_strangers_do_not_lock_the_owner_out(open_browser, annas_browser, anna):
    codes = await attack(open_browser, anna.email)
    assert (codes.count(401), codes[-1]) == (29, 429)  # the owner's first sign-in counts, too
    assert await submit(annas_browser, anna.email, PASSWORD) == 303


async def test_strangers_in_the_owners_network_do_not_lock_the_owner_out(open_browser, annas_browser, anna):
    await attack(open_browser, anna.email, ["198.51.100.7"] * 6)
    assert await submit(annas_browser, anna.email, PASSWORD) == 303


async def test_refused_stranger_is_shown_the_ways_out(open_browser, annas_browser, anna, database):
    await attack(open_browser, anna.email)
    stranger = await open_browser("192.0.2.1")
    refused = await stranger.post("/sign-in", email=anna.email, password=PASSWORD)
    assert (refused.status_code, 0 < int(refused.headers["retry-after"]) <= 60) == (429, True)
    assert "use a browser in which you have signed in before, or ask for a sign-in link" in refused.text
    link = LinkPurpose.SIGN_IN.path(await people.create_link(database, anna, LinkPurpose.SIGN_IN))
    assert (await stranger.post(link)).status_code == 303
    await stranger.post("/sign-out")
    assert await submit(stranger, anna.email, PASSWORD) == 303  # the browser is known from now on


async def test_invalid_links_of_others_do_not_block_a_valid_one(open_browser, database, user, reset_throttle):
    browser = await open_browser("192.0.2.9")
    codes = [(await browser.get(f"/sign-in/link/{number}")).status_code for number in range(31)]
    assert (codes.count(404), codes[-1]) == (30, 429)
    for purpose in LinkPurpose:
        link = purpose.path(await people.create_link(database, user, purpose))
        assert (await browser.get(link)).status_code == 200


async def test_wrong_passwords_of_others_do_not_block_a_password_change(open_browser, annas_browser, anna):
    assert await submit(annas_browser, anna.email, PASSWORD) == 303
    await attack(open_browser, anna.email, [*PLACES, "198.51.100.7"])
    changed = await annas_browser.post(
        "/settings/access/password",
        current=PASSWORD,
        password="another good one",
        password_confirmation="another good one",
    )
    assert changed.status_code == 303


async def test_known_browser_has_a_limit_of_its_own(open_browser, annas_browser, anna):
    codes = [await submit(annas_browser, anna.email, f"wrong {number}") for number in range(6)]
    assert codes == [401] * 5 + [429]
    assert await submit(annas_browser, anna.email, PASSWORD) == 429
    stranger = await open_browser("198.51.100.7")
    assert await submit(stranger, anna.email, PASSWORD) == 303  # strangers have another limit


async def test_successful_sign_in_resets_the_browsers_limit(annas_browser, anna):
    for _ in range(3):
        for number in range(4):
            assert await submit(annas_browser, anna.email, f"wrong {number}") == 401
        assert await submit(annas_browser, anna.email, PASSWORD) == 303


async def test_correct_passwords_are_limited_in_a_known_browser(annas_browser, anna):
    codes = [await submit(annas_browser, anna.email, PASSWORD) for _ in range(21)]
    assert codes == [303] * 20 + [429]


async def test_password_changes_are_limited(annas_browser, anna):
    assert await submit(annas_browser, anna.email, PASSWORD) == 303
    passwords = [PASSWORD, "another good one"] * 11
    codes = []
    for current, new in itertools.pairwise(passwords):
        form = {"current": current, "password": new, "password_confirmation": new}
        codes.append((await annas_browser.post("/settings/access/password", **form)).status_code)
    assert codes == [303] * 20 + [429]


async def test_browser_known_to_one_account_is_a_stranger_to_another(
    open_browser, annas_browser, anna, database, other_user
):
    await set_password(database, other_user)
    await attack(open_browser, other_user.email)
    assert await submit(annas_browser, other_user.email, PASSWORD) == 429


async def test_browser_is_known_to_several_accounts(open_browser, annas_browser, anna, database, other_user):
    await set_password(database, other_user)
    assert await submit(annas_browser, other_user.email, PASSWORD) == 303
    await annas_browser.post("/sign-out")
    for user in (anna, other_user):
        await attack(open_browser, user.email)
        assert await submit(annas_browser, user.email, PASSWORD) == 303


async def test_cookie_planted_in_a_browser_does_not_become_known(open_browser, anna, admin_connection):
    browser = await open_browser("198.51.100.7")
    browser.client.cookies.set(KNOWN, "chosen-by-an-attacker", domain="127.0.0.1")
    assert await submit(browser, anna.email, PASSWORD) == 303
    thief = await open_browser("192.0.2.6")
    thief.client.cookies.set(KNOWN, "chosen-by-an-attacker", domain="127.0.0.1")
    await attack(open_browser, anna.email)
    assert await submit(thief, anna.email, PASSWORD) == 429


async def test_known_browser_cookie_is_hidden_and_opens_no_account(annas_browser, tls_client, anna):
    answer = await annas_browser.post("/sign-in", email=anna.email, password=PASSWORD)
    attributes = cookie_attributes(answer, KNOWN)
    assert {"httponly", "samesite=lax", "path=/", f"max-age={400 * 86400}"} <= attributes
    await annas_browser.post("/sign-out")
    assert (annas_browser.client.cookies[KNOWN], len(annas_browser.client.cookies)) != ("", 0)
    assert (await annas_browser.get("/settings")).status_code == 303
    answer = await tls_client.post(
        "/sign-in", email=anna.email, password=PASSWORD, headers=tls_client.same_origin_headers
    )
    assert "secure" in cookie_attributes(answer, "__Host-daybreak-known")


async def test_known_browser_is_stored_hashed(annas_browser, anna, admin_connection):
    rows = await admin_connection.fetch(
        "SELECT b::text FROM people_known_browsers AS b WHERE owner_id = $1", anna.id
    )
    assert (len(rows), annas_browser.client.cookies[KNOWN] in str(rows)) == (1, False)


async def test_password_reset_makes_all_browsers_strangers(open_browser, annas_browser, anna, database):
    await set_password(database, anna)
    await attack(open_browser, anna.email)
    assert await submit(annas_browser, anna.email, PASSWORD) == 429


async def test_reset_during_a_sign_in_leaves_no_known_browser(database, anna, admin_connection):
    _, session = await people.sign_in(database, anna.email, PASSWORD, HERE)
    await set_password(database, anna)
    async with database.transaction([anna.id]) as tx:
        assert await people.remember_browser(tx, anna.id, session, HERE) == ()
    assert await count_known_browsers(admin_connection, anna) == 0


async def test_known_browser_expires(open_browser, annas_browser, anna, database, admin_connection):
    await admin_connection.execute(
        "UPDATE people_known_browsers SET expires_at = now() WHERE owner_id = $1", anna.id
    )
    await attack(open_browser, anna.email)
    assert await submit(annas_browser, anna.email, PASSWORD) == 429
    await people.purge_expired(database)
    assert await count_known_browsers(admin_connection, anna) == 0


async def test_sign_in_extends_the_known_browser(annas_browser, anna, admin_connection):
    await admin_connection.execute(
        "UPDATE people_known_browsers SET expires_at = now() + interval '1 day' WHERE owner_id = $1", anna.id
    )
    before = annas_browser.client.cookies[KNOWN]
    assert await submit(annas_browser, anna.email, PASSWORD) == 303
    left = await admin_connection.fetchval(
        "SELECT expires_at - now() FROM people_known_browsers WHERE owner_id = $1", anna.id
    )
    assert (annas_browser.client.cookies[KNOWN], left > timedelta(days=399)) == (before, True)


async def test_number_of_known_browsers_is_bounded(database, user, admin_connection):
    for _ in range(60):
        secrets = await sign_in_and_remember(database, user)
    assert await count_known_browsers(admin_connection, user) == 50
    newest = ClientInfo(address="127.0.0.1", known_browsers=tuple(secrets))
    assert await sign_in_and_remember(database, user, newest) == newest.known_browsers


async def test_cookie_has_at_most_five_accounts(database, user, other_user):
    client = ClientInfo(address="127.0.0.1", known_browsers=tuple("abcde"))
    secrets = await sign_in_and_remember(database, user, client)
    assert (len(secrets), secrets[1:]) == (5, tuple("abcd"))


async def test_refusal_does_not_reveal_whether_an_account_exists(open_browser, annas_browser, anna):
    unknown = f"{uuid4().hex}@example.org"
    answers = []
    for email in (anna.email, unknown):
        await attack(open_browser, email, [*PLACES, "203.0.113.8"])
        stranger = await open_browser("192.0.2.77")
        refused = await stranger.post("/sign-in", email=email, password="not it at all")
        text = re.sub(r"in \d+ seconds", "in N seconds", refused.text.replace(email, "EMAIL"))
        answers.append((refused.status_code, text, {*refused.headers} - {"x-request-id"}))
    assert answers[0] == answers[1]
    assert answers[0][0] == 429


STEPS = st.one_of(
    st.tuples(st.just("guess"), st.integers(0, 200), st.integers(1, 6)),
    st.tuples(st.just("wait"), st.integers(1, 90), st.just(0)),
    st.tuples(st.just("owner"), st.integers(1, 4), st.just(0)),
)


async def is_refused(database, email: str, client: ClientInfo) -> bool:
    """Return whether a wrong password was refused unread; otherwise it was a guess."""
    try:
        await people.sign_in(database, email, "not it at all", client)
    except TooManyRequests:
        return True
    except Unauthenticated:
        return False
    raise AssertionError("a wrong password was accepted")


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEPS, max_size=40))
async def test_owner_is_let_in_and_guesses_are_bounded_whatever_strangers_do(
    database, admin_connection, steps
):
    await admin_connection.execute("TRUNCATE people_sign_in_throttle")
    owner = await people.create_user(database, f"{uuid4().hex}@example.org", timezone="UTC")
    await set_password(database, owner)
    secrets = await sign_in_and_remember(database, owner)
    known = ClientInfo(address="203.0.113.1", known_browsers=tuple(secrets))
    guesses = minutes = 0
    for action, number, tries in steps:
        if action != "guess":  # the owner takes her time, too
            minutes += number
            await admin_connection.execute(
                "UPDATE people_sign_in_throttle SET retry_at = retry_at - $1::interval",
                timedelta(minutes=number),
            )
        if action == "guess":
            stranger = ClientInfo(address=f"203.0.113.{number}")
            refused = [await is_refused(database, owner.email, stranger) for _ in range(tries)]
            guesses += refused.count(False)
        elif action == "owner":
            mistakes = [await is_refused(database, owner.email, known) for _ in range(number)]
            assert not any(mistakes)
            assert (await people.sign_in(database, owner.email, PASSWORD, known))[0] == owner
    assert guesses <= 30 + minutes + 5  # the test itself may take minutes
