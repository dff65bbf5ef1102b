"""What every test stands on: a real PostgreSQL, the roles of production, a fixed clock.

The tests share one migrated database and keep apart as users do: each makes its own. With
``TEST_ADMIN_URL`` (a superuser's) they run on that server instead of the embedded one.
"""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import hypothesis
import pytest
from argon2 import PasswordHasher
from playwright.async_api import async_playwright

from daybreak import clock, people, server, wiring
from daybreak.db import Database, apply_migrations, embedded
from daybreak.people import User
from daybreak.people.access import passwords
from daybreak.web import WebSettings

from .web.browser_client import ADDRESS, BrowserClient
from .web.chromium import ARGUMENTS, PROGRAM, Chromium, free_port, is_installed

# How long an example takes says how busy the machine is, and nothing about the code. In CI, each run has the
# same examples, so that no change fails for those of an earlier one; elsewhere each run tries new ones.
hypothesis.settings.register_profile(
    "daybreak",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
)
hypothesis.settings.load_profile("daybreak")

NOW = datetime(2026, 3, 29, 6, 30, tzinfo=UTC)


def pytest_configure() -> None:
    """Have commands under test hear of Ctrl-C, even where the tests were started without it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the ten slowest files, the time of their fixtures included."""
    seconds: Counter[str] = Counter()
    for report in (one for reports in terminalreporter.stats.values() for one in reports):
        if isinstance(report, pytest.TestReport):
            seconds[report.nodeid.partition("::")[0]] += report.duration
    if seconds:
        terminalreporter.section("slowest files")
    for file, spent in seconds.most_common(10):
        terminalreporter.write_line(f"{spent:7.1f} s  {file}")


@dataclass(frozen=True)
class Postgres:
    """A server, and the addresses of one database of it by role."""

    admin: str
    owner: str
    app: str


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A home of its own, open to the unprivileged user that the embedded server runs as."""
    with TemporaryDirectory(prefix="daybreak-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
async def postgres(home: Path) -> AsyncIterator[Postgres]:
    """A migrated database with the login roles of production."""
    if url := os.environ.get("TEST_ADMIN_URL"):
        given = await _prepare(url)
        await apply_migrations(given.owner)
        yield given
        return
    with embedded.attach(home, fsync=False) as server:
        dsn = server.dsn
        await apply_migrations(dsn("daybreak_owner"))
        yield Postgres(dsn("postgres"), dsn("daybreak_owner"), dsn("daybreak_app"))
    embedded.stop(home)


async def _prepare(admin: str) -> Postgres:
    """The roles and a new database on a server that somebody else runs."""
    name = f"daybreak_test_{uuid4().hex[:12]}"
    connection = await asyncpg.connect(admin)
    for role in ("daybreak_owner", "daybreak_app"):
        with suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):  # others test beside us
            await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'daybreak'")
    await connection.execute(f"CREATE DATABASE {name} OWNER daybreak_owner")
    await connection.close()
    owner, app = (_as(admin, name, f"{role}:daybreak") for role in ("daybreak_owner", "daybreak_app"))
    return Postgres(_as(admin, name), owner, app)


def _as(url: str, database: str, login: str | None = None) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    netloc = f"{login}@{place}" if login else parts.netloc
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}"))


@pytest.fixture(scope="session")
async def database(postgres: Postgres) -> AsyncIterator[Database]:
    """The database as the application sees it."""
    async with Database.connect(postgres.app) as database:
        yield database


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is half past eight in Berlin, on the morning on which summer time began."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
async def user(database: Database) -> User:
    """Somebody in Berlin, with nothing on the agenda yet."""
    return await people.create_user(
        database, f"{uuid4().hex}@example.org", timezone="Europe/Berlin", name="Anna", country="DE"
    )


@pytest.fixture
async def other_user(database: Database) -> User:
    """Somebody else, who must never see any of it."""
    return await people.create_user(
        database, f"{uuid4().hex}@example.org", timezone="Asia/Kathmandu", name="Bob"
    )


@pytest.fixture(scope="session")
async def live_server(postgres) -> AsyncIterator[int]:
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
    assert await asyncio.wait_for(server.wait(), 60) == 0


@pytest.fixture(scope="session")
async def chromium(live_server, database) -> AsyncIterator[Chromium]:
    """A real browser; where there is none its tests are skipped, unless the environment requires one."""
    if not is_installed() and os.environ.get("TEST_BROWSER") != "required":
        pytest.skip(f"{PROGRAM} is not installed: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
        yield Chromium(browser, live_server, database)
        await browser.close()


@pytest.fixture(scope="session")
async def application(postgres) -> AsyncIterator:
    """The application of a server, started."""
    settings = WebSettings(port=8321, requests_per_minute=1_000_000)
    assert settings.base_url == ADDRESS
    app = server.build_app(settings, wiring.DatabaseUrls(postgres.app, None, embedded=False))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def anonymous_client(application, database) -> AsyncIterator[BrowserClient]:
    """A browser in which nobody is signed in."""
    async with BrowserClient.open(application, database) as browser:
        yield browser


@pytest.fixture
async def anna_client(application, database, user) -> AsyncIterator[BrowserClient]:
    """A browser in which Anna is signed in."""
    async with BrowserClient.open(application, database) as browser:
        await browser.sign_in(user)
        yield browser


@pytest.fixture
async def bob_client(application, database, other_user) -> AsyncIterator[BrowserClient]:
    """A browser in which Bob is signed in."""
    async with BrowserClient.open(application, database) as browser:
        await browser.sign_in(other_user)
        yield browser


@pytest.fixture
async def admin_connection(postgres) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection, for what only time or an attacker could do."""
    connection = await asyncpg.connect(postgres.admin)
    yield connection
    await connection.close()


@pytest.fixture
async def reset_throttle(admin_connection) -> None:
    """Nobody has tried to sign in: all tests come from one place."""
    await admin_connection.execute("TRUNCATE people_sign_in_throttle")


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with the least cost, for tests that make hundreds of guesses."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap)
