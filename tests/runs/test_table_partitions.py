from daybreak import runs
from daybreak.runs import Status

PARTITIONS = (
    "SELECT count(*) FROM pg_class WHERE relnamespace = 'runs_partitions'::regnamespace AND relkind = 'r'"
)
RESTING = """
SELECT
    (SELECT count(*) FROM runs_partitions.runs_finished_rest)
    + (SELECT count(*) FROM runs_partitions.runs_events_rest)
"""
AGE = """
WITH events AS (UPDATE runs_events SET at = at - $2 * interval '1 day' WHERE run_id = $1)
UPDATE runs_finished SET finished_at = finished_at - $2 * interval '1 day' WHERE id = $1
"""


async def ended(station, owner, key="it") -> runs.Run:
    run = await station.start(owner, key=key)
    return await station.verb(runs.cancel, run)


async def test_partitions_are_created_ahead_once(engine_room):
    before = await engine_room.as_owner.fetchval(PARTITIONS)
    assert await engine_room.as_owner.fetchval("SELECT runs_make_partitions('28 days')") == 0
    # One more week of finished runs and of events.
    assert await engine_room.as_owner.fetchval("SELECT runs_make_partitions('35 days')") == 2
    assert await engine_room.as_owner.fetchval(PARTITIONS) == before + 2


async def test_rows_move_from_the_default_partition_to_a_new_one(engine_room, owner):
    run = await ended(engine_room, owner)
    await engine_room.as_owner.execute(
        "UPDATE runs_finished SET finished_at = date_trunc('week', now()) + interval '10 weeks'"
    )
    assert await engine_room.as_owner.fetchval("SELECT count(*) FROM runs_partitions.runs_finished_rest") == 1
    await engine_room.as_owner.execute("SELECT runs_make_partitions('71 days')")
    assert await engine_room.as_owner.fetchval("SELECT count(*) FROM runs_partitions.runs_finished_rest") == 0
    assert (await engine_room.get(run)).status is Status.CANCELLED
    assert await runs.counts(engine_room.database) == await engine_room.real_counts()


async def test_partitions_missed_without_workers_are_created_and_dropped_later(engine_room, owner):
    old, older = await ended(engine_room, owner, "old"), await ended(engine_room, owner, "older")
    for run, days in ((old, 40), (older, 400)):
        await engine_room.as_owner.execute(AGE, run.id, days)
    assert await engine_room.as_owner.fetchval(RESTING) == 4
    await engine_room.as_owner.execute("SELECT runs_upkeep('0s', '28 days', '90 days', 100)")
    assert await engine_room.as_owner.fetchval(RESTING) == 0
    async with engine_room.database.transaction([owner]) as tx:
        assert [run.id for run in await runs.list_runs(tx, owner)] == [old.id]
    counted = await engine_room.real_counts()
    counted.pop(("runs.upkeep", Status.SUCCEEDED))
    told = await runs.counts(engine_room.database)
    told.pop(("runs.upkeep", Status.SUCCEEDED))
    assert told == counted == {("test.work", Status.CANCELLED): 1}


async def test_dropped_partitions_are_subtracted_from_the_counters(engine_room, owner):
    old, new = await ended(engine_room, owner, "old"), await ended(engine_room, owner, "new")
    await engine_room.as_owner.execute(
        "CREATE TABLE runs_partitions.runs_finished_2020_10 PARTITION OF runs_finished "
        "FOR VALUES FROM ('2020-03-02') TO ('2020-03-09')"
    )
    await engine_room.as_owner.execute(
        "UPDATE runs_finished SET finished_at = '2020-03-03' WHERE id = $1", old.id
    )
    assert await engine_room.as_owner.fetchval("SELECT runs_drop_partitions('90 days')") == 1
    async with engine_room.database.transaction([owner]) as tx:
        assert [run.id for run in await runs.list_runs(tx, owner)] == [new.id]
    assert await runs.counts(engine_room.database) == {("test.work", Status.CANCELLED): 1}
