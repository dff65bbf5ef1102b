from uuid import uuid4

import pytest

from daybreak import runs
from daybreak.runs import Status

from .sample_kinds import BULK, ScriptedWork


async def test_event_numbers_have_no_gaps_and_events_can_be_read_from_any_number(cluster, owner):
    cluster.start_worker()
    run = await cluster.enqueue(owner, ScriptedWork(total=5, sleep_seconds=1.2))
    await cluster.wait_until_ended(run)
    events = await cluster.list_events(run)
    assert [event.number for event in events] == list(range(1, 8))
    assert [event.name for event in events] == ["running", *["counted"] * 5, "succeeded"]
    assert await cluster.list_events(run, after=3) == events[3:]


async def test_progress_is_visible_during_the_run_and_never_falls(cluster, owner):
    cluster.start_worker()
    run = await cluster.enqueue(owner, ScriptedWork(total=5, sleep_seconds=30))

    async def has_progress():
        now = await cluster.get(run)
        return now if now.done else None

    seen = await cluster.wait_until(has_progress)
    assert (seen.phase, seen.done, seen.total) == ("counting", 5, 5)
    await cluster.apply(runs.cancel, run)
    assert (await cluster.wait_until_ended(run)).done == 5


async def test_last_progress_is_written_when_a_run_ends(cluster, owner):
    cluster.start_worker()
    ended = await cluster.wait_until_ended(await cluster.enqueue(owner, ScriptedWork(total=3)))
    assert (ended.phase, ended.done, ended.total) == ("counting", 3, 3)


async def test_list_of_runs_supports_cursors_and_filters(cluster, owner):
    many = await cluster.enqueue_many(owner, [ScriptedWork() for _ in range(5)])
    bulk = await cluster.enqueue(owner, kind=BULK)
    await cluster.apply(runs.cancel, many[2])
    async with cluster.database.transaction([owner]) as tx:
        first = await runs.list_runs(tx, owner, limit=4)
        rest = await runs.list_runs(tx, owner, limit=4, after=first[-1].cursor)
        assert {run.id for run in [*first, *rest]} == {run.id for run in [*many, bulk]}
        assert len(rest) == 2
        assert [run.id for run in await runs.list_runs(tx, owner, kinds=["test.bulk"])] == [bulk.id]
        cancelled = await runs.list_runs(tx, owner, statuses=[Status.CANCELLED])
    assert [run.id for run in cancelled] == [many[2].id]


async def test_run_enqueued_in_a_failed_transaction_does_not_exist(cluster, owner):
    async def start_and_fail():
        async with cluster.database.transaction([owner]) as tx:
            await runs.enqueue(tx, BULK, owner, ScriptedWork(), "it")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await start_and_fail()
    async with cluster.database.transaction([owner]) as tx:
        assert await runs.list_runs(tx, owner) == []
    assert await cluster.as_owner.fetchval("SELECT count(*) FROM pgq.pgqueuer") == 0
    assert await runs.count_by_kind(cluster.database) == {}


async def test_counters_equal_the_rows_after_all_transitions(cluster, owner):
    cluster.start_worker()
    orders = [
        ScriptedWork(),
        ScriptedWork(fail="invalid"),
        ScriptedWork(gaps=["x"]),
        ScriptedWork(fail="unavailable", fail_until=1),
    ] * 5
    many = await cluster.enqueue_many(owner, orders)
    for run in many:
        await cluster.wait_until_ended(run)
    await cluster.apply(runs.retry, many[1])
    await cluster.wait_until_ended(many[1])
    await cluster.apply(
        runs.cancel, await cluster.enqueue(uuid4(), ScriptedWork(sleep_seconds=30), kind=BULK)
    )

    async def equal():
        return await runs.count_by_kind(cluster.database) == await cluster.count_rows()

    assert await cluster.wait_until(equal, 5)
    await cluster.as_owner.execute("SELECT runs_fold_counters()")
    assert await equal()
