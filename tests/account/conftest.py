"""API clients of Anna: with her session, and with her tokens."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
import pytest

from daybreak import people
from daybreak.people import Scope

from ..web.browser_client import SAME_ORIGIN_HEADERS, BrowserClient  # noqa: TID252 - tests are no package that could be named

V1 = "/api/v1/account"
RequestFunction = Callable[..., Awaitable[httpx2.Response]]


@pytest.fixture
def request_as_anna(anna_client: BrowserClient) -> RequestFunction:
    """Return a function that sends Anna's requests: method, path below the account, JSON body."""

    async def request(method: str, path: str, json=None, **headers: str) -> httpx2.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await anna_client.client.request(
            method, V1 + path, json=json, headers=SAME_ORIGIN_HEADERS | named
        )

    return request


@pytest.fixture
async def token_client(
    application, database, user
) -> AsyncIterator[Callable[..., Awaitable[RequestFunction]]]:
    """Return a function that creates a token of Anna and returns a client with it."""
    async with BrowserClient.open(application, database) as browser:

        async def connect(scope: Scope = Scope.WRITE, days: int | None = 30) -> RequestFunction:
            async with database.transaction([user.id]) as tx:
                _, secret = await people.create_token(tx, user.id, "A program", scope, days)
            return client_with_token(browser, secret)

        yield connect


def client_with_token(browser: BrowserClient, secret: str) -> RequestFunction:
    """Return a function that sends requests with a token."""

    async def request(method: str, path: str, json=None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {secret}"}
        return await browser.client.request(method, V1 + path, json=json, headers=headers)

    return request
