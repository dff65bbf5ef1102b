"""The job queue, the only module that uses PgQueuer.

A PgQueuer job only names runs that a worker should claim soon. PgQueuer's retries, cancellation, dedupe keys
and deadlines are not used; the rows of runs decide everything.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg
import orjson
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.core import buffers
from pgqueuer.db import AsyncpgDriver
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.models import Job
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries
from pgqueuer.types import Channel

from daybreak import db
from daybreak.runs.model import Queue

JobHandler = Callable[[Sequence[tuple[UUID, UUID]]], Awaitable[None]]
NotificationListeners = Mapping[str, Callable[[str], None]]
_BATCH_SIZE = 4
_RECONNECT_SECONDS = 1.0


@dataclass(kw_only=True)
class _BatchedLog(buffers.JobStatusLogBuffer):
    """A job log that is written once a second, and when a batch is full."""

    timeout: timedelta = timedelta(seconds=1)


# PgQueuer flushes ten times a second per queue and has no setting for it: most of the work of an idle worker.
# There is no setting for the interval of connection checks either, which are a third of the rest.
buffers.JobStatusLogBuffer = _BatchedLog  # type: ignore[misc]


def _drop_failed_flushes(record: logging.LogRecord) -> bool:
    """Drop the messages about jobs that could not be acknowledged at the end: they are received again."""
    return not str(record.msg).startswith("Shutdown flush failed")


logging.getLogger("pgqueuer").addFilter(db.drop_lost_connections)
logging.getLogger("pgqueuer").addFilter(_drop_failed_flushes)


class _QuietManager(QueueManager):
    """A queue manager that checks its connection twice a minute instead of every ten seconds."""

    async def _run_periodic_health_check(self, interval: timedelta = timedelta(seconds=30)) -> None:
        await super()._run_periodic_health_check(interval)


def pgqueuer_settings() -> DBSettings:
    """Return the names of PgQueuer's objects in our migration, independently of the environment."""
    return DBSettings(
        prefix="",
        db_schema="pgq",
        channel=Channel("daybreak_jobs"),
        function="fn_pgqueuer_changed",
        statistics_table="pgqueuer_statistics",
        queue_status_type="pgqueuer_status",
        queue_table="pgqueuer",
        queue_table_log="pgqueuer_log",
        trigger="tg_pgqueuer_changed",
        schedules_table="pgqueuer_schedules",
        durability=Durability.balanced,
        widen_id=True,
    )


def pgqueuer_queries(connection: asyncpg.Connection) -> Queries:
    """Return PgQueuer's statements on this connection, with our object names."""
    settings = pgqueuer_settings()
    return Queries(
        AsyncpgDriver(connection),
        qbe=QueryBuilderEnvironment(settings),
        qbq=QueryQueueBuilder(settings),
        qbs=QuerySchedulerBuilder(settings),
    )


async def consume_jobs(
    dsn: str,
    queue: Queue,
    handle: JobHandler,
    *,
    stop: asyncio.Event,
    heartbeat_timeout: timedelta,
    poll_interval: timedelta,
    listeners: NotificationListeners | None = None,
) -> None:
    """Consume the jobs of a queue until `stop` is set, reconnecting after errors.

    Args:
        dsn: the database URL, without a pooler: poolers do not forward notifications.
        queue: the queue to consume.
        handle: called with (owner, run) pairs; must not raise.
        stop: ends consumption when set; jobs in progress are awaited.
        heartbeat_timeout: time without a heartbeat after which another worker receives the job.
        poll_interval: interval of polling without notifications.
        listeners: callbacks for other channels on the same connection; called with "" each time listening
            begins, since earlier notifications are lost.
    """
    while not stop.is_set():
        try:
            await _consume_on_connection(
                dsn, queue, handle, stop, heartbeat_timeout, poll_interval, listeners or {}
            )
        except Exception as error:  # noqa: BLE001 - after any error the worker must reconnect
            db.log_failure("runs.queue_connection_lost", error, queue=str(queue))
            await _wait_before_reconnect(stop)


async def _consume_on_connection(
    dsn: str,
    queue: Queue,
    handle: JobHandler,
    stop: asyncio.Event,
    heartbeat_timeout: timedelta,
    poll_interval: timedelta,
    listeners: NotificationListeners,
) -> None:
    async with db.connect(dsn, command_timeout=heartbeat_timeout.total_seconds()) as connection:
        for channel, callback in listeners.items():
            await connection.add_listener(channel, lambda *words, on_notify=callback: on_notify(words[-1]))
            callback("")  # what was notified before is lost
        manager = _QuietManager(pgqueuer_queries(connection), channel=pgqueuer_settings().channel)

        async def on_job(job: Job) -> None:
            await handle([(UUID(owner), UUID(run)) for owner, run in orjson.loads(job.payload or b"[]")])

        manager.entrypoint(f"runs.{queue}", accepts_context=False)(on_job)
        stopping = asyncio.create_task(_forward_stop(stop, manager.shutdown))
        try:
            await manager.run(
                dequeue_timeout=poll_interval,
                batch_size=_BATCH_SIZE,
                max_concurrent_tasks=2 * _BATCH_SIZE,
                shutdown_on_listener_failure=True,
                heartbeat_timeout=heartbeat_timeout,
                log_aggregation_interval=timedelta(0),
            )
        finally:
            stopping.cancel()


async def _forward_stop(stop: asyncio.Event, shutdown: asyncio.Event) -> None:
    await stop.wait()
    shutdown.set()


async def _wait_before_reconnect(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), _RECONNECT_SECONDS)
    except TimeoutError:
        return
