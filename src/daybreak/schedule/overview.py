"""The schedule of all users, for operators: upcoming and overdue briefs, errors, days without a brief."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg

from daybreak import clock
from daybreak.db import Database, load
from daybreak.schedule.model import (
    COUNT_LIMIT,
    DayWithoutBrief,
    DayWithoutBriefCursor,
    Outcome,
    Reason,
    ScheduleError,
    ScheduleOverview,
    SecondTry,
    SecondTryState,
    forecast,
)
from daybreak.schedule.settings import ScheduleSettings

_sql = load(__package__)
_HORIZON = timedelta(hours=24)
_LOOKBACK = timedelta(hours=24)
_OVERDUE_AFTER = timedelta(minutes=1)


_FIRST_ID = UUID(int=0)
_NEWEST = DayWithoutBriefCursor(datetime(9999, 12, 31, tzinfo=UTC), _FIRST_ID, date(9999, 12, 31), "")


async def get_overview(database: Database, settings: ScheduleSettings) -> ScheduleOverview:
    """Return the operator's overview; upcoming briefs are as counted by maintenance some minutes ago."""
    now = clock.now()
    async with database.without_owner() as connection:
        counts = await connection.fetch(_sql.list_due_counts, now, now + _HORIZON)
        stats = await connection.fetchrow(_sql.read_stats, now - _OVERDUE_AFTER, now - _LOOKBACK, COUNT_LIMIT)
    instants = [(row["due_at"], row["users"]) for row in counts]
    return ScheduleOverview(
        upcoming=forecast(instants, stats["briefs_per_second"], settings.max_lead), **stats
    )


async def list_errors(database: Database, after: UUID | None = None, limit: int = 50) -> list[ScheduleError]:
    """Return the schedule errors of all users, ordered by user id, after that id."""
    async with database.without_owner() as connection:
        return [
            ScheduleError(**row)
            for row in await connection.fetch(_sql.list_errors, after or _FIRST_ID, limit)
        ]


async def list_days_without_brief(
    database: Database, before: DayWithoutBriefCursor | None = None, limit: int = 50
) -> list[DayWithoutBrief]:
    """Return the days missed or skipped in the last 24 hours, newest first."""
    since = clock.now() - _LOOKBACK
    async with database.without_owner() as connection:
        rows = await connection.fetch(_sql.list_days_without_brief, since, *(before or _NEWEST), limit)
    return [_build_day_without_brief(row) for row in rows]


async def list_second_tries(database: Database, limit: int = 50) -> list[SecondTry]:
    """Return the briefs that failed in the last 24 hours because their workers died, newest first."""
    async with database.without_owner() as connection:
        rows = await connection.fetch(_sql.list_second_tries, clock.now() - _LOOKBACK, limit)
    return [SecondTry(**{**row, "state": SecondTryState(row["state"])}) for row in rows]


async def retry_errors(database: Database, owners: Collection[UUID] | None = None) -> int:
    """Clear the errors of all users, or only of these, so that the next tick retries them.

    Return how many were cleared, at most `COUNT_LIMIT` at once.
    """
    async with database.without_owner() as connection:
        only = None if owners is None else list(owners)
        return int(await connection.fetchval(_sql.retry_errors, only, COUNT_LIMIT))


def _build_day_without_brief(row: asyncpg.Record) -> DayWithoutBrief:
    return DayWithoutBrief(
        **dict(row) | {"outcome": Outcome(row["outcome"]), "reason": Reason(row["reason"])}
    )
