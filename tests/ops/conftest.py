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
from daybreak.runs.testing import run_all_due
from daybreak.web import WebSettings

from ..web.browser_client import BrowserClient  # noqa: TID252 - tests are no package that could be named
from .sample_kinds import KINDS, WORK, WorkParameters


@dataclass
class RunWorkspace:
    """The runs of a user."""

    database: Database
    user: User

    async def enqueue(self, key: str = "it", kind: Kind = WORK, **order) -> Run:
        async with self.database.transaction([self.user.id]) as tx:
            return await runs.enqueue(tx, kind, self.user.id, WorkParameters(**order), key)

    async def run_all_due(self) -> None:
        """Run all due runs."""
        await run_all_due(self.database, KINDS, self.user.id)

    async def run_to_end(self, key: str = "it", kind: Kind = WORK, **order) -> Run:
        """Enqueue a run and run it to its end."""
        run = await self.enqueue(key, kind, **order)
        await self.run_all_due()
        return await self.get(run)

    async def get(self, run: Run | UUID) -> Run:
        run_id = run if isinstance(run, UUID) else run.id
        async with self.database.transaction([self.user.id]) as tx:
            return await runs.get(tx, self.user.id, run_id)

    async def items(self, run: Run) -> list[Run]:
        async with self.database.transaction([self.user.id]) as tx:
            return await runs.list_items(tx, self.user.id, run.id)


@pytest.fixture
def run_workspace(database, user) -> RunWorkspace:
    return RunWorkspace(database, user)


@pytest.fixture
async def api_client(application, database, user):
    """Return an HTTP client with a token of Anna's."""
    async with database.transaction([user.id]) as tx:
        _, secret = await people.create_token(tx, user.id, "A program", Scope.WRITE, 30)
    async with BrowserClient.open(application, database) as browser:
        browser.client.headers.update({"Accept": "application/json", "Authorization": f"Bearer {secret}"})
        yield browser.client


@pytest.fixture
async def admin_user(admin_connection: asyncpg.Connection, user: User) -> None:
    """Make Anna an administrator."""
    await admin_connection.execute(
        "INSERT INTO people_accounts (owner_id, role) VALUES ($1, 'admin') "
        "ON CONFLICT (owner_id) DO UPDATE SET role = 'admin'",
        user.id,
    )


@pytest.fixture(scope="session")
async def server_url(postgres):
    """Return the address of a running server."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    settings = WebSettings(port=port, requests_per_minute=1_000_000)
    app = server.build_app(settings, wiring.DatabaseUrls(postgres.app, None, embedded=False))
    running = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, lifespan="on"))
    task = asyncio.create_task(running.serve(sockets=[listening]))
    while not running.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    await task
