"""Tests of fan-out: each item is claimed, fenced and cancelled separately."""

import asyncio
import signal
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from daybreak import runs
from daybreak.errors import Conflict
from daybreak.runs import Effects, Item, Lane, RunsSettings, Status, testing
from daybreak.runs.worker.executor import Engine

from .fan_out_kinds import (
    BAD,
    CHAIN,
    FAN,
    FAN_AND_FINISH,
    GOOD,
    GROWING,
    KINDS,
    NARROW,
    PART,
    Chain,
    Overlap,
    Plan,
    Sum,
    attempt,
    counted,
    drained,
    fan,
    items,
)
from .sample_kinds import Order
from .worker_cluster import QUICK, AnswersLost


async def test_run_ends_when_all_items_have_ended(engine_room, owner):
    run = await fan(engine_room, owner, {f"part {n}": GOOD for n in range(7)})
    engine_room.worker(KINDS)
    ended = await engine_room.ended(run)
    assert (ended.status, ended.result) == (Status.SUCCEEDED, {"planned": 7, "done": 0})
    assert counted(ended) == (7, 7, 0, 0)
    assert ended.percentage == 100
    done = await items(engine_room, run)
    assert [item.key for item in done] == [f"part {n}" for n in range(7)]
    assert await engine_room.attempts_written(*done) == [1] * 7


async def test_finish_receives_the_outcome_of_the_items(engine_room, owner):
    orders = {"a": GOOD, "b": BAD, "nothing here": GOOD}
    ended = await drained(engine_room, await fan(engine_room, owner, orders, FAN_AND_FINISH))
    assert (ended.status, ended.result) == (Status.PARTIAL, {"planned": 3, "done": 1})
    assert counted(ended) == (3, 1, 1, 1)
    assert ended.gaps == ("b",)


@pytest.mark.parametrize(
    ("orders", "status"),
    [
        ({}, Status.SUCCEEDED),
        ({"a": GOOD, "nothing": GOOD}, Status.SUCCEEDED),
        ({"nothing": GOOD}, Status.SUCCEEDED),
        ({"a": GOOD, "b": BAD}, Status.PARTIAL),
        ({"a": Order(gaps=["x"])}, Status.PARTIAL),
        ({"a": BAD, "nothing": GOOD}, Status.FAILED),
    ],
)
@pytest.mark.parametrize("kind", [FAN, FAN_AND_FINISH])
async def test_status_of_a_run_follows_from_its_items(engine_room, owner, orders, status, kind):
    ended = await drained(engine_room, await fan(engine_room, owner, orders, kind))
    assert ended.status is status
    assert bool(ended.errors) is (status is Status.FAILED)


async def test_failed_item_records_its_error_and_does_not_affect_others(engine_room, owner):
    run = await fan(engine_room, owner, {"a": Order(fail="unavailable"), "b": GOOD})
    ended = await drained(engine_room, run)
    failed, good = await items(engine_room, run)
    assert (failed.status, failed.attempts, len(failed.errors)) == (Status.FAILED, 3, 3)
    assert good.status is Status.SUCCEEDED
    assert ended.status is Status.PARTIAL


async def test_items_can_add_items_to_their_run(engine_room, owner):
    ended = await drained(engine_room, await engine_room.start(owner, Chain(5), kind=CHAIN))
    assert (ended.status, counted(ended)) == (Status.SUCCEEDED, (5, 5, 0, 0))


async def test_item_added_repeatedly_is_executed_once(engine_room, owner):
    run = await engine_room.start(owner, Chain(3), kind=CHAIN)
    await drained(engine_room, run)
    await engine_room.as_owner.execute(
        "UPDATE runs_finished SET status = 'failed' WHERE key = '3' AND part_of = $1", run.id
    )
    await engine_room.as_owner.execute("UPDATE runs_finished SET status = 'failed' WHERE id = $1", run.id)
    await engine_room.verb(runs.retry, run)
    again = await drained(engine_room, run)
    assert again.total == 3
    assert [item.key for item in await items(engine_room, run)] == ["3", "2", "1"]


async def test_progress_counts_items_and_estimates_the_end(engine_room, owner):
    run = await fan(engine_room, owner, {f"{n}": GOOD for n in range(4)})
    assert (await engine_room.get(run)).percentage is None
    await attempt(engine_room, run)
    waiting = await engine_room.get(run)
    assert (waiting.status, waiting.percentage, waiting.eta) == (Status.RUNNING, 0, None)
    first = (await items(engine_room, run))[0]
    await attempt(engine_room, first)
    now = await engine_room.get(run)
    assert (now.current, now.total, now.percentage) == (1, 4, 25)
    assert now.eta == now.paced_at + timedelta(seconds=3 * now.pace)
    assert now.pace > 0


async def test_progress_falls_only_with_a_retry(engine_room, owner):
    async def plan_growing(_task) -> Effects:
        async def write(_) -> Sum:
            return Sum(planned=2)

        return Effects(write, items=[Item(GROWING, f"{n}", GOOD) for n in range(3)])

    kinds = [replace(FAN, handler=plan_growing), GROWING]
    run = await engine_room.start(owner, Plan(), kind=kinds[0])
    await testing.run_inline(engine_room.database, kinds, run)
    first, *others = await items(engine_room, run)
    shown = []
    for item in (*others, first):
        await testing.run_inline(engine_room.database, kinds, item)
        now = await engine_room.get(run)
        shown.append((now.current, now.total, now.percentage))
    assert shown == [(1, 3, 33), (2, 3, 66), (3, 11, 66)]
    await engine_room.verb(runs.cancel, run)
    assert (await engine_room.get(run)).percentage == 100
    again = await engine_room.verb(runs.retry, run)
    assert (again.current, again.total, again.percentage) == (3, 11, 27)


async def test_events_record_every_item(engine_room, owner):
    run = await fan(engine_room, owner, {"a": GOOD, "b": BAD})
    await drained(engine_room, run)
    events = await engine_room.events(run)
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert [event.name for event in events] == ["running", "items", "item", "item", "running", "partial"]
    told = {event.data["key"]: event.data["status"] for event in events if event.name == "item"}
    assert told == {"a": "succeeded", "b": "failed"}


async def test_list_of_runs_excludes_items(engine_room, owner):
    run = await fan(engine_room, owner, {"a": GOOD})
    await attempt(engine_room, run)
    async with engine_room.database.transaction([owner]) as tx:
        assert [one.id for one in await runs.list_runs(tx, owner)] == [run.id]


async def test_cancel_of_a_run_cancels_queued_and_running_items(engine_room, owner):
    run = await fan(engine_room, owner, {f"{n}": Order(nap=30) for n in range(25)})
    engine_room.worker(KINDS, RunsSettings(lease=600, beat=200, sweep=200, bulk=5))

    async def under_way():
        found = await items(engine_room, run, statuses=[Status.RUNNING])
        return len(found) == 5 and found

    await engine_room.until(under_way)
    await engine_room.verb(runs.cancel, run)
    ended = await engine_room.ended(run)
    assert ended.status is Status.CANCELLED
    assert {item.status for item in await items(engine_room, run)} == {Status.CANCELLED}
    assert counted(ended) == (25, 0, 0, 25)


async def test_rescue_cancels_an_item_that_was_released_during_the_cancel_of_its_run(engine_room, owner):
    run = await fan(engine_room, owner, {"a": GOOD})
    await attempt(engine_room, run)
    item = (await items(engine_room, run))[0]
    async with engine_room.blocked(item):
        await engine_room.verb(runs.cancel, run)
    assert (await engine_room.get(run)).cancel
    assert (await attempt(engine_room, item)).status is Status.QUEUED
    await engine_room.as_owner.execute("SELECT runs_sweep(50, '15s', '30s', 100)")
    assert (await engine_room.get(run)).status is Status.CANCELLED


async def test_cancel_of_one_item_does_not_affect_others(engine_room, owner):
    run = await fan(engine_room, owner, {"a": GOOD, "b": GOOD})
    await attempt(engine_room, run)
    await engine_room.verb(runs.cancel, (await items(engine_room, run))[0])
    ended = await drained(engine_room, run)
    assert (ended.status, counted(ended)) == (Status.SUCCEEDED, (2, 1, 0, 1))


async def test_item_retry_is_rejected_while_its_run_is_being_cancelled(engine_room, owner):
    run = await fan(engine_room, owner, {"a": BAD, "b": GOOD})
    await attempt(engine_room, run)
    first, second = await items(engine_room, run)
    await attempt(engine_room, first)
    async with engine_room.blocked(second):
        await engine_room.verb(runs.cancel, run)
        with pytest.raises(Conflict, match="just ending"):
            await engine_room.verb(runs.retry, first)


async def test_cancel_of_the_run_wins_over_an_uncommitted_item(engine_room, owner):
    run = await fan(engine_room, owner, {"a": GOOD})
    await attempt(engine_room, run)
    item = (await items(engine_room, run))[0]
    async with Engine(engine_room.database, KINDS, RunsSettings()).started() as engine:
        (running,) = await engine.claim([(owner, item.id)])
        await engine_room.verb(runs.cancel, run)
        await engine.execute(running)
    assert (await engine_room.get(item)).status is Status.CANCELLED
    assert (await engine_room.get(run)).status is Status.CANCELLED
    assert await engine_room.attempts_written(item) == []


async def test_heartbeat_delivers_a_missed_cancel_of_a_fan_out(engine_room, owner):
    run = await fan(engine_room, owner, {"a": Order(nap=60)})
    engine_room.worker(KINDS)

    async def under_way():
        return await items(engine_room, run, statuses=[Status.RUNNING])

    await engine_room.until(under_way)
    await engine_room.as_owner.execute("UPDATE runs_open SET cancel = TRUE WHERE id = $1", run.id)
    assert (await engine_room.ended(run)).status is Status.CANCELLED


async def test_item_of_a_dead_worker_is_rescued(engine_room, owner):
    run = await fan(engine_room, owner, {"a": GOOD})
    await attempt(engine_room, run)
    item = (await items(engine_room, run))[0]
    await Engine(engine_room.database, KINDS, RunsSettings()).claim([(owner, item.id)])
    await testing.move_clock(engine_room.database, owner, timedelta(hours=1))
    swept = await engine_room.as_owner.fetchrow("SELECT * FROM runs_sweep(50, '15s', '30s', 100)")
    assert swept["expired"] == 1
    taken_back = await engine_room.get(item)
    assert (taken_back.status, taken_back.errors[0].kind) == (Status.QUEUED, "WorkerDied")
    assert (await drained(engine_room, run)).status is Status.SUCCEEDED


async def test_item_of_a_dead_worker_is_rescued_without_its_run(engine_room, owner):
    run = await fan(engine_room, owner, {"a": GOOD})
    await attempt(engine_room, run)
    item = (await items(engine_room, run))[0]
    await Engine(engine_room.database, KINDS, RunsSettings()).claim([(owner, item.id)])
    await engine_room.as_owner.execute("DELETE FROM runs_open WHERE id = $1", run.id)
    await testing.move_clock(engine_room.database, owner, timedelta(hours=1))
    await engine_room.as_owner.execute("SELECT runs_sweep(50, '15s', '30s', 100)")
    assert (await engine_room.get(item)).status is Status.QUEUED
    assert (await drained(engine_room, item)).status is Status.SUCCEEDED


async def test_only_items_can_be_skipped(engine_room, owner):
    ended = await drained(engine_room, await engine_room.start(owner, key="nothing", kind=PART))
    assert (ended.status, ended.errors[0].kind) == (Status.FAILED, "Bug")


async def test_fan_out_is_not_repeated_when_the_answer_to_its_commit_is_lost(engine_room, owner):
    run = await fan(engine_room, owner, {"a": GOOD, "b": GOOD})
    async with Engine(engine_room.database, KINDS, RunsSettings()).started() as engine:
        engine._committer._database = AnswersLost(engine_room.database, 1)
        (running,) = await engine.claim([(owner, run.id)])
        await engine.execute(running)
    ended = await drained(engine_room, run)
    assert (ended.status, counted(ended)) == (Status.SUCCEEDED, (2, 2, 0, 0))
    events = await engine_room.events(run)
    assert [event.number for event in events] == list(range(1, len(events) + 1))


async def test_gaps_together_with_items_are_an_internal_error(engine_room, owner):
    async def both(task) -> Effects:
        async def write(_) -> Sum:
            return Sum(planned=1)

        return Effects(write, gaps=["x"], items=[Item(PART, "a", GOOD)])

    kind = replace(FAN, handler=both)
    run = await testing.run_inline(engine_room.database, [kind], await fan(engine_room, owner, {}, kind))
    assert run.errors[0].kind == "Bug"


async def test_items_of_a_bulk_run_are_bulk(engine_room, owner):
    eager = replace(PART, lane=Lane.PEOPLE)

    async def plan(_task) -> Effects:
        async def write(_) -> Sum:
            return Sum(planned=1)

        return Effects(write, items=[Item(eager, "a", GOOD)])

    kind = replace(FAN, handler=plan)
    for lane, expected in ((Lane.BULK, Lane.BULK), (Lane.BRIEFS, Lane.PEOPLE)):
        run = await engine_room.start(owner, Plan(), key=lane, kind=kind, lane=lane)
        await testing.run_inline(engine_room.database, [kind], run)
        assert [item.lane for item in await items(engine_room, run)] == [expected]


async def test_runs_waiting_for_items_do_not_count_towards_the_dispatch_limit(engine_room, owner):
    engine_room.worker(KINDS, RunsSettings(lease=5, beat=1, sweep=0.3, window=3))
    many = [
        await engine_room.start(owner, Plan({f"{n}": GOOD for n in range(9)}), key=f"{k}", kind=FAN)
        for k in range(6)
    ]
    for run in many:
        assert (await engine_room.ended(run)).status is Status.SUCCEEDED


@pytest.mark.parametrize("place", ["after claim", "before commit", "after commit"])
async def test_killed_worker_loses_and_duplicates_no_item(engine_room, owner, place):
    run = await fan(engine_room, owner, {f"{n}": GOOD for n in range(6)}, FAN_AND_FINISH)
    doomed = engine_room.process(place)
    assert await asyncio.to_thread(doomed.wait, 30) == -signal.SIGKILL
    engine_room.worker(KINDS, QUICK)
    ended = await engine_room.ended(run)
    assert (ended.status, counted(ended)) == (Status.SUCCEEDED, (6, 6, 0, 0))
    assert len(await engine_room.attempts_written(*(await items(engine_room, run)))) == 6


async def test_run_with_missing_items_is_rescued_and_finished(engine_room, owner):
    run = await fan(engine_room, owner, {"a": GOOD, "b": GOOD})
    await attempt(engine_room, run)
    await engine_room.as_owner.execute("DELETE FROM runs_open WHERE part_of = $1", run.id)
    swept = await engine_room.as_owner.fetchrow("SELECT * FROM runs_sweep(50, '15s', '30s', 100)")
    assert swept["recounted"] == 1
    assert (await drained(engine_room, run)).status.ended


async def test_concurrent_commits_of_items_do_not_deadlock(engine_room):
    owners = [uuid4() for _ in range(4)]
    many = [
        await fan(engine_room, owner, {f"{n}": GOOD for n in range(40)}, FAN_AND_FINISH) for owner in owners
    ]
    for _ in range(2):
        engine_room.worker(KINDS, RunsSettings(bulk=40, commit_group=10))
    for run in many:
        assert counted(await engine_room.ended(run)) == (40, 40, 0, 0)


async def test_concurrency_of_a_kind_is_limited(engine_room, owner):
    for settings, most in ((QUICK, 2), (QUICK.model_copy(update={"at_once": {NARROW.name: 3}}), 3)):
        Overlap.most = 0
        many = await engine_room.start_many(owner, [Order(nap=0.05)] * 8, kind=NARROW)
        worker = engine_room.worker(KINDS, settings)
        for run in many:
            assert (await engine_room.ended(run)).status is Status.SUCCEEDED
        assert Overlap.most == most
        await engine_room.drain(worker)


async def test_parameters_of_items_are_validated(engine_room, owner):
    run = await fan(engine_room, owner, {"a": GOOD})
    await engine_room.as_owner.execute("""UPDATE runs_open SET parameters = '{"orders": {"a": 3}}'""")
    assert (await drained(engine_room, run)).status is Status.FAILED
    assert PART.name not in {kind for kind, _ in await engine_room.real_counts()}
