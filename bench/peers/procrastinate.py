"""Procrastinate, with the rows of a run written by the handler."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import procrastinate

from daybreak.db import Database
from peers.base import Contender, ContenderDatabase, EnqueueOne, StartTimes
from peers.rows import EFFECTS, RUNS, BenchJob, insert_runs, run_job

_GRANT = """
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO daybreak_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO daybreak_app;
"""
_CONNECTIONS = 20


@dataclass(frozen=True)
class ProcrastinateContender(Contender):
    """A queue on psycopg; each job is fetched and finished by a separate statement."""

    title: str = "Procrastinate, same rows"
    database: str = "bench_procrastinate"
    missing_features: str = (
        "a commit of the job with its effect, takeover of a dead worker's jobs but by a task of one's own"
    )
    concurrency: int = 20

    @property
    def settings(self) -> str:
        """Settings that differ from the defaults."""
        return f"concurrency={self.concurrency}, pool of {_CONNECTIONS}, LISTEN on; rows over asyncpg"

    async def install(self, target: ContenderDatabase) -> None:
        """Create its tables and ours."""
        owner = await asyncpg.connect(target.dsn("daybreak_owner"))
        async with _app(target, "daybreak_owner").open_async() as app:
            await app.schema_manager.apply_schema_async()
        await owner.execute(_GRANT + EFFECTS + RUNS)
        await owner.close()

    async def clear(self, owner: asyncpg.Connection) -> None:
        """Delete all jobs."""
        await owner.execute("TRUNCATE procrastinate_jobs, bench_effects, bench_runs, bench_events CASCADE")

    async def enqueue(self, target: ContenderDatabase, jobs: Sequence[BenchJob]) -> None:
        """Insert the rows, then enqueue with its batch statement."""
        owner = await asyncpg.connect(target.dsn("daybreak_owner"))
        await insert_runs(owner, jobs)
        await owner.close()
        async with _app(target).open_async() as app:
            task = app.configure_task("bench")
            await task.batch_defer_async(*({"number": job.number, "nap": job.sleep_seconds} for job in jobs))

    @asynccontextmanager
    async def open_enqueuer(self, target: ContenderDatabase) -> AsyncIterator[EnqueueOne]:
        """Insert the row, then enqueue the job, on separate connections."""
        owner = await asyncpg.connect(target.dsn("daybreak_owner"))
        async with _app(target).open_async() as app:

            async def click(job: BenchJob) -> None:
                await insert_runs(owner, [job])
                await app.configure_task("bench").defer_async(number=job.number, nap=job.sleep_seconds)

            yield click
        await owner.close()

    async def work(self, target: ContenderDatabase, start_times: StartTimes) -> None:
        """Run its worker; the handler writes the rows that the engine writes automatically."""
        app = _app(target)
        async with Database.connect(target.dsn("daybreak_app"), max_connections=_CONNECTIONS) as database:

            async def bench(number: int, nap: float) -> None:
                start_times[number] = time.time()
                await run_job(database, BenchJob(number, nap))

            app.task(name="bench")(bench)
            async with app.open_async():
                await app.run_worker_async(concurrency=self.concurrency, install_signal_handlers=False)


def _app(target: ContenderDatabase, role: str = "daybreak_app") -> procrastinate.App:
    connector = procrastinate.PsycopgConnector(conninfo=target.dsn(role), min_size=1, max_size=_CONNECTIONS)
    return procrastinate.App(connector=connector)
