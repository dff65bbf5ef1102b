"""The engine: `daybreak.runs` as in the product."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import uvloop

from daybreak import runs
from daybreak.db import Database
from daybreak.runs import Effects, Kind, Lane, RunsSettings, Task
from peers.base import Began, Click, Contender, Home
from peers.rows import EFFECTS, WRITE_EFFECT, Job

_CHUNK = 10_000
_ADD = """
INSERT INTO runs_open (owner_id, id, kind, lane, key, parameters, status, max_attempts)
SELECT owner_id, id, 'bench.' || $1::text, $1::text, number::text,
    jsonb_build_object('number', number, 'nap', nap), 'queued', 3
FROM unnest($2::uuid [], $3::uuid [], $4::int [], $5::float []) AS j (owner_id, id, number, nap)
"""
_CLEAR = """
TRUNCATE runs_open, runs_finished, runs_events, runs_workers, runs_counters, bench_effects, pgq.pgqueuer,
pgq.pgqueuer_log;
UPDATE runs_sweeps SET rung_at = '-infinity'
"""


@dataclass(frozen=True)
class Order:
    """The parameters of a run."""

    number: int
    nap: float


@dataclass(frozen=True)
class Receipt:
    """The result of a run."""

    number: int


@dataclass(frozen=True)
class Daybreak(Contender):
    """Runs, dispatched by jobs and committed with their effects.

    Attributes:
        changed_settings: settings of the worker that differ from the defaults.
        runs_per_job: number of runs that one job dispatches.
        queue: the queue of enqueued runs.
    """

    database: str = "daybreak"
    lacks: str = "nothing"
    changes: Mapping[str, Any] = field(default_factory=dict)
    bell: int = 100
    lane: Lane = Lane.BRIEFS

    @property
    def settings(self) -> str:
        """Settings that differ from the defaults."""
        return ", ".join(f"{name}={value}" for name, value in self.changes.items()) or "defaults"

    async def install(self, home: Home) -> None:
        """Create the table of effects; its own tables exist already."""
        owner = await asyncpg.connect(home.dsn("daybreak_owner"))
        await owner.execute(EFFECTS)
        await owner.close()

    async def clear(self, owner: asyncpg.Connection) -> None:
        """Delete all jobs."""
        await owner.execute(_CLEAR)

    async def enqueue(self, home: Home, jobs: Sequence[Job]) -> None:
        """Enqueue like a tick of the scheduler: rows in batches, and one job per `runs_per_job` of them."""
        owner = await asyncpg.connect(home.dsn("daybreak_owner"))
        for start in range(0, len(jobs), _CHUNK):
            chunk = jobs[start : start + _CHUNK]
            owners, ids = [job.owner for job in chunk], [UUID(int=1 + job.number) for job in chunk]
            async with owner.transaction():
                numbers, naps = [job.number for job in chunk], [job.nap for job in chunk]
                await owner.execute(_ADD, self.lane, owners, ids, numbers, naps)
                for first in range(0, len(chunk), self.bell):
                    some = slice(first, first + self.bell)
                    await owner.execute("SELECT runs_ring($1, $2, $3)", self.lane, owners[some], ids[some])
        await owner.close()

    @asynccontextmanager
    async def clicking(self, home: Home) -> AsyncIterator[Click]:
        """Enqueue like a user's request."""
        kind = _kind(Lane.PEOPLE)
        async with Database.connect(home.dsn("daybreak_app")) as database:

            async def click(job: Job) -> None:
                async with database.transaction([job.owner]) as tx:
                    await runs.start(tx, kind, job.owner, Order(job.number, job.nap), f"{job.number}")

            yield click

    def run(self, home: Home, began: Began) -> None:
        """Execute jobs on uvloop, like `daybreak worker`."""
        uvloop.run(self.work(home, began))

    async def work(self, home: Home, began: Began) -> None:
        """Run a worker with one kind per queue."""
        kinds = [_kind(lane, began) for lane in Lane]
        await runs.Worker(home.dsn("daybreak_app"), kinds, settings=RunsSettings(**self.changes)).run()


def _kind(lane: Lane, began: Began | None = None) -> Kind[Order, Receipt]:
    async def handle(task: Task[Order]) -> Effects[Receipt]:
        order = task.parameters
        if began is not None:
            began[order.number] = time.time()
        if order.nap:
            await asyncio.sleep(order.nap)

        async def write(tx: asyncpg.Connection) -> Receipt:
            await tx.execute(WRITE_EFFECT, task.owner_id, order.number)
            return Receipt(order.number)

        return Effects(write)

    return Kind(
        name=f"bench.{lane}",
        lane=lane,
        parameters=Order,
        result=Receipt,
        handler=handle,
        time_limit=timedelta(minutes=2),
    )
