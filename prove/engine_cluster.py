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
from daybreak.db import apply_migrations, embedded
from daybreak.runs import AnyKind, Run
from engine_crash_log import read_lines
from engine_kinds import EFFECTS, ProofFanOutParameters, ProofParameters
from engine_worker import WorkerOptions
from engine_worker import main as work

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - only the parent of a directory with a random name
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["engine_worker", "daybreak.runs.worker.job_queue"])
FAST_SETTINGS: dict[str, Any] = {
    "lease_seconds": 1.5,
    "heartbeat_seconds": 0.3,
    "rescue_seconds": 0.3,
    "redispatch_seconds": 0.5,
    "poll_seconds": 2.0,
    "drain_seconds": 0.5,
}
"""Settings of runs with short intervals, so that a minute of operation lasts seconds."""
CLEAR = """
TRUNCATE runs_open, runs_finished, runs_events, runs_workers, runs_counters, effects, pgq.pgqueuer;
UPDATE runs_maintenance_state SET cursor_dispatched_at = '-infinity'
"""


@dataclass(frozen=True)
class ServerUrls:
    """Database URLs by role."""

    admin: str
    owner: str
    app: str

    def with_database(self, database: str) -> "ServerUrls":
        """Return the URLs of another database on the same server."""
        return ServerUrls(
            *(urlunsplit(urlsplit(url)._replace(path=f"/{database}")) for url in asdict(self).values())
        )


@dataclass
class ProofCluster:
    """A database with its workers."""

    urls: ServerUrls
    folder: Path
    admin: asyncpg.Connection
    owner: asyncpg.Connection
    app: asyncpg.Connection
    workers: list[BaseProcess] = field(default_factory=list)
    _transaction_lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def clear(self) -> None:
        """Delete all runs."""
        await self.owner.execute(CLEAR)

    async def enqueue(
        self, owner_id: UUID, orders: Sequence[ProofParameters | ProofFanOutParameters], kind: AnyKind
    ) -> list[Run]:
        """Enqueue the runs in one transaction of this owner."""
        async with self.transaction(owner_id) as tx:
            return [await runs.enqueue(tx, kind, owner_id, one, uuid4().hex) for one in orders]

    @asynccontextmanager
    async def transaction(self, owner_id: UUID) -> AsyncIterator[asyncpg.Connection]:
        """Open a transaction of this owner."""
        async with self._transaction_lock, self.app.transaction():
            await self.app.execute("SELECT set_config('daybreak.owner_ids', $1, TRUE)", f"{{{owner_id}}}")
            yield self.app

    async def count_open(self) -> int:
        """Return the number of open runs."""
        return int(await self.owner.fetchval("SELECT count(*) FROM runs_open"))

    def start_worker(self, **options: Any) -> BaseProcess:  # noqa: ANN401 - fields of WorkerOptions
        """Start another worker."""
        given = {"dsn": self.urls.app, "crash_log": str(self.folder), "settings": FAST_SETTINGS} | options
        worker = _processes.Process(target=work, args=(WorkerOptions(**given),), daemon=True)
        worker.start()
        self.workers.append(worker)
        return worker

    def ensure_workers(self, count: int, **options: Any) -> list[int | None]:  # noqa: ANN401 - likewise
        """Start the missing workers; return the exit codes of those that have ended."""
        gone = [worker for worker in self.workers if worker.exitcode is not None]
        self.workers = [worker for worker in self.workers if worker not in gone]
        while len(self.workers) < count:
            self.start_worker(**options)
        return [worker.exitcode for worker in gone]

    async def drain_workers(self, max_wait_seconds: float = 30) -> list[str]:
        """Drain all workers, kill those that are still starting, and return what went wrong."""
        drainable = {int(pid) for pid in self.read_lines("drainable")}
        alive = [one for one in self.workers if one.exitcode is None and one.pid in drainable]
        for worker in alive:
            send_signal(worker, signal.SIGCONT)
            send_signal(worker, signal.SIGTERM)
        ended = await wait_until(lambda: _all_exited(alive), max_wait_seconds)
        self.kill_all()
        # A worker whose kill was under way may die of it meanwhile.
        expected = {0, -signal.SIGKILL}
        codes = [worker.exitcode for worker in alive if ended and worker.exitcode not in expected]
        wrong = [f"a worker left with {code}" for code in codes]
        return wrong if ended else ["a draining worker did not end"]

    def kill_all(self) -> None:
        """Kill all workers."""
        for worker in self.workers:
            worker.kill()
            worker.join()
        self.workers.clear()

    def read_lines(self, name: str) -> list[str]:
        """Return the lines that workers wrote to the log with this name."""
        return read_lines(self.folder, name)


def send_signal(worker: BaseProcess, signal_number: signal.Signals) -> None:
    """Send a signal to the worker if it is alive."""
    if worker.pid is not None and worker.exitcode is None:
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal_number)


async def _all_exited(workers: Sequence[BaseProcess]) -> bool:
    return all(worker.exitcode is not None for worker in workers)


async def wait_until(condition: Callable[[], Any], max_wait_seconds: float, interval: float = 0.02) -> Any:  # noqa: ANN401 - the answer
    """Return the first true answer, or None after `max_wait_seconds` seconds."""
    deadline = monotonic() + max_wait_seconds
    while monotonic() < deadline:
        if answer := await condition():
            return answer
        await asyncio.sleep(interval)
    return None


@contextmanager
def scratch_directory() -> Iterator[Path]:
    """Create a folder in memory during the block, which the server's user can enter."""
    memory = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="daybreak-engine-", dir=memory) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@asynccontextmanager
async def open_cluster(server_urls: ServerUrls | None = None) -> AsyncIterator[ProofCluster]:
    """Create a migrated database on this server, or on a separate one, and drop it afterwards."""
    with ExitStack() as stack:
        folder = stack.enter_context(scratch_directory())
        if server_urls is None:
            stack.callback(embedded.stop, folder)
            server = stack.enter_context(embedded.attach(folder))
            server_urls = ServerUrls(
                *(server.dsn(role) for role in ("postgres", "daybreak_owner", "daybreak_app"))
            )
        name = f"daybreak_prove_{uuid4().hex[:12]}"
        await _execute(server_urls.admin, f"CREATE DATABASE {name} OWNER daybreak_owner")
        try:
            async with _migrated_cluster(server_urls.with_database(name), folder) as opened:
                yield opened
        finally:
            await _execute(server_urls.admin, f"DROP DATABASE {name} WITH (FORCE)")


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


@asynccontextmanager
async def _migrated_cluster(server_urls: ServerUrls, folder: Path) -> AsyncIterator[ProofCluster]:
    await apply_migrations(server_urls.owner)
    urls = asdict(server_urls).values()
    admin, owner, app = [await asyncpg.connect(url) for url in urls]
    await owner.execute(EFFECTS)
    opened = ProofCluster(server_urls, folder, admin, owner, app)
    try:
        yield opened
    finally:
        opened.kill_all()
        for connection in (admin, owner, app):
            await connection.close()
