"""Maintenance tasks of the installation: each has a cron line and is executed by runs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

import asyncpg
from cronsim import CronSim

from daybreak import runs
from daybreak.db import Database, load
from daybreak.errors import Unavailable
from daybreak.runs import SYSTEM_OWNER_ID, Effects, Kind, Queue, RunContext, Status

_sql = load("daybreak.schedule")
_MAX_SUMMARY_LENGTH = 500
MAINTENANCE = "schedule.maintenance"
"""The kind of maintenance runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceTask:
    """A periodic task; it must be safe to repeat.

    One run at a time executes it, except that a frozen worker's run may continue beside its replacement.

    Attributes:
        name: ``slice.verb``.
        cron: minute, hour, day, month, weekday, in UTC.
        run: the task itself; it returns a short summary of the result.
    """

    name: str
    cron: str
    run: Callable[[Database], Awaitable[str]]

    def next_run_after(self, now: datetime) -> datetime:
        """Return the next time after an instant."""
        return next(CronSim(self.cron, now))


@dataclass(frozen=True, slots=True)
class NoParameters:
    """The empty parameters of a maintenance run; its key is the name of the task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceResult:
    """The result of a maintenance run: a short summary."""

    summary: str


MaintenanceKind: TypeAlias = Kind[NoParameters, MaintenanceResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceRun:
    """One run of a maintenance task.

    Attributes:
        seconds: its running time.
        summary: the result, or the error.
    """

    started_at: datetime
    seconds: float
    status: Status
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceStatus:
    """The status of a maintenance task, with its latest runs first."""

    name: str
    cron: str
    next_run_at: datetime
    runs: tuple[MaintenanceRun, ...]


def make_maintenance_kind(tasks: Sequence[MaintenanceTask]) -> MaintenanceKind:
    """Return the run kind that executes these tasks."""
    known = {one.name: one for one in tasks}

    async def handle(context: RunContext[NoParameters]) -> Effects[MaintenanceResult]:
        if context.key not in known:
            # Retried: a newer version, whose workers are about to start, may have enqueued it.
            raise Unavailable(f"This version of Daybreak has no maintenance task “{context.key}”.")
        summary = await known[context.key].run(context.database)

        async def write(_tx: asyncpg.Connection) -> MaintenanceResult:
            return MaintenanceResult(summary=summary[:_MAX_SUMMARY_LENGTH])

        return Effects(write)

    return Kind(
        name=MAINTENANCE,
        queue=Queue.BULK,
        parameters=NoParameters,
        result=MaintenanceResult,
        handler=handle,
        time_limit=timedelta(minutes=30),
    )


class PeriodicEnqueuer:
    """Enqueues maintenance tasks by their cron lines."""

    def __init__(self, database: Database, tasks: Sequence[MaintenanceTask]) -> None:
        self._database = database
        self._tasks = tasks
        self._kind = make_maintenance_kind(tasks)
        self._registered = False
        self._last_minute: datetime | None = None

    async def enqueue_due(self, now: datetime) -> int:
        """Enqueue a run of each task that is due; return how many are.

        A task whose last run has not ended is not enqueued again.
        """
        minute = now.replace(second=0, microsecond=0)
        if minute == self._last_minute:  # cron lines have no seconds
            return 0
        async with self._database.transaction([SYSTEM_OWNER_ID]) as tx:
            if not self._registered:
                await self._register_tasks(tx, now)
            names = [one.name for one in self._tasks]
            due = await tx.fetch(
                _sql.claim_due_maintenance, names, now, [one.next_run_after(now) for one in self._tasks]
            )
            for row in due:
                await runs.enqueue(tx, self._kind, SYSTEM_OWNER_ID, NoParameters(), row["name"])
        self._registered, self._last_minute = True, minute
        return len(due)

    async def _register_tasks(self, tx: asyncpg.Connection, now: datetime) -> None:
        for one in self._tasks:
            await tx.execute(_sql.register_maintenance, one.name, one.cron, one.next_run_after(now))


async def list_maintenance(database: Database, runs_per_task: int = 3) -> list[MaintenanceStatus]:
    """Return the maintenance tasks, by name, with the latest runs of each."""
    async with database.transaction([SYSTEM_OWNER_ID]) as tx:
        rows = await tx.fetch(_sql.list_maintenance, SYSTEM_OWNER_ID, MAINTENANCE, runs_per_task)
    return [_build_status(list(of_one)) for _, of_one in groupby(rows, key=itemgetter("name"))]


def _build_status(rows: Sequence[asyncpg.Record]) -> MaintenanceStatus:
    first = rows[0]
    return MaintenanceStatus(
        name=first["name"],
        cron=first["cron"],
        next_run_at=first["next_run_at"],
        runs=tuple(_build_run(row) for row in rows if row["status"]),
    )


def _build_run(row: asyncpg.Record) -> MaintenanceRun:
    return MaintenanceRun(
        started_at=row["started_at"],
        seconds=row["seconds"],
        status=Status(row["status"]),
        summary=row["summary"],
    )
