"""Tests that the rows stay correct with uncooperative handlers and workers."""

import asyncio
from datetime import timedelta

from daybreak.errors import Unavailable
from daybreak.runs import Effects, Status, testing
from daybreak.runs.worker import executor
from daybreak.runs.worker.executor import Engine
from daybreak.runs.worker.heartbeat import Beat

from .sample_kinds import ALL, BULK, WORK, Order, Receipt, kind
from .worker_cluster import QUICK, AnswersLost


async def test_handler_that_ignores_cancellation_is_abandoned_and_writes_nothing(
    engine_room, owner, monkeypatch
):
    monkeypatch.setattr(executor, "_TO_UNWIND", 0.1)
    let_go = asyncio.Event()
    written = []

    async def stubborn(task) -> Effects[Receipt]:
        while not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                continue

        async def write(_tx) -> Receipt:
            written.append(task.attempt)
            return Receipt(task.attempt)

        return Effects(write)

    hanging = kind("test.hanging", limit=0.1, handler=stubborn)
    engine_room.worker([hanging])
    ended = await engine_room.ended(await engine_room.start(owner, kind=hanging))
    let_go.set()
    assert (ended.status, ended.attempts) == (Status.FAILED, 3)
    assert written == []


async def test_handler_without_effects_fails_as_internal_error(engine_room, owner):
    async def forgetful(_task):
        return None

    forgetting = kind("test.forgetting", handler=forgetful)
    engine_room.worker([forgetting])
    ended = await engine_room.ended(await engine_room.start(owner, kind=forgetting))
    assert (ended.status, ended.errors[0].kind) == (Status.FAILED, "Bug")


async def test_runs_of_unknown_kinds_are_left_to_other_workers(engine_room, owner):
    ignorant = engine_room.worker([BULK])
    run = await engine_room.start(owner, kind=WORK)
    await engine_room.until(lambda: heard(engine_room))
    assert (await engine_room.get(run)).attempts == 0
    await engine_room.drain(ignorant)
    engine_room.worker()
    assert (await engine_room.ended(run)).status is Status.SUCCEEDED


async def heard(station) -> bool:
    return await station.as_owner.fetchval("SELECT count(*) = 0 FROM pgq.pgqueuer")


async def test_worker_stops_its_attempts_when_heartbeats_get_no_answer(engine_room, owner, monkeypatch):
    run = await engine_room.start(owner, Order(nap=600))
    quick = QUICK.model_copy(update={"lease": 0.3, "beat": 0.05})
    async with Engine(engine_room.database, ALL, quick).started() as started:
        (running,) = await started.claim([(owner, run.id)])
        attempt = asyncio.create_task(started.execute(running))

        async def silence(_beat) -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(Beat, "once", silence)
        beats = asyncio.create_task(Beat(started, "mute", started.database).run())
        await asyncio.wait_for(attempt, 60)
        beats.cancel()
    # The row is unchanged: another worker can claim it after the lease.
    assert (await engine_room.get(run)).status is Status.RUNNING
    assert await engine_room.attempts_written(run) == []


async def test_progress_of_a_lost_run_is_rejected(engine_room, owner):
    run = await engine_room.start(owner)
    async with (
        Engine(engine_room.database, ALL, QUICK).started() as loser,
        Engine(engine_room.database, ALL, QUICK).started() as winner,
    ):
        (lost,) = await loser.claim([(owner, run.id)])
        assert await winner.claim([(owner, run.id)]) == []
        await testing.move_clock(engine_room.database, owner, timedelta(hours=1))
        assert len(await winner.claim([(owner, run.id)])) == 1
        lost.news.progress["done"] = 7
        lost.news.events.append(("counted", {}))
        await loser._reporter.flush()
    assert (await engine_room.get(run)).done == 0
    assert [event.name for event in await engine_room.events(run)] == ["running", "running"]


async def test_events_are_not_duplicated_when_the_answer_to_a_commit_is_lost(engine_room, owner):
    both_told = asyncio.Event()

    async def talkative(task) -> Effects[Receipt]:
        task.event("counted", number=1)
        await started._reporter.flush()
        task.event("counted", number=2)
        await started._reporter.flush()
        both_told.set()
        task.event("counted", number=3)

        async def write(_tx) -> Receipt:
            return Receipt(task.attempt)

        return Effects(write)

    talking = kind("test.talking", handler=talkative)
    run = await engine_room.start(owner, kind=talking)
    async with Engine(engine_room.database, [talking], QUICK).started() as started:
        started._reporter._database = AnswersLost(engine_room.database, 2)
        (running,) = await started.claim([(owner, run.id)])
        await started.execute(running)
    assert both_told.is_set()
    told = [(event.name, event.data.get("number")) for event in await engine_room.events(run)]
    assert told == [("running", None), ("counted", 1), ("counted", 2), ("counted", 3), ("succeeded", None)]


async def test_unavailable_raised_by_effects_fails_only_the_attempt(engine_room, owner):
    async def refusing(task) -> Effects[Receipt]:
        async def write(_tx) -> Receipt:
            raise Unavailable("The printer is out of paper.")

        return Effects(write)

    printing = kind("test.printing", handler=refusing)
    run = await testing.run_inline(
        engine_room.database, [printing], await engine_room.start(owner, kind=printing)
    )
    assert (run.status, run.attempts) == (Status.QUEUED, 1)
    assert run.errors[0].message == "The printer is out of paper."
