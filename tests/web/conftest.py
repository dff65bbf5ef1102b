"""The web as a browser meets it, without a browser: the real application on the real database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from daybreak import server, wiring
from daybreak.account.routes import pages as account
from daybreak.web import WebSettings, create_application

from . import trial
from .browser import ADDRESS, Browser


@pytest.fixture(scope="session")
async def application(postgres) -> AsyncIterator:
    """The application of a server, started."""
    settings = WebSettings(port=8321)
    assert settings.address == ADDRESS
    app = server.create_app(settings, wiring.Addresses(postgres.app, None, embedded=False))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def stranger(application, database) -> AsyncIterator[Browser]:
    """A browser in which nobody is signed in."""
    async with Browser.open(application, database) as browser:
        yield browser


@pytest.fixture
async def secure(postgres, database) -> AsyncIterator[Browser]:
    """A browser at a server that stands behind TLS."""
    address = "https://daybreak.example.org"
    settings = WebSettings(host="0.0.0.0", url=address)  # noqa: S104 - nothing listens
    app = server.create_app(settings, wiring.Addresses(postgres.app, None, embedded=False))
    async with app.router.lifespan_context(app), Browser.open(app, database, address) as browser:
        yield browser


@pytest.fixture
async def annas(application, database, user) -> AsyncIterator[Browser]:
    """A browser in which Anna is signed in."""
    async with Browser.open(application, database) as browser:
        await browser.enter(user)
        yield browser


@pytest.fixture
async def bobs(application, database, other_user) -> AsyncIterator[Browser]:
    """A browser in which Bob is signed in."""
    async with Browser.open(application, database) as browser:
        await browser.enter(other_user)
        yield browser


@pytest.fixture
async def as_admin(postgres) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection, for what only time or an attacker could do."""
    connection = await asyncpg.connect(postgres.admin)
    yield connection
    await connection.close()


@pytest.fixture
async def no_attempts_yet(as_admin) -> None:
    """Nobody has tried to sign in: all tests come from one place."""
    await as_admin.execute("TRUNCATE people_attempts")


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
        settings, opening, [account, trial.pages], listen=postgres.app, channels=["trial", *wiring.CHANNELS]
    )
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def tester(trial_app, database, user) -> AsyncIterator[Browser]:
    async with Browser.open(trial_app, database) as browser:
        await browser.enter(user)
        yield browser
