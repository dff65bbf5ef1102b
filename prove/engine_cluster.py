"""A separate database with worker processes, and operations to enqueue and inspect runs."""

import asyncio
import multiprocessing
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import asyncpg

from daybreak import runs
from daybreak.db import embedded, migrate
from daybreak.runs import AnyKind, Run
from engine_crash_log import noted
from engine_kinds import EFFECTS, Fan, Order
from engine_worker import Orders
from engine_worker import main as work

MEMORY = Path("/dev/shm")  # noqa: S108 - only the parent of a directory with a random name
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["engine_worker", "daybreak.runs.worker.job_queue"])
QUICK: dict[str, Any] = {"lease": 1.5, "beat": 0.3, "sweep": 0.3, "grace": 0.5, "poll": 2.0, "drain": 0.5}
"""Settings of runs with short intervals, so that a minute of operation lasts seconds."""
CLEAR = """
TRUNCATE runs_open, runs_finished, runs_events, runs_workers, runs_counters, effects, pgq.pgqueuer;
UPDATE runs_sweeps SET rung_at = '-infinity'
"""


@dataclass(frozen=True)
class Addresses:
    """Database URLs by role."""

    admin: str
    owner: str
    app: str

    def of(self, database: str) -> "Addresses":
        """Return the URLs of another database on the same server."""
        return Addresses(
            *(urlunsplit(urlsplit(url)._replace(path=f"/{database}")) for url in asdict(self).values())
        )


@dataclass
class Place:
    """A database with its workers."""

    addresses: Addresses
    folder: Path
    admin: asyncpg.Connection
    owner: asyncpg.Connection
    app: asyncpg.Connection
    workers: list[BaseProcess] = field(default_factory=list)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def clear(self) -> None:
        """Delete all runs."""
        await self.owner.execute(CLEAR)

    async def start(self, owner_id: UUID, orders: Sequence[Order | Fan], kind: AnyKind) -> list[Run]:
        """Enqueue the runs in one transaction of this owner."""
        async with self.turn(owner_id) as tx:
            return [await runs.start(tx, kind, owner_id, one, uuid4().hex) for one in orders]

    @asynccontextmanager
    async def turn(self, owner_id: UUID) -> AsyncIterator[asyncpg.Connection]:
        """Open a transaction of this owner."""
        async with self._one_at_a_time, self.app.transaction():
            await self.app.execute("SELECT set_config('daybreak.owner_ids', $1, TRUE)", f"{{{owner_id}}}")
            yield self.app

    async def open_runs(self) -> int:
        """Return the number of open runs."""
        return int(await self.owner.fetchval("SELECT count(*) FROM runs_open"))

    def hire(self, **orders: Any) -> BaseProcess:  # noqa: ANN401 - fields of Orders
        """Start another worker."""
        given = {"dsn": self.addresses.app, "notes": str(self.folder), "settings": QUICK} | orders
        worker = _processes.Process(target=work, args=(Orders(**given),), daemon=True)
        worker.start()
        self.workers.append(worker)
        return worker

    def hire_up_to(self, count: int, **orders: Any) -> list[int | None]:  # noqa: ANN401 - fields of Orders
        """Start the missing workers; return the exit codes of those that have ended."""
        gone = [worker for worker in self.workers if worker.exitcode is not None]
        self.workers = [worker for worker in self.workers if worker not in gone]
        while len(self.workers) < count:
            self.hire(**orders)
        return [worker.exitcode for worker in gone]

    async def dismiss(self, patience: float = 30) -> list[str]:
        """Drain all workers, kill those that are still starting, and return what went wrong."""
        drainable = {int(pid) for pid in self.noted("drainable")}
        alive = [one for one in self.workers if one.exitcode is None and one.pid in drainable]
        for worker in alive:
            send(worker, signal.SIGCONT)
            send(worker, signal.SIGTERM)
        ended = await until(lambda: _have_ended(alive), patience)
        self.kill_all()
        wrong = [f"a worker left with {worker.exitcode}" for worker in alive if ended and worker.exitcode]
        return wrong if ended else ["a draining worker did not end"]

    def kill_all(self) -> None:
        """Kill all workers."""
        for worker in self.workers:
            worker.kill()
            worker.join()
        self.workers.clear()

    def noted(self, name: str) -> list[str]:
        """Return the lines that workers wrote to the log with this name."""
        return noted(self.folder, name)


def send(worker: BaseProcess, number: signal.Signals) -> None:
    """Send a signal to the worker if it is alive."""
    if worker.pid is not None and worker.exitcode is None:
        with suppress(ProcessLookupError):
            os.kill(worker.pid, number)


async def _have_ended(workers: Sequence[BaseProcess]) -> bool:
    return all(worker.exitcode is not None for worker in workers)


async def until(question: Callable[[], Any], patience: float, pause: float = 0.02) -> Any:  # noqa: ANN401 - the answer
    """Return the first true answer, or None after `patience` seconds."""
    deadline = monotonic() + patience
    while monotonic() < deadline:
        if answer := await question():
            return answer
        await asyncio.sleep(pause)
    return None


@contextmanager
def scratch() -> Iterator[Path]:
    """Create a folder in memory during the block, which the server's user can enter."""
    memory = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="daybreak-engine-", dir=memory) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@asynccontextmanager
async def place(given: Addresses | None = None) -> AsyncIterator[Place]:
    """Create a migrated database on this server, or on a separate one, and drop it afterwards."""
    with ExitStack() as stack:
        folder = stack.enter_context(scratch())
        if given is None:
            stack.callback(embedded.stop, folder)
            server = stack.enter_context(embedded.attach(folder))
            given = Addresses(*(server.dsn(role) for role in ("postgres", "daybreak_owner", "daybreak_app")))
        name = f"daybreak_prove_{uuid4().hex[:12]}"
        await _tell(given.admin, f"CREATE DATABASE {name} OWNER daybreak_owner")
        try:
            async with _opened(given.of(name), folder) as opened:
                yield opened
        finally:
            await _tell(given.admin, f"DROP DATABASE {name} WITH (FORCE)")


async def _tell(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


@asynccontextmanager
async def _opened(addresses: Addresses, folder: Path) -> AsyncIterator[Place]:
    await migrate(addresses.owner)
    urls = asdict(addresses).values()
    admin, owner, app = [await asyncpg.connect(url) for url in urls]
    await owner.execute(EFFECTS)
    opened = Place(addresses, folder, admin, owner, app)
    try:
        yield opened
    finally:
        opened.kill_all()
        for connection in (admin, owner, app):
            await connection.close()
