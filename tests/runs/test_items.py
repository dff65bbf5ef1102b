"""Tests of fan-out: each item is claimed, fenced and cancelled separately."""

import asyncio
import signal
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from daybreak import runs
from daybreak.errors import Conflict
from daybreak.runs import Effects, Item, Queue, RunsSettings, Status, testing
from daybreak.runs.worker.executor import Executor

from .fan_out_kinds import (
    BAD,
    CHAIN,
    FAN_OUT,
    FAN_OUT_AND_FINISH,
    GOOD,
    GROWING,
    ITEM,
    KINDS,
    LIMITED,
    ChainParameters,
    ConcurrencyMeter,
    FanOutParameters,
    FanOutResult,
    attempt_once,
    enqueue_fan_out,
    item_counts,
    list_items,
    run_until_ended,
)
from .sample_kinds import ScriptedWork
from .worker_cluster import FAST_SETTINGS, LostAnswerDatabase


async def test_run_ends_when_all_items_have_ended(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {f"part {n}": GOOD for n in range(7)})
    cluster.start_worker(KINDS)
    ended = await cluster.wait_until_ended(run)
    assert (ended.status, ended.result) == (Status.SUCCEEDED, {"planned_items": 7, "done": 0})
    assert item_counts(ended) == (7, 7, 0, 0)
    assert ended.percentage == 100
    done = await list_items(cluster, run)
    assert [item.key for item in done] == [f"part {n}" for n in range(7)]
    assert await cluster.list_written_attempts(*done) == [1] * 7


async def test_finish_receives_the_outcome_of_the_items(cluster, owner):
    orders = {"a": GOOD, "b": BAD, "nothing here": GOOD}
    ended = await run_until_ended(cluster, await enqueue_fan_out(cluster, owner, orders, FAN_OUT_AND_FINISH))
    assert (ended.status, ended.result) == (Status.PARTIAL, {"planned_items": 3, "done": 1})
    assert item_counts(ended) == (3, 1, 1, 1)
    assert ended.gaps == ("b",)


@pytest.mark.parametrize(
    ("orders", "status"),
    [
        ({}, Status.SUCCEEDED),
        ({"a": GOOD, "nothing": GOOD}, Status.SUCCEEDED),
        ({"nothing": GOOD}, Status.SUCCEEDED),
        ({"a": GOOD, "b": BAD}, Status.PARTIAL),
        ({"a": ScriptedWork(gaps=["x"])}, Status.PARTIAL),
        ({"a": BAD, "nothing": GOOD}, Status.FAILED),
    ],
)
@pytest.mark.parametrize("kind", [FAN_OUT, FAN_OUT_AND_FINISH])
async def test_status_of_a_run_follows_from_its_items(cluster, owner, orders, status, kind):
    ended = await run_until_ended(cluster, await enqueue_fan_out(cluster, owner, orders, kind))
    assert ended.status is status
    assert bool(ended.errors) is (status is Status.FAILED)


async def test_failed_item_records_its_error_and_does_not_affect_others(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": ScriptedWork(fail="unavailable"), "b": GOOD})
    ended = await run_until_ended(cluster, run)
    failed, good = await list_items(cluster, run)
    assert (failed.status, failed.attempts, len(failed.errors)) == (Status.FAILED, 3, 3)
    assert good.status is Status.SUCCEEDED
    assert ended.status is Status.PARTIAL


async def test_items_can_add_items_to_their_run(cluster, owner):
    ended = await run_until_ended(cluster, await cluster.enqueue(owner, ChainParameters(5), kind=CHAIN))
    assert (ended.status, item_counts(ended)) == (Status.SUCCEEDED, (5, 5, 0, 0))


async def test_item_added_repeatedly_is_executed_once(cluster, owner):
    run = await cluster.enqueue(owner, ChainParameters(3), kind=CHAIN)
    await run_until_ended(cluster, run)
    await cluster.as_owner.execute(
        "UPDATE runs_finished SET status = 'failed' WHERE key = '3' AND parent_id = $1", run.id
    )
    await cluster.as_owner.execute("UPDATE runs_finished SET status = 'failed' WHERE id = $1", run.id)
    await cluster.apply(runs.retry, run)
    again = await run_until_ended(cluster, run)
    assert again.total == 3
    assert [item.key for item in await list_items(cluster, run)] == ["3", "2", "1"]


async def test_progress_counts_items_and_estimates_the_end(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {f"{n}": GOOD for n in range(4)})
    assert (await cluster.get(run)).percentage is None
    await attempt_once(cluster, run)
    waiting = await cluster.get(run)
    assert (waiting.status, waiting.percentage, waiting.eta) == (Status.RUNNING, 0, None)
    first = (await list_items(cluster, run))[0]
    await attempt_once(cluster, first)
    now = await cluster.get(run)
    assert (now.current, now.total, now.percentage) == (1, 4, 25)
    assert now.eta == now.last_step_at + timedelta(seconds=3 * now.seconds_per_step)
    assert now.seconds_per_step > 0


async def test_progress_falls_only_with_a_retry(cluster, owner):
    async def plan_growing(_context) -> Effects:
        async def write(_) -> FanOutResult:
            return FanOutResult(planned_items=2)

        return Effects(write, items=[Item(GROWING, f"{n}", GOOD) for n in range(3)])

    kinds = [replace(FAN_OUT, handler=plan_growing), GROWING]
    run = await cluster.enqueue(owner, FanOutParameters(), kind=kinds[0])
    await testing.run_inline(cluster.database, kinds, run)
    first, *others = await list_items(cluster, run)
    shown = []
    for item in (*others, first):
        await testing.run_inline(cluster.database, kinds, item)
        now = await cluster.get(run)
        shown.append((now.current, now.total, now.percentage))
    assert shown == [(1, 3, 33), (2, 3, 66), (3, 11, 66)]
    await cluster.apply(runs.cancel, run)
    assert (await cluster.get(run)).percentage == 100
    again = await cluster.apply(runs.retry, run)
    assert (again.current, again.total, again.percentage) == (3, 11, 27)


async def test_events_record_every_item(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": GOOD, "b": BAD})
    await run_until_ended(cluster, run)
    events = await cluster.list_events(run)
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert [event.name for event in events] == ["running", "items", "item", "item", "running", "partial"]
    statuses = {event.data["key"]: event.data["status"] for event in events if event.name == "item"}
    assert statuses == {"a": "succeeded", "b": "failed"}


async def test_list_of_runs_excludes_items(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": GOOD})
    await attempt_once(cluster, run)
    async with cluster.database.transaction([owner]) as tx:
        assert [one.id for one in await runs.list_runs(tx, owner)] == [run.id]


async def test_cancel_of_a_run_cancels_queued_and_running_items(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {f"{n}": ScriptedWork(sleep_seconds=30) for n in range(25)})
    cluster.start_worker(
        KINDS, RunsSettings(lease_seconds=600, heartbeat_seconds=200, rescue_seconds=200, bulk_concurrency=5)
    )

    async def under_way():
        found = await list_items(cluster, run, statuses=[Status.RUNNING])
        return len(found) == 5 and found

    await cluster.wait_until(under_way)
    await cluster.apply(runs.cancel, run)
    ended = await cluster.wait_until_ended(run)
    assert ended.status is Status.CANCELLED
    assert {item.status for item in await list_items(cluster, run)} == {Status.CANCELLED}
    assert item_counts(ended) == (25, 0, 0, 25)


async def test_rescue_cancels_an_item_that_was_released_during_the_cancel_of_its_run(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": GOOD})
    await attempt_once(cluster, run)
    item = (await list_items(cluster, run))[0]
    async with cluster.lock_row(item):
        await cluster.apply(runs.cancel, run)
    assert (await cluster.get(run)).cancel_requested
    assert (await attempt_once(cluster, item)).status is Status.QUEUED
    await cluster.as_owner.execute("SELECT runs_rescue(50, '15s', '30s', 100)")
    assert (await cluster.get(run)).status is Status.CANCELLED


async def test_cancel_of_one_item_does_not_affect_others(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": GOOD, "b": GOOD})
    await attempt_once(cluster, run)
    await cluster.apply(runs.cancel, (await list_items(cluster, run))[0])
    ended = await run_until_ended(cluster, run)
    assert (ended.status, item_counts(ended)) == (Status.SUCCEEDED, (2, 1, 0, 1))


async def test_item_retry_is_rejected_while_its_run_is_being_cancelled(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": BAD, "b": GOOD})
    await attempt_once(cluster, run)
    first, second = await list_items(cluster, run)
    await attempt_once(cluster, first)
    async with cluster.lock_row(second):
        await cluster.apply(runs.cancel, run)
        with pytest.raises(Conflict, match="just ending"):
            await cluster.apply(runs.retry, first)


async def test_cancel_of_the_run_wins_over_an_uncommitted_item(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": GOOD})
    await attempt_once(cluster, run)
    item = (await list_items(cluster, run))[0]
    async with Executor(cluster.database, KINDS, RunsSettings()).run_loops() as engine:
        (running,) = await engine.claim([(owner, item.id)])
        await cluster.apply(runs.cancel, run)
        await engine.execute(running)
    assert (await cluster.get(item)).status is Status.CANCELLED
    assert (await cluster.get(run)).status is Status.CANCELLED
    assert await cluster.list_written_attempts(item) == []


async def test_heartbeat_delivers_a_missed_cancel_of_a_fan_out(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": ScriptedWork(sleep_seconds=60)})
    cluster.start_worker(KINDS)

    async def under_way():
        return await list_items(cluster, run, statuses=[Status.RUNNING])

    await cluster.wait_until(under_way)
    await cluster.as_owner.execute("UPDATE runs_open SET cancel_requested = TRUE WHERE id = $1", run.id)
    assert (await cluster.wait_until_ended(run)).status is Status.CANCELLED


async def test_item_of_a_dead_worker_is_rescued(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": GOOD})
    await attempt_once(cluster, run)
    item = (await list_items(cluster, run))[0]
    await Executor(cluster.database, KINDS, RunsSettings()).claim([(owner, item.id)])
    await testing.advance_clock(cluster.database, owner, timedelta(hours=1))
    counts = await cluster.as_owner.fetchrow("SELECT * FROM runs_rescue(50, '15s', '30s', 100)")
    assert counts["expired"] == 1
    taken_back = await cluster.get(item)
    assert (taken_back.status, taken_back.errors[0].error_class) == (Status.QUEUED, "WorkerDied")
    assert (await run_until_ended(cluster, run)).status is Status.SUCCEEDED


async def test_item_of_a_dead_worker_is_rescued_without_its_run(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": GOOD})
    await attempt_once(cluster, run)
    item = (await list_items(cluster, run))[0]
    await Executor(cluster.database, KINDS, RunsSettings()).claim([(owner, item.id)])
    await cluster.as_owner.execute("DELETE FROM runs_open WHERE id = $1", run.id)
    await testing.advance_clock(cluster.database, owner, timedelta(hours=1))
    await cluster.as_owner.execute("SELECT runs_rescue(50, '15s', '30s', 100)")
    assert (await cluster.get(item)).status is Status.QUEUED
    assert (await run_until_ended(cluster, item)).status is Status.SUCCEEDED


async def test_only_items_can_be_skipped(cluster, owner):
    ended = await run_until_ended(cluster, await cluster.enqueue(owner, key="nothing", kind=ITEM))
    assert (ended.status, ended.errors[0].error_class) == (Status.FAILED, "InternalError")


async def test_fan_out_is_not_repeated_when_the_answer_to_its_commit_is_lost(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": GOOD, "b": GOOD})
    async with Executor(cluster.database, KINDS, RunsSettings()).run_loops() as engine:
        engine._completer._database = LostAnswerDatabase(cluster.database, 1)
        (running,) = await engine.claim([(owner, run.id)])
        await engine.execute(running)
    ended = await run_until_ended(cluster, run)
    assert (ended.status, item_counts(ended)) == (Status.SUCCEEDED, (2, 2, 0, 0))
    events = await cluster.list_events(run)
    assert [event.number for event in events] == list(range(1, len(events) + 1))


async def test_gaps_together_with_items_are_an_internal_error(cluster, owner):
    async def both(context) -> Effects:
        async def write(_) -> FanOutResult:
            return FanOutResult(planned_items=1)

        return Effects(write, gaps=["x"], items=[Item(ITEM, "a", GOOD)])

    kind = replace(FAN_OUT, handler=both)
    run = await testing.run_inline(cluster.database, [kind], await enqueue_fan_out(cluster, owner, {}, kind))
    assert run.errors[0].error_class == "InternalError"


async def test_items_of_a_bulk_run_are_bulk(cluster, owner):
    eager = replace(ITEM, queue=Queue.INTERACTIVE)

    async def plan(_context) -> Effects:
        async def write(_) -> FanOutResult:
            return FanOutResult(planned_items=1)

        return Effects(write, items=[Item(eager, "a", GOOD)])

    kind = replace(FAN_OUT, handler=plan)
    for queue, expected in ((Queue.BULK, Queue.BULK), (Queue.SCHEDULED, Queue.INTERACTIVE)):
        run = await cluster.enqueue(owner, FanOutParameters(), key=queue, kind=kind, queue=queue)
        await testing.run_inline(cluster.database, [kind], run)
        assert [item.queue for item in await list_items(cluster, run)] == [expected]


async def test_runs_waiting_for_items_do_not_count_towards_the_dispatch_limit(cluster, owner):
    cluster.start_worker(
        KINDS,
        RunsSettings(lease_seconds=5, heartbeat_seconds=1, rescue_seconds=0.3, max_dispatched_per_user=3),
    )
    many = [
        await cluster.enqueue(
            owner, FanOutParameters({f"{n}": GOOD for n in range(9)}), key=f"{k}", kind=FAN_OUT
        )
        for k in range(6)
    ]
    for run in many:
        assert (await cluster.wait_until_ended(run)).status is Status.SUCCEEDED


@pytest.mark.parametrize("die_at", ["after claim", "before commit", "after commit"])
async def test_killed_worker_loses_and_duplicates_no_item(cluster, owner, die_at):
    run = await enqueue_fan_out(cluster, owner, {f"{n}": GOOD for n in range(6)}, FAN_OUT_AND_FINISH)
    doomed = cluster.start_process(die_at)
    assert await asyncio.to_thread(doomed.wait, 30) == -signal.SIGKILL
    cluster.start_worker(KINDS, FAST_SETTINGS)
    ended = await cluster.wait_until_ended(run)
    assert (ended.status, item_counts(ended)) == (Status.SUCCEEDED, (6, 6, 0, 0))
    assert len(await cluster.list_written_attempts(*(await list_items(cluster, run)))) == 6


async def test_run_with_missing_items_is_rescued_and_finished(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": GOOD, "b": GOOD})
    await attempt_once(cluster, run)
    await cluster.as_owner.execute("DELETE FROM runs_open WHERE parent_id = $1", run.id)
    counts = await cluster.as_owner.fetchrow("SELECT * FROM runs_rescue(50, '15s', '30s', 100)")
    assert counts["recounted"] == 1
    assert (await run_until_ended(cluster, run)).status.ended


async def test_concurrent_commits_of_items_do_not_deadlock(cluster):
    owners = [uuid4() for _ in range(4)]
    many = [
        await enqueue_fan_out(cluster, owner, {f"{n}": GOOD for n in range(40)}, FAN_OUT_AND_FINISH)
        for owner in owners
    ]
    for _ in range(2):
        cluster.start_worker(KINDS, RunsSettings(bulk_concurrency=40, commit_batch_size=10))
    for run in many:
        assert item_counts(await cluster.wait_until_ended(run)) == (40, 40, 0, 0)


async def test_concurrency_of_a_kind_is_limited(cluster, owner):
    for settings, most in (
        (FAST_SETTINGS, 2),
        (FAST_SETTINGS.model_copy(update={"kind_concurrency": {LIMITED.name: 3}}), 3),
    ):
        ConcurrencyMeter.highest = 0
        many = await cluster.enqueue_many(owner, [ScriptedWork(sleep_seconds=0.05)] * 8, kind=LIMITED)
        worker = cluster.start_worker(KINDS, settings)
        for run in many:
            assert (await cluster.wait_until_ended(run)).status is Status.SUCCEEDED
        assert ConcurrencyMeter.highest == most
        await cluster.drain(worker)


async def test_parameters_of_items_are_validated(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": GOOD})
    await cluster.as_owner.execute("""UPDATE runs_open SET parameters = '{"orders": {"a": 3}}'""")
    assert (await run_until_ended(cluster, run)).status is Status.FAILED
    assert ITEM.name not in {kind for kind, _ in await cluster.count_rows()}
