"""Tests that another worker finishes a run exactly once when a worker dies or freezes at any point."""

import asyncio
import signal
import subprocess

import pytest

from daybreak import runs
from daybreak.runs import Status

from .sample_kinds import ScriptedWork
from .worker_cluster import FAST_SETTINGS, LONG_LEASE_SETTINGS

pytestmark = pytest.mark.integration

HANDLER_POINTS = ("handler", "commit")


async def wait_until_killed(process: subprocess.Popen) -> None:
    assert await asyncio.wait_for(asyncio.to_thread(process.wait), 60) == -signal.SIGKILL


@pytest.mark.parametrize(
    ("die_at", "attempts"),
    [
        ("before claim", 1),
        ("after claim", 2),
        ("handler", 2),
        ("before commit", 2),
        ("commit", 2),
        ("after commit", 1),
    ],
)
async def test_worker_killed_at_any_point_loses_and_duplicates_no_run(cluster, owner, die_at, attempts):
    process = cluster.start_process(die_at="" if die_at in HANDLER_POINTS else die_at)
    run = await cluster.enqueue(
        owner, ScriptedWork(total=3, die_at=die_at if die_at in HANDLER_POINTS else "")
    )
    await wait_until_killed(process)
    # The job of a dead worker counts as lost after the lease of the worker that runs the rescuer.
    cluster.start_worker(settings=FAST_SETTINGS if die_at == "before claim" else LONG_LEASE_SETTINGS)
    ended = await cluster.wait_until_ended(run)
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, attempts)
    assert await cluster.list_written_attempts(run) == [attempts]
    numbers = [event.number for event in await cluster.list_events(run)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert await cluster.wait_until(lambda: has_no_jobs(cluster), 10)


async def has_no_jobs(shared_cluster) -> bool:
    return await shared_cluster.as_owner.fetchval("SELECT count(*) = 0 FROM pgq.pgqueuer")


async def test_worker_killed_during_a_lock_wait_of_its_commit_writes_nothing(cluster, owner):
    process = cluster.start_process()
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=0.3))
    await cluster.wait_for_status(run, Status.RUNNING)
    async with cluster.lock_row(run):
        await cluster.wait_until(lambda: has_lock_waiter(cluster))
        process.kill()
        await wait_until_killed(process)
    cluster.start_worker()
    assert (await cluster.wait_until_ended(run)).status is Status.SUCCEEDED
    assert len(await cluster.list_written_attempts(run)) == 1


async def has_lock_waiter(shared_cluster) -> bool:
    return await shared_cluster.as_owner.fetchval("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")


async def test_stale_fence_of_a_worker_frozen_past_its_lease_is_rejected(cluster, owner):
    process = cluster.start_process()
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=1.0))
    await cluster.wait_for_status(run, Status.RUNNING)
    process.send_signal(signal.SIGSTOP)
    cluster.start_worker()
    ended = await cluster.wait_until_ended(run)
    process.send_signal(signal.SIGCONT)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(asyncio.to_thread(process.wait), 60) == 0
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 2)
    assert ended.errors[0].message == "The worker died or lost touch with the database."
    assert await cluster.list_written_attempts(run) == [2]


async def test_late_commit_is_rejected_while_another_attempt_runs(cluster, owner):
    process = cluster.start_process()
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=2.5))
    # It freezes between two heartbeats, so that none reports the lost run before the attempt has ended.
    await cluster.wait_until(lambda: has_sent_heartbeat(cluster))
    process.send_signal(signal.SIGSTOP)
    cluster.start_worker()
    # The first handler's sleep has ended and the second one's has not: the late commit follows the wake-up.
    await cluster.wait_until(lambda: has_first_sleep_ended(cluster))
    assert (await cluster.get(run)).attempts == 2
    process.send_signal(signal.SIGCONT)
    ended = await cluster.wait_until_ended(run)
    assert (ended.status, ended.result) == (Status.SUCCEEDED, {"attempt": 2})
    assert await cluster.list_written_attempts(run) == [2]


async def has_sent_heartbeat(shared_cluster) -> bool:
    return await shared_cluster.as_owner.fetchval("SELECT count(*) > 0 FROM runs_workers WHERE running = 1")


async def has_first_sleep_ended(shared_cluster) -> bool:
    return await shared_cluster.as_owner.fetchval(
        "SELECT now() > started_at + interval '2.7 s' FROM runs_open"
    )


async def test_all_runs_are_redispatched_after_losing_all_jobs(cluster, owner):
    many = await cluster.enqueue_many(owner, [ScriptedWork() for _ in range(60)])
    await cluster.as_owner.execute("TRUNCATE pgq.pgqueuer")
    cluster.start_worker()
    for run in many:
        assert (await cluster.wait_until_ended(run)).status is Status.SUCCEEDED
    assert await cluster.list_written_attempts(*many) == [1] * 60


async def test_two_workers_execute_each_run_once(cluster, owner):
    cluster.start_worker()
    cluster.start_process(settings=LONG_LEASE_SETTINGS)
    many = await cluster.enqueue_many(owner, [ScriptedWork() for _ in range(200)])
    for run in many:
        assert (await cluster.wait_until_ended(run)).status is Status.SUCCEEDED
    assert await cluster.list_written_attempts(*many) == [1] * 200
    counts = await runs.count_by_kind(cluster.database)
    assert counts == await cluster.count_rows() == {("test.work", Status.SUCCEEDED): 200}
