"""Fixtures of web tests: the real application on the real database, with an HTTP client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

import pytest

from daybreak import server, wiring
from daybreak.account.routes import pages as account
from daybreak.web import WebSettings, create_app

from . import example_pages
from .browser_client import BrowserClient
from .web_process import serve_web as serve_web_process


@pytest.fixture
async def tls_client(postgres, database) -> AsyncIterator[BrowserClient]:
    """Return a client of a server behind TLS."""
    address = "https://daybreak.example.org"
    settings = WebSettings(host="0.0.0.0", url=address)  # noqa: S104 - nothing listens
    app = server.build_app(settings, wiring.DatabaseUrls(postgres.app, None, embedded=False))
    async with app.router.lifespan_context(app), BrowserClient.open(app, database, address) as browser:
        yield browser


@pytest.fixture
def unknown_id() -> UUID:
    return UUID(int=1)


@pytest.fixture(scope="session")
async def example_app(postgres, database) -> AsyncIterator:
    @asynccontextmanager
    async def opening():
        yield database

    settings = WebSettings(max_body_size=20_000)
    app = create_app(
        settings,
        opening,
        [account, example_pages.pages],
        listen_dsn=postgres.app,
        channels=["example", *wiring.NOTIFY_CHANNELS],
    )
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def example_client(example_app, database, user) -> AsyncIterator[BrowserClient]:
    async with BrowserClient.open(example_app, database) as browser:
        await browser.sign_in(user)
        yield browser


@pytest.fixture
def serve_web(postgres, tmp_path):
    """Return a function that runs the web as a process on the database of the tests."""
    return partial(serve_web_process, postgres.app, tmp_path / "server.log")
