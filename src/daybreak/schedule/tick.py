"""The tick: enqueues due briefs in batches, one transaction per batch."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import inf
from time import monotonic
from uuid import UUID

import asyncpg

from daybreak import clock
from daybreak.db import Database, load
from daybreak.schedule.due_times import slot_table
from daybreak.schedule.settings import ScheduleSettings
from daybreak.telemetry import log

_sql = load(__package__)
_FIRST_CURSOR = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))
_LAST_OWNER = UUID(int=2**128 - 1)
# Small, so that the first jobs of many do not wait for a large transaction, nor do other writers of its rows.
_FIRST_BATCH_SIZE = 500
_TARGET_BATCH_SECONDS = 0.25
# Briefs later than this are due to an outage, not to a restart; they wait while the queue is full.
_LATE_AFTER = timedelta(minutes=15)
# Batches at once: each skips rows that another one has locked.
_CONCURRENT_BATCHES = 2
# Smaller batches are dominated by the commit and would be slower.
_MIN_BATCH_SIZE = 100
COMPOSE_KIND = "briefs.compose"

Headroom = Callable[[], Awaitable[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TickWork:
    """What a tick has to do, as the database knows it.

    Attributes:
        now: the instant by the clock of the database.
        clock_ahead: how far the clock of this machine is ahead of it; zero within a minute.
        is_stale: whether any next due date must be recomputed.
        first_start: the first start time of a brief.
        first_second_try: when the first failed brief is tried once more.
    """

    now: datetime
    clock_ahead: timedelta
    is_stale: bool
    first_start: datetime | None
    first_second_try: datetime | None


@dataclass(frozen=True, slots=True)
class TickResult:
    """The result of one tick: numbers of users enqueued, missed, skipped or stopped by an error."""

    claimed: int = 0
    enqueued: int = 0
    missed: int = 0
    skipped: int = 0
    errored: int = 0

    def __add__(self, other: "TickResult") -> "TickResult":
        return TickResult(
            self.claimed + other.claimed,
            self.enqueued + other.enqueued,
            self.missed + other.missed,
            self.skipped + other.skipped,
            self.errored + other.errored,
        )


class Ticker:
    """The tick of one process; any number may run at once, since locked rows are skipped."""

    def __init__(self, database: Database, settings: ScheduleSettings, kind: str = COMPOSE_KIND) -> None:
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

    async def read_work(self) -> TickWork:
        """Return the work of a tick and the instant by the clock of the database, in one statement."""
        asked_at = clock.machine_now()
        async with self._database.without_owner() as connection:
            row = await connection.fetchrow(_sql.read_work)
        return TickWork(clock_ahead=clock.follow(row["now"], asked_at), **row)

    async def tick(self, now: datetime, work: TickWork | None = None) -> TickResult:
        """Enqueue all briefs whose start time has come, the earliest first.

        Briefs over 15 minutes late, as after an outage, are enqueued only while the queue is below the
        maximum backlog; later ticks enqueue the rest. Briefs that are due now are always enqueued.

        Args:
            now: the instant; decisions are final, so a scheduler passes that of the database.
            work: the work, if it has just been read.
        """
        has_extended = await self._extend_slots_daily(now)
        if work is None or has_extended:
            work = await self.read_work()
        started, late = monotonic(), now - _LATE_AFTER
        recomputed = 0
        if work.is_stale:
            recomputed = await slot_table.recompute_next(self._database, now)
            work = await self.read_work()
        total, first = TickResult(), work.first_start
        if first and first <= late:
            total += await self._catch_up(now, late)
        if first and first <= now:
            total += await self._enqueue_on_time(now, late)
        if recomputed or total.claimed:
            self._log_tick(total, recomputed, monotonic() - started)
        if work.first_second_try and work.first_second_try <= now:
            await self._retry_failed(now)
        return total

    async def _extend_slots_daily(self, now: datetime) -> bool:
        if self._extended_on == now.date():
            return False
        await slot_table.extend_slots(self._database, now)
        self._extended_on = now.date()
        return True

    async def _catch_up(self, now: datetime, late: datetime) -> TickResult:
        return await self._enqueue_until(now, late, _FIRST_CURSOR, self._headroom)

    async def _headroom(self) -> float:
        """Return how many more briefs may be queued; read before each batch, since others enqueue too."""
        async with self._database.without_owner() as connection:
            queued: int = await connection.fetchval(_sql.count_queued, self._kind)
        return self._settings.max_backlog - queued

    async def _enqueue_on_time(self, now: datetime, late: datetime) -> TickResult:
        batches = [
            self._enqueue_until(now, now, (late, _LAST_OWNER), _unlimited) for _ in range(_CONCURRENT_BATCHES)
        ]
        ended = await asyncio.gather(*batches, return_exceptions=True)
        total = TickResult()
        for one in ended:
            if isinstance(one, BaseException):
                raise one
            total += one
        return total

    async def _enqueue_until(
        self, now: datetime, until: datetime, after: tuple[datetime, UUID], headroom: Headroom
    ) -> TickResult:
        """Enqueue briefs that should have started by `until`, after the cursor, while there is headroom."""
        total, size, largest = TickResult(), _FIRST_BATCH_SIZE, self._settings.batch_size
        while (left := await headroom()) > 0:
            began = monotonic()
            row = await self._run_batch(now, until, after, int(min(size, largest, left)))
            if not row["claimed"]:
                break
            total += TickResult(*row[:5])
            after = (row["last_start"], row["last_owner"])
            size = _next_batch_size(size, monotonic() - began, largest)
        return total

    async def _run_batch(
        self, now: datetime, until: datetime, after: tuple[datetime, UUID], size: int
    ) -> asyncpg.Record:
        async with self._database.without_owner() as connection:
            return await connection.fetchrow(
                _sql.tick, now, until, size, self._settings.reduce_when_away, self._kind, *after
            )

    async def _retry_failed(self, now: datetime) -> None:
        """Retry failed briefs whose second try is due, in batches."""
        due = batch_size = self._settings.batch_size
        while due == batch_size:
            async with self._database.without_owner() as connection:
                retried, due = await connection.fetchrow(_sql.retry_failed, now, batch_size)
            log.warning("schedule.failed_retried", retried=retried, due=due)

    def _log_tick(self, total: TickResult, recomputed: int, seconds: float) -> None:
        log.info(
            "schedule.tick",
            claimed=total.claimed,
            enqueued=total.enqueued,
            missed=total.missed,
            skipped=total.skipped,
            errored=total.errored,
            recomputed=recomputed,
            seconds=round(seconds, 3),
        )


async def _unlimited() -> float:
    return inf


def _next_batch_size(size: int, seconds: float, max_size: int) -> int:
    """Return the next batch size: doubled after a fast batch, halved after a slow one."""
    if seconds < _TARGET_BATCH_SECONDS / 2:
        return min(size * 2, max_size)
    return max(size // 2, _MIN_BATCH_SIZE) if seconds > _TARGET_BATCH_SECONDS else size
