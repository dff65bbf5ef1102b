"""The slot table, and the next due date of users whose due pattern has changed."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from importlib.metadata import version
from uuid import UUID

import asyncpg

from daybreak import clock
from daybreak.db import Database, load
from daybreak.errors import InvalidInput
from daybreak.schedule.due_times.slots import Slot, TimeOfDay, days, slots
from daybreak.telemetry import log

_sql = load("daybreak.schedule")
DAYS_AHEAD = 10
_DAY = timedelta(days=1)
_SLOTS_AT_ONCE = 20_000
_OWNERS_AT_ONCE = 5000


async def resolve(database: Database, moment: datetime) -> int:
    """Recompute the next due date of all users whose due pattern has changed; return how many.

    Missing slots are written first. A user whose time zone does not exist gets an error.
    """
    async with database.ownerless() as connection:
        rows = await connection.fetch(_sql.read_stale)
        if not rows:
            return 0
        pending = {TimeOfDay(row["zone"], row["local_time"]): row["pending"] for row in rows}
        todays = _todays({one.zone for one in pending}, moment)
        await fill(connection, _ahead(pending, todays))
        resolved = 0
        while some := await connection.fetchval(
            _sql.resolve, moment, list(todays), list(todays.values()), _OWNERS_AT_ONCE, None
        ):
            resolved += some
    return resolved


async def resolve_one(
    database: Database, user_id: UUID, plan: TimeOfDay, pending: date | None, moment: datetime
) -> None:
    """Recompute the next due date of one user, who has that time of day and pending date."""
    todays = _todays({plan.zone}, moment)
    async with database.ownerless() as connection:
        await fill(connection, _ahead({plan: pending}, todays))
    async with database.transaction([user_id]) as tx:
        await tx.execute(_sql.resolve, moment, list(todays), list(todays.values()), 1, user_id)


def _ahead(pending: Mapping[TimeOfDay, date | None], todays: Mapping[str, date]) -> Iterator[Slot]:
    """Yield the slots that can be the next due date: from the pending date to some days ahead."""
    for one, first in pending.items():
        if today := todays.get(one.zone):
            yield from slots(one, days(min(first or today, today - _DAY), today + DAYS_AHEAD * _DAY))


async def extend(database: Database, moment: datetime) -> None:
    """Write the slots of the days ahead, from the last one on; rebuild all of them if tzdata has changed."""
    rules = version("tzdata")
    async with database.ownerless() as connection:
        if await connection.fetchval(_sql.read_tzdata) != rules:
            await fill_anew(connection, moment, rules)
            return
        await fill(connection, _continued(await _times(connection), moment))


async def fill_anew(connection: asyncpg.Connection, moment: datetime, rules: str) -> None:
    """Rebuild all future slots from the current time zone rules and invalidate due dates that moved."""
    first = moment.date() - 2 * _DAY
    async with connection.transaction():
        await connection.execute(_sql.hold_slots)
        times = {one: min(last, first - _DAY) for one, last in (await _times(connection)).items()}
        await connection.execute(_sql.forget_slots_from, first)
        await fill(connection, _continued(times, moment))
        moved = await connection.fetchval(_sql.unsettle)
        await connection.execute(_sql.write_tzdata, rules)
    log.info("schedule.zones_changed", rules=rules, times=len(times), moved=moved)


async def _times(connection: asyncpg.Connection) -> dict[TimeOfDay, date]:
    """Return the times of day that have slots, with the last date of each."""
    rows = await connection.fetch(_sql.read_times)
    return {TimeOfDay(row["zone"], row["local_time"]): row["last_date"] for row in rows}


def _continued(times: dict[TimeOfDay, date], moment: datetime) -> Iterator[Slot]:
    todays = _todays({one.zone for one in times}, moment)
    for one, last in times.items():
        if today := todays.get(one.zone):
            yield from slots(one, days(last + _DAY, today + DAYS_AHEAD * _DAY))


def _todays(zones: Iterable[str], moment: datetime) -> dict[str, date]:
    """Return the local date of each time zone; time zones that do not exist are omitted."""
    found = {}
    for name in zones:
        try:
            found[name] = clock.local_date(moment, clock.zone(name))
        except InvalidInput:
            log.warning("schedule.no_such_zone", zone=name)
    return found


async def fill(connection: asyncpg.Connection, wanted: Iterable[Slot]) -> None:
    """Insert or correct slots."""
    # Sorted, so that two processes that write the same slots do not deadlock.
    rows = sorted((one.time_of_day.zone, one.time_of_day.at, one.local_date, one.due_at) for one in wanted)
    for start in range(0, len(rows), _SLOTS_AT_ONCE):
        columns = [list(column) for column in zip(*rows[start : start + _SLOTS_AT_ONCE], strict=True)]
        await connection.execute(_sql.write_slots, *columns)
