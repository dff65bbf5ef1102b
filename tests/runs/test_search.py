from uuid import uuid4

import pytest

from daybreak import runs
from daybreak.runs import Status

from .sample_kinds import BULK, Order


async def test_event_numbers_have_no_gaps_and_events_can_be_read_from_any_number(engine_room, owner):
    engine_room.worker()
    run = await engine_room.start(owner, Order(total=5, nap=1.2))
    await engine_room.ended(run)
    told = await engine_room.events(run)
    assert [event.number for event in told] == list(range(1, 8))
    assert [event.name for event in told] == ["running", *["counted"] * 5, "succeeded"]
    assert await engine_room.events(run, after=3) == told[3:]


async def test_progress_is_visible_during_the_run_and_never_falls(engine_room, owner):
    engine_room.worker()
    run = await engine_room.start(owner, Order(total=5, nap=30))

    async def has_progress():
        now = await engine_room.get(run)
        return now if now.done else None

    seen = await engine_room.until(has_progress)
    assert (seen.phase, seen.done, seen.total) == ("counting", 5, 5)
    await engine_room.verb(runs.cancel, run)
    assert (await engine_room.ended(run)).done == 5


async def test_last_progress_is_written_when_a_run_ends(engine_room, owner):
    engine_room.worker()
    ended = await engine_room.ended(await engine_room.start(owner, Order(total=3)))
    assert (ended.phase, ended.done, ended.total) == ("counting", 3, 3)


async def test_list_of_runs_supports_cursors_and_filters(engine_room, owner):
    many = await engine_room.start_many(owner, [Order() for _ in range(5)])
    bulk = await engine_room.start(owner, kind=BULK)
    await engine_room.verb(runs.cancel, many[2])
    async with engine_room.database.transaction([owner]) as tx:
        first = await runs.list_runs(tx, owner, limit=4)
        rest = await runs.list_runs(tx, owner, limit=4, after=first[-1].cursor)
        assert {run.id for run in [*first, *rest]} == {run.id for run in [*many, bulk]}
        assert len(rest) == 2
        assert [run.id for run in await runs.list_runs(tx, owner, kinds=["test.bulk"])] == [bulk.id]
        cancelled = await runs.list_runs(tx, owner, statuses=[Status.CANCELLED])
    assert [run.id for run in cancelled] == [many[2].id]


async def test_run_enqueued_in_a_failed_transaction_does_not_exist(engine_room, owner):
    async def start_and_fail():
        async with engine_room.database.transaction([owner]) as tx:
            await runs.start(tx, BULK, owner, Order(), "it")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await start_and_fail()
    async with engine_room.database.transaction([owner]) as tx:
        assert await runs.list_runs(tx, owner) == []
    assert await engine_room.as_owner.fetchval("SELECT count(*) FROM pgq.pgqueuer") == 0
    assert await runs.counts(engine_room.database) == {}


async def test_counters_equal_the_rows_after_all_transitions(engine_room, owner):
    engine_room.worker()
    orders = [Order(), Order(fail="invalid"), Order(gaps=["x"]), Order(fail="unavailable", fail_until=1)] * 5
    many = await engine_room.start_many(owner, orders)
    for run in many:
        await engine_room.ended(run)
    await engine_room.verb(runs.retry, many[1])
    await engine_room.ended(many[1])
    await engine_room.verb(runs.cancel, await engine_room.start(uuid4(), Order(nap=30), kind=BULK))

    async def equal():
        return await runs.counts(engine_room.database) == await engine_room.real_counts()

    assert await engine_room.until(equal, 5)
    await engine_room.as_owner.execute("SELECT runs_fold()")
    assert await equal()
