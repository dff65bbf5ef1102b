"""Tests of schedulers and workers whose machines have a wrong clock, in real processes with faketime."""

import asyncio
import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from daybreak import runs, schedule
from daybreak.schedule import Ticker

pytestmark = pytest.mark.integration

PROGRAM = str(Path(sys.executable).with_name("daybreak"))
LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
needs_faketime = pytest.mark.skipif(
    LIBRARY is None, reason="faketime is not installed (apt install faketime)"
)
SETTINGS = {
    "DAYBREAK_SCHEDULE_TICK_SECONDS": "0.5",
    "DAYBREAK_SCHEDULE_IN_WORKER": "false",
    "DAYBREAK_RUNS_HEARTBEAT_SECONDS": "0.5",
    "DAYBREAK_LOG_LEVEL": "warning",
}
DUE_NOW, DUE_LATER, DECIDED = 100, 200, timedelta(minutes=2)
PEOPLE = """
WITH made AS (
    INSERT INTO people_users (id, email, name, timezone)
    SELECT gen_random_uuid(), n || '@example.org', 'Anna', $1 FROM generate_series(1, $2::int) AS n
    RETURNING id, split_part(email, '@', 1)::int AS n
)
INSERT INTO people_preferences (owner_id, brief_time)
SELECT id, CASE WHEN n <= $3 THEN $4::time ELSE $4::time + ((1 + n % 10) || ' h')::interval END FROM made
"""


@contextmanager
def start(harness, command: str, clock_file: Path, log: Path):
    """Run a command whose clock deviates as the file says; the file may change meanwhile."""
    fake = {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(clock_file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
    environment = {**os.environ, **SETTINGS, **fake, "DAYBREAK_DATABASE_URL": harness.app}
    with log.open("wb") as stderr:
        process = subprocess.Popen([PROGRAM, command], env=environment, stderr=stderr, stdout=stderr)
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=60)
        process.kill()
        process.wait()


async def wait_until(condition, within: float = 60.0):
    async with asyncio.timeout(within):
        while not (found := await condition()):  # noqa: ASYNC110 - the database does not notify
            await asyncio.sleep(0.1)
        return found


async def create_people(harness) -> datetime:
    """Create users who are due a minute ago or in 1 to 10 hours, and return the time of the database."""
    await harness.admin.execute("TRUNCATE runs_workers, schedule_schedulers")
    now = await harness.admin.fetchval("SELECT now()")
    # A zone in which it is about eleven, so that all are due on the same local date.
    hours = 11 - now.hour
    local = now + timedelta(hours=hours, minutes=-1)
    zone = f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
    time = local.replace(second=0, microsecond=0, tzinfo=None).time()
    await harness.admin.execute(PEOPLE, zone, DUE_NOW + DUE_LATER, DUE_NOW, time)
    await Ticker(harness.database, harness.settings).tick(now - timedelta(minutes=10))
    return now


async def count_outcomes(harness) -> dict[str, int]:
    rows = await harness.admin.fetch(
        "SELECT outcome, count(*) AS days FROM schedule_outcomes GROUP BY outcome"
    )
    return {row["outcome"]: row["days"] for row in rows}


async def find_scheduler(harness, process, *, has_error: bool | None = None):
    """Return the scheduler of a process once it has sent a heartbeat."""

    async def seen():
        assert process.poll() is None, "the scheduler has ended"
        for one in await schedule.list_schedulers(harness.database):
            if one.name.endswith(f":{process.pid}") and has_error in {None, bool(one.last_error)}:
                return one
        return None

    return await wait_until(seen)


async def find_early_or_lost(harness, now: datetime) -> int:
    """Return how many users are not pending for the first instant of their time of day after now."""
    return await harness.admin.fetchval(
        """
        SELECT count(*) FROM schedule_entries AS e WHERE e.error IS NOT NULL OR e.due_at IS DISTINCT FROM (
            SELECT min(s.due_at) FROM schedule_slots AS s
            WHERE s.timezone = e.timezone AND s.local_time = e.local_time AND s.due_at > $1
        )
        """,
        now,
    )


@needs_faketime
@pytest.mark.parametrize(("ahead", "direction"), [("+26h", "26 h ahead of"), ("-26h", "26 h behind")])
async def test_scheduler_with_a_wrong_clock_brings_no_day_early_late_or_lost(
    harness, tmp_path, ahead, direction
):
    now = await create_people(harness)
    wrong_clock, right_clock = tmp_path / "wrong", tmp_path / "right"
    wrong_clock.write_text(ahead)
    right_clock.write_text("+0")
    log = tmp_path / "log"
    with start(harness, "scheduler", wrong_clock, log) as wrong:
        seen = await find_scheduler(harness, wrong)
        assert await count_outcomes(harness) == {}
        assert f"{direction} the database’s; correct it. This scheduler does not tick." in seen.last_error
        assert seen.alive
        with start(harness, "scheduler", right_clock, tmp_path / "right.log") as right:
            await find_scheduler(harness, right, has_error=False)
            # One user changes the time of the brief while both run.
            await harness.admin.execute(
                "UPDATE people_preferences SET brief_time = brief_time + interval '7 min' WHERE owner_id = ("
                "SELECT owner_id FROM people_preferences ORDER BY brief_time DESC LIMIT 1)"
            )
            await wait_until(lambda: has_no_stale_entry(harness))
        assert await count_outcomes(harness) == {"enqueued": DUE_NOW}
        assert await find_early_or_lost(harness, now) == 0
        assert await list_dates(harness) == {(now + timedelta(hours=11 - now.hour)).date()}
        wrong_clock.write_text("+0")
        await find_scheduler(harness, wrong, has_error=False)
    lines = [line for line in log.read_text().splitlines() if "clock." in line]
    assert [("deviates" in line, "agrees" in line) for line in lines] == [(True, False), (False, True)]


async def has_no_stale_entry(harness) -> bool:
    return not await harness.admin.fetchval("SELECT EXISTS (SELECT FROM schedule_entries WHERE is_stale)")


async def list_dates(harness) -> set:
    return {
        row["local_date"] for row in await harness.admin.fetch("SELECT local_date FROM schedule_outcomes")
    }


@needs_faketime
async def test_worker_with_a_wrong_clock_composes_by_the_time_of_the_database_and_says_so(harness, tmp_path):
    now = await create_people(harness)
    await Ticker(harness.database, harness.settings).tick(now)
    wrong_clock = tmp_path / "wrong"
    wrong_clock.write_text("+26h")
    with start(harness, "worker", wrong_clock, tmp_path / "log"):
        await wait_until(lambda: has_composed_all(harness))

        async def worker_with_error():
            return [one for one in await runs.list_workers(harness.database) if one.error]

        (worker,) = await wait_until(worker_with_error)
    assert "26 h ahead of the database’s; correct it. Its runs use the database’s clock." in worker.error
    composed = await harness.admin.fetchrow(
        "SELECT min(composed_at) AS first, max(composed_at) AS last FROM briefs_editions"
    )
    assert now - DECIDED < composed["first"] <= composed["last"] < now + timedelta(minutes=10)


async def has_composed_all(harness) -> bool:
    return await harness.admin.fetchval("SELECT count(*) FROM briefs_editions") == DUE_NOW
