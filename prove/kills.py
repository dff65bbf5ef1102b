"""Proof: a day of briefs loses and duplicates none while its processes are killed and the database restarts.

Two schedulers and three workers share a clock that is advanced. Processes chosen at random are killed with
``kill -9`` and replaced, and half-way the database is restarted. Each brief of the day must be enqueued, run
and written exactly once. Prints a summary and writes prove/results/kills.json. ``--check`` exits with 1 on
any failure; ``--quick`` kills a dozen times and writes nothing.
"""

import argparse
import asyncio
import json
import platform
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import asyncpg

import zones
from daybreak import briefs, clock, telemetry
from daybreak.db import Database, apply_migrations, embedded
from daybreak.runs import RunsSettings, Worker
from daybreak.schedule import Scheduler, ScheduleSettings, Ticker, TickWork

DAY = date(2026, 12, 1)
BEGIN = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
RESULT = Path(__file__).parent / "results" / "kills.json"
SCHEDULE = ScheduleSettings(tick_seconds=0.1, batch_size=7)
RUNS = RunsSettings(
    lease_seconds=3,
    heartbeat_seconds=0.5,
    rescue_seconds=0.5,
    redispatch_seconds=1,
    poll_seconds=1,
    drain_seconds=1,
)
ROLES = ("scheduler", "scheduler", "worker", "worker", "worker")
TIMEOUT_SECONDS = 180
STEPS, STEP = 75, timedelta(minutes=20)

INVARIANT = """
SELECT
    count(*) FILTER (WHERE coalesce(d.days, 0) = 0) AS not_enqueued,
    count(*) FILTER (WHERE coalesce(r.ended, 0) = 0) AS not_run,
    count(*) FILTER (WHERE coalesce(e.editions, 0) = 0) AS not_written,
    count(*) FILTER (WHERE d.days > 1 OR r.runs > 1 OR e.editions > 1) AS doubled
FROM people_users AS u
LEFT JOIN (
    SELECT owner_id, count(*) AS days FROM schedule_outcomes
    WHERE local_date = $1 AND outcome = 'enqueued' GROUP BY owner_id
) AS d ON u.id = d.owner_id
LEFT JOIN (
    SELECT owner_id, count(*) AS runs, count(*) FILTER (WHERE status = 'succeeded') AS ended FROM runs_all
    WHERE key = $1 || '/standard' GROUP BY owner_id
) AS r ON u.id = r.owner_id
LEFT JOIN (
    SELECT owner_id, count(*) AS editions FROM briefs_editions WHERE brief_date = $1 GROUP BY owner_id
) AS e ON u.id = e.owner_id
"""


@dataclass
class ProcessGroup:
    """The processes of the day, their shared clock, and the number of kills per role."""

    dsn: str
    clock: Path
    processes: list[tuple[str, "subprocess.Popen[bytes]"]] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)

    def set_clock(self, now: datetime) -> None:
        """Set the clock of all processes."""
        draft = self.clock.with_suffix(".new")
        draft.write_text(now.isoformat())
        draft.replace(self.clock)

    def start(self, role: str) -> None:
        """Start one more process."""
        arguments = [sys.executable, __file__, "--be", role, self.dsn, str(self.clock)]
        # Errors that a process prints while the database is unavailable are expected.
        self.processes.append((role, subprocess.Popen(arguments, stderr=subprocess.DEVNULL)))

    def kill(self, index: int, *, replace: bool) -> None:
        """Kill a process with SIGKILL, and optionally replace it."""
        role, process = self.processes.pop(index)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if replace:
            self.killed[role] += 1
            self.start(role)

    def kill_all(self) -> None:
        """Kill all processes."""
        while self.processes:
            self.kill(0, replace=False)


class SimulatedTicker(Ticker):
    """A ticker of the simulated day, for which the clock of the database does not count."""

    async def read_work(self) -> TickWork:
        """Return the work at the simulated time."""
        return replace(await super().read_work(), now=clock.now())


async def run_role(role: str, dsn: str, clock_file: Path) -> None:
    """Run one of the processes until it is killed."""
    telemetry.configure("error")
    clock.now = lambda: datetime.fromisoformat(clock_file.read_text())
    while True:
        try:
            if role == "worker":
                await Worker(dsn, [briefs.COMPOSE], settings=RUNS).run()
            async with Database.connect(dsn, max_connections=2) as database:
                await Scheduler(database, SCHEDULE, ticker=SimulatedTicker(database, SCHEDULE)).run()
        except Exception:  # noqa: BLE001 - the database is unavailable for a while
            await asyncio.sleep(0.2)


async def populate(dsn: str, people: int, rng: random.Random) -> None:
    """Create users with briefs due at random minutes of the day."""
    ids = [uuid4() for _ in range(people)]
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "INSERT INTO people_users (id, email, name, timezone) "
        "SELECT id, id || '@example.org', 'x', 'UTC' FROM unnest($1::uuid[]) AS p (id)",
        ids,
    )
    await connection.execute(
        "INSERT INTO people_preferences (owner_id, brief_time, catch_up) "
        "SELECT id, time '00:00' + make_interval(mins => m), '20 hours' "
        "FROM unnest($1::uuid[], $2::int[]) AS p (id, m)",
        ids,
        [rng.randrange(24 * 60) for _ in ids],
    )
    await connection.close()


async def fetch_row(dsn: str, question: str, *arguments: object) -> dict[str, int]:
    """Return one row, over a new connection, since the server may have been restarted."""
    connection = await asyncpg.connect(dsn)
    try:
        return dict(await connection.fetchrow(question, *arguments))
    finally:
        await connection.close()


async def count(dsn: str) -> dict[str, int]:
    """Evaluate the invariant, one query."""
    return await fetch_row(dsn, INVARIANT, DAY)


async def wait_until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until a condition holds, or the timeout has passed."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not await condition() and time.monotonic() < deadline:  # noqa: ASYNC110 - the database sends no event for this
        await asyncio.sleep(0.02)


async def day(home: Path, kills: int, people: int, seed: int) -> dict[str, object]:
    """Simulate a day on a separate server, in steps; each waits until all due briefs are enqueued."""
    rng = random.Random(seed)
    with ExitStack() as attached:
        server = attached.enter_context(embedded.attach(home, fsync=False))
        admin = server.dsn("postgres")
        await apply_migrations(server.dsn("daybreak_owner"))
        await populate(admin, people, rng)
        async with Database.connect(server.dsn("daybreak_app"), max_connections=1) as database:
            await Ticker(database, SCHEDULE).tick(BEGIN)
        group = ProcessGroup(server.dsn("daybreak_app"), home / "clock")
        group.set_clock(BEGIN)
        try:
            for role in ROLES:
                group.start(role)
            for step in range(STEPS):
                now = BEGIN + (step + 1) * STEP
                group.set_clock(now)
                if step == STEPS // 2:
                    attached.close()
                    await asyncio.to_thread(embedded.stop, home)
                    attached.enter_context(embedded.attach(home, fsync=False))
                for _ in range(kills * (step + 1) // STEPS - kills * step // STEPS):
                    await asyncio.sleep(rng.uniform(0, 0.3))
                    group.kill(rng.randrange(len(group.processes)), replace=True)
                await wait_until(partial(all_enqueued, admin, now))
            await wait_until(partial(is_done, admin))
            found = await count(admin)
        finally:
            group.kill_all()
    embedded.stop(home)
    return {"people": people, "killed": dict(group.killed), **found}


async def all_enqueued(dsn: str, now: datetime) -> bool:
    """Return whether no brief is due any more at an instant."""
    due = await fetch_row(dsn, "SELECT count(*) AS people FROM schedule_entries WHERE start_at <= $1", now)
    return not due["people"]


async def is_done(dsn: str) -> bool:
    """Return whether no brief is missing."""
    return not any((await count(dsn)).values())


def failures(found: dict[str, object]) -> dict[str, object]:
    """Return the counts that should be zero but are not."""
    return {
        name: found[name] for name in ("not_enqueued", "not_run", "not_written", "doubled") if found[name]
    }


@contextmanager
def home() -> Iterator[Path]:
    with TemporaryDirectory(prefix="daybreak-kills-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def main() -> int:
    parser = argparse.ArgumentParser(description="Kills schedulers and workers while a day passes.")
    parser.add_argument("--check", action="store_true", help="exit with 1 when anything failed")
    parser.add_argument("--quick", action="store_true", help="a dozen kills; writes no result")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--people", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    kills, people = (12, 300) if given.quick else (given.kills, given.people)
    with home() as folder:
        found = asyncio.run(day(folder, kills, people, given.seed))
    result = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": zones.describe_machine(),
        "python": platform.python_version(),
        "seed": given.seed,
        **found,
        "failures": failures(found),
    }
    print(json.dumps(result, indent=2))
    if not given.quick:
        RESULT.write_text(json.dumps(result, indent=2) + "\n")
    return 1 if given.check and result["failures"] else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--be"]:
        asyncio.run(run_role(sys.argv[2], sys.argv[3], Path(sys.argv[4])))
    sys.exit(main())
