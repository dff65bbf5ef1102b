"""A worker whose section writer waits for a signal of the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
import pytest

from daybreak import briefs
from daybreak.briefs.composing.sections import write_section
from daybreak.runs import RunsSettings, Worker

QUICK = RunsSettings(lease=5, beat=0.3, sweep=0.3, grace=0.5, poll=2.0, drain=0.5)


@dataclass
class Author:
    """A worker whose sections wait, as those of a model would."""

    app: str
    may_write: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Run the worker for the duration of the block."""
        worker = Worker(self.app, [briefs.composing_with(self)], settings=QUICK)
        working = asyncio.create_task(worker.run())
        try:
            yield
        finally:
            worker.drain()
            await asyncio.wait_for(working, 60)

    async def write(self, page, material):
        await self.may_write.wait()
        return write_section(page, material)


@pytest.fixture
async def author(postgres) -> Author:
    admin = await asyncpg.connect(postgres.admin)
    # Runs left by other tests would use all the capacity of its worker.
    await admin.execute("DELETE FROM runs_open")
    await admin.close()
    return Author(postgres.app)
