from datetime import timedelta

from daybreak.runs import Status, testing

from .sample_kinds import ALL, ScriptedWork


async def test_run_inline_needs_no_worker(cluster, owner):
    run = await cluster.enqueue(owner)
    assert (await testing.run_inline(cluster.database, ALL, run)).result == {"attempt": 1}


async def test_run_all_due_attempts_due_runs_only(cluster, owner):
    due = await cluster.enqueue(owner, ScriptedWork(fail="unavailable", fail_until=1), key="due")
    later = await cluster.enqueue(owner, key="later", delay=timedelta(hours=1))
    await testing.run_all_due(cluster.database, ALL, owner)
    assert (await cluster.get(due)).status is Status.SUCCEEDED
    assert (await cluster.get(later)).status is Status.QUEUED
    await testing.advance_clock(cluster.database, owner, timedelta(hours=1))
    await testing.run_all_due(cluster.database, ALL, owner)
    assert (await cluster.get(later)).status is Status.SUCCEEDED


async def test_delayed_run_is_dispatched_when_due(cluster, owner):
    run = await cluster.enqueue(owner, delay=timedelta(hours=1))
    assert await cluster.as_owner.fetchval("SELECT count(*) FROM pgq.pgqueuer") == 0
    cluster.start_worker()
    await testing.advance_clock(cluster.database, owner, timedelta(hours=1))
    assert (await cluster.wait_until_ended(run)).status is Status.SUCCEEDED
