import asyncio
from datetime import timedelta

import pytest

from daybreak.runs import Queue
from daybreak.runs.worker import job_queue

from .sample_kinds import ScriptedWork

RESCUE = "SELECT redispatched FROM runs_rescue(50, '15s', '30s', 10)"
DELETE_JOBS = """
DELETE FROM pgq.pgqueuer
WHERE id IN (SELECT job_id FROM runs_open WHERE key::integer % 2 = 1) RETURNING id
"""
END_CONSUMER = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'consumer'"
COUNT_RUNS_WITHOUT_JOB = "SELECT count(*) FROM runs_open WHERE job_id NOT IN (SELECT id FROM pgq.pgqueuer)"


async def test_migration_matches_the_pgqueuer_schema(cluster):
    plan = await job_queue.pgqueuer_queries(cluster.as_owner).plan_upgrade()
    assert (list(plan.statements), list(plan.notes)) == ([], [])


async def test_environment_does_not_rename_pgqueuer_objects(monkeypatch: pytest.MonkeyPatch):
    before = job_queue.pgqueuer_settings()
    for field in type(before).model_fields:
        monkeypatch.setenv(field.upper(), "stray")
        monkeypatch.setenv(f"PGQUEUER_{field.upper()}", "stray")
    monkeypatch.setenv("PGQUEUER_SCHEMA", "stray")
    assert job_queue.pgqueuer_settings() == before


async def test_one_job_dispatches_a_hundred_runs(cluster, owner):
    many = await cluster.enqueue_many(owner, [ScriptedWork() for _ in range(250)], max_dispatched=1)
    await cluster.as_owner.execute("TRUNCATE pgq.pgqueuer")
    await cluster.as_owner.execute(
        "SELECT runs_dispatch('interactive', array_agg(owner_id), array_agg(id)) FROM runs_open"
    )
    sizes = await cluster.as_owner.fetch(
        "SELECT jsonb_array_length(convert_from(payload, 'UTF8')::jsonb) FROM pgq.pgqueuer ORDER BY id"
    )
    assert [size for (size,) in sizes] == [100, 100, 50]
    cluster.start_worker()
    for run in many:
        await cluster.wait_until_ended(run)
    assert await cluster.list_written_attempts(*many) == [1] * 250


async def test_lost_jobs_are_found_pass_by_pass(cluster, owner):
    await cluster.enqueue_many(owner, [ScriptedWork() for _ in range(40)])
    await cluster.as_owner.execute("UPDATE runs_open SET dispatched_at = now() - interval '1 minute'")
    lost = await cluster.as_owner.fetch(DELETE_JOBS)
    counts = [await cluster.as_owner.fetchval(RESCUE) for _ in range(5)]
    assert sum(counts) == len(lost) == 20
    assert max(counts) < 20
    assert not await cluster.as_owner.fetchval(COUNT_RUNS_WITHOUT_JOB)


async def test_job_log_is_pruned(cluster, owner):
    cluster.start_worker()
    await cluster.wait_until_ended(await cluster.enqueue(owner))
    await cluster.as_owner.execute("UPDATE pgq.pgqueuer_log SET created = now() - interval '2 hours'")
    await cluster.as_owner.execute("SELECT runs_prune('0s', '4 weeks', '90 days', 100000)")
    assert not await cluster.as_owner.fetchval(
        "SELECT count(*) FROM pgq.pgqueuer_log WHERE created < now() - interval '1 hour'"
    )


async def test_listener_is_called_each_time_listening_begins(cluster, monkeypatch):
    """What was notified before, or while the connection was lost, would else stay unknown."""
    monkeypatch.setattr(job_queue, "_RECONNECT_SECONDS", 0.05)
    called, stop = asyncio.Queue(), asyncio.Event()

    async def handle(_jobs) -> None: ...

    consuming = asyncio.create_task(
        job_queue.consume_jobs(
            f"{cluster.app}{'&' if '?' in cluster.app else '?'}application_name=consumer",
            Queue.BULK,
            handle,
            stop=stop,
            heartbeat_timeout=timedelta(seconds=30),
            poll_interval=timedelta(seconds=1),
            listeners={"daybreak_test": called.put_nowait},
        )
    )
    async with asyncio.timeout(60):
        assert await called.get() == ""
        await cluster.as_owner.execute("NOTIFY daybreak_test, 'first'")
        assert await called.get() == "first"
        async with cluster.database.without_owner() as connection:
            await connection.execute(END_CONSUMER)
        assert await called.get() == ""
        stop.set()
        await consuming
