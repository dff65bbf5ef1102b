"""The web as a browser meets it, without a browser: the real application on the real database."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from playwright.async_api import async_playwright

from daybreak import server, wiring
from daybreak.account.routes import pages as account
from daybreak.web import WebSettings, create_application

from . import trial
from .browser import ADDRESS, Browser
from .chromium import ARGUMENTS, PROGRAM, Chromium, free_port, is_installed


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
        settings, opening, [account, trial.pages], listen=postgres.app, channels=["trial"]
    )
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def tester(trial_app, database, user) -> AsyncIterator[Browser]:
    async with Browser.open(trial_app, database) as browser:
        await browser.enter(user)
        yield browser


@pytest.fixture(scope="session")
async def served(postgres) -> AsyncIterator[int]:
    """The port of a server that runs as a process of its own."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYBREAK_")}
    environment = kept | {"DAYBREAK_DATABASE_URL": postgres.app}
    program = Path(sys.executable).with_name("daybreak")
    server = await asyncio.create_subprocess_exec(
        program, "web", "--port", str(port), env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout
    greeting = await asyncio.wait_for(server.stdout.readline(), 60)
    assert str(port).encode() in greeting
    yield port
    server.terminate()
    assert await asyncio.wait_for(server.wait(), 20) == 0


@pytest.fixture(scope="session")
async def chromium(served, database) -> AsyncIterator[Chromium]:
    """A real browser; where there is none its tests are skipped, unless the environment requires one."""
    if not is_installed() and os.environ.get("TEST_BROWSER") != "required":
        pytest.skip(f"{PROGRAM} is not installed: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
        yield Chromium(browser, served, database)
        await browser.close()
