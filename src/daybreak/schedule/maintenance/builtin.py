"""The schedule's own maintenance tasks: count due users, measure the composing rate, prune old rows."""

from collections.abc import Sequence
from datetime import timedelta

from daybreak import clock
from daybreak.db import Database, load
from daybreak.schedule.heartbeat import forget_gone
from daybreak.schedule.maintenance.tasks import Upkeep
from daybreak.schedule.settings import ScheduleSettings
from daybreak.schedule.tick import COMPOSE

_sql = load("daybreak.schedule")
_RECENT = timedelta(hours=1)
_ENOUGH = 20
_SLOTS_KEPT = timedelta(days=3)
_MONTHS_AHEAD = timedelta(days=62)


def housekeeping(settings: ScheduleSettings) -> Sequence[Upkeep]:
    """Return the schedule's own maintenance tasks."""

    async def measure(database: Database) -> str:
        now = clock.now()
        async with database.ownerless() as connection:
            await connection.execute(_sql.count_people, now)
            pace = await connection.fetchrow(
                _sql.measure, COMPOSE, now - _RECENT, _ENOUGH, now, settings.lead
            )
        return f"{pace['runs']} briefs in the last hour; peak rate {pace['per_second']:.1f} per second."

    async def forget(database: Database) -> str:
        now = clock.now()
        async with database.ownerless() as connection:
            await connection.execute(_sql.make_partitions, _MONTHS_AHEAD)
            oldest = now.date() - timedelta(days=settings.keep_days)
            months = await connection.fetchval(_sql.drop_partitions, oldest)
            gone = await connection.fetchval(_sql.forget_slots_before, now.date() - _SLOTS_KEPT)
        await forget_gone(database)
        return f"Deleted {months} months of outcomes and {gone} slots."

    return (
        Upkeep(name="schedule.measure", cron="*/10 * * * *", do=measure),
        Upkeep(name="schedule.forget", cron="17 3 * * *", do=forget),
    )
