"""PgQueuer alone, on which `daybreak.runs` is based: its worker with handlers that do nothing."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import orjson
import uvloop
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job as Picked
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries

from peers.base import Contender, ContenderDatabase, EnqueueOne, StartTimes
from peers.rows import BenchJob

_GRANT = """
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO daybreak_app;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO daybreak_app;
"""


@dataclass(frozen=True)
class PgQueuerContender(Contender):
    """A queue on asyncpg; a job is deleted when its handler returns."""

    title: str = "PgQueuer, bare"
    database: str = "bench_pgqueuer"
    missing_features: str = (
        "the rows, row-level security, fence, events, progress: its handler writes nothing"
    )
    concurrency: int = 500
    max_batch_size: int = 100

    @property
    def settings(self) -> str:
        """Settings that differ from the defaults."""
        return f"batch_size={self._batch_size}, max_concurrent_tasks={self.concurrency}, asyncpg, uvloop"

    @property
    def _batch_size(self) -> int:
        return min(self.max_batch_size, self.concurrency // 2)  # it requires capacity for two batches

    async def install(self, target: ContenderDatabase) -> None:
        """Create its tables."""
        owner = await asyncpg.connect(target.dsn("daybreak_owner"))
        await Queries(AsyncpgDriver(owner)).install()
        await owner.execute(_GRANT)
        await owner.close()

    async def clear(self, owner: asyncpg.Connection) -> None:
        """Delete all jobs."""
        await owner.execute("TRUNCATE pgqueuer, pgqueuer_log")

    async def enqueue(self, target: ContenderDatabase, jobs: Sequence[BenchJob]) -> None:
        """Enqueue all jobs with one statement."""
        connection = await asyncpg.connect(target.dsn("daybreak_app"))
        payloads: list[bytes | None] = [orjson.dumps((job.number, job.sleep_seconds)) for job in jobs]
        await Queries(AsyncpgDriver(connection)).enqueue(["bench"] * len(jobs), payloads, [0] * len(jobs))
        await connection.close()

    @asynccontextmanager
    async def open_enqueuer(self, target: ContenderDatabase) -> AsyncIterator[EnqueueOne]:
        """Enqueue each job with one statement."""
        connection = await asyncpg.connect(target.dsn("daybreak_app"))
        queries = Queries(AsyncpgDriver(connection))
        yield lambda job: queries.enqueue("bench", orjson.dumps((job.number, job.sleep_seconds)))
        await connection.close()

    async def count_finished(self, owner: asyncpg.Connection) -> tuple[int, float]:
        """Return the values of its log, since it deletes completed jobs."""
        row = await owner.fetchrow(
            "SELECT count(*), coalesce(extract(epoch FROM max(created)), 0) FROM pgqueuer_log "
            "WHERE status = 'successful'"
        )
        return row[0], float(row[1])

    def run(self, target: ContenderDatabase, start_times: StartTimes) -> None:
        """Execute jobs on uvloop, like its own command line."""
        uvloop.run(self.work(target, start_times))

    async def work(self, target: ContenderDatabase, start_times: StartTimes) -> None:
        """Run its queue manager on one connection."""
        connection = await asyncpg.connect(target.dsn("daybreak_app"))
        manager = QueueManager(Queries(AsyncpgDriver(connection)))

        async def handle(picked: Picked) -> None:
            number, nap = orjson.loads(picked.payload or b"")
            start_times[number] = time.time()
            if nap:
                await asyncio.sleep(nap)

        manager.entrypoint("bench", accepts_context=False)(handle)
        await manager.run(
            batch_size=self._batch_size,
            max_concurrent_tasks=self.concurrency,
            log_aggregation_interval=timedelta(0),
        )
