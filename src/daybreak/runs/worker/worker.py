"""A worker process: consumes jobs, sends heartbeats, rescues runs, and drains on request."""

import asyncio
import os
import socket
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta

from daybreak.db import CompatibilityMonitor, Database
from daybreak.runs.kinds import AnyKind
from daybreak.runs.model import Queue
from daybreak.runs.settings import RunsSettings, runs_settings
from daybreak.runs.worker.consumer import QueueConsumer
from daybreak.runs.worker.executor import Executor
from daybreak.runs.worker.heartbeat import Heartbeat
from daybreak.runs.worker.registry import StopReason
from daybreak.runs.worker.rescuer import Rescuer
from daybreak.telemetry import log

_POOL_SIZE = 12
_CANCEL_CHANNEL = "daybreak_runs_cancel"
_RELEASE_TIMEOUT_SECONDS = 10.0
_SHUTDOWN_TIMED_OUT = (
    "The database does not answer; other workers will claim the open runs when their leases expire."
)


class _ShutdownTimeout(Exception):
    """A shutdown that exceeded its time limit because the database did not answer."""


class Worker:
    """A worker for a set of run kinds, until it is drained."""

    def __init__(
        self,
        dsn: str,
        kinds: Iterable[AnyKind],
        *,
        settings: RunsSettings | None = None,
        name: str | None = None,
        compatibility: CompatibilityMonitor | None = None,
        listeners: Mapping[str, Callable[[str], None]] | None = None,
    ) -> None:
        """Create a worker; nothing happens before `run`.

        Args:
            dsn: database URL of the role ``daybreak_app``, without a pooler.
            kinds: kinds that the worker executes; it does not claim runs of other kinds.
            settings: limits and intervals; None for those of this process.
            name: the name in lists; None for host and process id.
            compatibility: the monitor of the process; None for one of its own.
            listeners: callbacks for other notification channels, with the payload, or "" each time listening
                begins; repeated calls must be harmless.
        """
        self._dsn = dsn
        self._kinds = list(kinds)
        self._settings = settings or runs_settings()
        self._name = name or f"{socket.gethostname()}:{os.getpid()}"
        self._queues = [queue for queue in Queue if self._settings.concurrency(queue)]
        self._drain_requested = asyncio.Event()
        self._compatibility = compatibility or CompatibilityMonitor()
        self._listeners = dict(listeners or {})
        self.ready = asyncio.Event()

    def drain(self) -> None:
        """Stop claiming runs and wait a limited time for those in progress; then `run` releases the rest."""
        self._drain_requested.set()

    async def run(self) -> None:
        """Execute runs until drained.

        Raises:
            Unavailable: the database does not answer at the start.
            Misconfigured: the database rejects the role, or the role can bypass row-level security.
            Outdated: a newer program has migrated the database; the worker has drained.
        """
        self._compatibility.on_outdated(self.drain)
        await self._run_until_drained()
        self._compatibility.raise_if_outdated()

    async def _run_until_drained(self) -> None:
        # After waiting longer than that for an answer, the worker has lost its runs anyway.
        command_timeout = self._settings.lease_seconds
        # The heartbeat has a separate connection, so that handlers cannot delay it.
        async with (
            Database.connect(
                self._dsn,
                max_connections=_POOL_SIZE,
                command_timeout=command_timeout,
                compatibility=self._compatibility,
            ) as database,
            Database.connect(
                self._dsn,
                max_connections=1,
                command_timeout=command_timeout,
                compatibility=self._compatibility,
            ) as heartbeat_database,
        ):
            executor = Executor(database, self._kinds, self._settings)
            rescuer = Rescuer(database, self._settings)
            await rescuer.prune()
            try:
                async with executor.run_loops(), asyncio.TaskGroup() as children:
                    heartbeat = Heartbeat(executor, self._name, heartbeat_database, self._queues)
                    loops = [children.create_task(heartbeat.run()), children.create_task(rescuer.run())]
                    await self._consume_until_drained(executor, heartbeat, children)
                    for loop in loops:
                        loop.cancel()
            except* _ShutdownTimeout:
                log.error("runs.shutdown_timed_out", worker=self._name, message=_SHUTDOWN_TIMED_OUT)

    async def _consume_until_drained(
        self, executor: Executor, heartbeat: Heartbeat, task_group: asyncio.TaskGroup
    ) -> None:
        consumers = {queue: QueueConsumer(queue, executor, task_group) for queue in self._queues}
        stop = asyncio.Event()
        consumer_tasks = [
            task_group.create_task(self._consume(queue, consumer, executor, stop))
            for queue, consumer in consumers.items()
        ]
        log.info("runs.worker_started", worker=self._name, kinds=sorted(executor.kinds))
        self.ready.set()
        await self._drain_requested.wait()
        heartbeat.draining = True
        stop.set()
        for consumer in consumers.values():
            await consumer.close()
        await self._drain_attempts(executor, consumer_tasks)

    async def _consume(
        self, queue: Queue, consumer: QueueConsumer, executor: Executor, stop: asyncio.Event
    ) -> None:
        # PgQueuer takes 0.25 seconds to import, and only a worker needs it.
        from daybreak.runs.worker.job_queue import consume_jobs  # noqa: PLC0415

        await consume_jobs(
            self._dsn,
            queue,
            consumer.handle_job,
            stop=stop,
            heartbeat_timeout=self._settings.lease_time,
            poll_interval=timedelta(seconds=self._settings.poll_seconds),
            listeners={**self._listeners, _CANCEL_CHANNEL: executor.registry.cancel},
        )

    async def _drain_attempts(self, executor: Executor, consumers: Collection[asyncio.Task[None]]) -> None:
        """Wait for running attempts, release those that do not end in time, and abandon the rest.

        Raises:
            _ShutdownTimeout: an attempt could not be released in time.
        """
        log.info("runs.worker_draining", worker=self._name, running=len(executor.registry))
        with suppress(TimeoutError):
            await asyncio.wait_for(_until_idle(executor, consumers), self._settings.drain_seconds)
        executor.registry.stop_all(StopReason.DRAIN)
        try:
            # After the lease another worker may claim the run anyway.
            await asyncio.wait_for(
                _until_idle(executor, consumers), min(_RELEASE_TIMEOUT_SECONDS, self._settings.lease_seconds)
            )
        except TimeoutError:
            raise _ShutdownTimeout from None
        finally:
            log.info("runs.worker_stopped", worker=self._name, running=len(executor.registry))


async def _until_idle(executor: Executor, consumers: Collection[asyncio.Task[None]]) -> None:
    if consumers:
        await asyncio.wait(consumers)
    await executor.registry.wait_until_empty()
