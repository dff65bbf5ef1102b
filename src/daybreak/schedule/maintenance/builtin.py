"""The schedule's own maintenance tasks: count due users, measure the composing rate, prune old rows."""

from collections.abc import Sequence
from datetime import timedelta

from daybreak import clock
from daybreak.db import Database, load
from daybreak.schedule.heartbeat import delete_stale_schedulers
from daybreak.schedule.maintenance.tasks import MaintenanceTask
from daybreak.schedule.settings import ScheduleSettings
from daybreak.schedule.tick import COMPOSE_KIND

_sql = load("daybreak.schedule")
_MEASURED_WINDOW = timedelta(hours=1)
_MIN_MEASURED_RUNS = 20
_SLOT_RETENTION = timedelta(days=3)
_PARTITIONS_AHEAD = timedelta(days=62)


def builtin_tasks(settings: ScheduleSettings) -> Sequence[MaintenanceTask]:
    """Return the schedule's own maintenance tasks."""

    async def measure(database: Database) -> str:
        now = clock.now()
        async with database.without_owner() as connection:
            await connection.execute(_sql.count_users, now)
            rate = await connection.fetchrow(
                _sql.measure, COMPOSE_KIND, now - _MEASURED_WINDOW, _MIN_MEASURED_RUNS, now, settings.max_lead
            )
        return (
            f"{rate['runs']} briefs in the last hour; peak rate {rate['briefs_per_second']:.1f} per second."
        )

    async def prune(database: Database) -> str:
        now = clock.now()
        async with database.without_owner() as connection:
            await connection.execute(_sql.make_partitions, _PARTITIONS_AHEAD)
            oldest = now.date() - timedelta(days=settings.retention_days)
            months = await connection.fetchval(_sql.drop_partitions, oldest)
            await connection.execute(_sql.delete_second_tries, oldest)
            gone = await connection.fetchval(_sql.delete_slots_before, now.date() - _SLOT_RETENTION)
        await delete_stale_schedulers(database)
        return f"Deleted {months} months of outcomes and {gone} slots."

    return (
        MaintenanceTask(name="schedule.measure", cron="*/10 * * * *", run=measure),
        MaintenanceTask(name="schedule.prune", cron="17 3 * * *", run=prune),
    )
