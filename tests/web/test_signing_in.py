import pytest

from daybreak import people
from daybreak.people import Client, Purpose

PASSWORD = "correct horse battery"


@pytest.fixture
async def anna(database, user, no_attempts_yet):
    """Anna, with a password."""
    secret = await people.make_link(database, user, Purpose.RESET)
    await people.set_password_by_link(database, secret, Purpose.RESET, PASSWORD, Client(address="127.0.0.1"))
    return user


async def test_a_stranger_is_led_to_the_sign_in_and_back_to_the_page_that_was_asked_for(stranger, anna):
    asked = await stranger.get("/settings?from=mail")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=/settings%3Ffrom%3Dmail")
    shown = await stranger.get(asked.headers["location"])
    assert 'value="/settings?from=mail"' in shown.text
    entered = await stranger.post("/sign-in", email=anna.email, password=PASSWORD, next="/settings?from=mail")
    assert (entered.status_code, entered.headers["location"]) == (303, "/settings?from=mail")
    page = await stranger.get("/settings")
    assert (page.status_code, anna.email in page.text) == (200, True)


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(stranger, anna):
    wrong = await stranger.post("/sign-in", email=anna.email, password="not it at all")
    unknown = await stranger.post("/sign-in", email="nobody@example.org", password=PASSWORD)
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.text.replace(anna.email, "") == unknown.text.replace("nobody@example.org", "")
    assert "is not right" in wrong.text
    assert not stranger.client.cookies
