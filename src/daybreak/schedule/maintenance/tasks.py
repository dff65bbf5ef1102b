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
from daybreak.runs import NOBODY, Effects, Kind, Lane, Status, Task

_sql = load("daybreak.schedule")
_LONGEST_SAID = 500
UPKEEP = "schedule.upkeep"
"""The kind of maintenance runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """A periodic task; it must be safe to repeat.

    One run at a time executes it, except that a frozen worker's run may continue beside its replacement.

    Attributes:
        name: ``slice.verb``.
        cron: minute, hour, day, month, weekday, in UTC.
        run: the task itself; it returns a short summary of the result.
    """

    name: str
    cron: str
    do: Callable[[Database], Awaitable[str]]

    def after(self, moment: datetime) -> datetime:
        """Return the next time after an instant."""
        return next(CronSim(self.cron, moment))


@dataclass(frozen=True, slots=True)
class Nothing:
    """The empty parameters of a maintenance run; its key is the name of the task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The result of a maintenance run: a short summary."""

    said: str


UpkeepKind: TypeAlias = Kind[Nothing, Said]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepRun:
    """One run of a maintenance task.

    Attributes:
        seconds: its running time.
        summary: the result, or the error.
    """

    started_at: datetime
    seconds: float
    status: Status
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepStanding:
    """The status of a maintenance task, with its latest runs first."""

    name: str
    cron: str
    next_at: datetime
    runs: tuple[UpkeepRun, ...]


def upkeep_kind(upkeeps: Sequence[Upkeep]) -> UpkeepKind:
    """Return the run kind that executes these tasks."""
    known = {one.name: one for one in upkeeps}

    async def do(task: Task[Nothing]) -> Effects[Said]:
        if task.key not in known:
            # Retried: a newer version, whose workers are about to start, may have enqueued it.
            raise Unavailable(f"This version of Daybreak has no maintenance task “{task.key}”.")
        said = await known[task.key].do(task.database)

        async def write(_tx: asyncpg.Connection) -> Said:
            return Said(said=said[:_LONGEST_SAID])

        return Effects(write)

    return Kind(
        name=UPKEEP,
        lane=Lane.BULK,
        parameters=Nothing,
        result=Said,
        handler=do,
        time_limit=timedelta(minutes=30),
    )


class Caretaker:
    """Enqueues maintenance tasks by their cron lines."""

    def __init__(self, database: Database, upkeeps: Sequence[Upkeep]) -> None:
        self._database = database
        self._upkeeps = upkeeps
        self._kind = upkeep_kind(upkeeps)
        self._declared = False
        self._looked_at: datetime | None = None

    async def start_due(self, moment: datetime) -> int:
        """Enqueue a run of each task that is due; return how many are.

        A task whose last run has not ended is not enqueued again.
        """
        minute = moment.replace(second=0, microsecond=0)
        if minute == self._looked_at:  # cron lines have no seconds
            return 0
        async with self._database.transaction([NOBODY]) as tx:
            if not self._declared:
                await self._declare(tx, moment)
            names = [one.name for one in self._upkeeps]
            due = await tx.fetch(
                _sql.take_upkeep, names, moment, [one.after(moment) for one in self._upkeeps]
            )
            for row in due:
                await runs.start(tx, self._kind, NOBODY, Nothing(), row["name"])
        self._declared, self._looked_at = True, minute
        return len(due)

    async def _declare(self, tx: asyncpg.Connection, moment: datetime) -> None:
        for one in self._upkeeps:
            await tx.execute(_sql.declare_upkeep, one.name, one.cron, one.after(moment))


async def upkeep(database: Database, each: int = 3) -> list[UpkeepStanding]:
    """Return the maintenance tasks, by name, with the latest runs of each."""
    async with database.transaction([NOBODY]) as tx:
        rows = await tx.fetch(_sql.read_upkeep, NOBODY, UPKEEP, each)
    return [_standing(list(of_one)) for _, of_one in groupby(rows, key=itemgetter("name"))]


def _standing(rows: Sequence[asyncpg.Record]) -> UpkeepStanding:
    first = rows[0]
    return UpkeepStanding(
        name=first["name"],
        cron=first["cron"],
        next_at=first["next_at"],
        runs=tuple(_run(row) for row in rows if row["status"]),
    )


def _run(row: asyncpg.Record) -> UpkeepRun:
    return UpkeepRun(
        started_at=row["started_at"], seconds=row["seconds"], status=Status(row["status"]), said=row["said"]
    )
