from datetime import timedelta
from uuid import uuid4

import pytest

from daybreak import runs
from daybreak.errors import Conflict, NotFound
from daybreak.runs import Lane, Status, store, testing
from daybreak.runs.store import Settlement

from .sample_kinds import BULK, WORK, Order
from .worker_cluster import QUICK

BACKLOG = """
CREATE TEMP TABLE backlog ON COMMIT DROP AS
SELECT gen_random_uuid() AS owner_id, gen_random_uuid() AS id, n FROM generate_series(1, 10000) AS n;
INSERT INTO runs_open (owner_id, id, kind, lane, key, parameters, status, max_attempts)
SELECT owner_id, id, 'test.bulk', 'bulk', n::text, '{"nap": 0.05}', 'queued', 3 FROM backlog;
SELECT runs_ring('bulk', array_agg(owner_id), array_agg(id)) FROM backlog;
"""


async def test_queued_run_is_cancelled_immediately(engine_room, owner):
    run = await engine_room.start(owner)
    assert (await engine_room.verb(runs.cancel, run)).status is Status.CANCELLED
    engine_room.worker()
    other = await engine_room.start(owner, key="other")
    await engine_room.ended(other)
    assert await engine_room.attempts_written(run) == []


async def test_cancel_stops_a_running_handler_before_the_next_heartbeat(engine_room, owner):
    # The notification delivers the cancel; the next heartbeat is too late.
    engine_room.worker(settings=QUICK.model_copy(update={"lease": 600.0, "beat": 200.0}))
    run = await engine_room.start(owner, Order(nap=30))
    await engine_room.status(run, Status.RUNNING)
    assert (await engine_room.verb(runs.cancel, run)).cancel
    assert (await engine_room.ended(run)).status is Status.CANCELLED
    assert await engine_room.attempts_written(run) == []


async def test_heartbeat_delivers_a_missed_cancel(engine_room, owner):
    engine_room.worker()
    run = await engine_room.start(owner, Order(nap=30))
    await engine_room.status(run, Status.RUNNING)
    await engine_room.as_owner.execute("UPDATE runs_open SET cancel = TRUE")
    assert (await engine_room.ended(run)).status is Status.CANCELLED


async def test_cancel_wins_over_an_uncommitted_completion(engine_room, owner):
    engine_room.worker()
    run = await engine_room.start(owner, Order(nap=0.2))
    await engine_room.status(run, Status.RUNNING)
    async with engine_room.blocked(run):
        await engine_room.until(lambda: somebody_waits(engine_room))
        await engine_room.as_owner.execute("UPDATE runs_open SET cancel = TRUE WHERE id = $1", run.id)
    assert (await engine_room.ended(run)).status is Status.CANCELLED
    assert await engine_room.attempts_written(run) == []


async def somebody_waits(station) -> bool:
    return await station.as_owner.fetchval("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")


async def test_ended_run_ignores_cancel_and_open_run_rejects_retry(engine_room, owner):
    run = await engine_room.start(owner)
    with pytest.raises(Conflict, match="has not ended"):
        await engine_room.verb(runs.retry, run)
    engine_room.worker()
    await engine_room.ended(run)
    assert (await engine_room.verb(runs.cancel, run)).status is Status.SUCCEEDED
    with pytest.raises(Conflict, match="succeeded"):
        await engine_room.verb(runs.retry, run)


async def test_retry_is_rejected_while_a_run_with_the_same_key_is_open(engine_room, owner):
    run = await engine_room.start(owner)
    await engine_room.verb(runs.cancel, run)
    await engine_room.start(owner)
    with pytest.raises(Conflict, match="Another run for the same thing"):
        await engine_room.verb(runs.retry, run)
    assert (await engine_room.get(run)).status is Status.CANCELLED


async def test_runs_of_other_owners_are_inaccessible(engine_room, owner):
    run = await engine_room.start(owner)
    async with engine_room.database.transaction([uuid4()]) as tx:
        for verb in (runs.get, runs.cancel, runs.retry):
            with pytest.raises(NotFound):
                await verb(tx, owner, run.id)
        assert await runs.list_runs(tx, owner) == []
        assert await runs.events(tx, owner, run.id) == []


async def test_draining_worker_releases_runs_that_do_not_end_in_time(engine_room, owner):
    worker = engine_room.worker()
    quick = await engine_room.start(owner, Order(nap=0.2), key="quick")
    slow = await engine_room.start(owner, Order(nap=30), key="slow")
    await engine_room.status(quick, Status.RUNNING)
    await engine_room.status(slow, Status.RUNNING)
    await engine_room.drain(worker)
    assert (await engine_room.get(quick)).status is Status.SUCCEEDED
    left = await engine_room.get(slow)
    assert (left.status, left.attempts, left.errors) == (Status.QUEUED, 0, [])
    engine_room.worker()
    await engine_room.status(slow, Status.RUNNING)


async def test_dispatched_runs_per_owner_are_limited(engine_room, owner):
    many = await engine_room.start_many(owner, [Order() for _ in range(120)], kind=BULK, window=10)
    assert await rung(engine_room, owner) == 10
    other = await engine_room.start(uuid4(), kind=BULK)
    # Without the rescuer: each commit dispatches the next run.
    engine_room.worker(settings=QUICK.model_copy(update={"sweep": 60.0, "window": 10}))
    await engine_room.ended(other)
    for run in many:
        assert (await engine_room.ended(run)).status is Status.SUCCEEDED
    assert await engine_room.attempts_written(*many) == [1] * 120


async def test_rescue_dispatches_waiting_runs_within_the_limit(engine_room, owner):
    await engine_room.start_many(owner, [Order() for _ in range(30)], kind=BULK, window=5)
    await engine_room.as_owner.execute("SELECT runs_sweep(20, '15s', '30s', 100)")
    assert await rung(engine_room, owner) == 20


async def test_delayed_runs_do_not_count_towards_the_dispatch_limit(engine_room, owner):
    later = await engine_room.start_many(
        owner, [Order() for _ in range(30)], kind=BULK, window=5, delay=timedelta(minutes=2)
    )
    await engine_room.as_owner.execute("SELECT runs_sweep(5, '15s', '30s', 100)")
    assert await rung(engine_room, owner) == 0
    due = await engine_room.start(owner, key="due", kind=BULK)
    worker = engine_room.worker(settings=QUICK.model_copy(update={"window": 5}))
    assert (await engine_room.ended(due)).status is Status.SUCCEEDED
    await engine_room.drain(worker)
    # All become due at the same time, and are dispatched up to the limit.
    await testing.move_clock(engine_room.database, owner, timedelta(minutes=3))
    swept = await engine_room.as_owner.fetchrow("SELECT * FROM runs_sweep(5, '15s', '30s', 100)")
    assert (swept["rung"], swept["admitted"], await rung(engine_room, owner)) == (30, 5, 5)
    swept = await engine_room.as_owner.fetchrow("SELECT * FROM runs_sweep(50, '15s', '30s', 100)")
    assert swept["admitted"] == 25
    engine_room.worker()
    for run in later:
        assert (await engine_room.ended(run)).status is Status.SUCCEEDED
    assert await engine_room.attempts_written(*later) == [1] * 30


async def test_runs_due_soon_get_jobs_within_the_dispatch_limit(engine_room, owner):
    soon = timedelta(seconds=50)
    await engine_room.start_many(owner, [Order() for _ in range(30)], kind=BULK, window=5, delay=soon)
    assert await engine_room.as_owner.fetchval("SELECT count(*) FROM pgq.pgqueuer") == 5


async def test_long_retry_delay_frees_capacity_for_the_next_run(engine_room, owner):
    tried, waiting = await engine_room.start_many(owner, [Order(), Order()], window=1)
    async with engine_room.database.transaction([owner]) as tx:
        (claim,) = await store.claim(tx, [(owner, tried.id)], [WORK.name], uuid4(), timedelta(minutes=1))
        back = Settlement(claim=claim, status=Status.QUEUED, events=[], delay=600.0)
        await store.settle(tx, [back])
    rung_for = "SELECT id FROM runs_open WHERE owner_id = $1 AND job_id IS NOT NULL"
    assert [row["id"] for row in await engine_room.as_owner.fetch(rung_for, owner)] == [waiting.id]


async def rung(station, owner) -> int:
    return await station.as_owner.fetchval(
        "SELECT count(*) FROM runs_open WHERE owner_id = $1 AND job_id IS NOT NULL", owner
    )


async def test_interactive_run_ends_before_ten_thousand_bulk_runs(engine_room, owner):
    await engine_room.as_owner.execute(BACKLOG)
    worker = engine_room.worker(kinds=[WORK, BULK])
    await worker.ready.wait()
    await engine_room.until(lambda: some_bulk_is_done(engine_room))
    click = await engine_room.start(owner)
    await engine_room.ended(click)
    assert await engine_room.as_owner.fetchval("SELECT count(*) > 0 FROM runs_open")


async def some_bulk_is_done(station) -> bool:
    return await station.as_owner.fetchval("SELECT count(*) > 0 FROM runs_finished")


async def test_interactive_request_moves_a_queued_bulk_run_to_the_interactive_queue(engine_room, owner):
    run = await engine_room.start(owner, kind=BULK)
    asked = await engine_room.start(owner, kind=BULK, lane=Lane.PEOPLE)
    assert (asked.id, asked.lane) == (run.id, Lane.PEOPLE)
    engine_room.worker(settings=QUICK.model_copy(update={"bulk": 0}))
    assert (await engine_room.ended(run)).status is Status.SUCCEEDED
