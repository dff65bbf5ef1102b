"""Tests that another worker finishes a run exactly once when a worker dies or freezes at any point."""

import asyncio
import signal
import subprocess

import pytest

from daybreak import runs
from daybreak.runs import Status

from .sample_kinds import Order
from .worker_cluster import PATIENT, QUICK

pytestmark = pytest.mark.integration

IN_ORDERS = ("handler", "commit")


async def died(process: subprocess.Popen) -> None:
    assert await asyncio.wait_for(asyncio.to_thread(process.wait), 60) == -signal.SIGKILL


@pytest.mark.parametrize(
    ("place", "attempts"),
    [
        ("before claim", 1),
        ("after claim", 2),
        ("handler", 2),
        ("before commit", 2),
        ("commit", 2),
        ("after commit", 1),
    ],
)
async def test_worker_killed_at_any_point_loses_and_duplicates_no_run(engine_room, owner, place, attempts):
    process = engine_room.process(die_at="" if place in IN_ORDERS else place)
    run = await engine_room.start(owner, Order(total=3, die_at=place if place in IN_ORDERS else ""))
    await died(process)
    # The job of a dead worker counts as lost after the lease of the worker that runs the rescuer.
    engine_room.worker(settings=QUICK if place == "before claim" else PATIENT)
    ended = await engine_room.ended(run)
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, attempts)
    assert await engine_room.attempts_written(run) == [attempts]
    numbers = [event.number for event in await engine_room.events(run)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert await engine_room.until(lambda: nothing_rings(engine_room), 10)


async def nothing_rings(station) -> bool:
    return await station.as_owner.fetchval("SELECT count(*) = 0 FROM pgq.pgqueuer")


async def test_worker_killed_during_a_lock_wait_of_its_commit_writes_nothing(engine_room, owner):
    process = engine_room.process()
    run = await engine_room.start(owner, Order(nap=0.3))
    await engine_room.status(run, Status.RUNNING)
    async with engine_room.blocked(run):
        await engine_room.until(lambda: somebody_waits(engine_room))
        process.kill()
        await died(process)
    engine_room.worker()
    assert (await engine_room.ended(run)).status is Status.SUCCEEDED
    assert len(await engine_room.attempts_written(run)) == 1


async def somebody_waits(station) -> bool:
    return await station.as_owner.fetchval("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")


async def test_stale_fence_of_a_worker_frozen_past_its_lease_is_rejected(engine_room, owner):
    process = engine_room.process()
    run = await engine_room.start(owner, Order(nap=1.0))
    await engine_room.status(run, Status.RUNNING)
    process.send_signal(signal.SIGSTOP)
    engine_room.worker()
    ended = await engine_room.ended(run)
    process.send_signal(signal.SIGCONT)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(asyncio.to_thread(process.wait), 60) == 0
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 2)
    assert ended.errors[0].message == "The worker died or lost touch with the database."
    assert await engine_room.attempts_written(run) == [2]


async def test_late_commit_is_rejected_while_another_attempt_runs(engine_room, owner):
    process = engine_room.process()
    run = await engine_room.start(owner, Order(nap=2.5))
    # It freezes between two heartbeats, so that none reports the lost run before the attempt has ended.
    await engine_room.until(lambda: has_beaten(engine_room))
    process.send_signal(signal.SIGSTOP)
    engine_room.worker()
    # The first handler's sleep has ended and the second one's has not: the late commit follows the wake-up.
    await engine_room.until(lambda: first_nap_is_over(engine_room))
    assert (await engine_room.get(run)).attempts == 2
    process.send_signal(signal.SIGCONT)
    ended = await engine_room.ended(run)
    assert (ended.status, ended.result) == (Status.SUCCEEDED, {"attempt": 2})
    assert await engine_room.attempts_written(run) == [2]


async def has_beaten(station) -> bool:
    return await station.as_owner.fetchval("SELECT count(*) > 0 FROM runs_workers WHERE running = 1")


async def first_nap_is_over(station) -> bool:
    return await station.as_owner.fetchval("SELECT now() > started_at + interval '2.7 s' FROM runs_open")


async def test_all_runs_are_redispatched_after_losing_all_jobs(engine_room, owner):
    many = await engine_room.start_many(owner, [Order() for _ in range(60)])
    await engine_room.as_owner.execute("TRUNCATE pgq.pgqueuer")
    engine_room.worker()
    for run in many:
        assert (await engine_room.ended(run)).status is Status.SUCCEEDED
    assert await engine_room.attempts_written(*many) == [1] * 60


async def test_two_workers_execute_each_run_once(engine_room, owner):
    engine_room.worker()
    engine_room.process(settings=PATIENT)
    many = await engine_room.start_many(owner, [Order() for _ in range(200)])
    for run in many:
        assert (await engine_room.ended(run)).status is Status.SUCCEEDED
    assert await engine_room.attempts_written(*many) == [1] * 200
    counts = await runs.counts(engine_room.database)
    assert counts == await engine_room.real_counts() == {("test.work", Status.SUCCEEDED): 200}
