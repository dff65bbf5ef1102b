"""Anna's and Bob's browsers, as in the tests of the page kit, and a worker that writes when it is told to."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson
import pytest
from playwright.async_api import async_playwright

from daybreak import briefs
from daybreak.briefs import codec, service
from daybreak.runs import Effects, RunsSettings, Worker

from ...web.chromium import ARGUMENTS, PROGRAM, Chromium, free_port, is_installed  # noqa: TID252
from ...web.conftest import annas, application, as_admin, bobs, stranger  # noqa: TID252

__all__ = ["annas", "application", "as_admin", "bobs", "stranger"]
QUICK = RunsSettings(lease=5, beat=0.3, sweep=0.3, grace=0.5, poll=2.0, drain=0.5)


@dataclass
class Author:
    """A worker whose sections wait, as those of a model would."""

    app: str
    may_write: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """It works for the length of the block."""
        worker = Worker(self.app, [replace(briefs.COMPOSE, handler=self._write)], settings=QUICK)
        working = asyncio.create_task(worker.run())
        yield
        worker.drain()
        await asyncio.wait_for(working, 20)

    async def _write(self, task) -> Effects:
        wanted = task.parameters
        days = {task.owner_id: wanted.date}
        document = await self._composed(task.database, days)
        bare = orjson.loads(codec.encode(replace(document, facts={}, sections=())))
        task.event("facts", total=len(document.sections), document=bare)
        task.progress(phase="sections", done=0, total=len(document.sections))
        await self.may_write.wait()
        for place, section in enumerate(document.sections):
            task.event("section", place=place, section=orjson.loads(orjson.dumps(section)), gap=None)
            task.progress(phase="sections", done=place + 1)

        async def write(tx):
            stored = await service.compose_in(tx, days)
            return briefs.jobs._summary(stored[task.owner_id])

        return Effects(write)

    @staticmethod
    async def _composed(database, days):
        """What it will be, but nothing is kept of it yet."""
        async with database.transaction(days) as tx:
            await tx.execute("SAVEPOINT before")
            stored = await service.compose_in(tx, days)
            await tx.execute("ROLLBACK TO before")
        return next(iter(stored.values())).document


@pytest.fixture
def author(postgres) -> Author:
    return Author(postgres.app)


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
    await asyncio.wait_for(server.wait(), 20)


@pytest.fixture(scope="session")
async def chromium(served, database) -> AsyncIterator[Chromium]:
    """A real browser; where there is none its tests are skipped, unless the environment requires one."""
    if not is_installed() and os.environ.get("TEST_BROWSER") != "required":
        pytest.skip(f"{PROGRAM} is not installed: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
        yield Chromium(browser, served, database)
        await browser.close()
