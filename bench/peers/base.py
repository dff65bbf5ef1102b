"""Base of the engine and its peers: a separate database, and a worker process."""

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
from daybreak.db.embedded import EmbeddedServer
from peers.rows import BenchJob

StartTimes = MutableSequence[float]
"""Start time of each job by the machine's clock; 0 before the start."""
EnqueueOne = Callable[[BenchJob], Awaitable[object]]
"""Enqueues one job; returns after the commit."""

_spawn = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class ContenderDatabase:
    """A contender's database.

    Attributes:
        socket: folder of the socket; None for the server's own, or that of a relay that counts statements.
    """

    server: EmbeddedServer
    database: str
    socket: Path | None = None

    def dsn(self, role: str) -> str:
        """Return the database URL for a role."""
        dsn = self.server.dsn(role).replace("/daybreak?", f"/{self.database}?")
        return dsn if self.socket is None else f"{dsn.partition('?')[0]}?host={self.socket}&port=5432"

    def with_socket(self, socket: Path) -> "ContenderDatabase":
        """Return the same database with connections through another socket."""
        return replace(self, socket=socket)


@dataclass(frozen=True)
class Contender(ABC):
    """A job system in the comparison.

    Attributes:
        title: the name in reports.
        database: name of the database, which contenders of the same class may share.
        missing_features: features of the engine that it lacks.
    """

    title: str
    database: str
    missing_features: str

    @property
    @abstractmethod
    def settings(self) -> str:
        """Settings that differ from the defaults."""

    @abstractmethod
    async def install(self, target: ContenderDatabase) -> None:
        """Create its tables."""

    @abstractmethod
    async def clear(self, owner: asyncpg.Connection) -> None:
        """Delete all jobs."""

    @abstractmethod
    async def enqueue(self, target: ContenderDatabase, jobs: Sequence[BenchJob]) -> None:
        """Enqueue the jobs, in the largest batches that it supports."""

    @abstractmethod
    def open_enqueuer(self, target: ContenderDatabase) -> AbstractAsyncContextManager[EnqueueOne]:
        """Open a connection for enqueueing single jobs."""

    @abstractmethod
    async def work(self, target: ContenderDatabase, start_times: StartTimes) -> None:
        """Execute jobs in a separate process until the process ends."""

    def run(self, target: ContenderDatabase, start_times: StartTimes) -> None:
        """Execute jobs on the event loop of this contender."""
        asyncio.run(self.work(target, start_times))

    async def count_finished(self, owner: asyncpg.Connection) -> tuple[int, float]:
        """Return the number of completed jobs, and the time of the last completion."""
        row = await owner.fetchrow(
            "SELECT count(*), coalesce(extract(epoch FROM max(at)), 0) FROM bench_effects"
        )
        return row[0], float(row[1])


@dataclass(frozen=True)
class WorkerProcess:
    """A worker's process."""

    process: Any
    start_times: StartTimes

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds so far; 0 without /proc."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        if not stat.exists():
            return 0.0
        fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """Kill the process like `kill -9`."""
        if self.process.is_alive():
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()


@dataclass(frozen=True)
class StartGate:
    """Events that start the work after all imports, so that imports are not measured."""

    ready: Event
    go: Event


@contextmanager
def start_held_worker(
    contender: Contender, target: ContenderDatabase, jobs: int
) -> Iterator[tuple[WorkerProcess, StartGate]]:
    """Start a worker process that has imported its modules and waits for the start event."""
    began: StartTimes = _spawn.RawArray("d", jobs)
    gate = StartGate(_spawn.Event(), _spawn.Event())
    process = _spawn.Process(target=_serve, args=(contender, target, began, gate), daemon=True)
    process.start()
    worker = WorkerProcess(process, began)
    try:
        if not gate.ready.wait(60):
            raise RuntimeError(f"{contender.title} does not start")
        yield worker, gate
    finally:
        worker.kill()


@contextmanager
def run_worker_process(contender: Contender, target: ContenderDatabase, jobs: int) -> Iterator[WorkerProcess]:
    """Run a worker process during the block."""
    with start_held_worker(contender, target, jobs) as (worker, gate):
        gate.go.set()
        yield worker


def _serve(contender: Contender, target: ContenderDatabase, start_times: StartTimes, gate: StartGate) -> None:
    telemetry.configure("warning")
    gate.ready.set()
    gate.go.wait()
    contender.run(target, start_times)
