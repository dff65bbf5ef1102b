"""Outages: a stopped database server, and a transaction that stays open."""

import asyncio
import os
import random
import signal
from contextlib import ExitStack
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID, uuid4

import asyncpg

from crash import server_pids
from daybreak.db import embedded
from engine_cluster import FAST_SETTINGS, ProofCluster, wait_until
from engine_invariants import check_invariants
from engine_kinds import BULK, CLICK, ProofParameters

WORKERS = 2
MAX_UNCLAIMED_SECONDS = FAST_SETTINGS["lease_seconds"] + FAST_SETTINGS["rescue_seconds"]
"""Maximum seconds between an expired lease and the next claim: the rescue interval, and a slow machine."""
LONGEST_WAITS = """
SELECT
    coalesce(max(extract(EPOCH FROM now() - lease_until))
        FILTER (WHERE status = 'running'), 0)::float AS lost,
    coalesce(max(extract(EPOCH FROM now() - greatest(scheduled_at, created_at)))
        FILTER (WHERE status = 'queued'), 0)::float AS waiting
FROM runs_open
"""
COUNT_DEAD_ROWS = (
    "SELECT coalesce(sum(n_dead_tup), 0)::bigint FROM pg_stat_user_tables WHERE relname LIKE 'runs%'"
)


@dataclass
class OutageProof:
    """Runs on an impaired database, and how late they are."""

    cluster: ProofCluster
    rng: random.Random
    started: list[UUID] = field(default_factory=list)
    measured: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    async def stop_database(self, seconds: float) -> None:
        """Stop the server while runs are in progress, and start it again after this time."""
        self.cluster.ensure_workers(WORKERS)
        await wait_until(self._all_registered, 60)
        for _ in range(20):
            await self._enqueue(10, sleep_seconds=self.rng.choice((0.0, 0.5, 2.0)))
        os.kill(server_pids(self.cluster.folder)[0], signal.SIGINT)
        await asyncio.sleep(seconds)
        with ExitStack() as stack:
            stack.enter_context(embedded.attach(self.cluster.folder))
            owner = await asyncpg.connect(self.cluster.urls.owner)
            begun = monotonic()
            await wait_until(lambda: _has_no_open_runs(owner), 60)
            self.measured["seconds until all had ended after the database came back"] = monotonic() - begun
            self.failures += self._dead_workers() + await self.cluster.drain_workers()
            self.failures += (await check_invariants(owner, self.started, ())).violations
            await owner.close()

    async def hold_transaction_open(self, seconds: float) -> None:
        """Enqueue runs steadily while an old snapshot prevents the removal of dead rows."""
        self.cluster.ensure_workers(WORKERS)
        watching = await asyncpg.connect(self.cluster.urls.app)
        async with watching.transaction(isolation="repeatable_read"):
            await watching.fetchval("SELECT count(*) FROM runs_workers")
            lost, waiting = await self._enqueue_steadily(seconds)
            self.measured["dead rows"] = await self.cluster.owner.fetchval(COUNT_DEAD_ROWS)
        await watching.close()
        await wait_until(lambda: _has_no_open_runs(self.cluster.owner), 60)
        self.measured["longest lease over and not taken, seconds"] = lost
        self.measured["longest wait for a place, seconds"] = waiting
        if lost > MAX_UNCLAIMED_SECONDS:
            self.failures.append(f"a run was unclaimed for {lost:.1f} s after its lease")
        self.failures += self._dead_workers() + await self.cluster.drain_workers()
        self.failures += (await check_invariants(self.cluster.owner, self.started, ())).violations

    async def _all_registered(self) -> bool:
        """Return whether all workers have started: without a database a starting worker exits, correctly."""
        seen: int = await self.cluster.owner.fetchval("SELECT count(*) FROM runs_workers")
        return seen >= WORKERS

    async def _enqueue_steadily(self, seconds: float) -> tuple[float, float]:
        lost, waiting, deadline = 0.0, 0.0, monotonic() + seconds
        while monotonic() < deadline:
            await self._enqueue(2, sleep_seconds=0.05)
            await asyncio.sleep(0.2)
            row = await self.cluster.owner.fetchrow(LONGEST_WAITS)
            lost, waiting = max(lost, row["lost"]), max(waiting, row["waiting"])
        return lost, waiting

    async def _enqueue(self, count: int, sleep_seconds: float) -> None:
        orders = [ProofParameters(sleep_seconds=sleep_seconds, event_count=2) for _ in range(count)]
        self.started += [
            run.id for run in await self.cluster.enqueue(uuid4(), orders, self.rng.choice((CLICK, BULK)))
        ]

    def _dead_workers(self) -> list[str]:
        gone = [worker for worker in self.cluster.workers if worker.exitcode is not None]
        return [f"a worker ended with {worker.exitcode}" for worker in gone]


async def _has_no_open_runs(owner: asyncpg.Connection) -> bool:
    return bool(await owner.fetchval("SELECT count(*) = 0 FROM runs_open"))
