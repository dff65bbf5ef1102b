"""What the engine and its peers have in common here: a database of their own, and a worker process."""

import asyncio
import multiprocessing
import os
import signal
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, MutableSequence, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, replace
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import asyncpg

from daybreak import telemetry
from daybreak.db.embedded import Server
from peers.rows import Job

Began = MutableSequence[float]
"""When each job began, by the machine's clock; 0 for those that have not."""
Click = Callable[[Job], Awaitable[object]]
"""Has one job done; over when that is committed."""

_spawn = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Home:
    """A contender's database.

    Attributes:
        socket: the folder to connect to; another one to be watched on the way.
    """

    server: Server
    database: str
    socket: Path | None = None

    def dsn(self, role: str) -> str:
        """Its address."""
        dsn = self.server.dsn(role).replace("/daybreak?", f"/{self.database}?")
        return dsn if self.socket is None else f"{dsn.partition('?')[0]}?host={self.socket}&port=5432"

    def by_way_of(self, socket: Path) -> "Home":
        """The same, reached through somebody who listens."""
        return replace(self, socket=socket)


@dataclass(frozen=True)
class Contender(ABC):
    """Somebody who does jobs.

    Attributes:
        title: what people read.
        database: the name of its database, which it may share with others of its kind.
        lacks: what the engine gives and this does not.
    """

    title: str
    database: str
    lacks: str

    @property
    @abstractmethod
    def settings(self) -> str:
        """What was tuned."""

    @abstractmethod
    async def install(self, home: Home) -> None:
        """Make its tables."""

    @abstractmethod
    async def clear(self, owner: asyncpg.Connection) -> None:
        """Forget all jobs."""

    @abstractmethod
    async def enqueue(self, home: Home, jobs: Sequence[Job]) -> None:
        """Have these done, as many at once as it can be told."""

    @abstractmethod
    def clicking(self, home: Home) -> AbstractAsyncContextManager[Click]:
        """A connection over which one job at a time is asked for."""

    @abstractmethod
    async def work(self, home: Home, began: Began) -> None:
        """Do jobs, in a process of its own, until that is ended."""

    def run(self, home: Home, began: Began) -> None:
        """Do jobs on the event loop that it comes with."""
        asyncio.run(self.work(home, began))

    async def finished(self, owner: asyncpg.Connection) -> tuple[int, float]:
        """How many are done, and when the last one was."""
        row = await owner.fetchrow(
            "SELECT count(*), coalesce(extract(epoch FROM max(at)), 0) FROM bench_effects"
        )
        return row[0], float(row[1])


@dataclass(frozen=True)
class Worker:
    """A worker's process."""

    process: Any
    began: Began

    @property
    def cpu(self) -> float:
        """Seconds of processor time that it took so far; 0 where there is no /proc."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        if not stat.exists():
            return 0.0
        fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """As `kill -9` does."""
        if self.process.is_alive():
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()


@dataclass(frozen=True)
class Gate:
    """Imports are over before anything is measured."""

    ready: Event
    go: Event


@contextmanager
def at_the_gate(contender: Contender, home: Home, jobs: int) -> Iterator[tuple[Worker, Gate]]:
    """A worker's process that has imported what it needs; it works when it is let go."""
    began: Began = _spawn.RawArray("d", jobs)
    gate = Gate(_spawn.Event(), _spawn.Event())
    process = _spawn.Process(target=_serve, args=(contender, home, began, gate), daemon=True)
    process.start()
    worker = Worker(process, began)
    try:
        if not gate.ready.wait(60):
            raise RuntimeError(f"{contender.title} does not start")
        yield worker, gate
    finally:
        worker.kill()


@contextmanager
def working(contender: Contender, home: Home, jobs: int) -> Iterator[Worker]:
    """A worker's process that works for the length of the block."""
    with at_the_gate(contender, home, jobs) as (worker, gate):
        gate.go.set()
        yield worker


def _serve(contender: Contender, home: Home, began: Began, gate: Gate) -> None:
    telemetry.configure("warning")
    gate.ready.set()
    gate.go.wait()
    contender.run(home, began)
