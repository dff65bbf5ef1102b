"""DBOS: durable workflows; effect and checkpoint are one transaction of its datasource."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import sqlalchemy
from dbos import DBOS, AsyncSQLAlchemyDatasource, DBOSClient, SQLAlchemyDatasource

from peers.base import Contender, ContenderDatabase, EnqueueOne, StartTimes
from peers.rows import EFFECTS, RUNS, BenchJob, insert_runs

_CONNECTIONS = 20
_POLL_SECONDS = 0.1
_QUEUE, _WORKFLOW, _VERSION = "bench", "bench", "1"
_SET_OWNER = "SELECT set_config('daybreak.owner_ids', :owners, TRUE)"
_INSERT_EFFECT = "INSERT INTO bench_effects (owner_id, number) VALUES (:owner, :number)"
_COMPLETE_RUN = """
WITH ended AS (
    UPDATE bench_runs SET
        status = 'succeeded', result = '{}', fence = fence + 1, attempts = attempts + 1,
        event_number = event_number + 2, finished_at = now()
    WHERE owner_id = :owner AND number = :number AND status = 'queued'
    RETURNING *
)
INSERT INTO bench_events (owner_id, run, number, name, data)
SELECT owner_id, number, event_number - 1 + said.place, said.name, jsonb_build_object('attempt', attempts)
FROM ended CROSS JOIN (VALUES (0, 'running'), (1, 'succeeded')) AS said (place, name)
"""


@dataclass(frozen=True)
class DbosContender(Contender):
    """Workflows in PostgreSQL, on psycopg and SQLAlchemy."""

    title: str = "DBOS, same rows"
    database: str = "bench_dbos"
    missing_features: str = (
        "the start in our row (its own has it), takeover of a dead worker's jobs but by its paid service"
    )
    concurrency: int = 50

    @property
    def settings(self) -> str:
        """Settings that differ from the defaults."""
        return (
            f"worker_concurrency={self.concurrency}, polling_interval_sec={_POLL_SECONDS}, "
            f"pools of {_CONNECTIONS}, READ COMMITTED"
        )

    async def install(self, target: ContenderDatabase) -> None:
        """Create its tables and ours."""
        owner = await asyncpg.connect(target.dsn("daybreak_owner"))
        await owner.execute(EFFECTS + RUNS)
        await owner.close()
        await asyncio.to_thread(_migrate, target)

    async def clear(self, owner: asyncpg.Connection) -> None:
        """Delete all workflows."""
        await owner.execute(
            "TRUNCATE dbos.workflow_status, dbos.datasource_outputs, bench_effects, bench_runs, bench_events "
            "CASCADE"
        )

    async def enqueue(self, target: ContenderDatabase, jobs: Sequence[BenchJob]) -> None:
        """Insert the rows, then enqueue with its client one by one, since it has no batch operation."""
        owner = await asyncpg.connect(target.dsn("daybreak_owner"))
        await insert_runs(owner, jobs)
        await owner.close()
        await asyncio.to_thread(_enqueue_all, target, jobs)

    @asynccontextmanager
    async def open_enqueuer(self, target: ContenderDatabase) -> AsyncIterator[EnqueueOne]:
        """Insert the row, then enqueue the workflow."""
        owner = await asyncpg.connect(target.dsn("daybreak_owner"))
        client = DBOSClient(system_database_url=_url(target))

        async def click(job: BenchJob) -> None:
            await insert_runs(owner, [job])
            await asyncio.to_thread(_enqueue, client, job)

        yield click
        client.destroy()
        await owner.close()

    async def work(self, target: ContenderDatabase, start_times: StartTimes) -> None:
        """Run its queue worker in this process."""
        datasource = await AsyncSQLAlchemyDatasource.create(
            _url(target), engine_kwargs={"pool_size": _CONNECTIONS}, run_migrations=False
        )

        async def effect(number: int) -> None:
            job, session = BenchJob(number), datasource.sql_session()
            values = {"owner": job.owner, "number": number}
            await session.execute(sqlalchemy.text(_SET_OWNER), {"owners": f"{{{job.owner}}}"})
            await session.execute(sqlalchemy.text(_INSERT_EFFECT), values)
            await session.execute(sqlalchemy.text(_COMPLETE_RUN), values)

        async def bench(number: int, nap: float) -> None:
            start_times[number] = time.time()
            if nap:
                await asyncio.sleep(nap)
            await datasource.run_tx_step_async({"isolation_level": "READ COMMITTED"}, effect, number)

        DBOS(
            config={
                "name": "bench",
                "system_database_url": _url(target),
                "application_version": _VERSION,
                "run_migrations": False,
                "sys_db_pool_size": _CONNECTIONS,
                "log_level": "ERROR",
            }
        )
        DBOS.workflow(name=_WORKFLOW)(bench)
        DBOS.launch()
        await DBOS.register_queue_async(
            _QUEUE, worker_concurrency=self.concurrency, polling_interval_sec=_POLL_SECONDS
        )
        await asyncio.Event().wait()


def _url(target: ContenderDatabase, role: str = "daybreak_app") -> str:
    return target.dsn(role).replace("postgresql://", "postgresql+psycopg://")


def _migrate(target: ContenderDatabase) -> None:
    DBOS.migrate(_url(target, "daybreak_owner"), application_role="daybreak_app")
    SQLAlchemyDatasource.migrate(_url(target, "daybreak_owner"), application_role="daybreak_app")


def _enqueue_all(target: ContenderDatabase, jobs: Sequence[BenchJob]) -> None:
    client = DBOSClient(system_database_url=_url(target))
    for job in jobs:
        _enqueue(client, job)
    client.destroy()


def _enqueue(client: DBOSClient, job: BenchJob) -> None:
    options = {"queue_name": _QUEUE, "workflow_name": _WORKFLOW, "app_version": _VERSION}
    client.enqueue(options, job.number, job.sleep_seconds)
