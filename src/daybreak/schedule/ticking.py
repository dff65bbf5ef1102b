"""The tick: who is due is rung, in chunks that each commit."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from time import monotonic
from uuid import UUID

import asyncpg

from daybreak.db import Database, load
from daybreak.schedule import planning
from daybreak.schedule.settings import ScheduleSettings
from daybreak.telemetry import log

_sql = load(__package__)
_FIRST = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))
# The first doorbells of a crowd are not to wait for a large transaction.
_FIRST_CHUNK = 500
COMPOSE = "briefs.compose"


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick came to, in users: each is rung, missed, skipped, or set aside as broken."""

    claimed: int = 0
    rung: int = 0
    missed: int = 0
    skipped: int = 0
    set_aside: int = 0

    def __add__(self, other: "Ticked") -> "Ticked":
        return Ticked(
            self.claimed + other.claimed,
            self.rung + other.rung,
            self.missed + other.missed,
            self.skipped + other.skipped,
            self.set_aside + other.set_aside,
        )


class Ticker:
    """Ticks, any number of which may run at once: rows that another one holds are passed by."""

    def __init__(self, database: Database, settings: ScheduleSettings, kind: str = COMPOSE) -> None:
        """Make a ticker.

        Args:
            database: where everything is.
            settings: how much at once, and whether briefs grow rare.
            kind: the kind of run to ring.
        """
        self._database = database
        self._settings = settings
        self._kind = kind
        self._extended_on: date | None = None

    async def tick(self, moment: datetime) -> Ticked:
        """Ring for everybody who is to begin by that moment, the earliest first."""
        if self._extended_on != moment.date():
            await planning.extend(self._database, moment)
            self._extended_on = moment.date()
        started = monotonic()
        resolved = await planning.resolve(self._database, moment)
        total, place, size = Ticked(), _FIRST, _FIRST_CHUNK
        async with self._database.ownerless() as connection:
            while row := await self._chunk(connection, moment, place, min(size, self._settings.chunk)):
                total += Ticked(*row[:5])
                place = (row["last_start"], row["last_owner"])
                size *= 2
        if resolved or total.claimed:
            self._report(total, resolved, monotonic() - started)
        return total

    async def _chunk(
        self, connection: asyncpg.Connection, moment: datetime, place: tuple[datetime, UUID], size: int
    ) -> asyncpg.Record | None:
        row = await connection.fetchrow(_sql.tick, moment, size, self._settings.backoff, self._kind, *place)
        return row if row["claimed"] else None

    def _report(self, total: Ticked, resolved: int, seconds: float) -> None:
        log.info(
            "schedule.tick",
            claimed=total.claimed,
            rung=total.rung,
            missed=total.missed,
            skipped=total.skipped,
            set_aside=total.set_aside,
            resolved=resolved,
            seconds=round(seconds, 3),
        )
