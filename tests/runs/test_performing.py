"""Runs that somebody waits for: performed in this process, or followed where another one has them."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from daybreak import runs
from daybreak.db import Database
from daybreak.errors import Bug, Conflict, InvalidInput, Unavailable
from daybreak.runs import Kind, Run, RunsSettings, Status, whereabouts
from daybreak.runs.beating import Beat
from daybreak.runs.engine import Engine

from .kinds import ALL, WORK, Order
from .proxy import proxied
from .station import QUICK, Station

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
    """A worker in that place has the run, and is heard of no more."""
    engine = Engine(room.database, ALL, RunsSettings(lease=lease))
    await Beat(engine, "host:1", engine.database, place=place).once()
    assert len(await engine.claim([(run.owner_id, run.id)])) == 1


def a_dead_process() -> str:
    """The place of a process that is over."""
    program = "from daybreak.runs import whereabouts; print(whereabouts.here(), end='')"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def in_a_container(place: str) -> str:
    """Where the process with the same id is, in another namespace of the same host."""
    boot, _, process = place.partition(":")
    return f"{boot}:1/{process.partition('/')[2]}"


async def test_it_ends_here_without_any_worker_and_leaves_none_behind(engine_room, owner):
    ended = await perform(engine_room, await engine_room.start(owner))
    assert (ended.status, ended.result) == (Status.SUCCEEDED, {"attempt": 1})
    assert await engine_room.attempts_written(ended) == [1]
    assert await workers(engine_room) == 0


async def test_with_gaps_it_has_ended_well(engine_room, owner):
    ended = await perform(engine_room, await engine_room.start(owner, Order(gaps=["A"])))
    assert ended.status is Status.PARTIAL


@pytest.mark.parametrize(
    ("fail", "kind"),
    [("invalid", InvalidInput), ("unavailable", Unavailable), ("unexpected", ZeroDivisionError)],
)
async def test_the_error_of_a_run_that_fails_comes_out_as_it_was(engine_room, owner, fail, kind):
    run = await engine_room.start(owner, Order(fail=fail), kind=ONCE)
    with pytest.raises(kind, match="It failed as it was told to"):
        await perform(engine_room, run)
    assert (await engine_room.get(run)).status is Status.FAILED
    assert await workers(engine_room) == 0


async def test_an_error_of_the_commit_is_a_defect(engine_room, owner):
    run = await engine_room.start(owner, Order(spoil=True), kind=ONCE)
    with pytest.raises(Bug, match="DivisionByZeroError"):
        await perform(engine_room, run)


async def test_what_may_succeed_later_is_attempted_again(engine_room, owner):
    ended = await perform(
        engine_room, await engine_room.start(owner, Order(fail="unavailable", fail_until=2))
    )
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 3)


async def test_a_run_that_a_worker_has_is_followed_to_its_end(engine_room, owner):
    engine_room.worker()
    run = await engine_room.start(owner, Order(nap=0.4))
    await engine_room.status(run, Status.RUNNING)
    ended = await perform(engine_room, run)
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 1)
    assert await engine_room.attempts_written(run) == [1]


@pytest.mark.parametrize(
    ("fail", "kind"), [("invalid", InvalidInput), ("unavailable", Unavailable), ("unexpected", Bug)]
)
async def test_the_error_of_a_run_that_failed_elsewhere_is_told_by_its_sentence(
    engine_room, owner, fail, kind
):
    run = await engine_room.start(owner, Order(fail=fail), kind=ONCE)
    engine_room.worker()
    await engine_room.ended(run)
    with pytest.raises(kind, match=r"It failed as it was told to|ZeroDivisionError"):
        await perform(engine_room, run)


async def test_a_run_of_a_dead_process_is_taken_over_at_once(engine_room, owner):
    run = await engine_room.start(owner)
    await held_by(engine_room, run, a_dead_process())
    ended = await perform(engine_room, run)
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 2)
    assert [error.kind for error in ended.errors] == ["WorkerDied"]


async def test_a_run_whose_only_attempt_died_with_its_process_ends_at_once(engine_room, owner):
    run = await engine_room.start(owner, kind=ONCE)
    await held_by(engine_room, run, a_dead_process())
    with pytest.raises(Unavailable, match="died"):
        await perform(engine_room, run)
    assert (await engine_room.get(run)).status is Status.FAILED


def test_a_process_is_dead_when_it_is_over_or_another_one_has_its_id():
    here, dead = whereabouts.here(), a_dead_process()
    assert here is not None
    began = here.rpartition("/")[0]
    assert [whereabouts.is_dead(place) for place in (here, dead, f"{began}/1")] == [False, True, True]
    assert [whereabouts.is_dead(place) for place in (in_a_container(dead), "host:1", "", None)] == [False] * 4


@pytest.mark.parametrize("kind", [WORK, ONCE], ids=["taken over", "ended"])
async def test_of_a_process_in_another_container_the_lease_is_waited_for(engine_room, owner, kind: Kind):
    run = await engine_room.start(owner, kind=kind)
    await held_by(engine_room, run, in_a_container(a_dead_process()), lease=2.0)
    told = []
    try:
        ended = await perform(engine_room, run, waiting=lambda: told.append(1))
        assert ended.attempts == 2
    except Unavailable:
        assert kind is ONCE
    assert told == [1]


async def test_interrupted_it_cancels_what_it_has_begun(engine_room, owner):
    run = await engine_room.start(owner, Order(nap=600))
    performing = asyncio.create_task(perform(engine_room, run))
    await engine_room.status(run, Status.RUNNING)
    performing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await performing
    ended = await engine_room.get(run)
    assert (ended.status, await engine_room.attempts_written(run)) == (Status.CANCELLED, [])
    assert await workers(engine_room) == 0


async def test_interrupted_it_leaves_the_run_of_another_alone(engine_room, owner):
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


async def test_cancelled_by_somebody_it_is_a_conflict(engine_room, owner):
    run = await engine_room.start(owner, Order(nap=600))
    performing = asyncio.create_task(perform(engine_room, run))
    await engine_room.status(run, Status.RUNNING)
    await engine_room.verb(runs.cancel, run)
    with pytest.raises(Conflict, match="was cancelled"):
        await performing


async def test_nobody_is_made_to_wait_for_a_run_of_tomorrow(engine_room, owner):
    run = await engine_room.start(owner, delay=timedelta(days=1))
    with pytest.raises(runs.NotDue, match="daybreak runs cancel"):
        await perform(engine_room, run)
    assert (await engine_room.get(run)).status is Status.QUEUED


async def test_several_at_once_write_once(engine_room, owner):
    run = await engine_room.start(owner, Order(nap=0.1))
    ended = await asyncio.gather(*(perform(engine_room, run, settings=QUICK) for _ in range(4)))
    assert {(one.status, one.attempts) for one in ended} == {(Status.SUCCEEDED, 1)}
    assert await engine_room.attempts_written(run) == [1]


async def test_a_database_that_falls_silent_is_not_waited_for(engine_room, owner):
    run = await engine_room.start(owner, Order(nap=600))
    async with proxied(engine_room.app) as proxy, Database.connect(proxy.dsn, connections=2) as database:
        performing = asyncio.create_task(runs.perform(database, ALL, run, QUICK))
        await engine_room.status(run, Status.RUNNING)
        proxy.hang()
        with pytest.raises(Unavailable, match="does not answer"):
            await asyncio.wait_for(performing, SOON)
        proxy.go_on()
