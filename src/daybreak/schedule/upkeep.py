"""What is done by the clock for the installation itself: each with a cron line, and runs that do it."""

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

_sql = load(__package__)
_LONGEST_SAID = 500
UPKEEP = "schedule.upkeep"
"""The kind of the runs that do it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """Something to do by the clock; safe to repeat.

    One run at a time does it, but that of a worker which froze may go on beside the one that took over.

    Attributes:
        name: ``slice.verb``.
        cron: minute, hour, day, month, weekday, in UTC.
        do: does it; gives a few words on what came of it.
    """

    name: str
    cron: str
    do: Callable[[Database], Awaitable[str]]

    def after(self, moment: datetime) -> datetime:
        """The next time after that moment."""
        return next(CronSim(self.cron, moment))


@dataclass(frozen=True, slots=True)
class Nothing:
    """No parameters: the key of the run says what is to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What came of it, in a few words."""

    said: str


UpkeepKind: TypeAlias = Kind[Nothing, Said]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepRun:
    """How one run of upkeep went, or goes.

    Attributes:
        seconds: how long it was under way.
        said: what came of it, or why it failed.
    """

    started_at: datetime
    seconds: float
    status: Status
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepStanding:
    """An upkeep as it stands, the latest runs first."""

    name: str
    cron: str
    next_at: datetime
    runs: tuple[UpkeepRun, ...]


def upkeep_kind(upkeeps: Sequence[Upkeep]) -> UpkeepKind:
    """The kind of run that does any of these."""
    known = {one.name: one for one in upkeeps}

    async def do(task: Task[Nothing]) -> Effects[Said]:
        if task.key not in known:
            # Of a newer version, perhaps, whose workers are on their way.
            raise Unavailable(f"This version of Daybreak knows no upkeep “{task.key}”.")
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
    """Starts what is due."""

    def __init__(self, database: Database, upkeeps: Sequence[Upkeep]) -> None:
        self._database = database
        self._upkeeps = upkeeps
        self._kind = upkeep_kind(upkeeps)
        self._declared = False
        self._looked_at: datetime | None = None

    async def start_due(self, moment: datetime) -> int:
        """Start a run for each that is due at that moment; gives how many are.

        What is still under way since the last time is not started once more.
        """
        minute = moment.replace(second=0, microsecond=0)
        if minute == self._looked_at:  # a cron knows no seconds
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
    """What is done by the clock, by name, with so many last runs of each."""
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
