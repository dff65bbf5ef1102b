"""Test of a scheduled brief whose worker is killed three times: real workers with a scheduler, kill -9."""

import asyncio
import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from daybreak.schedule import SecondTryState

pytestmark = pytest.mark.integration

PROGRAM = str(Path(sys.executable).with_name("daybreak"))
SETTINGS = {
    "DAYBREAK_RUNS_LEASE_SECONDS": "3",
    "DAYBREAK_RUNS_HEARTBEAT_SECONDS": "0.3",
    "DAYBREAK_RUNS_RESCUE_SECONDS": "0.3",
    "DAYBREAK_RUNS_POLL_SECONDS": "1",
    "DAYBREAK_SCHEDULE_TICK_SECONDS": "0.3",
}


@contextmanager
def start_worker(harness):
    """Start a worker with a scheduler; it is killed at the end of the block."""
    environment = {**os.environ, **SETTINGS, "DAYBREAK_DATABASE_URL": harness.app}
    process = subprocess.Popen([PROGRAM, "worker"], env=environment, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def wait_until(condition, within: float = 90.0):
    async with asyncio.timeout(within):
        while not (found := await condition()):  # noqa: ASYNC110 - the database does not notify
            await asyncio.sleep(0.05)
        return found


async def read_run(harness, user):
    return await harness.admin.fetchrow(
        "SELECT id, status, epoch, attempts FROM runs_all WHERE owner_id = $1 AND kind = 'briefs.compose'",
        user.id,
    )


async def find_second_try(harness, user):
    days = await harness.days(user)
    return days[0].second_try if days else None


async def test_brief_whose_worker_is_killed_three_times_comes_an_hour_later(harness):
    now = await harness.admin.fetchval("SELECT now()")
    hours = 11 - now.hour
    zone = f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
    at = (now + timedelta(hours=hours)).replace(second=0, microsecond=0, tzinfo=None).time()
    harness.set_now(now - timedelta(minutes=5))
    user = await harness.create_user(zone, brief_time=at)

    async with harness.admin.transaction():
        # Composing waits for this lock, so that it is killed on the way.
        await harness.admin.execute("LOCK TABLE briefs_editions IN ACCESS EXCLUSIVE MODE")
        for attempt in (1, 2, 3):
            with start_worker(harness):
                await wait_until(lambda attempt=attempt: is_running(harness, user, attempt))

    with start_worker(harness):
        noted = await wait_until(lambda: find_second_try(harness, user))
        failed = await read_run(harness, user)
        assert (failed["status"], failed["epoch"], failed["attempts"]) == ("failed", 1, 3)
        assert noted.state is SecondTryState.PENDING
        assert noted.retry_at - now >= timedelta(hours=1)
        # An hour later.
        await harness.admin.execute("UPDATE schedule_second_tries SET retry_at = retry_at - interval '1 h'")
        ended = await wait_until(lambda: find_succeeded(harness, user))
    assert (ended["id"], ended["epoch"], ended["attempts"]) == (failed["id"], 2, 1)
    assert (await find_second_try(harness, user)).describe(user.tz).endswith(": succeeded.")
    assert await harness.admin.fetchval("SELECT count(*) FROM briefs_editions") == 1


async def is_running(harness, user, attempt: int) -> bool:
    run = await read_run(harness, user)
    return run is not None and (run["status"], run["attempts"]) == ("running", attempt)


async def find_succeeded(harness, user):
    run = await read_run(harness, user)
    return run if run["status"] == "succeeded" else None
