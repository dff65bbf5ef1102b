"""Measurements of a contender: throughput of a backlog, pick-up, takeover, idle load, cost of a job."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from harness import Bench
from peers.base import Contender, Home, Worker, at_the_gate, working
from peers.rows import Job, jobs
from round_trips import Relay, relayed

_PATIENCE = 300
_SETTLING = 2.0


@dataclass(frozen=True)
class Stage:
    """A contender with its database."""

    bench: Bench
    contender: Contender
    home: Home
    owner: asyncpg.Connection

    async def prepare(self, some: list[Job]) -> None:
        """Prepare a backlog of exactly these jobs, with fresh statistics."""
        await self.contender.clear(self.owner)
        await self.contender.enqueue(self.home, some)
        await self.owner.execute("VACUUM ANALYZE")
        await self.bench.admin.execute("CHECKPOINT")

    async def done(self, count: int) -> float:
        """Wait until `count` jobs are completed; return the time of the last completion."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                done, last = await self.contender.finished(self.owner)
                if done >= count:
                    return last
                await asyncio.sleep(0.1)


@asynccontextmanager
async def staged(bench: Bench, contenders: Iterable[Contender]) -> AsyncIterator[Mapping[str, Stage]]:
    """Prepare the contenders by title; contenders with the same database name share a database."""
    stages: dict[str, Stage] = {}
    owners: dict[str, asyncpg.Connection] = {}
    for contender in contenders:
        home = Home(bench.server, contender.database)
        if contender.database not in owners:
            if contender.database != "daybreak":
                await bench.admin.execute(f"CREATE DATABASE {contender.database} OWNER daybreak_owner")
            await contender.install(home)
            owners[contender.database] = await asyncpg.connect(home.dsn("daybreak_owner"))
        stages[contender.title] = Stage(bench, contender, home, owners[contender.database])
    try:
        yield stages
    finally:
        for owner in owners.values():
            await owner.close()


@dataclass(frozen=True)
class Pass:
    """One backlog processed by one worker.

    Attributes:
        seconds: time from the start of the first job to the end of the last one.
        wal_bytes: bytes of WAL per job, from claim to end, after a checkpoint.
        worker_cpu_ms: milliseconds of CPU time of the worker per job, including the connection.
        server_cpu_ms: milliseconds of CPU time of the server per job. CPU times hardly depend on other load.
    """

    count: int
    seconds: float
    wal: float
    python: float
    postgres: float

    @property
    def per_second(self) -> float:
        """Completed jobs per second."""
        return self.count / self.seconds


async def drain(stage: Stage, count: int, nap: float = 0.0) -> Pass:
    """Measure one worker on a prepared backlog."""
    await stage.prepare(jobs(count, nap))
    bench = stage.bench
    with at_the_gate(stage.contender, stage.home, count) as (worker, gate):
        wal, python, postgres = await bench.wal(), worker.cpu, bench.cpu()
        gate.go.set()
        ended = await stage.done(count)
        wal, python, postgres = await bench.wal() - wal, worker.cpu - python, bench.cpu() - postgres
    assert all(worker.began), "something was done that never began"
    return Pass(count, ended - min(worker.began), wal / count, 1000 * python / count, 1000 * postgres / count)


async def pick_ups(stage: Stage, clicks: int, backlog: int = 0) -> list[float]:
    """Return the seconds from each of `clicks` single enqueues to the start of its handler."""
    await stage.prepare(jobs(backlog))
    asked = {}
    with working(stage.contender, stage.home, backlog + clicks) as worker:
        await asyncio.sleep(_SETTLING)
        async with stage.contender.clicking(stage.home) as click:
            for number in range(backlog, backlog + clicks):
                await click(Job(number))
                asked[number] = time.time()
                await asyncio.sleep(random.uniform(0.03, 0.12))
        await _begun(worker, asked)
        return [worker.began[number] - at for number, at in asked.items()]


async def takeover(stage: Stage, count: int) -> float:
    """Return the seconds from `kill -9` of a worker with `count` jobs until another has started them all."""
    await stage.prepare(jobs(count, nap=60))
    with working(stage.contender, stage.home, count) as first:
        await _begun(first, range(count))
        with working(stage.contender, stage.home, count) as second:
            await asyncio.sleep(_SETTLING)
            killed = time.time()
            first.kill()
            await _begun(second, range(count))
            return max(second.began) - killed


@dataclass(frozen=True)
class Idling:
    """The load of an idle worker; CPU time in percent of a core."""

    queries_per_second: float
    python: float
    postgres: float


async def idle(stage: Stage, seconds: float) -> Idling:
    """Measure a worker with an empty queue."""
    await stage.prepare([])
    async with _watched(stage) as (worker, relay):
        said, python, postgres = relay.statements, worker.cpu, stage.bench.cpu()
        await asyncio.sleep(seconds)
        return Idling(
            (relay.statements - said) / seconds,
            100 * (worker.cpu - python) / seconds,
            100 * (stage.bench.cpu() - postgres) / seconds,
        )


async def on_the_wire(stage: Stage, count: int) -> tuple[float, float]:
    """Return statements and round trips per job, for `count` jobs that reach an idle worker together."""
    await stage.prepare([])
    async with _watched(stage, count) as (_, relay):
        said, trips = relay.statements, relay.round_trips
        await stage.contender.enqueue(stage.home, jobs(count))
        await stage.done(count)
        return (relay.statements - said) / count, (relay.round_trips - trips) / count


@asynccontextmanager
async def _watched(stage: Stage, count: int = 1) -> AsyncIterator[tuple[Worker, Relay]]:
    """Run an idle worker with a relay that counts its statements."""
    async with relayed(stage.bench.server.socket) as relay:
        with working(stage.contender, stage.home.by_way_of(relay.folder), count) as worker:
            await asyncio.sleep(_SETTLING)
            yield worker, relay


async def _begun(worker: Worker, numbers: Iterable[int]) -> None:
    async with asyncio.timeout(_PATIENCE):
        for number in numbers:
            while not worker.began[number]:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.02)
