"""Fixtures of web tests: the real application on the real database, with an HTTP client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from daybreak import server, wiring
from daybreak.account.routes import pages as account
from daybreak.web import WebSettings, create_application

from . import example_pages
from .browser_client import Browser


@pytest.fixture
async def secure(postgres, database) -> AsyncIterator[Browser]:
    """Return a client of a server behind TLS."""
    address = "https://daybreak.example.org"
    settings = WebSettings(host="0.0.0.0", url=address)  # noqa: S104 - nothing listens
    app = server.create_app(settings, wiring.Addresses(postgres.app, None, embedded=False))
    async with app.router.lifespan_context(app), Browser.open(app, database, address) as browser:
        yield browser


@pytest.fixture
def unknown_id() -> UUID:
    return UUID(int=1)


@pytest.fixture(scope="session")
async def trial_app(postgres, database) -> AsyncIterator:
    @asynccontextmanager
    async def opening():
        yield database

    settings = WebSettings(max_body=20_000)
    app = create_application(
        settings,
        opening,
        [account, example_pages.pages],
        listen=postgres.app,
        channels=["trial", *wiring.CHANNELS],
    )
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def tester(trial_app, database, user) -> AsyncIterator[Browser]:
    async with Browser.open(trial_app, database) as browser:
        await browser.enter(user)
        yield browser
