"""Worker processes that compose standard briefs, and what they take: time, processor, WAL."""

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from statistics import median, quantiles
from uuid import UUID

import asyncpg

import per_project_baseline
from daybreak import briefs, clock, telemetry
from daybreak.briefs.rendering import OutputFormat, render
from daybreak.db import Database
from daybreak.worker import tune_gc
from harness import Bench

DAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)  # it is that date in every zone of standard.sql
CONCURRENCIES = (1, 4, 8)
BATCH = 20


@dataclass(frozen=True)
class Order:
    """What a worker has to do: one verb for each batch of these users, so many batches at once."""

    verb: str
    users: Sequence[UUID]
    concurrency: int
    batch: int = 1


@dataclass(frozen=True)
class Work:
    """What a worker did: when by the machine's clock, its processor time, and how long each brief took."""

    started: float
    ended: float
    cpu: float
    seconds: list[float]


@dataclass(frozen=True)
class Pass:
    """One order given to some workers at once: what came of it.

    Attributes:
        per_second: briefs in a second of the wall clock.
        latencies: seconds that each brief took.
        wal: KiB of WAL for a brief; the pass starts with a checkpoint, so whole pages are in it.
        python: milliseconds of the workers' processor time for a brief ...
        postgres: ... and of the server's; unlike the rest they hardly depend on what else the machine does.
    """

    per_second: float
    latencies: list[float]
    wal: float
    python: float
    postgres: float

    @property
    def p50(self) -> float:
        """Median latency in milliseconds."""
        return 1000 * median(self.latencies)

    @property
    def p95(self) -> float:
        """95th percentile of the latency in milliseconds."""
        return 1000 * quantiles(self.latencies, n=20)[-1]


def work(pipe: Connection, dsn: str) -> None:
    """Run a worker process: execute each order from the queue until None."""
    clock.now = lambda: NOW
    telemetry.configure("warning")
    tune_gc()
    asyncio.run(_work(pipe, dsn))


async def _work(pipe: Connection, dsn: str) -> None:
    async with (
        Database.connect(dsn, max_connections=max(CONCURRENCIES)) as database,
        asyncpg.create_pool(dsn, min_size=1, max_size=max(CONCURRENCIES)) as pool,
    ):
        verbs = {
            "yesterday": partial(_receive_yesterdays, database),
            "compose": partial(_compose, database),
            "rendered": partial(_compose_and_render, database),
            "loop": partial(_loop, pool),
        }
        while (order := pipe.recv()) is not None:
            pipe.send(await _obey(verbs[order.verb], order))


async def _obey(verb: Callable[..., Awaitable[object]], order: Order) -> Work:
    seconds: list[float] = []
    starts = range(0, len(order.users), order.batch)
    waiting = iter([order.users[start : start + order.batch] for start in starts])

    async def one_after_another() -> None:
        for users in waiting:
            began = time.monotonic()
            await verb(users)
            seconds.extend([time.monotonic() - began] * len(users))

    started, spent = time.monotonic(), time.process_time()
    await asyncio.gather(*(one_after_another() for _ in range(order.concurrency)))
    return Work(started, time.monotonic(), time.process_time() - spent, seconds)


async def _receive_yesterdays(database: Database, users: Sequence[UUID]) -> None:
    composed = await briefs.compose_all(database, dict.fromkeys(users, DAY - timedelta(days=1)))
    for user_id, brief in composed.items():
        await briefs.mark_received(database, user_id, brief.id)


async def _compose(database: Database, users: Sequence[UUID]) -> None:
    await briefs.compose_all(database, dict.fromkeys(users, DAY))


async def _compose_and_render(database: Database, users: Sequence[UUID]) -> None:
    for brief in (await briefs.compose_all(database, dict.fromkeys(users, DAY))).values():
        render(brief.document, OutputFormat.MARKDOWN)
        render(brief.document, OutputFormat.HTML)


async def _loop(pool: asyncpg.Pool, users: Sequence[UUID]) -> None:
    for user_id in users:
        await per_project_baseline.compose_per_project(pool, user_id=user_id, day=DAY)


class Crew:
    """Worker processes that wait for orders."""

    def __init__(self, bench: Bench, pipes: Sequence[Connection]) -> None:
        self._bench = bench
        self._pipes = pipes

    async def measure(
        self, verb: str, users: Sequence[UUID], *, processes: int, concurrency: int, batch: int
    ) -> Pass:
        """One pass over the users, shared out among the processes."""
        await self._bench.admin.execute("CHECKPOINT")
        wal, cpu = await self._bench.wal(), self._bench.cpu()
        done = self.order(verb, users, processes=processes, concurrency=concurrency, batch=batch)
        cpu, wal = self._bench.cpu() - cpu, await self._bench.wal() - wal
        wall = max(work.ended for work in done) - min(work.started for work in done)
        return Pass(
            per_second=len(users) / wall,
            latencies=[seconds for work in done for seconds in work.seconds],
            wal=wal / len(users) / 1024,
            python=1000 * sum(work.cpu for work in done) / len(users),
            postgres=1000 * cpu / len(users),
        )

    def order(
        self, verb: str, users: Sequence[UUID], *, processes: int, concurrency: int, batch: int = 1
    ) -> list[Work]:
        """Have the users shared out among the processes, and wait until all are done."""
        chosen = self._pipes[:processes]
        for number, pipe in enumerate(chosen):
            pipe.send(Order(verb, users[number::processes], concurrency, batch))
        return [pipe.recv() for pipe in chosen]


@contextmanager
def crew(bench: Bench, processes: int) -> Iterator[Crew]:
    """So many worker processes, connected."""
    spawn = multiprocessing.get_context("spawn")
    pairs = [spawn.Pipe() for _ in range(processes)]
    workers = [
        spawn.Process(target=work, args=(theirs, bench.server.dsn("daybreak_app"))) for _, theirs in pairs
    ]
    for worker, (_, theirs) in zip(workers, pairs, strict=True):
        worker.start()
        theirs.close()
    try:
        yield Crew(bench, [ours for ours, _ in pairs])
    finally:
        for worker, (ours, _) in zip(workers, pairs, strict=True):
            with suppress(BrokenPipeError):  # it died, and has said why
                ours.send(None)
            worker.join()
