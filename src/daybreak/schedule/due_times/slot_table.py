"""The slot table, and the next due date of users whose due pattern has changed."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from importlib.metadata import version
from uuid import UUID

import asyncpg

from daybreak import clock
from daybreak.db import Database, load
from daybreak.errors import InvalidInput
from daybreak.schedule.due_times.slots import Slot, TimeOfDay, date_range, generate_slots
from daybreak.telemetry import log

_sql = load("daybreak.schedule")
DAYS_AHEAD = 10
_DAY = timedelta(days=1)
_SLOTS_PER_STATEMENT = 20_000
_OWNERS_PER_STATEMENT = 5000


async def recompute_next(database: Database, now: datetime) -> int:
    """Recompute the next due date of all users whose due pattern has changed; return how many.

    Missing slots are written first. A user whose time zone does not exist gets an error.
    """
    async with database.without_owner() as connection:
        rows = await connection.fetch(_sql.read_stale)
        if not rows:
            return 0
        pending = {TimeOfDay(row["timezone"], row["local_time"]): row["pending"] for row in rows}
        todays = _local_dates({one.timezone for one in pending}, now)
        await write_slots(connection, _slots_ahead(pending, todays))
        recomputed = 0
        while some := await connection.fetchval(
            _sql.recompute_next, now, list(todays), list(todays.values()), _OWNERS_PER_STATEMENT, None
        ):
            recomputed += some
    return recomputed


async def recompute_next_for(
    database: Database, user_id: UUID, time_of_day: TimeOfDay, pending_date: date | None, now: datetime
) -> None:
    """Recompute the next due date of one user, who has that time of day and pending date."""
    todays = _local_dates({time_of_day.timezone}, now)
    async with database.without_owner() as connection:
        await write_slots(connection, _slots_ahead({time_of_day: pending_date}, todays))
    async with database.transaction([user_id]) as tx:
        await tx.execute(_sql.recompute_next, now, list(todays), list(todays.values()), 1, user_id)


def _slots_ahead(pending: Mapping[TimeOfDay, date | None], local_dates: Mapping[str, date]) -> Iterator[Slot]:
    """Yield the slots that can be the next due date: from the pending date to some days ahead."""
    for one, first in pending.items():
        if today := local_dates.get(one.timezone):
            yield from generate_slots(
                one, date_range(min(first or today, today - _DAY), today + DAYS_AHEAD * _DAY)
            )


async def extend_slots(database: Database, now: datetime) -> None:
    """Write the slots of the days ahead, from the last one on; rebuild all of them if tzdata has changed."""
    installed = version("tzdata")
    async with database.without_owner() as connection:
        if await connection.fetchval(_sql.read_tzdata) != installed:
            await rebuild_slots(connection, now, installed)
            return
        await write_slots(connection, _missing_slots(await _read_last_dates(connection), now))


async def rebuild_slots(connection: asyncpg.Connection, now: datetime, tzdata_version: str) -> None:
    """Rebuild all future slots from the current time zone rules and invalidate due dates that moved."""
    first = now.date() - 2 * _DAY
    async with connection.transaction():
        await connection.execute(_sql.lock_slots)
        times = {one: min(last, first - _DAY) for one, last in (await _read_last_dates(connection)).items()}
        await connection.execute(_sql.delete_slots_from, first)
        await write_slots(connection, _missing_slots(times, now))
        moved = await connection.fetchval(_sql.invalidate_moved)
        await connection.execute(_sql.write_tzdata, tzdata_version)
    log.info("schedule.tzdata_changed", version=tzdata_version, times=len(times), moved=moved)


async def _read_last_dates(connection: asyncpg.Connection) -> dict[TimeOfDay, date]:
    """Return the times of day that have slots, with the last date of each."""
    rows = await connection.fetch(_sql.read_times)
    return {TimeOfDay(row["timezone"], row["local_time"]): row["last_date"] for row in rows}


def _missing_slots(last_dates: dict[TimeOfDay, date], now: datetime) -> Iterator[Slot]:
    todays = _local_dates({one.timezone for one in last_dates}, now)
    for one, last in last_dates.items():
        if today := todays.get(one.timezone):
            yield from generate_slots(one, date_range(last + _DAY, today + DAYS_AHEAD * _DAY))


def _local_dates(timezones: Iterable[str], now: datetime) -> dict[str, date]:
    """Return the local date of each time zone; time zones that do not exist are omitted."""
    found = {}
    for name in timezones:
        try:
            found[name] = clock.local_date(now, clock.parse_timezone(name))
        except InvalidInput:
            log.warning("schedule.unknown_timezone", timezone=name)
    return found


async def write_slots(connection: asyncpg.Connection, new_slots: Iterable[Slot]) -> None:
    """Insert or correct slots."""
    # Sorted, so that two processes that write the same slots do not deadlock.
    rows = sorted(
        (one.time_of_day.timezone, one.time_of_day.local_time, one.local_date, one.due_at)
        for one in new_slots
    )
    for start in range(0, len(rows), _SLOTS_PER_STATEMENT):
        columns = [list(column) for column in zip(*rows[start : start + _SLOTS_PER_STATEMENT], strict=True)]
        await connection.execute(_sql.write_slots, *columns)
