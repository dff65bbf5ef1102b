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
from daybreak.runs import Effects, Kind, Queue, RunContext, RunsSettings
from peers.base import Contender, ContenderDatabase, EnqueueOne, StartTimes
from peers.rows import EFFECTS, WRITE_EFFECT, BenchJob

_BATCH_SIZE = 10_000
_INSERT_RUNS = """
INSERT INTO runs_open (owner_id, id, kind, queue, key, parameters, status, max_attempts)
SELECT owner_id, id, 'bench.' || $1::text, $1::text, number::text,
    jsonb_build_object('number', number, 'nap', nap), 'queued', 3
FROM unnest($2::uuid [], $3::uuid [], $4::int [], $5::float []) AS j (owner_id, id, number, nap)
"""
_CLEAR = """
TRUNCATE runs_open, runs_finished, runs_events, runs_workers, runs_counters, bench_effects, pgq.pgqueuer,
pgq.pgqueuer_log;
UPDATE runs_maintenance_state SET cursor_dispatched_at = '-infinity'
"""


@dataclass(frozen=True)
class BenchParameters:
    """The parameters of a run."""

    number: int
    nap: float


@dataclass(frozen=True)
class BenchResult:
    """The result of a run."""

    number: int


@dataclass(frozen=True)
class DaybreakContender(Contender):
    """Runs, dispatched by jobs and committed with their effects.

    Attributes:
        changed_settings: settings of the worker that differ from the defaults.
        runs_per_job: number of runs that one job dispatches.
        queue: the queue of enqueued runs.
    """

    database: str = "daybreak"
    missing_features: str = "nothing"
    changed_settings: Mapping[str, Any] = field(default_factory=dict)
    runs_per_job: int = 100
    queue: Queue = Queue.SCHEDULED

    @property
    def settings(self) -> str:
        """Settings that differ from the defaults."""
        return ", ".join(f"{name}={value}" for name, value in self.changed_settings.items()) or "defaults"

    async def install(self, target: ContenderDatabase) -> None:
        """Create the table of effects; its own tables exist already."""
        owner = await asyncpg.connect(target.dsn("daybreak_owner"))
        await owner.execute(EFFECTS)
        await owner.close()

    async def clear(self, owner: asyncpg.Connection) -> None:
        """Delete all jobs."""
        await owner.execute(_CLEAR)

    async def enqueue(self, target: ContenderDatabase, jobs: Sequence[BenchJob]) -> None:
        """Enqueue like a tick of the scheduler: rows in batches, and one job per `runs_per_job` of them."""
        owner = await asyncpg.connect(target.dsn("daybreak_owner"))
        for start in range(0, len(jobs), _BATCH_SIZE):
            chunk = jobs[start : start + _BATCH_SIZE]
            owners, ids = [job.owner for job in chunk], [UUID(int=1 + job.number) for job in chunk]
            async with owner.transaction():
                numbers, naps = [job.number for job in chunk], [job.sleep_seconds for job in chunk]
                await owner.execute(_INSERT_RUNS, self.queue, owners, ids, numbers, naps)
                for first in range(0, len(chunk), self.runs_per_job):
                    some = slice(first, first + self.runs_per_job)
                    await owner.execute(
                        "SELECT runs_dispatch($1, $2, $3)", self.queue, owners[some], ids[some]
                    )
        await owner.close()

    @asynccontextmanager
    async def open_enqueuer(self, target: ContenderDatabase) -> AsyncIterator[EnqueueOne]:
        """Enqueue like a user's request."""
        kind = _make_kind(Queue.INTERACTIVE)
        async with Database.connect(target.dsn("daybreak_app")) as database:

            async def click(job: BenchJob) -> None:
                async with database.transaction([job.owner]) as tx:
                    await runs.enqueue(
                        tx, kind, job.owner, BenchParameters(job.number, job.sleep_seconds), f"{job.number}"
                    )

            yield click

    def run(self, target: ContenderDatabase, start_times: StartTimes) -> None:
        """Execute jobs on uvloop, like `daybreak worker`."""
        uvloop.run(self.work(target, start_times))

    async def work(self, target: ContenderDatabase, start_times: StartTimes) -> None:
        """Run a worker with one kind per queue."""
        kinds = [_make_kind(queue, start_times) for queue in Queue]
        await runs.Worker(
            target.dsn("daybreak_app"), kinds, settings=RunsSettings(**self.changed_settings)
        ).run()


def _make_kind(queue: Queue, start_times: StartTimes | None = None) -> Kind[BenchParameters, BenchResult]:
    async def handle(task: RunContext[BenchParameters]) -> Effects[BenchResult]:
        order = task.parameters
        if start_times is not None:
            start_times[order.number] = time.time()
        if order.nap:
            await asyncio.sleep(order.nap)

        async def write(tx: asyncpg.Connection) -> BenchResult:
            await tx.execute(WRITE_EFFECT, task.owner_id, order.number)
            return BenchResult(order.number)

        return Effects(write)

    return Kind(
        name=f"bench.{queue}",
        queue=queue,
        parameters=BenchParameters,
        result=BenchResult,
        handler=handle,
        time_limit=timedelta(minutes=2),
    )
