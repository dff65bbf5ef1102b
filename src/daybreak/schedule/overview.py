"""The schedule of all users, for operators: upcoming and overdue briefs, errors, days without a brief."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg

from daybreak import clock
from daybreak.db import Database, load
from daybreak.schedule.model import (
    MOST_COUNTED,
    Aside,
    LeftOut,
    LeftOutPlace,
    Outcome,
    Overview,
    Reason,
    forecast,
)
from daybreak.schedule.settings import ScheduleSettings

_sql = load(__package__)
_AHEAD = timedelta(hours=24)
_BACK = timedelta(hours=24)
_GRACE = timedelta(minutes=1)


_NOBODY = UUID(int=0)
_LATEST = LeftOutPlace(datetime(9999, 12, 31, tzinfo=UTC), _NOBODY, date(9999, 12, 31), "")


async def get_overview(database: Database, settings: ScheduleSettings) -> Overview:
    """Return the operator's overview; upcoming briefs are as counted by maintenance some minutes ago."""
    now = clock.now()
    async with database.ownerless() as connection:
        crowds = await connection.fetch(_sql.read_crowds, now, now + _AHEAD)
        sums = await connection.fetchrow(_sql.read_sums, now - _GRACE, now - _BACK, MOST_COUNTED)
    instants = [(row["due_at"], row["people"]) for row in crowds]
    return Overview(to_come=forecast(instants, sums["per_second"], settings.lead), **sums)


async def set_aside(database: Database, after: UUID | None = None, limit: int = 50) -> list[Aside]:
    """Return the schedule errors of all users, ordered by user id, after that id."""
    async with database.ownerless() as connection:
        return [Aside(**row) for row in await connection.fetch(_sql.read_asides, after or _NOBODY, limit)]


async def left_out(database: Database, before: LeftOutPlace | None = None, limit: int = 50) -> list[LeftOut]:
    """Return the days missed or skipped in the last 24 hours, newest first."""
    since = clock.now() - _BACK
    async with database.ownerless() as connection:
        rows = await connection.fetch(_sql.read_left_out, since, *(before or _LATEST), limit)
    return [_left_out(row) for row in rows]


async def retry(database: Database, owners: Collection[UUID] | None = None) -> int:
    """Clear the errors of all users, or only of these, so that the next tick retries them.

    Return how many were cleared, at most `COUNT_LIMIT` at once.
    """
    async with database.ownerless() as connection:
        only = None if owners is None else list(owners)
        return int(await connection.fetchval(_sql.retry, only, MOST_COUNTED))


def _left_out(row: asyncpg.Record) -> LeftOut:
    return LeftOut(**dict(row) | {"outcome": Outcome(row["outcome"]), "reason": Reason(row["reason"])})
