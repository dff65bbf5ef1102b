"""Background work as its users meet it: worker processes, killed and drained, and the commands that steer."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator

import pytest

from .database_server import count_editions, lock_table, wait_for_lock

QUICK = {
    "DAYBREAK_LOG_LEVEL": "info",
    "DAYBREAK_RUNS_HEARTBEAT_SECONDS": "0.3",
    "DAYBREAK_RUNS_RESCUE_SECONDS": "0.3",
    "DAYBREAK_RUNS_POLL_SECONDS": "1",
    "DAYBREAK_SCHEDULE_IN_WORKER": "false",
}

MANY_EVENTS = """
INSERT INTO runs_events (owner_id, run_id, number, name)
SELECT owner_id, id, 1 + n, 'counted' FROM runs_finished, generate_series(1, 2000) AS n
WHERE id = $1::text::uuid
"""
MANY_ITEMS = """
INSERT INTO runs_finished (
    owner_id, id, parent_id, kind, queue, key, parameters, status, epoch, attempts, max_attempts, fence,
    last_event_number, phase, total, done, failed, skipped, errors, created_at
)
SELECT
    owner_id, gen_random_uuid(), id, 'test.part', queue, n::text, '{}', 'succeeded', 1, 1, 1, 1,
    0, '', 0, 0, 0, 0, '[]', created_at
FROM runs_finished, generate_series(1, 1500) AS n WHERE id = $1::text::uuid
"""


@pytest.fixture
def worker(daybreak) -> Iterator[Callable]:
    """Return a function that starts a worker; remaining workers are killed."""
    started: list[subprocess.Popen] = []

    def start(*arguments, lease: float = 8.0) -> subprocess.Popen:
        settings = QUICK | {"DAYBREAK_RUNS_LEASE_SECONDS": f"{lease}"}
        process = daybreak.with_environment(**settings).start("worker", *arguments, stdout=subprocess.DEVNULL)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=60)


def wait_for_event(process: subprocess.Popen, event: str) -> dict:
    """Wait for the next log entry of an event, and return it."""
    for line in process.stderr:
        entry = json.loads(line)
        if entry["event"] == event:
            return entry
    raise AssertionError(f"the worker ended without {event}")


def stopped(process: subprocess.Popen, how: signal.Signals = signal.SIGTERM) -> int:
    process.send_signal(how)
    process.communicate(timeout=60)
    return process.returncode


def in_background(daybreak, sample, user: str = "me@localhost", *more) -> str:
    """The id of the run that composes a brief."""
    arguments = ("--date", "2026-03-29", "--user", user, "--background", *more)
    assert daybreak("import", sample, "--user", user).code == 0
    answer = daybreak("brief", *arguments)
    assert (answer.code, answer.err) == (0, "")
    return answer.out.strip()


def test_worker_composes_a_background_brief(daybreak, sample, worker):
    run = in_background(daybreak, sample)
    assert [one["status"] for one in daybreak("runs", "list", "--json").json()] == ["queued"]
    working = worker()
    watched = daybreak("runs", "watch", run[:8])
    assert (watched.code, watched.err) == (0, "")
    assert watched.out.splitlines()[-1].split()[1] == "succeeded"
    shown = daybreak("runs", "show", run, "--json").json()
    assert (shown["status"], shown["attempts"], shown["result"]["due_today"]) == ("succeeded", 1, 2)
    assert stopped(working) == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
async def test_stopping_worker_completes_its_runs(daybreak, sample, worker, admin, how):
    working, user = worker(), f"{how.name.lower()}@example.org"
    async with lock_table(admin, "briefs_editions"):
        run = in_background(daybreak, sample, user)
        await wait_for_lock(admin, "briefs_editions")
        working.send_signal(how)
        await asyncio.to_thread(wait_for_event, working, "runs.worker_draining")
    await asyncio.to_thread(working.communicate, timeout=60)
    assert working.returncode == 0
    shown = daybreak("runs", "show", run, "--user", user, "--json").json()
    assert (shown["status"], shown["attempts"]) == ("succeeded", 1)


async def test_run_of_a_worker_killed_in_its_commit_is_rescued(daybreak, sample, worker, admin):
    killed = worker(lease=1.5)
    async with lock_table(admin, "briefs_editions"):
        run = in_background(daybreak, sample, "taken@example.org")
        await wait_for_lock(admin, "briefs_editions")
        killed.kill()
        await asyncio.to_thread(killed.communicate, timeout=60)
    assert await count_editions(admin, "taken@example.org") == 0
    worker()
    watched = await asyncio.to_thread(daybreak, "runs", "watch", run, "--user", "taken@example.org")
    assert watched.code == 0, watched
    shown = daybreak("runs", "show", run, "--user", "taken@example.org", "--json").json()
    assert (shown["status"], shown["attempts"]) == ("succeeded", 2)
    assert [event["number"] for event in shown["events"]] == [*range(1, len(shown["events"]) + 1)]
    assert await count_editions(admin, "taken@example.org") == 1


def test_dead_worker_process_is_replaced_and_all_are_stopped(worker):
    supervisor = worker("--processes", "2")
    names = {wait_for_event(supervisor, "runs.worker_started")["worker"] for _ in range(2)}
    assert len(names) == 2
    os.kill(int(names.pop().rpartition(":")[2]), signal.SIGKILL)
    assert wait_for_event(supervisor, "worker.process_exited")["code"] == -signal.SIGKILL
    assert wait_for_event(supervisor, "runs.worker_started")["worker"] not in names
    # Standard error ends only when every process that has it has ended.
    assert stopped(supervisor) == 0


def test_queued_run_can_be_cancelled_and_retried(daybreak, sample, worker):
    run = in_background(daybreak, sample, "steer@example.org")
    mine = ("--user", "steer@example.org")
    assert daybreak("runs", "cancel", run[:8], *mine).out == f"Run {run} is cancelled.\n"
    assert daybreak("runs", "watch", run, *mine).code == 5
    assert daybreak("runs", "retry", run, *mine).out == f"Retrying: run {run} is queued.\n"
    worker()
    assert daybreak("runs", "watch", run, *mine).code == 0
    assert daybreak("runs", "retry", run, *mine).is_one_line_error(5, "succeeded")
    stats = daybreak("runs", "stats", "--json").json()["briefs.compose"]
    assert stats["queued"] == 0
    assert 0 < stats["durations"]["run"]["p50"] <= stats["durations"]["run"]["p95"]
    assert [one["alive"] for one in daybreak("runs", "workers", "--json").json()].count(True) >= 1


async def test_runs_commands_show_more_than_one_page(daybreak, sample, admin):
    run = in_background(daybreak, sample, "long@example.org")
    mine = ("--user", "long@example.org")
    daybreak("runs", "cancel", run, *mine)
    await admin.execute(MANY_EVENTS, run)
    await admin.execute(MANY_ITEMS, run)
    shown = daybreak("runs", "show", run, *mine, "--json").json()
    assert [event["number"] for event in shown["events"]] == [*range(1, 2002)]
    assert len({item["key"] for item in shown["items"]}) == 1500
    watched = daybreak("runs", "watch", run, *mine, "--json")
    printed = [json.loads(line) for line in watched.out.splitlines()]
    assert (watched.code, printed[0]["name"], [event["number"] for event in printed]) == (
        5,
        "cancelled",
        [*range(1, 2002)],
    )


def test_watch_shows_progress_on_a_terminal(daybreak, sample, worker, run_in_terminal):
    run = in_background(daybreak, sample, "live@example.org")
    worker()
    code, screen = run_in_terminal(daybreak, "runs", "watch", run, "--user", "live@example.org")
    assert code == 0
    assert "briefs.compose 2026-03-29/standard: succeeded" in screen


def test_runs_of_other_users_are_not_found(daybreak, sample):
    run = in_background(daybreak, sample, "one@example.org")
    assert daybreak("users", "add", "two@example.org").code == 0
    for verb in ("show", "watch", "cancel", "retry"):
        answer = daybreak("runs", verb, run, "--user", "two@example.org")
        assert answer.is_one_line_error(4, "There is no run")
    assert daybreak("runs", "list", "--user", "two@example.org", "--json").json() == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("runs", "show", "beef"), 4, "daybreak runs list"),
        (("runs", "list", "--status", "done"), 2, "queued, running, succeeded"),
        (("brief", "--background", "--format", "json"), 2, "--format"),
        (("brief", "--background", "--length", "glance"), 2, "--length"),
        (("brief", "sample", "--background"), 2, "daybreak import FOLDER"),
        (("brief", "--no-keep"), 2, "--no-keep needs a FOLDER"),
        (("brief", "sample", "--format", "json", "--length", "glance"), 2, "JSON always has the whole brief"),
        (("worker", "--processes", "0"), 2, "--processes"),
    ],
)
def test_invalid_arguments_are_a_one_line_error(daybreak, arguments, code, words):
    assert daybreak(*arguments).is_one_line_error(code, words)


@pytest.mark.parametrize("arguments", [(), ("--processes", "2")])
def test_unavailable_database_is_a_one_line_error(daybreak, arguments):
    nobody = daybreak.with_environment(DAYBREAK_DATABASE_URL="postgresql://daybreak_app@127.0.0.1:9/none")
    assert nobody("worker", *arguments).is_one_line_error(6, "The database does not answer")
