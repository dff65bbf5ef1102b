"""Proof: every user gets exactly one brief per local date, due at the right instant, for two years.

The simulation has one user for each IANA time zone and each of seven times of day; some of them travel. It
uses a real PostgreSQL, a clock that advances in uneven steps, and new rules for some time zones half-way. The
expected result is computed by a walk through the instants of each time zone (zones.py), never by the
functions under proof; one SQL query compares. Prints a summary and writes prove/results/days.json.
``--check`` exits with 1 on any failure; ``--quick`` uses every fortieth time zone for ten weeks and writes
nothing.
"""

import argparse
import asyncio
import json
import platform
import random
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo, available_timezones

import asyncpg

import zones
from daybreak import clock, telemetry
from daybreak.db import Database, apply_migrations, embedded
from daybreak.schedule import ScheduleSettings, Ticker, TickResult

DAY = timedelta(days=1)
RESULT = Path(__file__).parent / "results" / "days.json"
NEW_RULES = {
    "Europe/Berlin": "Africa/Lagos",
    "America/New_York": "America/Panama",
    "Asia/Tehran": "Asia/Kabul",
}
EVERY = 40
WEEKS = 10
TRAVELLERS = 0.03
# No worker runs here, so a full queue would stay full.
SETTINGS = ScheduleSettings(batch_size=2000, max_backlog=10**9)

# For every (user, local date): one outcome, at the instant that the walk computed, and one run.
INVARIANT = """
WITH runs AS (SELECT owner_id, key, count(*) AS runs FROM runs_open GROUP BY owner_id, key)
SELECT
    count(*) FILTER (WHERE d.owner_id IS NULL) AS lost,
    count(*) FILTER (WHERE e.owner_id IS NULL) AS surplus,
    count(*) FILTER (WHERE d.outcome <> 'enqueued') AS not_enqueued,
    count(*) FILTER (WHERE d.due_at <> e.due_at) AS at_a_wrong_instant,
    count(*) FILTER (WHERE d.outcome = 'enqueued' AND r.runs IS DISTINCT FROM 1) AS without_one_run,
    count(*) AS days
FROM expected AS e
FULL JOIN (SELECT * FROM schedule_outcomes WHERE owner_id NOT IN (SELECT owner_id FROM travellers)) AS d
    ON e.owner_id = d.owner_id AND e.local_date = d.local_date
LEFT JOIN runs AS r ON d.owner_id = r.owner_id AND r.key = d.local_date || '/' || d.edition
"""
# A travelling user gets each date once, without a gap; a date already past at the destination may be missed.
TRAVELLED = """
SELECT
    count(*) FILTER (WHERE d.local_date - d.before <> 1) AS gaps,
    count(*) FILTER (WHERE d.outcome = 'missed') AS missed,
    count(*) AS days
FROM (
    SELECT s.*, lag(s.local_date) OVER (PARTITION BY s.owner_id ORDER BY s.local_date) AS before
    FROM schedule_outcomes AS s INNER JOIN travellers AS t ON s.owner_id = t.owner_id
) AS d
"""


@dataclass(frozen=True)
class Person:
    """A user with a brief at a local time."""

    id: UUID
    timezone: str
    at: time
    travels: bool


@dataclass
class Simulation:
    """A database with users, and a clock that is advanced."""

    admin: asyncpg.Connection
    database: Database
    rng: random.Random
    begin: datetime
    end: datetime
    people: list[Person] = field(default_factory=list)
    ticked: TickResult = field(default_factory=TickResult)
    tick_count: int = 0

    async def create_people(self, names: list[str]) -> None:
        """Create the users."""
        self.people = [
            Person(uuid4(), name, at, self.rng.random() < TRAVELLERS) for name in names for at in zones.TIMES
        ]
        await self.admin.execute("DELETE FROM people_users")
        await self.admin.execute("TRUNCATE runs_open, pgq.pgqueuer, schedule_slots")
        await self.admin.execute("CREATE TEMP TABLE travellers (owner_id uuid)")
        await self.admin.execute(
            "INSERT INTO people_users (id, email, name, timezone) "
            "SELECT id, id || '@example.org', 'x', timezone "
            "FROM unnest($1::uuid[], $2::text[]) AS p (id, timezone)",
            [one.id for one in self.people],
            [one.timezone for one in self.people],
        )
        await self.admin.execute(
            "INSERT INTO people_preferences (owner_id, brief_time, catch_up) "
            "SELECT id, at, '20 hours' FROM unnest($1::uuid[], $2::time[]) AS p (id, at)",
            [one.id for one in self.people],
            [one.at for one in self.people],
        )
        await self.admin.execute(
            "INSERT INTO travellers SELECT unnest($1::uuid[])", [one.id for one in self.people if one.travels]
        )

    def steps(self) -> Iterator[datetime]:
        """Yield instants from begin to end, minutes or hours apart."""
        now = self.begin
        while now < self.end:
            yield now
            now += timedelta(minutes=self.rng.choice((1, 30, 60, 200, 360)))
        yield self.end

    async def run(self, names: list[str]) -> datetime:
        """Tick through all instants; return the last one under the old time zone rules."""
        ticker = Ticker(self.database, SETTINGS)
        before, change = self.begin, self.end
        for now in self.steps():
            if change == self.end and now > self.begin + (self.end - self.begin) / 2:
                change = before
                await self.change_rules()
                ticker = Ticker(self.database, SETTINGS)
            await self.travel(names)
            self.ticked += await ticker.tick(now)
            self.tick_count += 1
            before = now
        return change

    async def change_rules(self) -> None:
        """Change the rules of some time zones, as a new tzdata does."""
        real = clock.parse_timezone
        clock.parse_timezone = lambda name: real(NEW_RULES.get(name, name))  # type: ignore[assignment]
        await self.admin.execute("UPDATE schedule_state SET tzdata = 'older'")

    async def travel(self, names: list[str]) -> None:
        """Move some travelling users to other time zones, possibly across the date line."""
        travelling = [one.id for one in self.people if one.travels and self.rng.random() < 0.01]
        if travelling:
            await self.admin.execute(
                "UPDATE people_users AS u SET timezone = p.timezone "
                "FROM unnest($1::uuid[], $2::text[]) AS p (id, timezone) WHERE u.id = p.id",
                travelling,
                [self.rng.choice(names) for _ in travelling],
            )


def expected(simulation: Simulation, last_old: datetime) -> Iterator[tuple[UUID, date, datetime]]:
    """Yield the briefs that should have been enqueued, from a walk through each time zone."""
    first = zones.BEGIN - DAY  # it is still the previous date in the west
    dates = [first + DAY * n for n in range((simulation.end.date() - first).days + 2)]
    staying = [one for one in simulation.people if not one.travels]
    for name in sorted({one.timezone for one in staying}):
        old = zones.ZoneTimeline(ZoneInfo(name))
        new = zones.ZoneTimeline(ZoneInfo(NEW_RULES[name])) if name in NEW_RULES else old
        for one in (person for person in staying if person.timezone == name):
            for day in dates:
                wall = datetime.combine(day, one.at)
                due_at = old.first_at_or_after(wall)
                if due_at > last_old:
                    due_at = new.first_at_or_after(wall)
                if simulation.begin < due_at <= simulation.end:
                    yield one.id, day, due_at


async def compare(simulation: Simulation, last_old_instant: datetime) -> dict[str, int]:
    """Evaluate the invariant, one query over all outcomes."""
    await simulation.admin.execute(
        "CREATE TEMP TABLE expected (owner_id uuid, local_date date, due_at timestamptz)"
    )
    await simulation.admin.copy_records_to_table("expected", records=expected(simulation, last_old_instant))
    await simulation.admin.execute("ANALYZE expected")
    found = dict(await simulation.admin.fetchrow(INVARIANT))
    return found | {
        f"travelled_{name}": n for name, n in (await simulation.admin.fetchrow(TRAVELLED)).items()
    }


@contextmanager
def _home() -> Iterator[Path]:
    with TemporaryDirectory(prefix="daybreak-prove-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@asynccontextmanager
async def open_simulation(begin_at: datetime, end_at: datetime, seed: int) -> AsyncIterator[Simulation]:
    """Start a separate server for the duration of the block."""
    with _home() as home:
        with embedded.attach(home, fsync=False) as server:
            await apply_migrations(server.dsn("daybreak_owner"))
            admin = await asyncpg.connect(server.dsn("postgres"))
            async with Database.connect(server.dsn("daybreak_app")) as database:
                yield Simulation(admin, database, random.Random(seed), begin_at, end_at)
            await admin.close()
        embedded.stop(home)


async def simulate(simulation: Simulation, names: list[str]) -> dict[str, int]:
    """Simulate users of these time zones until the end; return the counts of the invariant."""
    real = clock.parse_timezone
    try:
        await simulation.create_people(names)
        change = await simulation.run(names)
        return await compare(simulation, change)
    finally:
        clock.parse_timezone = real


def failures(found: dict[str, int]) -> dict[str, int]:
    """Return the counts that should be zero but are not."""
    fine = {"days", "travelled_days", "travelled_missed"}
    return {name: count for name, count in found.items() if count and name not in fine}


async def prove(names: list[str], end: datetime, seed: int) -> dict[str, object]:
    begun = perf_counter()
    begin = datetime.combine(zones.BEGIN, time(0), UTC)
    async with open_simulation(begin, end, seed) as simulation:
        found = await simulate(simulation, names)
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": zones.describe_machine(),
        "python": platform.python_version(),
        "tzdata": version("tzdata"),
        "seed": seed,
        "zones": len(names),
        "people": len(simulation.people),
        "from": f"{begin:%Y-%m-%d}",
        "until": f"{end:%Y-%m-%d}",
        "ticks": simulation.tick_count,
        "enqueued": simulation.ticked.enqueued,
        **found,
        "seconds": round(perf_counter() - begun),
        "failures": failures(found),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Proves the schedule in every IANA zone over two years.")
    parser.add_argument("--check", action="store_true", help="exit with 1 when anything failed")
    parser.add_argument("--quick", action="store_true", help=f"every {EVERY}th time zone; writes no result")
    parser.add_argument("--weeks", type=int, help="maximum number of weeks, from January 2026 on")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    telemetry.configure("error")
    names = sorted(available_timezones() - {"localtime", "Factory"})
    end = datetime.combine(zones.END, time(0), UTC) - 2 * DAY
    if weeks := WEEKS if given.quick else given.weeks:
        end = datetime.combine(zones.BEGIN, time(0), UTC) + weeks * 7 * DAY
    if given.quick:
        names = names[::EVERY]
    print(INVARIANT)
    result = asyncio.run(prove(names, end, given.seed))
    print(json.dumps(result, indent=2))
    if not given.quick:
        RESULT.write_text(json.dumps(result, indent=2) + "\n")
    return 1 if given.check and result["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
