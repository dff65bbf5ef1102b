"""The job queue, the only module that uses PgQueuer.

A PgQueuer job only names runs that a worker should claim soon. PgQueuer's retries, cancellation, dedupe keys
and deadlines are not used; the rows of runs decide everything.
"""

import asyncio
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
from daybreak.runs.model import Lane
from daybreak.telemetry import log

Answer = Callable[[Sequence[tuple[UUID, UUID]]], Awaitable[None]]
Listeners = Mapping[str, Callable[[str], None]]
_BATCH = 4
_AGAIN_AFTER = 1.0


@dataclass(kw_only=True)
class _UnhurriedLog(buffers.JobStatusLogBuffer):
    """A job log that is written once a second, and when a batch is full."""

    timeout: timedelta = timedelta(seconds=1)


# PgQueuer flushes ten times a second per queue and has no setting for it: most of the work of an idle worker.
# There is no setting for the interval of connection checks either, which are a third of the rest.
buffers.JobStatusLogBuffer = _UnhurriedLog  # type: ignore[misc]


class _UnhurriedManager(QueueManager):
    """A queue manager that checks its connection twice a minute instead of every ten seconds."""

    async def _run_periodic_health_check(self, interval: timedelta = timedelta(seconds=30)) -> None:
        await super()._run_periodic_health_check(interval)


def names() -> DBSettings:
    """Return the names of PgQueuer's objects in our migration, independently of the environment."""
    return DBSettings(
        prefix="",
        db_schema="pgq",
        channel=Channel("daybreak_doorbells"),
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


def queries(connection: asyncpg.Connection) -> Queries:
    """Return PgQueuer's statements on this connection, with our object names."""
    settings = names()
    return Queries(
        AsyncpgDriver(connection),
        qbe=QueryBuilderEnvironment(settings),
        qbq=QueryQueueBuilder(settings),
        qbs=QuerySchedulerBuilder(settings),
    )


async def answer_doorbells(
    dsn: str,
    lane: Lane,
    answer: Answer,
    *,
    stop: asyncio.Event,
    lease: timedelta,
    poll: timedelta,
    listeners: Listeners | None = None,
) -> None:
    """Consume the jobs of a queue until `stop` is set, reconnecting after errors.

    Args:
        dsn: the database URL, without a pooler: poolers do not forward notifications.
        lane: the queue to consume.
        answer: called with (owner, run) pairs; must not raise.
        stop: ends consumption when set; jobs in progress are awaited.
        lease: time without a heartbeat after which another worker receives the job.
        poll: interval of polling without notifications.
        listeners: callbacks for other channels on the same connection.
    """
    while not stop.is_set():
        try:
            await _answer_on_one_connection(dsn, lane, answer, stop, lease, poll, listeners or {})
        except Exception as error:  # noqa: BLE001 - after any error the worker must reconnect
            log.warning("runs.doorbell_lost", lane=str(lane), error=type(error).__name__)
            await _pause(stop)


async def _answer_on_one_connection(
    dsn: str,
    lane: Lane,
    answer: Answer,
    stop: asyncio.Event,
    lease: timedelta,
    poll: timedelta,
    listeners: Listeners,
) -> None:
    async with db.connect(dsn, command_timeout=lease.total_seconds()) as connection:
        for channel, heard in listeners.items():
            await connection.add_listener(channel, lambda *words, heard=heard: heard(words[-1]))
        manager = _UnhurriedManager(queries(connection), channel=names().channel)

        async def hear(job: Job) -> None:
            await answer([(UUID(owner), UUID(run)) for owner, run in orjson.loads(job.payload or b"[]")])

        manager.entrypoint(f"runs.{lane}", accepts_context=False)(hear)
        stopping = asyncio.create_task(_pass(stop, manager.shutdown))
        try:
            await manager.run(
                dequeue_timeout=poll,
                batch_size=_BATCH,
                max_concurrent_tasks=2 * _BATCH,
                shutdown_on_listener_failure=True,
                heartbeat_timeout=lease,
                log_aggregation_interval=timedelta(0),
            )
        finally:
            stopping.cancel()


async def _pass(stop: asyncio.Event, shutdown: asyncio.Event) -> None:
    await stop.wait()
    shutdown.set()


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), _AGAIN_AFTER)
    except TimeoutError:
        return
