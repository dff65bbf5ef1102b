"""How punctual briefs are when so many people are due at each of some minutes that workers are at 70 percent.

Two worker processes keep the schedule and compose standard briefs (without yesterday's) by the clock on the
wall, as installed. What they can do in a second is measured before, with a crowd that is rung at once.
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
PATIENCE = 600
WARM_UP = 100
STANDARD_SQL = Path(__file__).with_name("standard.sql")
IN_ONE_ZONE = """
SET session_replication_role = replica;
UPDATE people_users SET timezone = 'UTC';
SET session_replication_role = DEFAULT
"""
RING = "SELECT runs_start_many($1, 'briefs.compose', 'briefs', $2, $3, 3)"
DONE = """
SELECT count(*) AS runs, min(started_at) AS first, max(finished_at) AS last
FROM runs_finished WHERE kind = 'briefs.compose' AND status = 'succeeded' AND owner_id = ANY ($1)
"""
READY = """
SELECT extract(EPOCH FROM r.finished_at - d.due_at)::float AS after_due,
    extract(EPOCH FROM d.due_at - r.started_at)::float AS begun_before
FROM schedule_days AS d INNER JOIN runs_finished AS r
    ON d.owner_id = r.owner_id AND r.key = d.local_date || '/' || d.edition AND r.status = 'succeeded'
WHERE d.owner_id = ANY ($1)
"""


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes:
        crowd: how many people the capacity is measured with.
        minutes: so many minutes in a row, at each of which somebody is due.
        most: how many may be due at one of them.
        ahead: how long before the first of them plans are made, at least.
    """

    crowd: int
    minutes: int
    most: int
    ahead: timedelta

    @property
    def people(self) -> int:
        """Everybody there has to be."""
        return WARM_UP + self.crowd + self.minutes * self.most


FULL = Extent(1200, 3, 6000, 3 * MINUTE)
QUICK = Extent(200, 1, 600, timedelta(seconds=30))


async def main(report: Report) -> None:
    """Measure and report."""
    telemetry.configure("error")
    extent = QUICK if report.quick else FULL
    workers = ("worker", "--processes", "2")
    async with postgres() as bench:
        report.machine(await bench.version())
        people = await populate(bench, extent.people)
        settings = environment(database_url=bench.server.dsn("daybreak_app"), log_level="info")
        async with running(workers, settings, b"schedule.started"):
            await drain(bench, people[:WARM_UP])
            rest = people[WARM_UP + extent.crowd :]
            capacity = await drain(bench, people[WARM_UP : WARM_UP + extent.crowd])
            each = min(round(LOAD * capacity * 60), extent.most)
            crowds = [rest[n * each : (n + 1) * each] for n in range(extent.minutes)]
            await plan(bench, crowds, extent.ahead)
            ready = await wait_until_ready(bench, [one for crowd in crowds for one in crowd])
    show(report, capacity, each, ready)


async def populate(bench: Bench, people: int) -> list[UUID]:
    """So many people with standard briefs of today, all in one zone, who have not asked for a brief yet."""
    today = (datetime.now(UTC) + 10 * MINUTE).date()
    await bench.admin.execute(f"SET bench.users = {people}; SET bench.day = '{today}'")
    await bench.admin.execute(STANDARD_SQL.read_text(encoding="utf-8"))
    await bench.admin.execute(IN_ONE_ZONE)
    await bench.admin.execute("VACUUM ANALYZE")
    await bench.admin.execute("CHECKPOINT")
    return [row["id"] for row in await bench.admin.fetch("SELECT id FROM people_users ORDER BY id")]


async def drain(bench: Bench, owners: Sequence[UUID]) -> float:
    """Have the briefs of these composed; gives how many were in a second."""
    today = datetime.now(UTC).date()
    wanted = json.dumps({"date": f"{today}", "edition": "standard"})
    count = len(owners)
    await bench.admin.fetchval(RING, owners, [f"{today}/standard"] * count, [wanted] * count)
    async with asyncio.timeout(PATIENCE):
        while True:
            done = await bench.admin.fetchrow(DONE, owners)
            if done["runs"] == count:
                return float(count / (done["last"] - done["first"]).total_seconds())
            await asyncio.sleep(0.5)


async def plan(bench: Bench, crowds: Sequence[Sequence[UUID]], ahead: timedelta) -> None:
    """One crowd after the other is due at a minute of its own."""
    first = (datetime.now(UTC) + ahead).replace(second=0, microsecond=0) + MINUTE
    for number, crowd in enumerate(crowds):
        due = (first + number * MINUTE).time()
        await bench.admin.execute(
            "UPDATE people_preferences SET brief_time = $2 WHERE owner_id = ANY ($1)", crowd, due
        )
        print(f"{len(crowd):,} people are due at {due:%H:%M} UTC", flush=True)
    await settled(bench)
    async with Database.connect(bench.server.dsn("daybreak_app")) as database:
        # Upkeep does so every ten minutes: it counts who is due when, and how quickly briefs are done.
        await schedule.housekeeping(ScheduleSettings())[0].do(database)
    # As on any day but their first, what is next is found when the crowd has been counted.
    await bench.admin.execute("UPDATE schedule_dues SET stale = TRUE")
    await settled(bench)


async def settled(bench: Bench) -> None:
    """Wait until what is next has been found for everybody."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if not await bench.admin.fetchval("SELECT EXISTS (SELECT FROM schedule_dues WHERE stale)"):
                return
            await asyncio.sleep(0.5)


async def wait_until_ready(bench: Bench, owners: Sequence[UUID]) -> list[tuple[float, float]]:
    """For each the seconds from due to ready, and from begun to due."""
    async with asyncio.timeout(PATIENCE):
        while True:
            rows = await bench.admin.fetch(READY, owners)
            if len(rows) == len(owners):
                return [(row["after_due"], row["begun_before"]) for row in rows]
            await asyncio.sleep(1)


def show(report: Report, capacity: float, each: int, ready: Sequence[tuple[float, float]]) -> None:
    """The table, and the bars: below the load that it is to be measured at, the first says nothing."""
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
