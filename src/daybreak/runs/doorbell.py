"""The doorbell: the only module that knows PgQueuer.

One thing is asked of it: that somebody looks soon at the runs that a job names. Its retries, cancellation,
dedupe keys and deadlines are not used; the rows decide everything.
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
    """Writes down once a second, and when a batch is full, which bells were answered."""

    timeout: timedelta = timedelta(seconds=1)


# PgQueuer looks ten times a second in each lane, and has no setting for it: most of what an idle worker did.
# Nor has it one for how often a lane probes its connection, which is a third of the rest.
buffers.JobStatusLogBuffer = _UnhurriedLog  # type: ignore[misc]


class _UnhurriedManager(QueueManager):
    """Asks itself twice a minute whether it hears anything, and not every ten seconds."""

    async def _run_periodic_health_check(self, interval: timedelta = timedelta(seconds=30)) -> None:
        await super()._run_periodic_health_check(interval)


def names() -> DBSettings:
    """What its objects are called in our migration, whatever the environment says."""
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
    """PgQueuer's statements over that connection, with our names."""
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
    """Give what every doorbell of that lane names to `answer`, until told to stop.

    Args:
        dsn: the database, not through a pooler: notifications do not pass one.
        lane: whose doorbells.
        answer: gets (owner, run) pairs; must not raise.
        stop: set it to hear no more; bells that are being answered are waited for.
        lease: a bell whose hearer is silent for so long is heard by somebody else.
        poll: how often to look when nothing is heard.
        listeners: other channels to hear on the same connection.
    """
    while not stop.is_set():
        try:
            await _answer_on_one_connection(dsn, lane, answer, stop, lease, poll, listeners or {})
        except Exception as error:  # noqa: BLE001 - whatever broke, the bells must be heard again
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
