"""Measurements of a contender: throughput of a backlog, pick-up, takeover, idle load, cost of a job."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from harness import Bench
from peers.base import Contender, ContenderDatabase, WorkerProcess, run_worker_process, start_held_worker
from peers.rows import BenchJob, make_jobs
from round_trips import Relay, open_relay

_TIMEOUT_SECONDS = 300
_SETTLING_SECONDS = 2.0


@dataclass(frozen=True)
class BenchTarget:
    """A contender with its database."""

    bench: Bench
    contender: Contender
    target: ContenderDatabase
    owner: asyncpg.Connection

    async def prepare_backlog(self, backlog: list[BenchJob]) -> None:
        """Prepare a backlog of exactly these jobs, with fresh statistics."""
        await self.contender.clear(self.owner)
        await self.contender.enqueue(self.target, backlog)
        await self.owner.execute("VACUUM ANALYZE")
        await self.bench.admin.execute("CHECKPOINT")

    async def wait_until_done(self, count: int) -> float:
        """Wait until `count` jobs are completed; return the time of the last completion."""
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            while True:
                done, last = await self.contender.count_finished(self.owner)
                if done >= count:
                    return last
                await asyncio.sleep(0.1)


@asynccontextmanager
async def open_targets(
    bench: Bench, contenders: Iterable[Contender]
) -> AsyncIterator[Mapping[str, BenchTarget]]:
    """Prepare the contenders by title; contenders with the same database name share a database."""
    stages: dict[str, BenchTarget] = {}
    owners: dict[str, asyncpg.Connection] = {}
    for contender in contenders:
        home = ContenderDatabase(bench.server, contender.database)
        if contender.database not in owners:
            if contender.database != "daybreak":
                await bench.admin.execute(f"CREATE DATABASE {contender.database} OWNER daybreak_owner")
            await contender.install(home)
            owners[contender.database] = await asyncpg.connect(home.dsn("daybreak_owner"))
        stages[contender.title] = BenchTarget(bench, contender, home, owners[contender.database])
    try:
        yield stages
    finally:
        for owner in owners.values():
            await owner.close()


@dataclass(frozen=True)
class ThroughputMeasurement:
    """One backlog processed by one worker.

    Attributes:
        seconds: time from the start of the first job to the end of the last one.
        wal_bytes: bytes of WAL per job, from claim to end, after a checkpoint.
        worker_cpu_ms: milliseconds of CPU time of the worker per job, including the connection.
        server_cpu_ms: milliseconds of CPU time of the server per job. CPU times hardly depend on other load.
    """

    count: int
    seconds: float
    wal_bytes: float
    worker_cpu_ms: float
    server_cpu_ms: float

    @property
    def per_second(self) -> float:
        """Completed jobs per second."""
        return self.count / self.seconds


async def measure_drain(stage: BenchTarget, count: int, nap: float = 0.0) -> ThroughputMeasurement:
    """Measure one worker on a prepared backlog."""
    await stage.prepare_backlog(make_jobs(count, nap))
    bench = stage.bench
    with start_held_worker(stage.contender, stage.target, count) as (worker, gate):
        wal, python, postgres = await bench.wal(), worker.cpu_seconds, bench.cpu()
        gate.go.set()
        ended = await stage.wait_until_done(count)
        wal, python, postgres = await bench.wal() - wal, worker.cpu_seconds - python, bench.cpu() - postgres
    assert all(worker.start_times), "something was done that never began"
    return ThroughputMeasurement(
        count, ended - min(worker.start_times), wal / count, 1000 * python / count, 1000 * postgres / count
    )


async def measure_pick_ups(stage: BenchTarget, clicks: int, backlog: int = 0) -> list[float]:
    """Return the seconds from each of `clicks` single enqueues to the start of its handler."""
    await stage.prepare_backlog(make_jobs(backlog))
    asked = {}
    with run_worker_process(stage.contender, stage.target, backlog + clicks) as worker:
        await asyncio.sleep(_SETTLING_SECONDS)
        async with stage.contender.open_enqueuer(stage.target) as click:
            for number in range(backlog, backlog + clicks):
                await click(BenchJob(number))
                asked[number] = time.time()
                await asyncio.sleep(random.uniform(0.03, 0.12))
        await _wait_until_started(worker, asked)
        return [worker.start_times[number] - at for number, at in asked.items()]


async def measure_takeover(stage: BenchTarget, count: int) -> float:
    """Return the seconds from `kill -9` of a worker with `count` jobs until another has started them all."""
    await stage.prepare_backlog(make_jobs(count, sleep_seconds=60))
    with run_worker_process(stage.contender, stage.target, count) as first:
        await _wait_until_started(first, range(count))
        with run_worker_process(stage.contender, stage.target, count) as second:
            await asyncio.sleep(_SETTLING_SECONDS)
            killed = time.time()
            first.kill()
            await _wait_until_started(second, range(count))
            return max(second.start_times) - killed


@dataclass(frozen=True)
class IdleMeasurement:
    """The load of an idle worker; CPU time in percent of a core."""

    queries_per_second: float
    worker_cpu_percent: float
    server_cpu_percent: float


async def measure_idle(stage: BenchTarget, seconds: float) -> IdleMeasurement:
    """Measure a worker with an empty queue."""
    await stage.prepare_backlog([])
    async with _run_traced_worker(stage) as (worker, relay):
        said, python, postgres = relay.statements, worker.cpu_seconds, stage.bench.cpu()
        await asyncio.sleep(seconds)
        return IdleMeasurement(
            (relay.statements - said) / seconds,
            100 * (worker.cpu_seconds - python) / seconds,
            100 * (stage.bench.cpu() - postgres) / seconds,
        )


async def count_round_trips(stage: BenchTarget, count: int) -> tuple[float, float]:
    """Return statements and round trips per job, for `count` jobs that reach an idle worker together."""
    await stage.prepare_backlog([])
    async with _run_traced_worker(stage, count) as (_, relay):
        said, trips = relay.statements, relay.round_trips
        await stage.contender.enqueue(stage.target, make_jobs(count))
        await stage.wait_until_done(count)
        return (relay.statements - said) / count, (relay.round_trips - trips) / count


@asynccontextmanager
async def _run_traced_worker(
    stage: BenchTarget, count: int = 1
) -> AsyncIterator[tuple[WorkerProcess, Relay]]:
    """Run an idle worker with a relay that counts its statements."""
    async with open_relay(stage.bench.server.socket) as relay:
        with run_worker_process(stage.contender, stage.target.with_socket(relay.folder), count) as worker:
            await asyncio.sleep(_SETTLING_SECONDS)
            yield worker, relay


async def _wait_until_started(worker: WorkerProcess, numbers: Iterable[int]) -> None:
    async with asyncio.timeout(_TIMEOUT_SECONDS):
        for number in numbers:
            while not worker.start_times[number]:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.02)
