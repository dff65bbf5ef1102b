"""Chaos: thousands of small runs while workers die, freeze and drain, and jobs are lost and duplicated."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from unittest.mock import patch
from uuid import UUID, uuid4

from daybreak import runs
from daybreak.errors import Conflict
from daybreak.runs import AnyKind, Run, RunsSettings, Status
from engine_cluster import FAST_SETTINGS, ProofCluster, send_signal, wait_until
from engine_invariants import check_invariants
from engine_kinds import (
    BULK,
    CLICK,
    FAN_OUT,
    FATAL_FAILURES,
    POISONED,
    ProofFanOutParameters,
    ProofParameters,
)

WORKERS = 3
OWNERS = 40
BATCHES = 100
PAUSE_SECONDS = 0.1
LOST_JOBS = 3
TIMEOUT_SECONDS = 60
LATE_COMMITS = 2, 0.005
"""Workers that wake with a pending commit while another attempt runs: minimum, and number per run."""
ATTEMPTS_PER_LATE_COMMIT = 5
ATTEMPT_SECONDS_AFTER_WAKING = 1.0
DELETE_JOBS = "DELETE FROM pgq.pgqueuer"
DELETE_JOBS_OF_OWNER = (
    "DELETE FROM pgq.pgqueuer WHERE id IN (SELECT job_id FROM runs_open WHERE owner_id = $1)"
)
DUPLICATE_JOBS = """
INSERT INTO pgq.pgqueuer (priority, entrypoint, payload, status)
SELECT priority, entrypoint, payload, 'queued' FROM pgq.pgqueuer ORDER BY random() LIMIT 5
"""
INSERT_STRAY_JOB = (
    "INSERT INTO pgq.pgqueuer (priority, entrypoint, payload, status) VALUES (0, 'runs.bulk', $1, 'queued')"
)
FIND_WORKER = """
SELECT r.status, r.attempts, split_part(w.name, ':', 2)::integer AS pid
FROM runs_open AS r LEFT JOIN runs_workers AS w ON r.worker_id = w.id WHERE r.id = $1
"""
COUNT_OPEN = "SELECT (SELECT count(*) FROM runs_open) + (SELECT count(*) FROM pgq.pgqueuer)"
# It skips locked rows, as the product does: waiting for them in another order than workers could deadlock.
DISPATCH_ALL = """
SELECT runs_dispatch(r.queue, array_agg(r.owner_id), array_agg(r.id))
FROM (SELECT o.queue, o.owner_id, o.id FROM runs_open AS o FOR UPDATE SKIP LOCKED) AS r GROUP BY r.queue
"""
TERMINATE_CONNECTIONS = """
SELECT count(pg_terminate_backend(pid)) FROM (
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'daybreak_app' AND pid <> $1 ORDER BY random() LIMIT 3
) AS unlucky
"""


@dataclass
class ChaosRound:
    """One round of runs with injected faults."""

    cluster: ProofCluster
    rng: random.Random
    started: list[Run] = field(default_factory=list)
    cancelled: set[UUID] = field(default_factory=set)
    event_counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    settings: RunsSettings = field(default_factory=RunsSettings)
    _group: asyncio.TaskGroup = field(default_factory=asyncio.TaskGroup)

    async def run(self, count: int) -> None:
        """Enqueue the runs, inject faults until all are enqueued, wait for their end, and check the rows."""
        self.settings = RunsSettings(max_dispatched_per_user=self.rng.choice((1, 5, 50)), **FAST_SETTINGS)
        self._replace_dead_workers()
        async with asyncio.TaskGroup() as self._group:
            feeding = self._group.create_task(self._enqueue_all(count))
            self._group.create_task(
                self._force_late_commits(max(LATE_COMMITS[0], round(count * LATE_COMMITS[1])))
            )
            while not feeding.done():
                await asyncio.sleep(self.rng.uniform(0.2, 0.5))
                await self._inject_fault()
        self._replace_dead_workers()
        await self._enqueue_and_lose_jobs()
        await self._wait_until_idle()
        self.failures += await self.cluster.drain_workers()
        found = await check_invariants(self.cluster.owner, [run.id for run in self.started], self.cancelled)
        self.failures += found.violations
        self.event_counts.update(found.counts)
        self.event_counts["commits refused"] += len(self.cluster.read_lines("refused"))

    async def _enqueue_all(self, count: int) -> None:
        owners = [uuid4() for _ in range(OWNERS)]
        size = max(5, count // BATCHES)
        left = count
        while left > 0:
            kind = self.rng.choice((CLICK, BULK, BULK, POISONED, FAN_OUT))
            orders = [self._random_parameters(kind) for _ in range(min(size, left))]
            left -= len(orders)
            wanted = [ProofFanOutParameters(orders)] if kind is FAN_OUT else orders
            with patch.object(runs.service, "runs_settings", return_value=self.settings):
                self.started += await self.cluster.enqueue(self.rng.choice(owners), wanted, kind)
            await asyncio.sleep(PAUSE_SECONDS)

    def _random_parameters(self, kind: AnyKind) -> ProofParameters:
        dice = self.rng
        counts, nap = dice.choice((0, 0, 3)), dice.choice((0, 0, 0.01, 0.2))
        if dice.random() < {POISONED.name: 0.2, FAN_OUT.name: 0.05}.get(kind.name, 0):
            return ProofParameters(
                event_count=counts, sleep_seconds=nap, failure=dice.choices(FATAL_FAILURES, (8, 8, 1, 8))[0]
            )
        fails = dice.choice(("", "", "", "unavailable"))
        return ProofParameters(
            event_count=counts,
            sleep_seconds=nap,
            block_seconds=2.2 if dice.random() < 0.002 else 0.0,
            failure=fails if kind is not POISONED else "",
            last_failing_attempt=dice.choice((1, 2)),
            gaps=["Garden"] if dice.random() < 0.05 else [],
        )

    async def _enqueue_and_lose_jobs(self) -> None:
        """Enqueue runs whose jobs are lost before delivery; only the rescuer can dispatch them."""
        owner = uuid4()
        async with self.cluster.transaction(owner) as tx:
            self.started += [
                await runs.enqueue(tx, BULK, owner, ProofParameters(), f"unheard {n}")
                for n in range(LOST_JOBS)
            ]
            await tx.execute(DELETE_JOBS_OF_OWNER, owner)

    async def _inject_fault(self) -> None:
        deeds = {
            self._kill: 5, self._freeze: 4, self._drain: 2, self._delete_jobs: 3, self._duplicate_jobs: 2,
            self._insert_stray_jobs: 2, self._dispatch_all: 1, self._terminate_connections: 2,
            self._cancel: 9, self._retry: 3,
        }  # fmt: skip
        deed = self.rng.choices(list(deeds), list(deeds.values()))[0]
        await deed()
        self.event_counts[deed.__name__.strip("_").replace("_", " ")] += 1
        self._replace_dead_workers()

    def _replace_dead_workers(self) -> None:
        for code in self.cluster.ensure_workers(WORKERS, settings=self.settings.model_dump()):
            if code not in {0, -signal.SIGKILL}:
                self.failures.append(f"a worker ended with {code}")

    async def _kill(self) -> None:
        worker = self.rng.choice(self.cluster.workers)
        worker.kill()
        worker.join()

    async def _freeze(self) -> None:
        worker = self.rng.choice(self.cluster.workers)
        send_signal(worker, signal.SIGSTOP)

        async def thaw() -> None:
            await asyncio.sleep(self.rng.uniform(1.2, 2.5) * FAST_SETTINGS["lease_seconds"])
            send_signal(worker, signal.SIGCONT)

        self._group.create_task(thaw())

    async def _drain(self) -> None:
        known = {int(pid) for pid in self.cluster.read_lines("drainable")}
        if ready := [worker for worker in self.cluster.workers if worker.pid in known]:
            send_signal(self.rng.choice(ready), signal.SIGTERM)

    async def _force_late_commits(self, count: int) -> None:
        """Force commits that arrive while another attempt runs, until `count` of them were rejected."""
        for _ in range(ATTEMPTS_PER_LATE_COMMIT * count):
            (run,) = await self.cluster.enqueue(
                uuid4(), [ProofParameters(seconds_after_freeze=ATTEMPT_SECONDS_AFTER_WAKING)], CLICK
            )
            await self._wake_when_reclaimed(run)
            self.started.append(run)
            self.event_counts["commits too late"] += f"{run.id}" in self.cluster.read_lines("refused")
            if self.event_counts["commits too late"] >= count:
                return
        self.failures.append(
            f"of {count} late commits only {self.event_counts['commits too late']} were rejected"
        )

    async def _wake_when_reclaimed(self, run: Run) -> None:
        """Wake the process that stopped before its commit once another worker has the run."""
        frozen = 0

        async def has_ended() -> bool:
            nonlocal frozen
            self._replace_dead_workers()
            async with self.cluster.transaction(run.owner_id) as tx:
                row = await tx.fetchrow(FIND_WORKER, run.id)
            if row and row["attempts"] == 1:
                frozen = row["pid"] or frozen
            elif frozen:
                with suppress(ProcessLookupError):
                    os.kill(frozen, signal.SIGCONT)
            return row is None

        await wait_until(has_ended, TIMEOUT_SECONDS, interval=0.05)

    async def _delete_jobs(self) -> None:
        await self.cluster.owner.execute(DELETE_JOBS)

    async def _duplicate_jobs(self) -> None:
        await self.cluster.owner.execute(DUPLICATE_JOBS)

    async def _insert_stray_jobs(self) -> None:
        nobody = f'[["{uuid4()}", "{uuid4()}"]]'.encode()
        for payload in (nobody, b"[]", b"nonsense", None):
            await self.cluster.owner.execute(INSERT_STRAY_JOB, payload)

    async def _dispatch_all(self) -> None:
        await self.cluster.owner.execute(DISPATCH_ALL)

    async def _terminate_connections(self) -> None:
        await self.cluster.admin.fetchval(TERMINATE_CONNECTIONS, self.cluster.app.get_server_pid())

    async def _cancel(self) -> None:
        for run in self.rng.sample(self.started[-300:], min(6, len(self.started))):
            async with self.cluster.transaction(run.owner_id) as tx:
                now = await runs.cancel(tx, run.owner_id, run.id)
            if now.cancel_requested or now.status is Status.CANCELLED:
                self.cancelled.add(run.id)

    async def _retry(self) -> None:
        for run in self.rng.sample(self.started, min(10, len(self.started))):
            try:
                async with self.cluster.transaction(run.owner_id) as tx:
                    await runs.retry(tx, run.owner_id, run.id)
            except Conflict:
                continue
            self.event_counts["run again"] += 1

    async def _wait_until_idle(self) -> None:
        """Wait until no open run and no job is left, or until their number stops falling (stuck)."""
        fewest, deadline = sys.maxsize, monotonic() + TIMEOUT_SECONDS
        while fewest and monotonic() < deadline:
            self._replace_dead_workers()
            left = await self.cluster.owner.fetchval(COUNT_OPEN)
            if left < fewest:
                fewest, deadline = left, monotonic() + TIMEOUT_SECONDS
            await asyncio.sleep(0.1)
