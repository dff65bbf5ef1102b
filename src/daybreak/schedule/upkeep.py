"""What is done by the clock for the installation itself: each with a cron line, and its last runs kept."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from cronsim import CronSim

from daybreak import clock
from daybreak.db import Database, load
from daybreak.errors import sentence_of
from daybreak.telemetry import log

_sql = load(__package__)
_LONGEST_SAID = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """Something to do by the clock; safe to repeat, and one process at a time does it.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepRun:
    """How one run of upkeep went."""

    started_at: datetime
    seconds: float
    failed: bool
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepStanding:
    """An upkeep as it stands, the latest runs first."""

    name: str
    cron: str
    next_at: datetime
    runs: tuple[UpkeepRun, ...]


class Caretaker:
    """Does what is due, one after the other."""

    def __init__(self, database: Database, upkeeps: Sequence[Upkeep]) -> None:
        self._database = database
        self._upkeeps = upkeeps
        self._declared = False
        self._looked_at: datetime | None = None

    async def do_due(self, moment: datetime) -> int:
        """Do what is due at that moment; gives how much that was. What fails is noted."""
        minute = moment.replace(second=0, microsecond=0)
        if minute == self._looked_at:  # a cron knows no seconds
            return 0
        async with self._database.ownerless() as connection:
            if not self._declared:
                for one in self._upkeeps:
                    await connection.execute(_sql.declare_upkeep, one.name, one.cron, one.after(moment))
                self._declared = True
            rows = await connection.fetch(
                _sql.take_upkeep,
                [one.name for one in self._upkeeps],
                moment,
                [one.after(moment) for one in self._upkeeps],
            )
        self._looked_at = minute
        taken = {row["name"] for row in rows}
        due = [one for one in self._upkeeps if one.name in taken]
        for one in due:
            await self._do(one, moment)
        return len(due)

    async def _do(self, upkeep: Upkeep, moment: datetime) -> None:
        began, failed = monotonic(), False
        try:
            said = await upkeep.do(self._database)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is noted, and the others go on
            said, failed = sentence_of(error), True
            log.warning("schedule.upkeep_failed", upkeep=upkeep.name, error=type(error).__name__)
        took = monotonic() - began
        async with self._database.ownerless() as connection:
            await connection.execute(
                _sql.write_upkeep_run, upkeep.name, moment, took, failed, said[:_LONGEST_SAID]
            )


async def upkeep(database: Database, runs: int = 3) -> list[UpkeepStanding]:
    """What is done by the clock, by name, each with its last runs."""
    async with database.ownerless() as connection:
        rows = await connection.fetch(_sql.read_upkeep, runs)
    found: dict[str, UpkeepStanding] = {}
    for row in rows:
        before = found.get(row["name"])
        run = UpkeepRun(
            started_at=row["started_at"], seconds=row["seconds"], failed=row["failed"], said=row["said"]
        )
        found[row["name"]] = UpkeepStanding(
            name=row["name"],
            cron=row["cron"],
            next_at=row["next_at"],
            runs=(*(before.runs if before else ()), *([run] if row["started_at"] else [])),
        )
    return list(found.values())


async def forget_runs(database: Database, before: datetime) -> None:
    """Forget how upkeep went before that moment."""
    async with database.ownerless() as connection:
        await connection.execute(_sql.forget_upkeep_runs, before)


def now() -> datetime:
    """The moment to do upkeep for, to the second, so that each run has a key of its own."""
    return clock.now().replace(microsecond=0)
