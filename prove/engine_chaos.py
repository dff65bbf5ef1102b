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
from engine_cluster import QUICK, Place, send, until
from engine_invariants import verdict
from engine_kinds import BULK, CLICK, FAN, POISONED, POISONS, Fan, Order

WORKERS = 3
OWNERS = 40
BATCHES = 100
PAUSE = 0.1
UNHEARD = 3
PATIENCE = 60
LATE_COMMITS = 2, 0.005
"""Workers that wake with a pending commit while another attempt runs: minimum, and number per run."""
TRIES = 5
AFTER_WAKING = 1.0
EMPTY = "DELETE FROM pgq.pgqueuer"
LOSE = "DELETE FROM pgq.pgqueuer WHERE id IN (SELECT job_id FROM runs_open WHERE owner_id = $1)"
DOUBLE = """
INSERT INTO pgq.pgqueuer (priority, entrypoint, payload, status)
SELECT priority, entrypoint, payload, 'queued' FROM pgq.pgqueuer ORDER BY random() LIMIT 5
"""
STRAY = (
    "INSERT INTO pgq.pgqueuer (priority, entrypoint, payload, status) VALUES (0, 'runs.bulk', $1, 'queued')"
)
WHO_HAS_IT = """
SELECT r.status, r.attempts, split_part(w.name, ':', 2)::integer AS pid
FROM runs_open AS r LEFT JOIN runs_workers AS w ON r.worker_id = w.id WHERE r.id = $1
"""
LEFT = "SELECT (SELECT count(*) FROM runs_open) + (SELECT count(*) FROM pgq.pgqueuer)"
RING = "SELECT runs_ring(lane, array_agg(owner_id), array_agg(id)) FROM runs_open GROUP BY lane"
CUT = """
SELECT count(pg_terminate_backend(pid)) FROM (
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'daybreak_app' AND pid <> $1 ORDER BY random() LIMIT 3
) AS unlucky
"""


@dataclass
class Chaos:
    """One round of runs with injected faults."""

    place: Place
    dice: random.Random
    started: list[Run] = field(default_factory=list)
    cancelled: set[UUID] = field(default_factory=set)
    happened: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    settings: RunsSettings = field(default_factory=RunsSettings)
    _group: asyncio.TaskGroup = field(default_factory=asyncio.TaskGroup)

    async def pass_over(self, count: int) -> None:
        """Enqueue the runs, inject faults until all are enqueued, wait for their end, and check the rows."""
        self.settings = RunsSettings(window=self.dice.choice((1, 5, 50)), **QUICK)
        self._replace_the_dead()
        async with asyncio.TaskGroup() as self._group:
            feeding = self._group.create_task(self._feed(count))
            self._group.create_task(self._make_late(max(LATE_COMMITS[0], round(count * LATE_COMMITS[1]))))
            while not feeding.done():
                await asyncio.sleep(self.dice.uniform(0.2, 0.5))
                await self._disturb()
        self._replace_the_dead()
        await self._start_unheard()
        await self._wait_for_the_end()
        self.wrong += await self.place.dismiss()
        found = await verdict(self.place.owner, [run.id for run in self.started], self.cancelled)
        self.wrong += found.wrong
        self.happened.update(found.counts)
        self.happened["commits refused"] += len(self.place.noted("refused"))

    async def _feed(self, count: int) -> None:
        owners = [uuid4() for _ in range(OWNERS)]
        size = max(5, count // BATCHES)
        left = count
        while left > 0:
            kind = self.dice.choice((CLICK, BULK, BULK, POISONED, FAN))
            orders = [self._order(kind) for _ in range(min(size, left))]
            left -= len(orders)
            wanted = [Fan(orders)] if kind is FAN else orders
            with patch.object(runs.service, "runs_settings", return_value=self.settings):
                self.started += await self.place.start(self.dice.choice(owners), wanted, kind)
            await asyncio.sleep(PAUSE)

    def _order(self, kind: AnyKind) -> Order:
        dice = self.dice
        counts, nap = dice.choice((0, 0, 3)), dice.choice((0, 0, 0.01, 0.2))
        if dice.random() < {POISONED.name: 0.2, FAN.name: 0.05}.get(kind.name, 0):
            return Order(counts=counts, nap=nap, fails=dice.choices(POISONS, (8, 8, 1, 8))[0])
        fails = dice.choice(("", "", "", "unavailable"))
        return Order(
            counts=counts,
            nap=nap,
            blocks=2.2 if dice.random() < 0.002 else 0.0,
            fails=fails if kind is not POISONED else "",
            fails_until=dice.choice((1, 2)),
            gaps=["Garden"] if dice.random() < 0.05 else [],
        )

    async def _start_unheard(self) -> None:
        """Enqueue runs whose jobs are lost before delivery; only the rescuer can dispatch them."""
        owner = uuid4()
        async with self.place.turn(owner) as tx:
            self.started += [
                await runs.start(tx, BULK, owner, Order(), f"unheard {n}") for n in range(UNHEARD)
            ]
            await tx.execute(LOSE, owner)

    async def _disturb(self) -> None:
        deeds = {
            self._kill: 5, self._freeze: 4, self._drain: 2, self._empty_the_queue: 3, self._double_bells: 2,
            self._ring_astray: 2, self._ring_for_all: 1, self._cut_connections: 2, self._cancel: 9,
            self._retry: 3,
        }  # fmt: skip
        deed = self.dice.choices(list(deeds), list(deeds.values()))[0]
        await deed()
        self.happened[deed.__name__.strip("_").replace("_", " ")] += 1
        self._replace_the_dead()

    def _replace_the_dead(self) -> None:
        for code in self.place.hire_up_to(WORKERS, settings=self.settings.model_dump()):
            if code not in {0, -signal.SIGKILL}:
                self.wrong.append(f"a worker ended with {code}")

    async def _kill(self) -> None:
        worker = self.dice.choice(self.place.workers)
        worker.kill()
        worker.join()

    async def _freeze(self) -> None:
        worker = self.dice.choice(self.place.workers)
        send(worker, signal.SIGSTOP)

        async def thaw() -> None:
            await asyncio.sleep(self.dice.uniform(1.2, 2.5) * QUICK["lease"])
            send(worker, signal.SIGCONT)

        self._group.create_task(thaw())

    async def _drain(self) -> None:
        known = {int(pid) for pid in self.place.noted("drainable")}
        if ready := [worker for worker in self.place.workers if worker.pid in known]:
            send(self.dice.choice(ready), signal.SIGTERM)

    async def _make_late(self, wanted: int) -> None:
        """Force commits that arrive while another attempt runs, until `wanted` of them were rejected."""
        for _ in range(TRIES * wanted):
            (run,) = await self.place.start(uuid4(), [Order(freezes=AFTER_WAKING)], CLICK)
            await self._wake_when_taken(run)
            self.started.append(run)
            self.happened["commits too late"] += f"{run.id}" in self.place.noted("refused")
            if self.happened["commits too late"] >= wanted:
                return
        self.wrong.append(f"of {wanted} late commits only {self.happened['commits too late']} were rejected")

    async def _wake_when_taken(self, run: Run) -> None:
        """Wake the process that stopped before its commit once another worker has the run."""
        frozen = 0

        async def has_ended() -> bool:
            nonlocal frozen
            self._replace_the_dead()
            async with self.place.turn(run.owner_id) as tx:
                row = await tx.fetchrow(WHO_HAS_IT, run.id)
            if row and row["attempts"] == 1:
                frozen = row["pid"] or frozen
            elif frozen:
                with suppress(ProcessLookupError):
                    os.kill(frozen, signal.SIGCONT)
            return row is None

        await until(has_ended, PATIENCE, pause=0.05)

    async def _empty_the_queue(self) -> None:
        await self.place.owner.execute(EMPTY)

    async def _double_bells(self) -> None:
        await self.place.owner.execute(DOUBLE)

    async def _ring_astray(self) -> None:
        nobody = f'[["{uuid4()}", "{uuid4()}"]]'.encode()
        for payload in (nobody, b"[]", b"nonsense", None):
            await self.place.owner.execute(STRAY, payload)

    async def _ring_for_all(self) -> None:
        await self.place.owner.execute(RING)

    async def _cut_connections(self) -> None:
        await self.place.admin.fetchval(CUT, self.place.app.get_server_pid())

    async def _cancel(self) -> None:
        for run in self.dice.sample(self.started[-300:], min(6, len(self.started))):
            async with self.place.turn(run.owner_id) as tx:
                now = await runs.cancel(tx, run.owner_id, run.id)
            if now.cancel or now.status is Status.CANCELLED:
                self.cancelled.add(run.id)

    async def _retry(self) -> None:
        for run in self.dice.sample(self.started, min(10, len(self.started))):
            try:
                async with self.place.turn(run.owner_id) as tx:
                    await runs.retry(tx, run.owner_id, run.id)
            except Conflict:
                continue
            self.happened["run again"] += 1

    async def _wait_for_the_end(self) -> None:
        """Wait until no open run and no job is left, or until their number stops falling (stuck)."""
        fewest, deadline = sys.maxsize, monotonic() + PATIENCE
        while fewest and monotonic() < deadline:
            self._replace_the_dead()
            left = await self.place.owner.fetchval(LEFT)
            if left < fewest:
                fewest, deadline = left, monotonic() + PATIENCE
            await asyncio.sleep(0.1)
