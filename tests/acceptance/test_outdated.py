"""A newer program migrates the database under running processes: they drain, say so once, and end with 3."""

import asyncio
import json
import urllib.error
import urllib.request
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from .database_server import lock_table, wait_for_lock
from .logged_process import is_listening
from .waiting import BOUND_SECONDS, wait_until

pytestmark = pytest.mark.integration

SENTENCE = "The database was migrated by a newer Daybreak (9.9.0, migration 9999)"
REFUSAL = "A newer version of Daybreak takes over; try again in a minute."
LIVE_WORKERS = "SELECT count(*) FROM runs_workers WHERE last_heartbeat_at > now() - interval '1 second'"


@asynccontextmanager
async def migrated_by_newer_program(admin):
    """Exclude this program for the duration of the block, as a newer program does when it migrates."""
    (before,) = await admin.fetch("SELECT oldest_program, migrated_by FROM db_compatibility")
    await admin.execute("UPDATE db_compatibility SET oldest_program = 9999, migrated_by = '9.9.0'")
    try:
        yield
    finally:
        await admin.execute("UPDATE db_compatibility SET oldest_program = $1, migrated_by = $2", *before)


def in_background(daybreak, sample: Path, user: str) -> str:
    assert daybreak("import", sample, "--user", user).code == 0
    answer = daybreak("brief", "--date", "2026-03-29", "--user", user, "--background")
    assert answer.code == 0, answer
    return answer.out.strip()


async def test_outdated_worker_completes_its_runs_and_ends_with_its_sentence(daybreak, sample, start, admin):
    worker = start("worker", DAYBREAK_SCHEDULE_IN_WORKER="false")
    async with lock_table(admin, "briefs_editions"):
        in_progress = await asyncio.to_thread(in_background, daybreak, sample, "in-progress@example.org")
        await wait_for_lock(admin, "briefs_editions")
        (before,) = await admin.fetch("SELECT oldest_program, migrated_by FROM db_compatibility")
        # From another connection: this one is in a transaction.
        sql = "UPDATE db_compatibility SET oldest_program = 9999, migrated_by = '9.9.0'"
        changed = await asyncio.to_thread(daybreak, "db", "shell", stdin=sql)
        assert changed.out == "UPDATE 1\n", changed
        await asyncio.to_thread(wait_until, lambda: worker.count("db.program_outdated"))
        assert worker.process.poll() is None
    assert await asyncio.to_thread(worker.wait) == 3
    assert worker.count("db.program_outdated") == 1
    assert worker.lines[-1].startswith(f"daybreak: {SENTENCE}")
    assert daybreak("runs", "list").is_one_line_error(3, "newer version of Daybreak; run that version")
    assert await asyncio.to_thread(start("worker").wait) == 3
    await admin.execute("UPDATE db_compatibility SET oldest_program = $1, migrated_by = $2", *before)
    shown = daybreak("runs", "show", in_progress, "--user", "in-progress@example.org", "--json").json()
    assert (shown["status"], shown["attempts"]) == ("succeeded", 1)


async def test_outdated_web_and_scheduler_end_with_their_sentence(start, admin, unused_port):
    web = start("web", "--port", unused_port)
    scheduler = start("scheduler", DAYBREAK_LOG_LEVEL="info")
    ready = f"http://127.0.0.1:{unused_port}/readyz?probe"
    await asyncio.to_thread(wait_until, lambda: is_listening(unused_port))
    await asyncio.to_thread(wait_until, lambda: scheduler.count("schedule.scheduler_started"))
    async with migrated_by_newer_program(admin):
        await asyncio.to_thread(wait_until, lambda: web.count("db.program_outdated"))
        assert REFUSAL in await asyncio.to_thread(refusal, ready)
        page = f"http://127.0.0.1:{unused_port}/sign-in/link/none"
        assert REFUSAL in await asyncio.to_thread(refusal, page)
        assert await asyncio.to_thread(web.wait) == 3
        assert await asyncio.to_thread(scheduler.wait) == 3
    for process in (web, scheduler):
        assert process.count("db.program_outdated") == 1
        assert process.lines[-1].startswith(f"daybreak: {SENTENCE}")


async def test_up_ends_once_when_it_is_outdated(start, admin, unused_port):
    up = start("up", "--port", unused_port, "--workers", "2", DAYBREAK_SCHEDULE_IN_WORKER="false")
    await asyncio.to_thread(wait_until, lambda: is_listening(unused_port))
    async with asyncio.timeout(BOUND_SECONDS):
        while await admin.fetchval(LIVE_WORKERS) < 2:  # noqa: ASYNC110 - a heartbeat can only be polled
            await asyncio.sleep(0.1)
    async with migrated_by_newer_program(admin):
        assert await asyncio.to_thread(up.wait) == 3
    assert up.count("worker.process_exited") <= 2
    assert up.count("db.program_outdated") <= 3
    assert up.lines[-1].startswith("daybreak: ")
    assert up.count("Traceback") == up.count("ExceptionGroup") == 0


async def test_worker_logs_a_missing_function_once_and_finds_out_why(daybreak, sample, start, admin):
    worker = start("worker", DAYBREAK_SCHEDULE_IN_WORKER="false", DAYBREAK_LOG_LEVEL="info")
    await asyncio.to_thread(wait_until, lambda: worker.count("runs.worker_started"))
    await admin.execute("ALTER FUNCTION runs_claim RENAME TO runs_claim_newer")
    try:
        run = await asyncio.to_thread(in_background, daybreak, sample, "renamed@example.org")
        await asyncio.to_thread(wait_until, lambda: worker.count("db.schema_mismatch"))
        await asyncio.to_thread(wait_until, lambda: worker.count("runs.claim_failed") > 1)
        (line,) = [json.loads(one) for one in worker.lines if "db.schema_mismatch" in one]
        assert (line["level"], "runs_claim" in line["message"]) == ("warning", True)
        async with migrated_by_newer_program(admin):
            assert await asyncio.to_thread(worker.wait) == 3
    finally:
        await admin.execute("ALTER FUNCTION runs_claim_newer RENAME TO runs_claim")
    start("worker", DAYBREAK_SCHEDULE_IN_WORKER="false")
    watched = await asyncio.to_thread(daybreak, "runs", "watch", run, "--user", "renamed@example.org")
    assert watched.code == 0, watched


def refusal(address: str) -> str:
    """Return the body of a 503."""
    with pytest.raises(urllib.error.HTTPError, match="503") as refused:
        urllib.request.urlopen(address, timeout=60)  # noqa: S310
    return refused.value.read().decode()
