"""A database with workers, in this process or as separate processes."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

import asyncpg

from daybreak import runs
from daybreak.db import Database
from daybreak.errors import Unavailable
from daybreak.runs import Kind, Run, RunsSettings, Status, Worker

from .sample_kinds import ALL, WORK, ScriptedWork

FAST_SETTINGS = RunsSettings(
    lease_seconds=1.5,
    heartbeat_seconds=0.3,
    rescue_seconds=0.3,
    redispatch_seconds=0.5,
    poll_seconds=2.0,
    drain_seconds=0.5,
)
"""For workers that must lose their runs soon."""
LONG_LEASE_SETTINGS = FAST_SETTINGS.model_copy(update={"lease_seconds": 8.0})
"""For workers that must not lose their runs on a busy machine."""
CLEAR = """
TRUNCATE runs_open, runs_finished, runs_events, runs_workers, runs_counters, runs_durations, effects,
    pgq.pgqueuer;
UPDATE runs_maintenance_state SET cursor_dispatched_at = '-infinity'
"""


@dataclass
class WorkerCluster:
    app: str
    database: Database
    as_owner: asyncpg.Connection
    _workers: list[tuple[Worker, asyncio.Task]] = field(default_factory=list)
    _processes: list[subprocess.Popen] = field(default_factory=list)

    async def clear(self) -> None:
        await self.as_owner.execute(CLEAR)

    async def enqueue(
        self, owner: UUID, order: ScriptedWork | None = None, key: str = "it", kind: Kind = WORK, **more
    ) -> Run:
        async with self.database.transaction([owner]) as tx:
            return await runs.enqueue(tx, kind, owner, order or ScriptedWork(), key, **more)

    async def enqueue_many(
        self, owner: UUID, orders: Iterable[ScriptedWork], kind: Kind = WORK, max_dispatched: int = 50, **more
    ) -> list[Run]:
        settings = RunsSettings(max_dispatched_per_user=max_dispatched)
        with patch.object(runs.service, "runs_settings", return_value=settings):
            async with self.database.transaction([owner]) as tx:
                return [
                    await runs.enqueue(tx, kind, owner, order, f"{n}", **more)
                    for n, order in enumerate(orders)
                ]

    async def get(self, run: Run) -> Run:
        async with self.database.transaction([run.owner_id]) as tx:
            return await runs.get(tx, run.owner_id, run.id)

    async def apply(self, verb, run: Run) -> Run:
        async with self.database.transaction([run.owner_id]) as tx:
            return await verb(tx, run.owner_id, run.id)

    async def list_events(self, run: Run, after: int = 0) -> list[runs.RunEvent]:
        async with self.database.transaction([run.owner_id]) as tx:
            return await runs.list_events(tx, run.owner_id, run.id, after=after)

    async def wait_until_ended(self, run: Run, within: float = 60.0) -> Run:
        """Wait until the run has ended and return it."""
        return await self.wait_for_status(run, *(status for status in Status if status.ended), within=within)

    async def wait_for_status(self, run: Run, *statuses: Status, within: float = 60.0) -> Run:
        async def seen() -> Run | None:
            now = await self.get(run)
            return now if now.status in statuses else None

        return await self.wait_until(seen, within)

    async def wait_until(self, condition: Callable[[], Awaitable], within: float = 60.0):
        async with asyncio.timeout(within):
            while not (answer := await condition()):  # noqa: ASYNC110 - the database does not notify
                await asyncio.sleep(0.01)
            return answer

    async def list_written_attempts(self, *some: Run) -> list[int]:
        rows = await self.as_owner.fetch(
            "SELECT attempt FROM effects WHERE run_id = ANY($1) ORDER BY at", [run.id for run in some]
        )
        return [row["attempt"] for row in rows]

    def start_worker(
        self,
        kinds: Iterable[Kind] = ALL,
        settings: RunsSettings = LONG_LEASE_SETTINGS,
        dsn: str | None = None,
    ) -> Worker:
        """Start a worker in this process; it is drained at the end of the test."""
        worker = Worker(dsn or self.app, kinds, settings=settings)
        self._workers.append((worker, asyncio.create_task(worker.run())))
        return worker

    async def drain(self, worker: Worker) -> None:
        task = next(task for one, task in self._workers if one is worker)
        worker.drain()
        await asyncio.wait_for(task, 60)

    def start_process(
        self, die_at: str = "", clock_ahead: float = 0.0, settings: RunsSettings = FAST_SETTINGS, **options
    ) -> subprocess.Popen:
        """Start a separate worker process, which may kill itself at some point or have a wrong clock."""
        program = Path(__file__).with_name("worker_process.py")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        orders = (self.app, die_at, f"{clock_ahead}", settings.model_dump_json())
        process = subprocess.Popen([sys.executable, program, *orders], env=environment, **options)
        self._processes.append(process)
        return process

    async def stop_all(self) -> None:
        for worker, task in self._workers:
            worker.drain()
            await asyncio.wait_for(task, 60)
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(process.wait)
        self._workers.clear()
        self._processes.clear()

    @asynccontextmanager
    async def lock_row(self, run: Run):
        """Lock the run's row during the block."""
        async with self.as_owner.transaction():
            await self.as_owner.execute("SELECT FROM runs_open WHERE id = $1 FOR UPDATE", run.id)
            yield

    async def count_rows(self) -> dict[tuple[str, Status], int]:
        rows = await self.as_owner.fetch("SELECT kind, status, count(*) AS runs FROM runs_all GROUP BY 1, 2")
        return {(row["kind"], Status(row["status"])): row["runs"] for row in rows}


class LostAnswerDatabase:
    """A database that commits, but whose first `times` answers to a commit are lost."""

    def __init__(self, database, times: int) -> None:
        self._database = database
        self._times = times

    @asynccontextmanager
    async def transaction(self, owners):
        async with self._database.transaction(owners) as tx:
            yield tx
        self._times -= 1
        if self._times >= 0:
            raise Unavailable("The connection broke.")
