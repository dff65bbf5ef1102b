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

FAST_SETTINGS = RunsSettings(
    lease_seconds=5,
    heartbeat_seconds=0.3,
    rescue_seconds=0.3,
    redispatch_seconds=0.5,
    poll_seconds=2.0,
    drain_seconds=0.5,
)


@dataclass
class BriefWriter:
    """A worker whose sections wait, as those of a model would."""

    app: str
    may_write: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the worker for the duration of the block."""
        worker = Worker(self.app, [briefs.make_compose_kind(self)], settings=FAST_SETTINGS)
        working = asyncio.create_task(worker.run())
        try:
            yield
        finally:
            worker.drain()
            await asyncio.wait_for(working, 60)

    async def write(self, book, project_facts):
        await self.may_write.wait()
        return write_section(book, project_facts)


@pytest.fixture
async def author(postgres) -> BriefWriter:
    admin = await asyncpg.connect(postgres.admin)
    # Runs left by other tests would use all the capacity of its worker.
    await admin.execute("DELETE FROM runs_open")
    await admin.close()
    return BriefWriter(postgres.app)
