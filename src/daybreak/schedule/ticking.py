"""The tick: who is due is rung, in chunks that each commit."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import inf
from time import monotonic
from uuid import UUID

import asyncpg

from daybreak.db import Database, load
from daybreak.schedule import planning
from daybreak.schedule.settings import ScheduleSettings
from daybreak.telemetry import log

_sql = load(__package__)
_FIRST = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))
_LAST_OWNER = UUID(int=2**128 - 1)
# The first doorbells of a crowd are not to wait for a large transaction, nor is anybody whose rows it holds.
_FIRST_CHUNK = 500
_SECONDS_A_CHUNK = 0.25
# Who was to begin longer ago than this missed more than a restart, and waits while the queue is full.
_LATE = timedelta(minutes=15)
# Chunks under way at once: each passes by what another one holds.
_AT_ONCE = 2
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
        """Ring for everybody who is to begin by that moment, the earliest first.

        Those who are late, as after an outage, are no more than keep the queue of briefs within the bound of
        the settings: the others are left to later ticks, while whoever is due now is rung.
        """
        await self._extend(moment)
        started, late = monotonic(), moment - _LATE
        seen = await self._look()
        resolved = 0
        if seen["is_stale"]:
            resolved = await planning.resolve(self._database, moment)
            seen = await self._look()
        total, first = Ticked(), seen["first_start"]
        if first and first <= late:
            total += await self._catch_up(moment, late)
        if first and first <= moment:
            total += await self._ring_in_time(moment, late)
        if resolved or total.claimed:
            self._report(total, resolved, monotonic() - started)
        return total

    async def _extend(self, moment: datetime) -> None:
        if self._extended_on != moment.date():
            await planning.extend(self._database, moment)
            self._extended_on = moment.date()

    async def _look(self) -> asyncpg.Record:
        async with self._database.ownerless() as connection:
            return await connection.fetchrow(_sql.look)

    async def _catch_up(self, moment: datetime, late: datetime) -> Ticked:
        async with self._database.ownerless() as connection:
            queued = await connection.fetchval(_sql.count_queued, self._kind)
        return await self._ring(moment, late, _FIRST, self._settings.backlog - queued)

    async def _ring_in_time(self, moment: datetime, late: datetime) -> Ticked:
        async with asyncio.TaskGroup() as group:
            lanes = [
                group.create_task(self._ring(moment, moment, (late, _LAST_OWNER))) for _ in range(_AT_ONCE)
            ]
        return sum((lane.result() for lane in lanes), Ticked())

    async def _ring(
        self, moment: datetime, until: datetime, place: tuple[datetime, UUID], most: float = inf
    ) -> Ticked:
        """Ring for who was to begin until then, after that place; no other chunk once so many are rung."""
        total, size = Ticked(), _FIRST_CHUNK
        while total.rung < most:
            began = monotonic()
            row = await self._chunk(moment, until, place, min(size, self._settings.chunk))
            if not row["claimed"]:
                break
            total += Ticked(*row[:5])
            place = (row["last_start"], row["last_owner"])
            size = size * 2 if monotonic() - began < _SECONDS_A_CHUNK / 2 else max(size // 2, 1)
        return total

    async def _chunk(
        self, moment: datetime, until: datetime, place: tuple[datetime, UUID], size: int
    ) -> asyncpg.Record:
        async with self._database.ownerless() as connection:
            return await connection.fetchrow(
                _sql.tick, moment, until, size, self._settings.backoff, self._kind, *place
            )

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
