from datetime import timedelta
from uuid import uuid4

import pytest

from daybreak import runs
from daybreak.errors import Conflict, NotFound
from daybreak.runs import Queue, Status, store, testing
from daybreak.runs.store import Completion

from .sample_kinds import BULK, WORK, ScriptedWork
from .worker_cluster import FAST_SETTINGS

BACKLOG = """
CREATE TEMP TABLE backlog ON COMMIT DROP AS
SELECT gen_random_uuid() AS owner_id, gen_random_uuid() AS id, n FROM generate_series(1, 10000) AS n;
INSERT INTO runs_open (owner_id, id, kind, queue, key, parameters, status, max_attempts)
SELECT owner_id, id, 'test.bulk', 'bulk', n::text, '{"nap": 0.05}', 'queued', 3 FROM backlog;
SELECT runs_dispatch('bulk', array_agg(owner_id), array_agg(id)) FROM backlog;
"""


async def test_queued_run_is_cancelled_immediately(cluster, owner):
    run = await cluster.enqueue(owner)
    assert (await cluster.apply(runs.cancel, run)).status is Status.CANCELLED
    cluster.start_worker()
    other = await cluster.enqueue(owner, key="other")
    await cluster.wait_until_ended(other)
    assert await cluster.list_written_attempts(run) == []


async def test_cancel_stops_a_running_handler_before_the_next_heartbeat(cluster, owner):
    # The notification delivers the cancel; the next heartbeat is too late.
    cluster.start_worker(
        settings=FAST_SETTINGS.model_copy(update={"lease_seconds": 600.0, "heartbeat_seconds": 200.0})
    )
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=30))
    await cluster.wait_for_status(run, Status.RUNNING)
    assert (await cluster.apply(runs.cancel, run)).cancel_requested
    assert (await cluster.wait_until_ended(run)).status is Status.CANCELLED
    assert await cluster.list_written_attempts(run) == []


async def test_heartbeat_delivers_a_missed_cancel(cluster, owner):
    cluster.start_worker()
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=30))
    await cluster.wait_for_status(run, Status.RUNNING)
    await cluster.as_owner.execute("UPDATE runs_open SET cancel_requested = TRUE")
    assert (await cluster.wait_until_ended(run)).status is Status.CANCELLED


async def test_cancel_wins_over_an_uncommitted_completion(cluster, owner):
    cluster.start_worker()
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=0.2))
    await cluster.wait_for_status(run, Status.RUNNING)
    async with cluster.lock_row(run):
        await cluster.wait_until(lambda: has_lock_waiter(cluster))
        await cluster.as_owner.execute("UPDATE runs_open SET cancel_requested = TRUE WHERE id = $1", run.id)
    assert (await cluster.wait_until_ended(run)).status is Status.CANCELLED
    assert await cluster.list_written_attempts(run) == []


async def has_lock_waiter(shared_cluster) -> bool:
    return await shared_cluster.as_owner.fetchval("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")


async def test_ended_run_ignores_cancel_and_open_run_rejects_retry(cluster, owner):
    run = await cluster.enqueue(owner)
    with pytest.raises(Conflict, match="has not ended"):
        await cluster.apply(runs.retry, run)
    cluster.start_worker()
    await cluster.wait_until_ended(run)
    assert (await cluster.apply(runs.cancel, run)).status is Status.SUCCEEDED
    with pytest.raises(Conflict, match="succeeded"):
        await cluster.apply(runs.retry, run)


async def test_retry_is_rejected_while_a_run_with_the_same_key_is_open(cluster, owner):
    run = await cluster.enqueue(owner)
    await cluster.apply(runs.cancel, run)
    await cluster.enqueue(owner)
    with pytest.raises(Conflict, match="Another run for the same thing"):
        await cluster.apply(runs.retry, run)
    assert (await cluster.get(run)).status is Status.CANCELLED


async def test_runs_of_other_owners_are_inaccessible(cluster, owner):
    run = await cluster.enqueue(owner)
    async with cluster.database.transaction([uuid4()]) as tx:
        for verb in (runs.get, runs.cancel, runs.retry):
            with pytest.raises(NotFound):
                await verb(tx, owner, run.id)
        assert await runs.list_runs(tx, owner) == []
        assert await runs.list_events(tx, owner, run.id) == []


async def test_draining_worker_releases_runs_that_do_not_end_in_time(cluster, owner):
    worker = cluster.start_worker()
    quick = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=0.2), key="quick")
    slow = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=30), key="slow")
    await cluster.wait_for_status(quick, Status.RUNNING)
    await cluster.wait_for_status(slow, Status.RUNNING)
    await cluster.drain(worker)
    assert (await cluster.get(quick)).status is Status.SUCCEEDED
    left = await cluster.get(slow)
    assert (left.status, left.attempts, left.errors) == (Status.QUEUED, 0, [])
    cluster.start_worker()
    await cluster.wait_for_status(slow, Status.RUNNING)


async def test_dispatched_runs_per_owner_are_limited(cluster, owner):
    many = await cluster.enqueue_many(
        owner, [ScriptedWork() for _ in range(120)], kind=BULK, max_dispatched=10
    )
    assert await count_dispatched(cluster, owner) == 10
    other = await cluster.enqueue(uuid4(), kind=BULK)
    # Without the rescuer: each commit dispatches the next run.
    cluster.start_worker(
        settings=FAST_SETTINGS.model_copy(update={"rescue_seconds": 60.0, "max_dispatched_per_user": 10})
    )
    await cluster.wait_until_ended(other)
    for run in many:
        assert (await cluster.wait_until_ended(run)).status is Status.SUCCEEDED
    assert await cluster.list_written_attempts(*many) == [1] * 120


async def test_rescue_dispatches_waiting_runs_within_the_limit(cluster, owner):
    await cluster.enqueue_many(owner, [ScriptedWork() for _ in range(30)], kind=BULK, max_dispatched=5)
    await cluster.as_owner.execute("SELECT runs_rescue(20, '15s', '30s', 100)")
    assert await count_dispatched(cluster, owner) == 20


async def test_delayed_runs_do_not_count_towards_the_dispatch_limit(cluster, owner):
    later = await cluster.enqueue_many(
        owner, [ScriptedWork() for _ in range(30)], kind=BULK, max_dispatched=5, delay=timedelta(minutes=2)
    )
    await cluster.as_owner.execute("SELECT runs_rescue(5, '15s', '30s', 100)")
    assert await count_dispatched(cluster, owner) == 0
    due = await cluster.enqueue(owner, key="due", kind=BULK)
    worker = cluster.start_worker(settings=FAST_SETTINGS.model_copy(update={"max_dispatched_per_user": 5}))
    assert (await cluster.wait_until_ended(due)).status is Status.SUCCEEDED
    await cluster.drain(worker)
    # All become due at the same time, and are dispatched up to the limit.
    await testing.advance_clock(cluster.database, owner, timedelta(minutes=3))
    counts = await cluster.as_owner.fetchrow("SELECT * FROM runs_rescue(5, '15s', '30s', 100)")
    assert (counts["redispatched"], counts["dispatched"], await count_dispatched(cluster, owner)) == (
        30,
        5,
        5,
    )
    counts = await cluster.as_owner.fetchrow("SELECT * FROM runs_rescue(50, '15s', '30s', 100)")
    assert counts["dispatched"] == 25
    cluster.start_worker()
    for run in later:
        assert (await cluster.wait_until_ended(run)).status is Status.SUCCEEDED
    assert await cluster.list_written_attempts(*later) == [1] * 30


async def test_runs_due_soon_get_jobs_within_the_dispatch_limit(cluster, owner):
    soon = timedelta(seconds=50)
    await cluster.enqueue_many(
        owner, [ScriptedWork() for _ in range(30)], kind=BULK, max_dispatched=5, delay=soon
    )
    assert await cluster.as_owner.fetchval("SELECT count(*) FROM pgq.pgqueuer") == 5


async def test_long_retry_delay_frees_capacity_for_the_next_run(cluster, owner):
    tried, waiting = await cluster.enqueue_many(owner, [ScriptedWork(), ScriptedWork()], max_dispatched=1)
    async with cluster.database.transaction([owner]) as tx:
        (claim,) = await store.claim(tx, [(owner, tried.id)], [WORK.name], uuid4(), timedelta(minutes=1))
        back = Completion(claim=claim, status=Status.QUEUED, events=[], delay=600.0)
        await store.complete(tx, [back])
    dispatched = "SELECT id FROM runs_open WHERE owner_id = $1 AND job_id IS NOT NULL"
    assert [row["id"] for row in await cluster.as_owner.fetch(dispatched, owner)] == [waiting.id]


async def count_dispatched(shared_cluster, owner) -> int:
    return await shared_cluster.as_owner.fetchval(
        "SELECT count(*) FROM runs_open WHERE owner_id = $1 AND job_id IS NOT NULL", owner
    )


async def test_interactive_run_ends_before_ten_thousand_bulk_runs(cluster, owner):
    await cluster.as_owner.execute(BACKLOG)
    worker = cluster.start_worker(kinds=[WORK, BULK])
    await worker.ready.wait()
    await cluster.wait_until(lambda: has_finished_run(cluster))
    click = await cluster.enqueue(owner)
    await cluster.wait_until_ended(click)
    assert await cluster.as_owner.fetchval("SELECT count(*) > 0 FROM runs_open")


async def has_finished_run(shared_cluster) -> bool:
    return await shared_cluster.as_owner.fetchval("SELECT count(*) > 0 FROM runs_finished")


async def test_interactive_request_moves_a_queued_bulk_run_to_the_interactive_queue(cluster, owner):
    run = await cluster.enqueue(owner, kind=BULK)
    asked = await cluster.enqueue(owner, kind=BULK, queue=Queue.INTERACTIVE)
    assert (asked.id, asked.queue) == (run.id, Queue.INTERACTIVE)
    cluster.start_worker(settings=FAST_SETTINGS.model_copy(update={"bulk_concurrency": 0}))
    assert (await cluster.wait_until_ended(run)).status is Status.SUCCEEDED
