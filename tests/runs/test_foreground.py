"""Tests of foreground runs: executed in this process, or awaited if another process has them."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from daybreak import runs
from daybreak.db import Database
from daybreak.errors import Conflict, InternalError, InvalidInput, Unavailable
from daybreak.runs import Kind, Run, RunsSettings, Status
from daybreak.runs.worker import process_identity
from daybreak.runs.worker.executor import Executor
from daybreak.runs.worker.heartbeat import Heartbeat

from .sample_kinds import ALL, WORK, ScriptedWork
from .tcp_proxy import run_proxy
from .worker_cluster import FAST_SETTINGS, WorkerCluster

SINGLE_ATTEMPT = replace(WORK, max_attempts=1)
LONG_LEASE_SETTINGS = RunsSettings(lease_seconds=600, heartbeat_seconds=0.3)
TIMEOUT_SECONDS = 60


async def run_in_foreground(cluster: WorkerCluster, run: Run, **options) -> Run:
    options = {"settings": LONG_LEASE_SETTINGS} | options
    async with asyncio.timeout(TIMEOUT_SECONDS):
        return await runs.run_in_foreground(cluster.database, ALL, run, **options)


async def count_workers(cluster: WorkerCluster) -> int:
    return await cluster.as_owner.fetchval("SELECT count(*) FROM runs_workers")


async def claim_by_silent_worker(
    cluster: WorkerCluster, run: Run, process_key: str, lease: float = 600
) -> None:
    """Claim the run for a worker with this process key that sends no further heartbeat."""
    engine = Executor(cluster.database, ALL, RunsSettings(lease_seconds=lease))
    await Heartbeat(engine, "host:1", engine.database, process_key=process_key).send()
    assert len(await engine.claim([(run.owner_id, run.id)])) == 1


def dead_process_key() -> str:
    """Return the key of a process that has ended."""
    program = (
        "from daybreak.runs.worker.process_identity import current_process_key; "
        "print(current_process_key(), end='')"
    )
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def in_other_pid_namespace(process_key: str) -> str:
    """Return the key of the process with the same id in another PID namespace of the host."""
    boot, _, process = process_key.partition(":")
    return f"{boot}:1/{process.partition('/')[2]}"


async def test_foreground_run_ends_without_workers_and_deregisters(cluster, owner):
    ended = await run_in_foreground(cluster, await cluster.enqueue(owner))
    assert (ended.status, ended.result) == (Status.SUCCEEDED, {"attempt": 1})
    assert await cluster.list_written_attempts(ended) == [1]
    assert await count_workers(cluster) == 0


async def test_foreground_run_with_gaps_succeeds(cluster, owner):
    ended = await run_in_foreground(cluster, await cluster.enqueue(owner, ScriptedWork(gaps=["A"])))
    assert ended.status is Status.PARTIAL


@pytest.mark.parametrize(
    ("fail", "kind"),
    [("invalid", InvalidInput), ("unavailable", Unavailable), ("unexpected", ZeroDivisionError)],
)
async def test_error_of_a_foreground_run_is_raised_unchanged(cluster, owner, fail, kind):
    run = await cluster.enqueue(owner, ScriptedWork(fail=fail), kind=SINGLE_ATTEMPT)
    with pytest.raises(kind, match="It failed as requested"):
        await run_in_foreground(cluster, run)
    assert (await cluster.get(run)).status is Status.FAILED
    assert await count_workers(cluster) == 0


async def test_commit_error_is_an_internal_error(cluster, owner):
    run = await cluster.enqueue(owner, ScriptedWork(break_transaction=True), kind=SINGLE_ATTEMPT)
    with pytest.raises(InternalError, match="DivisionByZeroError"):
        await run_in_foreground(cluster, run)


async def test_foreground_run_retries_retryable_errors(cluster, owner):
    ended = await run_in_foreground(
        cluster, await cluster.enqueue(owner, ScriptedWork(fail="unavailable", fail_until=2))
    )
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 3)


async def test_foreground_waits_for_a_run_claimed_by_a_worker(cluster, owner):
    cluster.start_worker()
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=0.4))
    await cluster.wait_for_status(run, Status.RUNNING)
    ended = await run_in_foreground(cluster, run)
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 1)
    assert await cluster.list_written_attempts(run) == [1]


@pytest.mark.parametrize(
    ("fail", "kind"), [("invalid", InvalidInput), ("unavailable", Unavailable), ("unexpected", InternalError)]
)
async def test_error_of_a_run_that_failed_in_a_worker_is_raised_with_its_message(cluster, owner, fail, kind):
    run = await cluster.enqueue(owner, ScriptedWork(fail=fail), kind=SINGLE_ATTEMPT)
    cluster.start_worker()
    await cluster.wait_until_ended(run)
    with pytest.raises(kind, match=r"It failed as requested|ZeroDivisionError"):
        await run_in_foreground(cluster, run)


async def test_run_of_a_dead_process_is_claimed_immediately(cluster, owner):
    run = await cluster.enqueue(owner)
    await claim_by_silent_worker(cluster, run, dead_process_key())
    ended = await run_in_foreground(cluster, run)
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 2)
    assert [error.error_class for error in ended.errors] == ["WorkerDied"]


async def test_run_without_attempts_left_fails_when_its_process_died(cluster, owner):
    run = await cluster.enqueue(owner, kind=SINGLE_ATTEMPT)
    await claim_by_silent_worker(cluster, run, dead_process_key())
    with pytest.raises(Unavailable, match="died"):
        await run_in_foreground(cluster, run)
    assert (await cluster.get(run)).status is Status.FAILED


def test_process_is_dead_when_ended_or_its_id_is_reused():
    here, dead = process_identity.current_process_key(), dead_process_key()
    assert here is not None
    began = here.rpartition("/")[0]
    assert [process_identity.is_process_dead(key) for key in (here, dead, f"{began}/1")] == [
        False,
        True,
        True,
    ]
    assert [
        process_identity.is_process_dead(key) for key in (in_other_pid_namespace(dead), "host:1", "", None)
    ] == [False] * 4


@pytest.mark.parametrize("kind", [WORK, SINGLE_ATTEMPT], ids=["claimed", "ended"])
async def test_foreground_waits_for_the_lease_of_a_process_in_another_container(cluster, owner, kind: Kind):
    run = await cluster.enqueue(owner, kind=kind)
    await claim_by_silent_worker(cluster, run, in_other_pid_namespace(dead_process_key()), lease=2.0)
    notices = []
    try:
        ended = await run_in_foreground(cluster, run, on_waiting=lambda: notices.append(1))
        assert ended.attempts == 2
    except Unavailable:
        assert kind is SINGLE_ATTEMPT
    assert notices == [1]


async def test_interrupt_cancels_the_foreground_run(cluster, owner):
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=600))
    foreground = asyncio.create_task(run_in_foreground(cluster, run))
    await cluster.wait_for_status(run, Status.RUNNING)
    foreground.cancel()
    with pytest.raises(asyncio.CancelledError):
        await foreground
    ended = await cluster.get(run)
    assert (ended.status, await cluster.list_written_attempts(run)) == (Status.CANCELLED, [])
    assert await count_workers(cluster) == 0


async def test_interrupt_does_not_cancel_a_run_of_another_process(cluster, owner):
    run = await cluster.enqueue(owner)
    await claim_by_silent_worker(cluster, run, "elsewhere/1/1")
    foreground = asyncio.create_task(run_in_foreground(cluster, run))
    await cluster.wait_until(lambda: has_workers(cluster, 2))
    foreground.cancel()
    with pytest.raises(asyncio.CancelledError):
        await foreground
    assert (await cluster.get(run)).status is Status.RUNNING


async def has_workers(cluster: WorkerCluster, count: int) -> bool:
    return await count_workers(cluster) == count


async def test_cancelled_foreground_run_raises_conflict(cluster, owner):
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=600))
    foreground = asyncio.create_task(run_in_foreground(cluster, run))
    await cluster.wait_for_status(run, Status.RUNNING)
    await cluster.apply(runs.cancel, run)
    with pytest.raises(Conflict, match="was cancelled"):
        await foreground


async def test_run_scheduled_for_tomorrow_raises_not_due(cluster, owner):
    run = await cluster.enqueue(owner, delay=timedelta(days=1))
    with pytest.raises(runs.NotDue, match="daybreak runs cancel"):
        await run_in_foreground(cluster, run)
    assert (await cluster.get(run)).status is Status.QUEUED


async def test_concurrent_foreground_runs_write_once(cluster, owner):
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=0.1))
    ended = await asyncio.gather(*(run_in_foreground(cluster, run, settings=FAST_SETTINGS) for _ in range(4)))
    assert {(one.status, one.attempts) for one in ended} == {(Status.SUCCEEDED, 1)}
    assert await cluster.list_written_attempts(run) == [1]


async def test_foreground_run_fails_when_the_database_stops_answering(cluster, owner):
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=600))
    async with run_proxy(cluster.app) as proxy, Database.connect(proxy.dsn, max_connections=2) as database:
        foreground = asyncio.create_task(runs.run_in_foreground(database, ALL, run, FAST_SETTINGS))
        await cluster.wait_for_status(run, Status.RUNNING)
        proxy.stall()
        with pytest.raises(Unavailable, match="does not answer"):
            await asyncio.wait_for(foreground, TIMEOUT_SECONDS)
        proxy.resume()
