import asyncio
import socket
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest
import uvicorn

from daybreak import people, runs, server, wiring
from daybreak.db import Database
from daybreak.people import Scope, User
from daybreak.runs import Kind, Run
from daybreak.runs.testing import drain
from daybreak.web import WebSettings

from ..web.browser_client import Browser  # noqa: TID252 - tests are no package that could be named
from .sample_kinds import KINDS, WORK, Order


@dataclass
class Desk:
    """The runs of a user."""

    database: Database
    user: User

    async def start(self, key: str = "it", kind: Kind = WORK, **order) -> Run:
        async with self.database.transaction([self.user.id]) as tx:
            return await runs.start(tx, kind, self.user.id, Order(**order), key)

    async def drain(self) -> None:
        """Run all due runs."""
        await drain(self.database, KINDS, self.user.id)

    async def done(self, key: str = "it", kind: Kind = WORK, **order) -> Run:
        """Enqueue a run and run it to its end."""
        run = await self.start(key, kind, **order)
        await self.drain()
        return await self.get(run)

    async def get(self, run: Run | UUID) -> Run:
        run_id = run if isinstance(run, UUID) else run.id
        async with self.database.transaction([self.user.id]) as tx:
            return await runs.get(tx, self.user.id, run_id)

    async def items(self, run: Run) -> list[Run]:
        async with self.database.transaction([self.user.id]) as tx:
            return await runs.list_items(tx, self.user.id, run.id)


@pytest.fixture
def desk(database, user) -> Desk:
    return Desk(database, user)


@pytest.fixture
async def program(application, database, user):
    """Return an HTTP client with a token of Anna's."""
    async with database.transaction([user.id]) as tx:
        _, secret = await people.make_token(tx, user.id, "A program", Scope.WRITE, 30)
    async with Browser.open(application, database) as browser:
        browser.client.headers.update({"Accept": "application/json", "Authorization": f"Bearer {secret}"})
        yield browser.client


@pytest.fixture
async def as_operator(as_admin: asyncpg.Connection, user: User) -> None:
    """Make Anna an administrator."""
    await as_admin.execute(
        "INSERT INTO people_accounts (owner_id, role) VALUES ($1, 'admin') "
        "ON CONFLICT (owner_id) DO UPDATE SET role = 'admin'",
        user.id,
    )


@pytest.fixture(scope="session")
async def address(postgres):
    """Return the address of a running server."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    settings = WebSettings(port=port, api_rate=1_000_000)
    app = server.create_app(settings, wiring.Addresses(postgres.app, None, embedded=False))
    running = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, lifespan="on"))
    task = asyncio.create_task(running.serve(sockets=[listening]))
    while not running.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    await task
