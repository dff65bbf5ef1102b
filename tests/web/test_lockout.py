"""Tests that a user is not locked out by the mistakes of others, and that guesses stay bounded."""

from contextlib import AsyncExitStack

import pytest

from daybreak import people
from daybreak.people import ClientInfo, LinkPurpose

from .browser_client import BrowserClient

PASSWORD = "correct horse battery"
PLACES = [f"203.0.113.{number}" for number in range(1, 8)]


@pytest.fixture
async def anna(database, user, reset_throttle):
    """Anna, with a password."""
    secret = await people.create_link(database, user, LinkPurpose.RESET)
    here = ClientInfo(address="127.0.0.1")
    await people.set_password_by_link(database, secret, LinkPurpose.RESET, PASSWORD, here)
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
