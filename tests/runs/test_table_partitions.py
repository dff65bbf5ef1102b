from daybreak import runs
from daybreak.runs import Status

PARTITIONS = (
    "SELECT count(*) FROM pg_class WHERE relnamespace = 'runs_partitions'::regnamespace AND relkind = 'r'"
)
COUNT_IN_DEFAULT_PARTITIONS = """
SELECT
    (SELECT count(*) FROM runs_partitions.runs_finished_rest)
    + (SELECT count(*) FROM runs_partitions.runs_events_rest)
"""
AGE = """
WITH events AS (UPDATE runs_events SET at = at - $2 * interval '1 day' WHERE run_id = $1)
UPDATE runs_finished SET finished_at = finished_at - $2 * interval '1 day' WHERE id = $1
"""


async def enqueue_and_cancel(shared_cluster, owner, key="it") -> runs.Run:
    run = await shared_cluster.enqueue(owner, key=key)
    return await shared_cluster.apply(runs.cancel, run)


async def test_partitions_are_created_ahead_once(cluster):
    before = await cluster.as_owner.fetchval(PARTITIONS)
    assert await cluster.as_owner.fetchval("SELECT runs_make_partitions('28 days')") == 0
    # One more week of finished runs and of events.
    assert await cluster.as_owner.fetchval("SELECT runs_make_partitions('35 days')") == 2
    assert await cluster.as_owner.fetchval(PARTITIONS) == before + 2


async def test_rows_move_from_the_default_partition_to_a_new_one(cluster, owner):
    run = await enqueue_and_cancel(cluster, owner)
    await cluster.as_owner.execute(
        "UPDATE runs_finished SET finished_at = date_trunc('week', now()) + interval '10 weeks'"
    )
    assert await cluster.as_owner.fetchval("SELECT count(*) FROM runs_partitions.runs_finished_rest") == 1
    await cluster.as_owner.execute("SELECT runs_make_partitions('71 days')")
    assert await cluster.as_owner.fetchval("SELECT count(*) FROM runs_partitions.runs_finished_rest") == 0
    assert (await cluster.get(run)).status is Status.CANCELLED
    assert await runs.count_by_kind(cluster.database) == await cluster.count_rows()


async def test_partitions_missed_without_workers_are_created_and_dropped_later(cluster, owner):
    old, older = (
        await enqueue_and_cancel(cluster, owner, "old"),
        await enqueue_and_cancel(cluster, owner, "older"),
    )
    for run, days in ((old, 40), (older, 400)):
        await cluster.as_owner.execute(AGE, run.id, days)
    assert await cluster.as_owner.fetchval(COUNT_IN_DEFAULT_PARTITIONS) == 4
    await cluster.as_owner.execute("SELECT runs_prune('0s', '28 days', '90 days', 100)")
    assert await cluster.as_owner.fetchval(COUNT_IN_DEFAULT_PARTITIONS) == 0
    async with cluster.database.transaction([owner]) as tx:
        assert [run.id for run in await runs.list_runs(tx, owner)] == [old.id]
    counted = await cluster.count_rows()
    counted.pop(("runs.prune", Status.SUCCEEDED))
    counters = await runs.count_by_kind(cluster.database)
    counters.pop(("runs.prune", Status.SUCCEEDED))
    assert counters == counted == {("test.work", Status.CANCELLED): 1}


async def test_dropped_partitions_are_subtracted_from_the_counters(cluster, owner):
    old, new = (
        await enqueue_and_cancel(cluster, owner, "old"),
        await enqueue_and_cancel(cluster, owner, "new"),
    )
    await cluster.as_owner.execute(
        "CREATE TABLE runs_partitions.runs_finished_2020_10 PARTITION OF runs_finished "
        "FOR VALUES FROM ('2020-03-02') TO ('2020-03-09')"
    )
    await cluster.as_owner.execute(
        "UPDATE runs_finished SET finished_at = '2020-03-03' WHERE id = $1", old.id
    )
    assert await cluster.as_owner.fetchval("SELECT runs_drop_partitions('90 days')") == 1
    async with cluster.database.transaction([owner]) as tx:
        assert [run.id for run in await runs.list_runs(tx, owner)] == [new.id]
    assert await runs.count_by_kind(cluster.database) == {("test.work", Status.CANCELLED): 1}
