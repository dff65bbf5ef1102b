"""The tick: enqueues due briefs in batches, one transaction per batch."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import inf
from time import monotonic
from uuid import UUID

import asyncpg

from daybreak.db import Database, load
from daybreak.schedule.due_times import slot_table
from daybreak.schedule.settings import ScheduleSettings
from daybreak.telemetry import log

_sql = load(__package__)
_FIRST = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))
_LAST_OWNER = UUID(int=2**128 - 1)
# Small, so that the first jobs of many do not wait for a large transaction, nor do other writers of its rows.
_FIRST_CHUNK = 500
_SECONDS_A_CHUNK = 0.25
# Briefs later than this are due to an outage, not to a restart; they wait while the queue is full.
_LATE = timedelta(minutes=15)
# Batches at once: each skips rows that another one has locked.
_AT_ONCE = 2
# Smaller batches are dominated by the commit and would be slower.
_LEAST = 100
COMPOSE = "briefs.compose"
Room = Callable[[], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class Ticked:
    """The result of one tick: numbers of users enqueued, missed, skipped or stopped by an error."""

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
    """The tick of one process; any number may run at once, since locked rows are skipped."""

    def __init__(self, database: Database, settings: ScheduleSettings, kind: str = COMPOSE) -> None:
        """Create a ticker.

        Args:
            database: the database of this process.
            settings: batch size, maximum backlog, and whether users who are away get fewer briefs.
            kind: the kind of run to enqueue.
        """
        self._database = database
        self._settings = settings
        self._kind = kind
        self._extended_on: date | None = None

    async def tick(self, moment: datetime) -> Ticked:
        """Enqueue all briefs whose start time has come, the earliest first.

        Briefs over 15 minutes late, as after an outage, are enqueued only while the queue is below the
        maximum backlog; later ticks enqueue the rest. Briefs that are due now are always enqueued.
        """
        await self._extend(moment)
        started, late = monotonic(), moment - _LATE
        seen = await self._look()
        resolved = 0
        if seen["is_stale"]:
            resolved = await slot_table.resolve(self._database, moment)
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
            await slot_table.extend(self._database, moment)
            self._extended_on = moment.date()

    async def _look(self) -> asyncpg.Record:
        async with self._database.ownerless() as connection:
            return await connection.fetchrow(_sql.look)

    async def _catch_up(self, moment: datetime, late: datetime) -> Ticked:
        return await self._ring(moment, late, _FIRST, self._room)

    async def _room(self) -> float:
        """Return how many more briefs may be queued; read before each batch, since others enqueue too."""
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
        """Enqueue briefs that should have started by `until`, after the cursor, while there is headroom."""
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
    """Return the next batch size: doubled after a fast batch, halved after a slow one."""
    if took < _SECONDS_A_CHUNK / 2:
        return min(size * 2, largest)
    return max(size // 2, _LEAST) if took > _SECONDS_A_CHUNK else size
