"""Tests of item retries: the failed items, one item, or all items with their run."""

import asyncio
from functools import partial

import pytest

from daybreak import runs
from daybreak.errors import Conflict
from daybreak.runs import Status

from .fan_out_kinds import BAD, CHAIN, FAN_AND_FINISH, GOOD, Chain, attempt, counted, drained, fan, items

WHOLE = partial(runs.retry, whole=True)


async def test_retry_repeats_only_unsuccessful_items(engine_room, owner):
    run = await fan(engine_room, owner, {"a": GOOD, "b": BAD, "c": BAD}, FAN_AND_FINISH)
    assert (await drained(engine_room, run)).status is Status.PARTIAL
    await engine_room.as_owner.execute("UPDATE runs_finished SET parameters = '{}' WHERE key = 'b'")
    again = await engine_room.verb(runs.retry, run)
    assert (again.status, again.epoch, counted(again)) == (Status.RUNNING, 2, (3, 1, 0, 0))
    ended = await drained(engine_room, run)
    assert (ended.status, counted(ended), ended.gaps) == (Status.PARTIAL, (3, 2, 1, 0), ("c",))
    good, mended, bad = await items(engine_room, run)
    assert (good.epoch, mended.epoch, bad.epoch) == (1, 2, 2)
    assert await engine_room.attempts_written(good, mended, bad) == [1, 1]
    assert len(bad.errors) == 2


async def test_whole_retry_repeats_all_items(engine_room, owner):
    run = await fan(engine_room, owner, {"a": GOOD, "b": BAD, "c": GOOD}, FAN_AND_FINISH)
    assert (await drained(engine_room, run)).status is Status.PARTIAL
    old = {item.key: item for item in await items(engine_room, run)}
    # The new fan-out has one item as before, one fixed and one new item, and no “c”.
    orders = """{"orders": {"0": {}, "a": {}, "b": {}}}"""
    await engine_room.as_owner.execute(
        "UPDATE runs_finished SET parameters = $1 WHERE id = $2", orders, run.id
    )
    again = await engine_room.verb(WHOLE, run)
    assert (again.status, again.epoch, counted(again)) == (Status.QUEUED, 2, (0, 0, 0, 0))
    assert await items(engine_room, run) == []
    ended = await drained(engine_room, run)
    assert (ended.status, counted(ended), ended.gaps) == (Status.SUCCEEDED, (3, 3, 0, 0), ())
    assert ended.result == {"planned": 3, "done": 3}
    found = await items(engine_room, run)
    assert [(item.key, item.epoch, len(item.errors)) for item in found] == [
        ("0", 1, 0),
        ("a", 2, 0),
        ("b", 2, 1),
    ]
    assert [item.id == old[item.key].id for item in found[1:]] == [True, True]
    assert await engine_room.attempts_written(*found, old["c"]) == [1, 1, 1, 1, 1]
    for which in (run, found[0]):
        numbers = [event.number for event in await engine_room.events(which)]
        assert numbers == list(range(1, len(numbers) + 1))


async def test_failed_items_can_be_retried_after_a_whole_retry(engine_room, owner):
    run = await fan(engine_room, owner, {"a": BAD, "b": GOOD, "gone": BAD})
    await drained(engine_room, run)
    gone = (await items(engine_room, run))[2]
    orders = """{"orders": {"a": {"fail": "invalid"}, "b": {}}}"""
    await engine_room.as_owner.execute(
        "UPDATE runs_finished SET parameters = $1 WHERE id = $2", orders, run.id
    )
    await engine_room.verb(WHOLE, run)
    ended = await drained(engine_room, run)
    assert (ended.status, counted(ended), ended.gaps) == (Status.PARTIAL, (2, 1, 1, 0), ("a",))
    with pytest.raises(Conflict, match="restarted without it"):
        await engine_room.verb(runs.retry, gone)
    again = await engine_room.verb(runs.retry, run)
    assert (again.status, again.epoch, counted(again)) == (Status.RUNNING, 3, (2, 1, 0, 0))
    assert [item.epoch for item in await items(engine_room, run)] == [3, 2]


async def test_whole_retry_repeats_items_added_by_items(engine_room, owner):
    run = await engine_room.start(owner, Chain(3), kind=CHAIN)
    await drained(engine_room, run)
    await engine_room.as_owner.execute("UPDATE runs_finished SET status = 'failed' WHERE id = $1", run.id)
    await engine_room.verb(WHOLE, run)
    ended = await drained(engine_room, run)
    assert (ended.status, counted(ended)) == (Status.SUCCEEDED, (3, 3, 0, 0))
    assert [(item.key, item.epoch) for item in await items(engine_room, run)] == [
        ("3", 2),
        ("2", 2),
        ("1", 2),
    ]


async def test_whole_retry_rejects_items_and_succeeded_runs(engine_room, owner):
    run = await fan(engine_room, owner, {"a": BAD})
    await drained(engine_room, run)
    with pytest.raises(Conflict, match="This is an item"):
        await engine_room.verb(WHOLE, (await items(engine_room, run))[0])
    good = await drained(engine_room, await engine_room.start(owner))
    with pytest.raises(Conflict, match="succeeded"):
        await engine_room.verb(WHOLE, good)


async def test_single_item_of_an_ended_run_is_retried(engine_room, owner):
    run = await fan(engine_room, owner, {"a": BAD, "b": BAD})
    assert (await drained(engine_room, run)).status is Status.FAILED
    await engine_room.as_owner.execute("UPDATE runs_finished SET parameters = '{}' WHERE key = 'a'")
    await engine_room.verb(runs.retry, (await items(engine_room, run))[0])
    ended = await drained(engine_room, run)
    assert (ended.status, ended.epoch, counted(ended)) == (Status.PARTIAL, 2, (2, 1, 1, 0))
    assert [item.epoch for item in await items(engine_room, run)] == [2, 1]


async def test_single_item_is_retried_while_others_run(engine_room, owner):
    run = await fan(engine_room, owner, {"a": BAD, "b": GOOD})
    await attempt(engine_room, run)
    first = (await items(engine_room, run))[0]
    await attempt(engine_room, first)
    await engine_room.as_owner.execute("UPDATE runs_finished SET parameters = '{}' WHERE key = 'a'")
    await engine_room.verb(runs.retry, first)
    now = await engine_room.get(run)
    assert (now.epoch, counted(now)) == (2, (2, 0, 0, 0))
    assert (await drained(engine_room, run)).status is Status.SUCCEEDED


async def test_retry_of_a_cancelled_run_continues_with_the_remaining_items(engine_room, owner):
    run = await fan(engine_room, owner, {"a": GOOD, "b": GOOD})
    await attempt(engine_room, run)
    first, second = await items(engine_room, run)
    await attempt(engine_room, first)
    assert (await engine_room.verb(runs.cancel, run)).status is Status.CANCELLED
    await engine_room.verb(runs.retry, run)
    assert (await drained(engine_room, run)).status is Status.SUCCEEDED
    assert await engine_room.attempts_written(first, second) == [1, 1]


async def test_concurrent_retries_of_an_item_execute_it_once(engine_room, owner):
    run = await fan(engine_room, owner, {"a": BAD, "b": BAD})
    await drained(engine_room, run)
    item = (await items(engine_room, run))[0]
    async with engine_room.database.transaction([owner]) as first:
        await runs.retry(first, owner, item.id)
        second = asyncio.create_task(engine_room.verb(runs.retry, item))
        await engine_room.until(lambda: somebody_waits(engine_room))
    with pytest.raises(Conflict):
        await second
    now = await engine_room.get(run)
    assert (now.status, counted(now)) == (Status.RUNNING, (2, 0, 1, 0))


async def somebody_waits(station) -> bool:
    return await station.as_owner.fetchval("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")


async def test_succeeded_item_cannot_be_retried(engine_room, owner):
    run = await fan(engine_room, owner, {"a": GOOD, "b": BAD})
    await drained(engine_room, run)
    with pytest.raises(Conflict, match="succeeded"):
        await engine_room.verb(runs.retry, (await items(engine_room, run))[0])


async def test_finish_has_separate_attempts(engine_room, owner):
    ended = await drained(
        engine_room, await fan(engine_room, owner, {"a": GOOD}, FAN_AND_FINISH, fail_finish=2)
    )
    assert (ended.status, ended.attempts, len(ended.errors)) == (Status.SUCCEEDED, 3, 2)


async def test_retry_after_a_failed_finish_skips_the_items(engine_room, owner):
    run = await fan(engine_room, owner, {"a": GOOD}, FAN_AND_FINISH, fail_finish=3)
    assert (await drained(engine_room, run)).status is Status.FAILED
    await engine_room.as_owner.execute(
        "UPDATE runs_finished SET parameters = parameters - 'fail_finish' WHERE id = $1", run.id
    )
    await engine_room.verb(runs.retry, run)
    ended = await drained(engine_room, run)
    assert (ended.status, ended.result) == (Status.SUCCEEDED, {"planned": 1, "done": 1})
    assert await engine_room.attempts_written(*(await items(engine_room, run))) == [1]
