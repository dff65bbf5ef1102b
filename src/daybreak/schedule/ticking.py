"""The tick: who is due is rung, in chunks that each commit."""

import asyncio
from collections.abc import Awaitable, Callable
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
# Below that a chunk takes as long as a commit, and a smaller one would ring more slowly, not sooner.
_LEAST = 100
COMPOSE = "briefs.compose"
Room = Callable[[], Awaitable[float]]


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

        Of those who are over 15 minutes late, as after an outage, no more are rung than keep the queue of
        briefs within the bound of the settings: the others are left to later ticks, while whoever is due now
        is rung.
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
        return await self._ring(moment, late, _FIRST, self._room)

    async def _room(self) -> float:
        """How many more briefs may be queued; asked before each chunk, since others ring as well."""
        async with self._database.ownerless() as connection:
            queued: int = await connection.fetchval(_sql.count_queued, self._kind)
        return self._settings.backlog - queued

    async def _ring_in_time(self, moment: datetime, late: datetime) -> Ticked:
        lanes = [self._ring(moment, moment, (late, _LAST_OWNER), _endless) for _ in range(_AT_ONCE)]
        ended = await asyncio.gather(*lanes, return_exceptions=True)
        total = Ticked()
        for one in ended:
            if isinstance(one, BaseException):
                raise one
            total += one
        return total

    async def _ring(
        self, moment: datetime, until: datetime, place: tuple[datetime, UUID], room: Room
    ) -> Ticked:
        """Ring for who was to begin until then, after that place, as long as there is room."""
        total, size, largest = Ticked(), _FIRST_CHUNK, self._settings.chunk
        while (left := await room()) > 0:
            began = monotonic()
            row = await self._chunk(moment, until, place, int(min(size, largest, left)))
            if not row["claimed"]:
                break
            total += Ticked(*row[:5])
            place = (row["last_start"], row["last_owner"])
            size = _next_size(size, monotonic() - began, largest)
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


async def _endless() -> float:
    return inf


def _next_size(size: int, took: float, largest: int) -> int:
    """Twice as many where a chunk was quick, half of them where it was slow, so many seconds."""
    if took < _SECONDS_A_CHUNK / 2:
        return min(size * 2, largest)
    return max(size // 2, _LEAST) if took > _SECONDS_A_CHUNK else size
