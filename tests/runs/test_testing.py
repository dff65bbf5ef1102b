from datetime import timedelta

from daybreak.runs import Status, testing

from .sample_kinds import ALL, Order


async def test_run_inline_needs_no_worker(engine_room, owner):
    run = await engine_room.start(owner)
    assert (await testing.run_inline(engine_room.database, ALL, run)).result == {"attempt": 1}


async def test_run_all_due_attempts_due_runs_only(engine_room, owner):
    due = await engine_room.start(owner, Order(fail="unavailable", fail_until=1), key="due")
    later = await engine_room.start(owner, key="later", delay=timedelta(hours=1))
    await testing.drain(engine_room.database, ALL, owner)
    assert (await engine_room.get(due)).status is Status.SUCCEEDED
    assert (await engine_room.get(later)).status is Status.QUEUED
    await testing.move_clock(engine_room.database, owner, timedelta(hours=1))
    await testing.drain(engine_room.database, ALL, owner)
    assert (await engine_room.get(later)).status is Status.SUCCEEDED


async def test_delayed_run_is_dispatched_when_due(engine_room, owner):
    run = await engine_room.start(owner, delay=timedelta(hours=1))
    assert await engine_room.as_owner.fetchval("SELECT count(*) FROM pgq.pgqueuer") == 0
    engine_room.worker()
    await testing.move_clock(engine_room.database, owner, timedelta(hours=1))
    assert (await engine_room.ended(run)).status is Status.SUCCEEDED
