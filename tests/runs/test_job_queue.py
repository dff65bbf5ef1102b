import pytest

from daybreak.runs.worker import job_queue

from .sample_kinds import Order

SWEEP = "SELECT rung FROM runs_sweep(50, '15s', '30s', 10)"
LOSE_THREE = """
DELETE FROM pgq.pgqueuer
WHERE id IN (SELECT job_id FROM runs_open WHERE key IN ('3', '20', '39')) RETURNING id
"""
ORPHANS = "SELECT count(*) FROM runs_open WHERE job_id NOT IN (SELECT id FROM pgq.pgqueuer)"


async def test_migration_matches_the_pgqueuer_schema(engine_room):
    plan = await job_queue.queries(engine_room.as_owner).plan_upgrade()
    assert (list(plan.statements), list(plan.notes)) == ([], [])


async def test_environment_does_not_rename_pgqueuer_objects(monkeypatch: pytest.MonkeyPatch):
    before = job_queue.names()
    for field in type(before).model_fields:
        monkeypatch.setenv(field.upper(), "stray")
        monkeypatch.setenv(f"PGQUEUER_{field.upper()}", "stray")
    monkeypatch.setenv("PGQUEUER_SCHEMA", "stray")
    assert job_queue.names() == before


async def test_one_job_dispatches_a_hundred_runs(engine_room, owner):
    many = await engine_room.start_many(owner, [Order() for _ in range(250)], window=1)
    await engine_room.as_owner.execute("TRUNCATE pgq.pgqueuer")
    await engine_room.as_owner.execute(
        "SELECT runs_ring('people', array_agg(owner_id), array_agg(id)) FROM runs_open"
    )
    sizes = await engine_room.as_owner.fetch(
        "SELECT jsonb_array_length(convert_from(payload, 'UTF8')::jsonb) FROM pgq.pgqueuer ORDER BY id"
    )
    assert [size for (size,) in sizes] == [100, 100, 50]
    engine_room.worker()
    for run in many:
        await engine_room.ended(run)
    assert await engine_room.attempts_written(*many) == [1] * 250


async def test_lost_jobs_are_found_pass_by_pass(engine_room, owner):
    await engine_room.start_many(owner, [Order() for _ in range(40)])
    await engine_room.as_owner.execute("UPDATE runs_open SET rung_at = now() - interval '1 minute'")
    lost = await engine_room.as_owner.fetch(LOSE_THREE)
    rung = [await engine_room.as_owner.fetchval(SWEEP) for _ in range(5)]
    assert sum(rung) == len(lost) == 3
    assert max(rung) < 3
    assert not await engine_room.as_owner.fetchval(ORPHANS)


async def test_job_log_is_pruned(engine_room, owner):
    engine_room.worker()
    await engine_room.ended(await engine_room.start(owner))
    await engine_room.as_owner.execute("UPDATE pgq.pgqueuer_log SET created = now() - interval '2 hours'")
    await engine_room.as_owner.execute("SELECT runs_upkeep('0s', '4 weeks', '90 days', 100000)")
    assert not await engine_room.as_owner.fetchval(
        "SELECT count(*) FROM pgq.pgqueuer_log WHERE created < now() - interval '1 hour'"
    )
