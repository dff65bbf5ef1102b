"""Punctuality of briefs when the users due at each of several minutes load the workers to 70 percent.

Two worker processes run schedulers and compose standard briefs (without yesterday's) in real time, as
installed. Their capacity in briefs per second is measured first, with many briefs enqueued at once.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID

from daybreak import schedule, telemetry
from daybreak.db import Database
from daybreak.schedule import ScheduleSettings
from harness import Bench, Report, environment, postgres, running

LOAD = 0.7
MINUTE = timedelta(minutes=1)
TIMEOUT_SECONDS = 600
WARM_UP = 100
STANDARD_SQL = Path(__file__).with_name("standard.sql")
IN_ONE_ZONE = """
SET session_replication_role = replica;
UPDATE people_users SET timezone = 'UTC';
SET session_replication_role = DEFAULT
"""
ENQUEUE_MANY = "SELECT runs_enqueue_many($1, 'briefs.compose', 'scheduled', $2, $3, 3)"
COUNT_FINISHED = """
SELECT count(*) AS runs, min(started_at) AS first, max(finished_at) AS last
FROM runs_finished WHERE kind = 'briefs.compose' AND status = 'succeeded' AND owner_id = ANY ($1)
"""
READ_DELAYS = """
SELECT extract(EPOCH FROM r.finished_at - d.due_at)::float AS after_due,
    extract(EPOCH FROM d.due_at - r.started_at)::float AS begun_before
FROM schedule_outcomes AS d INNER JOIN runs_finished AS r
    ON d.owner_id = r.owner_id AND r.key = d.local_date || '/' || d.edition AND r.status = 'succeeded'
WHERE d.owner_id = ANY ($1)
"""


@dataclass(frozen=True)
class MeasurementSize:
    """The size of a measurement.

    Attributes:
        capacity_users: number of users with which the capacity is measured.
        minutes: number of consecutive minutes at which users are due.
        max_per_minute: maximum number of users due at one minute.
        lead_time: minimum time between setting the brief times and the first due minute.
    """

    capacity_users: int
    minutes: int
    max_per_minute: int
    lead_time: timedelta

    @property
    def user_count(self) -> int:
        """The number of users needed."""
        return WARM_UP + self.capacity_users + self.minutes * self.max_per_minute


FULL = MeasurementSize(1200, 3, 6000, 3 * MINUTE)
QUICK = MeasurementSize(200, 1, 600, timedelta(seconds=30))


async def main(report: Report) -> None:
    """Measure and report."""
    telemetry.configure("error")
    extent = QUICK if report.quick else FULL
    workers = ("worker", "--processes", "2")
    async with postgres() as bench:
        report.machine(await bench.version())
        people = await populate(bench, extent.user_count)
        settings = environment(database_url=bench.server.dsn("daybreak_app"), log_level="info")
        async with running(workers, settings, b"schedule.scheduler_started"):
            await compose_and_measure(bench, people[:WARM_UP])
            rest = people[WARM_UP + extent.capacity_users :]
            capacity = await compose_and_measure(bench, people[WARM_UP : WARM_UP + extent.capacity_users])
            each = min(round(LOAD * capacity * 60), extent.max_per_minute)
            groups = [rest[n * each : (n + 1) * each] for n in range(extent.minutes)]
            await set_brief_times(bench, groups, extent.lead_time)
            ready = await wait_until_ready(bench, [one for group in groups for one in group])
    report_results(report, capacity, each, ready)


async def populate(bench: Bench, people: int) -> list[UUID]:
    """Create users with the data for standard briefs of today, all in one time zone, without any brief."""
    today = (datetime.now(UTC) + 10 * MINUTE).date()
    await bench.admin.execute(f"SET bench.users = {people}; SET bench.day = '{today}'")
    await bench.admin.execute(STANDARD_SQL.read_text(encoding="utf-8"))
    await bench.admin.execute(IN_ONE_ZONE)
    await bench.admin.execute("VACUUM ANALYZE")
    await bench.admin.execute("CHECKPOINT")
    return [row["id"] for row in await bench.admin.fetch("SELECT id FROM people_users ORDER BY id")]


async def compose_and_measure(bench: Bench, owners: Sequence[UUID]) -> float:
    """Compose the briefs of these users; return the number of briefs per second."""
    today = datetime.now(UTC).date()
    wanted = json.dumps({"date": f"{today}", "edition": "standard"})
    count = len(owners)
    await bench.admin.fetchval(ENQUEUE_MANY, owners, [f"{today}/standard"] * count, [wanted] * count)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while True:
            done = await bench.admin.fetchrow(COUNT_FINISHED, owners)
            if done["runs"] == count:
                return float(count / (done["last"] - done["first"]).total_seconds())
            await asyncio.sleep(0.5)


async def set_brief_times(bench: Bench, groups: Sequence[Sequence[UUID]], lead_time: timedelta) -> None:
    """Set the brief times, so that each group of users is due at its own minute."""
    first = (datetime.now(UTC) + lead_time).replace(second=0, microsecond=0) + MINUTE
    for number, group in enumerate(groups):
        due = (first + number * MINUTE).time()
        await bench.admin.execute(
            "UPDATE people_preferences SET brief_time = $2 WHERE owner_id = ANY ($1)", group, due
        )
        print(f"{len(group):,} people are due at {due:%H:%M} UTC", flush=True)
    await wait_until_recomputed(bench)
    async with Database.connect(bench.server.dsn("daybreak_app")) as database:
        # Maintenance does this every ten minutes: it counts due users and measures the composing rate.
        await schedule.builtin_tasks(ScheduleSettings())[0].run(database)
    # On any day but the first, the next due date is recomputed after the due users have been counted.
    await bench.admin.execute("UPDATE schedule_entries SET is_stale = TRUE")
    await wait_until_recomputed(bench)


async def wait_until_recomputed(bench: Bench) -> None:
    """Wait until the next due date has been recomputed for all users."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while True:
            if not await bench.admin.fetchval("SELECT EXISTS (SELECT FROM schedule_entries WHERE is_stale)"):
                return
            await asyncio.sleep(0.5)


async def wait_until_ready(bench: Bench, owners: Sequence[UUID]) -> list[tuple[float, float]]:
    """Return for each user the seconds from due to ready, and from start to due."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while True:
            rows = await bench.admin.fetch(READ_DELAYS, owners)
            if len(rows) == len(owners):
                return [(row["after_due"], row["begun_before"]) for row in rows]
            await asyncio.sleep(1)


def report_results(report: Report, capacity: float, each: int, ready: Sequence[tuple[float, float]]) -> None:
    """Print the table and check the bars; below the intended load, the first bar is meaningless."""
    after = [seconds for seconds, _ in ready]
    p99 = quantiles(after, n=100)[-1]
    load = 100 * each / (capacity * 60)
    earliest = max(before for _, before in ready)
    report.table(
        (
            "ready after due, in seconds",
            "briefs/s",
            "due a minute",
            "load, %",
            "p50",
            "p99",
            "last",
            "begun before",
        ),
        [("two workers", capacity, each, load, median(after), p99, max(after), earliest)],
    )
    report.at_most("due_to_ready_p99_seconds", None if report.quick else p99, 60)
    report.at_least("load_percent", None if report.quick else load, 69)


if __name__ == "__main__":
    given = Report.of("punctual", __doc__)
    asyncio.run(main(given))
    given.finish()
