"""Tests of item retries: the failed items, one item, or all items with their run."""

import asyncio
from functools import partial

import pytest

from daybreak import runs
from daybreak.errors import Conflict
from daybreak.runs import Status

from .fan_out_kinds import (
    BAD,
    CHAIN,
    FAN_OUT_AND_FINISH,
    GOOD,
    ChainParameters,
    attempt_once,
    enqueue_fan_out,
    item_counts,
    list_items,
    run_until_ended,
)

RETRY_WHOLE = partial(runs.retry, whole=True)


async def test_retry_repeats_only_unsuccessful_items(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": GOOD, "b": BAD, "c": BAD}, FAN_OUT_AND_FINISH)
    assert (await run_until_ended(cluster, run)).status is Status.PARTIAL
    await cluster.as_owner.execute("UPDATE runs_finished SET parameters = '{}' WHERE key = 'b'")
    again = await cluster.apply(runs.retry, run)
    assert (again.status, again.epoch, item_counts(again)) == (Status.RUNNING, 2, (3, 1, 0, 0))
    ended = await run_until_ended(cluster, run)
    assert (ended.status, item_counts(ended), ended.gaps) == (Status.PARTIAL, (3, 2, 1, 0), ("c",))
    good, mended, bad = await list_items(cluster, run)
    assert (good.epoch, mended.epoch, bad.epoch) == (1, 2, 2)
    assert await cluster.list_written_attempts(good, mended, bad) == [1, 1]
    assert len(bad.errors) == 2


async def test_whole_retry_repeats_all_items(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": GOOD, "b": BAD, "c": GOOD}, FAN_OUT_AND_FINISH)
    assert (await run_until_ended(cluster, run)).status is Status.PARTIAL
    old = {item.key: item for item in await list_items(cluster, run)}
    # The new fan-out has one item as before, one fixed and one new item, and no “c”.
    orders = """{"orders": {"0": {}, "a": {}, "b": {}}}"""
    await cluster.as_owner.execute("UPDATE runs_finished SET parameters = $1 WHERE id = $2", orders, run.id)
    again = await cluster.apply(RETRY_WHOLE, run)
    assert (again.status, again.epoch, item_counts(again)) == (Status.QUEUED, 2, (0, 0, 0, 0))
    assert await list_items(cluster, run) == []
    ended = await run_until_ended(cluster, run)
    assert (ended.status, item_counts(ended), ended.gaps) == (Status.SUCCEEDED, (3, 3, 0, 0), ())
    assert ended.result == {"planned_items": 3, "done": 3}
    found = await list_items(cluster, run)
    assert [(item.key, item.epoch, len(item.errors)) for item in found] == [
        ("0", 1, 0),
        ("a", 2, 0),
        ("b", 2, 1),
    ]
    assert [item.id == old[item.key].id for item in found[1:]] == [True, True]
    assert await cluster.list_written_attempts(*found, old["c"]) == [1, 1, 1, 1, 1]
    for which in (run, found[0]):
        numbers = [event.number for event in await cluster.list_events(which)]
        assert numbers == list(range(1, len(numbers) + 1))


async def test_failed_items_can_be_retried_after_a_whole_retry(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": BAD, "b": GOOD, "gone": BAD})
    await run_until_ended(cluster, run)
    gone = (await list_items(cluster, run))[2]
    orders = """{"orders": {"a": {"fail": "invalid"}, "b": {}}}"""
    await cluster.as_owner.execute("UPDATE runs_finished SET parameters = $1 WHERE id = $2", orders, run.id)
    await cluster.apply(RETRY_WHOLE, run)
    ended = await run_until_ended(cluster, run)
    assert (ended.status, item_counts(ended), ended.gaps) == (Status.PARTIAL, (2, 1, 1, 0), ("a",))
    with pytest.raises(Conflict, match="restarted without it"):
        await cluster.apply(runs.retry, gone)
    again = await cluster.apply(runs.retry, run)
    assert (again.status, again.epoch, item_counts(again)) == (Status.RUNNING, 3, (2, 1, 0, 0))
    assert [item.epoch for item in await list_items(cluster, run)] == [3, 2]


async def test_whole_retry_repeats_items_added_by_items(cluster, owner):
    run = await cluster.enqueue(owner, ChainParameters(3), kind=CHAIN)
    await run_until_ended(cluster, run)
    await cluster.as_owner.execute("UPDATE runs_finished SET status = 'failed' WHERE id = $1", run.id)
    await cluster.apply(RETRY_WHOLE, run)
    ended = await run_until_ended(cluster, run)
    assert (ended.status, item_counts(ended)) == (Status.SUCCEEDED, (3, 3, 0, 0))
    assert [(item.key, item.epoch) for item in await list_items(cluster, run)] == [
        ("3", 2),
        ("2", 2),
        ("1", 2),
    ]


async def test_whole_retry_rejects_items_and_succeeded_runs(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": BAD})
    await run_until_ended(cluster, run)
    with pytest.raises(Conflict, match="This is an item"):
        await cluster.apply(RETRY_WHOLE, (await list_items(cluster, run))[0])
    good = await run_until_ended(cluster, await cluster.enqueue(owner))
    with pytest.raises(Conflict, match="succeeded"):
        await cluster.apply(RETRY_WHOLE, good)


async def test_single_item_of_an_ended_run_is_retried(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": BAD, "b": BAD})
    assert (await run_until_ended(cluster, run)).status is Status.FAILED
    await cluster.as_owner.execute("UPDATE runs_finished SET parameters = '{}' WHERE key = 'a'")
    await cluster.apply(runs.retry, (await list_items(cluster, run))[0])
    ended = await run_until_ended(cluster, run)
    assert (ended.status, ended.epoch, item_counts(ended)) == (Status.PARTIAL, 2, (2, 1, 1, 0))
    assert [item.epoch for item in await list_items(cluster, run)] == [2, 1]


async def test_single_item_is_retried_while_others_run(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": BAD, "b": GOOD})
    await attempt_once(cluster, run)
    first = (await list_items(cluster, run))[0]
    await attempt_once(cluster, first)
    await cluster.as_owner.execute("UPDATE runs_finished SET parameters = '{}' WHERE key = 'a'")
    await cluster.apply(runs.retry, first)
    now = await cluster.get(run)
    assert (now.epoch, item_counts(now)) == (2, (2, 0, 0, 0))
    assert (await run_until_ended(cluster, run)).status is Status.SUCCEEDED


async def test_retry_of_a_cancelled_run_continues_with_the_remaining_items(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": GOOD, "b": GOOD})
    await attempt_once(cluster, run)
    first, second = await list_items(cluster, run)
    await attempt_once(cluster, first)
    assert (await cluster.apply(runs.cancel, run)).status is Status.CANCELLED
    await cluster.apply(runs.retry, run)
    assert (await run_until_ended(cluster, run)).status is Status.SUCCEEDED
    assert await cluster.list_written_attempts(first, second) == [1, 1]


async def test_concurrent_retries_of_an_item_execute_it_once(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": BAD, "b": BAD})
    await run_until_ended(cluster, run)
    item = (await list_items(cluster, run))[0]
    async with cluster.database.transaction([owner]) as first:
        await runs.retry(first, owner, item.id)
        second = asyncio.create_task(cluster.apply(runs.retry, item))
        await cluster.wait_until(lambda: has_lock_waiter(cluster))
    with pytest.raises(Conflict):
        await second
    now = await cluster.get(run)
    assert (now.status, item_counts(now)) == (Status.RUNNING, (2, 0, 1, 0))


async def has_lock_waiter(shared_cluster) -> bool:
    return await shared_cluster.as_owner.fetchval("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")


async def test_succeeded_item_cannot_be_retried(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": GOOD, "b": BAD})
    await run_until_ended(cluster, run)
    with pytest.raises(Conflict, match="succeeded"):
        await cluster.apply(runs.retry, (await list_items(cluster, run))[0])


async def test_finish_has_separate_attempts(cluster, owner):
    ended = await run_until_ended(
        cluster, await enqueue_fan_out(cluster, owner, {"a": GOOD}, FAN_OUT_AND_FINISH, fail_finish=2)
    )
    assert (ended.status, ended.attempts, len(ended.errors)) == (Status.SUCCEEDED, 3, 2)


async def test_retry_after_a_failed_finish_skips_the_items(cluster, owner):
    run = await enqueue_fan_out(cluster, owner, {"a": GOOD}, FAN_OUT_AND_FINISH, fail_finish=3)
    assert (await run_until_ended(cluster, run)).status is Status.FAILED
    await cluster.as_owner.execute(
        "UPDATE runs_finished SET parameters = parameters - 'fail_finish' WHERE id = $1", run.id
    )
    await cluster.apply(runs.retry, run)
    ended = await run_until_ended(cluster, run)
    assert (ended.status, ended.result) == (Status.SUCCEEDED, {"planned_items": 1, "done": 1})
    assert await cluster.list_written_attempts(*(await list_items(cluster, run))) == [1]
