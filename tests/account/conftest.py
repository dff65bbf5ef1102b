"""API clients of Anna: with her session, and with her tokens."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
import pytest

from daybreak import people
from daybreak.people import Scope

from ..web.browser_client import FROM_OUR_PAGE, Browser  # noqa: TID252 - tests are no package that could be named

V1 = "/api/v1/account"
Ask = Callable[..., Awaitable[httpx2.Response]]


@pytest.fixture
def ask(annas: Browser) -> Ask:
    """Return a function that sends Anna's requests: method, path below the account, JSON body."""

    async def ask(method: str, path: str, json=None, **headers: str) -> httpx2.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await annas.client.request(method, V1 + path, json=json, headers=FROM_OUR_PAGE | named)

    return ask


@pytest.fixture
async def program(application, database, user) -> AsyncIterator[Callable[..., Awaitable[Ask]]]:
    """Return a function that creates a token of Anna and returns a client with it."""
    async with Browser.open(application, database) as browser:

        async def program(scope: Scope = Scope.WRITE, days: int | None = 30) -> Ask:
            async with database.transaction([user.id]) as tx:
                _, secret = await people.make_token(tx, user.id, "A program", scope, days)
            return with_token(browser, secret)

        yield program


def with_token(browser: Browser, secret: str) -> Ask:
    """Return a function that sends requests with a token."""

    async def ask(method: str, path: str, json=None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {secret}"}
        return await browser.client.request(method, V1 + path, json=json, headers=headers)

    return ask
