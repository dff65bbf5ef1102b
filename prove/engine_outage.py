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

from crash import server_of
from daybreak.db import embedded
from engine_cluster import QUICK, Place, until
from engine_invariants import verdict
from engine_kinds import BULK, CLICK, Order

WORKERS = 2
LONGEST = QUICK["lease"] + QUICK["sweep"]
"""Maximum seconds between an expired lease and the next claim: the rescue interval, and a slow machine."""
OVERDUE = """
SELECT
    coalesce(max(extract(EPOCH FROM now() - lease_until))
        FILTER (WHERE status = 'running'), 0)::float AS lost,
    coalesce(max(extract(EPOCH FROM now() - greatest(not_before, created_at)))
        FILTER (WHERE status = 'queued'), 0)::float AS waiting
FROM runs_open
"""
DEAD_ROWS = "SELECT coalesce(sum(n_dead_tup), 0)::bigint FROM pg_stat_user_tables WHERE relname LIKE 'runs%'"


@dataclass
class Outage:
    """Runs on an impaired database, and how late they are."""

    place: Place
    dice: random.Random
    started: list[UUID] = field(default_factory=list)
    measured: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    async def database_away(self, seconds: float) -> None:
        """Stop the server while runs are in progress, and start it again after this time."""
        self.place.hire_up_to(WORKERS)
        await until(self._all_work, 60)
        for _ in range(20):
            await self._start(10, nap=self.dice.choice((0.0, 0.5, 2.0)))
        os.kill(server_of(self.place.folder)[0], signal.SIGINT)
        await asyncio.sleep(seconds)
        with ExitStack() as stack:
            stack.enter_context(embedded.attach(self.place.folder))
            owner = await asyncpg.connect(self.place.addresses.owner)
            begun = monotonic()
            await until(lambda: _is_empty(owner), 60)
            self.measured["seconds until all had ended after the database came back"] = monotonic() - begun
            self.wrong += self._survivors() + await self.place.dismiss()
            self.wrong += (await verdict(owner, self.started, ())).wrong
            await owner.close()

    async def transaction_open(self, seconds: float) -> None:
        """Enqueue runs steadily while an old snapshot prevents the removal of dead rows."""
        self.place.hire_up_to(WORKERS)
        watching = await asyncpg.connect(self.place.addresses.app)
        async with watching.transaction(isolation="repeatable_read"):
            await watching.fetchval("SELECT count(*) FROM runs_workers")
            lost, waiting = await self._trickle(seconds)
            self.measured["dead rows"] = await self.place.owner.fetchval(DEAD_ROWS)
        await watching.close()
        await until(lambda: _is_empty(self.place.owner), 60)
        self.measured["longest lease over and not taken, seconds"] = lost
        self.measured["longest wait for a place, seconds"] = waiting
        if lost > LONGEST:
            self.wrong.append(f"a run was unclaimed for {lost:.1f} s after its lease")
        self.wrong += self._survivors() + await self.place.dismiss()
        self.wrong += (await verdict(self.place.owner, self.started, ())).wrong

    async def _all_work(self) -> bool:
        """Return whether all workers have started: without a database a starting worker exits, correctly."""
        seen: int = await self.place.owner.fetchval("SELECT count(*) FROM runs_workers")
        return seen >= WORKERS

    async def _trickle(self, seconds: float) -> tuple[float, float]:
        lost, waiting, deadline = 0.0, 0.0, monotonic() + seconds
        while monotonic() < deadline:
            await self._start(2, nap=0.05)
            await asyncio.sleep(0.2)
            row = await self.place.owner.fetchrow(OVERDUE)
            lost, waiting = max(lost, row["lost"]), max(waiting, row["waiting"])
        return lost, waiting

    async def _start(self, count: int, nap: float) -> None:
        orders = [Order(nap=nap, counts=2) for _ in range(count)]
        self.started += [
            run.id for run in await self.place.start(uuid4(), orders, self.dice.choice((CLICK, BULK)))
        ]

    def _survivors(self) -> list[str]:
        gone = [worker for worker in self.place.workers if worker.exitcode is not None]
        return [f"a worker ended with {worker.exitcode}" for worker in gone]


async def _is_empty(owner: asyncpg.Connection) -> bool:
    return bool(await owner.fetchval("SELECT count(*) = 0 FROM runs_open"))
