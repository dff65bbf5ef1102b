"""Tests that the rows stay correct with uncooperative handlers and workers."""

import asyncio
from datetime import timedelta

from daybreak.errors import Unavailable
from daybreak.runs import Effects, Status, testing
from daybreak.runs.worker import executor
from daybreak.runs.worker.executor import Executor
from daybreak.runs.worker.heartbeat import Heartbeat

from .sample_kinds import ALL, BULK, WORK, ScriptedResult, ScriptedWork, make_kind
from .worker_cluster import FAST_SETTINGS, LostAnswerDatabase


async def test_handler_that_ignores_cancellation_is_abandoned_and_writes_nothing(cluster, owner, monkeypatch):
    monkeypatch.setattr(executor, "_UNWIND_SECONDS", 0.1)
    may_end = asyncio.Event()
    written = []

    async def stubborn(context) -> Effects[ScriptedResult]:
        while not may_end.is_set():
            try:
                await may_end.wait()
            except asyncio.CancelledError:
                continue

        async def write(_tx) -> ScriptedResult:
            written.append(context.attempt)
            return ScriptedResult(context.attempt)

        return Effects(write)

    hanging = make_kind("test.hanging", limit=0.1, handler=stubborn)
    cluster.start_worker([hanging])
    ended = await cluster.wait_until_ended(await cluster.enqueue(owner, kind=hanging))
    may_end.set()
    assert (ended.status, ended.attempts) == (Status.FAILED, 3)
    assert written == []


async def test_handler_without_effects_fails_as_internal_error(cluster, owner):
    async def forgetful(_context):
        return None

    forgetting = make_kind("test.forgetting", handler=forgetful)
    cluster.start_worker([forgetting])
    ended = await cluster.wait_until_ended(await cluster.enqueue(owner, kind=forgetting))
    assert (ended.status, ended.errors[0].error_class) == (Status.FAILED, "InternalError")


async def test_runs_of_unknown_kinds_are_left_to_other_workers(cluster, owner):
    ignorant = cluster.start_worker([BULK])
    run = await cluster.enqueue(owner, kind=WORK)
    await cluster.wait_until(lambda: has_no_jobs(cluster))
    assert (await cluster.get(run)).attempts == 0
    await cluster.drain(ignorant)
    cluster.start_worker()
    assert (await cluster.wait_until_ended(run)).status is Status.SUCCEEDED


async def has_no_jobs(shared_cluster) -> bool:
    return await shared_cluster.as_owner.fetchval("SELECT count(*) = 0 FROM pgq.pgqueuer")


async def test_worker_stops_its_attempts_when_heartbeats_get_no_answer(cluster, owner, monkeypatch):
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=600))
    quick = FAST_SETTINGS.model_copy(update={"lease_seconds": 0.3, "heartbeat_seconds": 0.05})
    async with Executor(cluster.database, ALL, quick).run_loops() as started:
        (running,) = await started.claim([(owner, run.id)])
        attempt = asyncio.create_task(started.execute(running))

        async def silence(_heartbeat) -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(Heartbeat, "send", silence)
        heartbeats = asyncio.create_task(Heartbeat(started, "mute", started.database).run())
        await asyncio.wait_for(attempt, 60)
        heartbeats.cancel()
    # The row is unchanged: another worker can claim it after the lease.
    assert (await cluster.get(run)).status is Status.RUNNING
    assert await cluster.list_written_attempts(run) == []


async def test_progress_of_a_lost_run_is_rejected(cluster, owner):
    run = await cluster.enqueue(owner)
    async with (
        Executor(cluster.database, ALL, FAST_SETTINGS).run_loops() as loser,
        Executor(cluster.database, ALL, FAST_SETTINGS).run_loops() as winner,
    ):
        (lost,) = await loser.claim([(owner, run.id)])
        assert await winner.claim([(owner, run.id)]) == []
        await testing.advance_clock(cluster.database, owner, timedelta(hours=1))
        assert len(await winner.claim([(owner, run.id)])) == 1
        lost.progress_buffer.progress["done"] = 7
        lost.progress_buffer.events.append(("counted", {}))
        await loser._progress_writer.flush()
    assert (await cluster.get(run)).done == 0
    assert [event.name for event in await cluster.list_events(run)] == ["running", "running"]


async def test_events_are_not_duplicated_when_the_answer_to_a_commit_is_lost(cluster, owner):
    both_written = asyncio.Event()

    async def record_events(context) -> Effects[ScriptedResult]:
        context.record_event("counted", number=1)
        await started._progress_writer.flush()
        context.record_event("counted", number=2)
        await started._progress_writer.flush()
        both_written.set()
        context.record_event("counted", number=3)

        async def write(_tx) -> ScriptedResult:
            return ScriptedResult(context.attempt)

        return Effects(write)

    recording = make_kind("test.recording", handler=record_events)
    run = await cluster.enqueue(owner, kind=recording)
    async with Executor(cluster.database, [recording], FAST_SETTINGS).run_loops() as started:
        started._progress_writer._database = LostAnswerDatabase(cluster.database, 2)
        (running,) = await started.claim([(owner, run.id)])
        await started.execute(running)
    assert both_written.is_set()
    events = [(event.name, event.data.get("number")) for event in await cluster.list_events(run)]
    assert events == [("running", None), ("counted", 1), ("counted", 2), ("counted", 3), ("succeeded", None)]


async def test_unavailable_raised_by_effects_fails_only_the_attempt(cluster, owner):
    async def refusing(context) -> Effects[ScriptedResult]:
        async def write(_tx) -> ScriptedResult:
            raise Unavailable("The printer is out of paper.")

        return Effects(write)

    printing = make_kind("test.printing", handler=refusing)
    run = await testing.run_inline(cluster.database, [printing], await cluster.enqueue(owner, kind=printing))
    assert (run.status, run.attempts) == (Status.QUEUED, 1)
    assert run.errors[0].message == "The printer is out of paper."
