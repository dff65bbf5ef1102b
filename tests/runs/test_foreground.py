"""Tests of foreground runs: executed in this process, or awaited if another process has them."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from daybreak import runs
from daybreak.db import Database
from daybreak.errors import Bug, Conflict, InvalidInput, Unavailable
from daybreak.runs import Kind, Run, RunsSettings, Status
from daybreak.runs.worker import process_identity
from daybreak.runs.worker.executor import Engine
from daybreak.runs.worker.heartbeat import Beat

from .sample_kinds import ALL, WORK, Order
from .tcp_proxy import proxied
from .worker_cluster import QUICK, Station

ONCE = replace(WORK, max_attempts=1)
LONG = RunsSettings(lease=600, beat=0.3)
SOON = 60


async def perform(room: Station, run: Run, **options) -> Run:
    options = {"settings": LONG} | options
    async with asyncio.timeout(SOON):
        return await runs.perform(room.database, ALL, run, **options)


async def workers(room: Station) -> int:
    return await room.as_owner.fetchval("SELECT count(*) FROM runs_workers")


async def held_by(room: Station, run: Run, place: str, lease: float = 600) -> None:
    """Claim the run for a worker with this process key that sends no further heartbeat."""
    engine = Engine(room.database, ALL, RunsSettings(lease=lease))
    await Beat(engine, "host:1", engine.database, place=place).once()
    assert len(await engine.claim([(run.owner_id, run.id)])) == 1


def a_dead_process() -> str:
    """Return the key of a process that has ended."""
    program = "from daybreak.runs.worker import process_identity; print(process_identity.here(), end='')"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def in_a_container(place: str) -> str:
    """Return the key of the process with the same id in another PID namespace of the host."""
    boot, _, process = place.partition(":")
    return f"{boot}:1/{process.partition('/')[2]}"


async def test_foreground_run_ends_without_workers_and_deregisters(engine_room, owner):
    ended = await perform(engine_room, await engine_room.start(owner))
    assert (ended.status, ended.result) == (Status.SUCCEEDED, {"attempt": 1})
    assert await engine_room.attempts_written(ended) == [1]
    assert await workers(engine_room) == 0


async def test_foreground_run_with_gaps_succeeds(engine_room, owner):
    ended = await perform(engine_room, await engine_room.start(owner, Order(gaps=["A"])))
    assert ended.status is Status.PARTIAL


@pytest.mark.parametrize(
    ("fail", "kind"),
    [("invalid", InvalidInput), ("unavailable", Unavailable), ("unexpected", ZeroDivisionError)],
)
async def test_error_of_a_foreground_run_is_raised_unchanged(engine_room, owner, fail, kind):
    run = await engine_room.start(owner, Order(fail=fail), kind=ONCE)
    with pytest.raises(kind, match="It failed as requested"):
        await perform(engine_room, run)
    assert (await engine_room.get(run)).status is Status.FAILED
    assert await workers(engine_room) == 0


async def test_commit_error_is_an_internal_error(engine_room, owner):
    run = await engine_room.start(owner, Order(spoil=True), kind=ONCE)
    with pytest.raises(Bug, match="DivisionByZeroError"):
        await perform(engine_room, run)


async def test_foreground_run_retries_retryable_errors(engine_room, owner):
    ended = await perform(
        engine_room, await engine_room.start(owner, Order(fail="unavailable", fail_until=2))
    )
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 3)


async def test_foreground_waits_for_a_run_claimed_by_a_worker(engine_room, owner):
    engine_room.worker()
    run = await engine_room.start(owner, Order(nap=0.4))
    await engine_room.status(run, Status.RUNNING)
    ended = await perform(engine_room, run)
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 1)
    assert await engine_room.attempts_written(run) == [1]


@pytest.mark.parametrize(
    ("fail", "kind"), [("invalid", InvalidInput), ("unavailable", Unavailable), ("unexpected", Bug)]
)
async def test_error_of_a_run_that_failed_in_a_worker_is_raised_with_its_message(
    engine_room, owner, fail, kind
):
    run = await engine_room.start(owner, Order(fail=fail), kind=ONCE)
    engine_room.worker()
    await engine_room.ended(run)
    with pytest.raises(kind, match=r"It failed as requested|ZeroDivisionError"):
        await perform(engine_room, run)


async def test_run_of_a_dead_process_is_claimed_immediately(engine_room, owner):
    run = await engine_room.start(owner)
    await held_by(engine_room, run, a_dead_process())
    ended = await perform(engine_room, run)
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 2)
    assert [error.kind for error in ended.errors] == ["WorkerDied"]


async def test_run_without_attempts_left_fails_when_its_process_died(engine_room, owner):
    run = await engine_room.start(owner, kind=ONCE)
    await held_by(engine_room, run, a_dead_process())
    with pytest.raises(Unavailable, match="died"):
        await perform(engine_room, run)
    assert (await engine_room.get(run)).status is Status.FAILED


def test_process_is_dead_when_ended_or_its_id_is_reused():
    here, dead = process_identity.here(), a_dead_process()
    assert here is not None
    began = here.rpartition("/")[0]
    assert [process_identity.is_dead(place) for place in (here, dead, f"{began}/1")] == [False, True, True]
    assert [process_identity.is_dead(place) for place in (in_a_container(dead), "host:1", "", None)] == [
        False
    ] * 4


@pytest.mark.parametrize("kind", [WORK, ONCE], ids=["claimed", "ended"])
async def test_foreground_waits_for_the_lease_of_a_process_in_another_container(
    engine_room, owner, kind: Kind
):
    run = await engine_room.start(owner, kind=kind)
    await held_by(engine_room, run, in_a_container(a_dead_process()), lease=2.0)
    told = []
    try:
        ended = await perform(engine_room, run, waiting=lambda: told.append(1))
        assert ended.attempts == 2
    except Unavailable:
        assert kind is ONCE
    assert told == [1]


async def test_interrupt_cancels_the_foreground_run(engine_room, owner):
    run = await engine_room.start(owner, Order(nap=600))
    performing = asyncio.create_task(perform(engine_room, run))
    await engine_room.status(run, Status.RUNNING)
    performing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await performing
    ended = await engine_room.get(run)
    assert (ended.status, await engine_room.attempts_written(run)) == (Status.CANCELLED, [])
    assert await workers(engine_room) == 0


async def test_interrupt_does_not_cancel_a_run_of_another_process(engine_room, owner):
    run = await engine_room.start(owner)
    await held_by(engine_room, run, "elsewhere/1/1")
    performing = asyncio.create_task(perform(engine_room, run))
    await engine_room.until(lambda: workers_are(engine_room, 2))
    performing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await performing
    assert (await engine_room.get(run)).status is Status.RUNNING


async def workers_are(room: Station, count: int) -> bool:
    return await workers(room) == count


async def test_cancelled_foreground_run_raises_conflict(engine_room, owner):
    run = await engine_room.start(owner, Order(nap=600))
    performing = asyncio.create_task(perform(engine_room, run))
    await engine_room.status(run, Status.RUNNING)
    await engine_room.verb(runs.cancel, run)
    with pytest.raises(Conflict, match="was cancelled"):
        await performing


async def test_run_scheduled_for_tomorrow_raises_not_due(engine_room, owner):
    run = await engine_room.start(owner, delay=timedelta(days=1))
    with pytest.raises(runs.NotDue, match="daybreak runs cancel"):
        await perform(engine_room, run)
    assert (await engine_room.get(run)).status is Status.QUEUED


async def test_concurrent_foreground_runs_write_once(engine_room, owner):
    run = await engine_room.start(owner, Order(nap=0.1))
    ended = await asyncio.gather(*(perform(engine_room, run, settings=QUICK) for _ in range(4)))
    assert {(one.status, one.attempts) for one in ended} == {(Status.SUCCEEDED, 1)}
    assert await engine_room.attempts_written(run) == [1]


async def test_foreground_run_fails_when_the_database_stops_answering(engine_room, owner):
    run = await engine_room.start(owner, Order(nap=600))
    async with proxied(engine_room.app) as proxy, Database.connect(proxy.dsn, connections=2) as database:
        performing = asyncio.create_task(runs.perform(database, ALL, run, QUICK))
        await engine_room.status(run, Status.RUNNING)
        proxy.hang()
        with pytest.raises(Unavailable, match="does not answer"):
            await asyncio.wait_for(performing, SOON)
        proxy.go_on()
