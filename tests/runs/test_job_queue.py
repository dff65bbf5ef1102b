import pytest

from daybreak.runs.worker import job_queue

from .sample_kinds import ScriptedWork

RESCUE = "SELECT redispatched FROM runs_rescue(50, '15s', '30s', 10)"
DELETE_JOBS = """
DELETE FROM pgq.pgqueuer
WHERE id IN (SELECT job_id FROM runs_open WHERE key::integer % 2 = 1) RETURNING id
"""
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
