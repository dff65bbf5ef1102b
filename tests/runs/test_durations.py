"""Tests of wait and run times per kind, counted as runs end and read without reading runs."""

from datetime import timedelta
from math import ceil, log2

from hypothesis import given
from hypothesis import strategies as st

from daybreak import runs
from daybreak.runs import testing
from daybreak.runs.durations import Counted, measure

from .sample_kinds import ALL, BULK, Order

CLASS_OF = "SELECT runs_time_class($1)"
SECONDS = st.floats(min_value=0.001, max_value=100_000)


@given(took=st.lists(SECONDS, min_size=1, max_size=40))
def test_percentile_is_at_most_a_fifth_too_long_and_never_too_short(took):
    counted = [Counted(0, ceil(4 * log2(one * 1000)), 1, 0.0, one) for one in took]
    spread = measure(counted).run
    for share, told in ((0.50, spread.p50), (0.95, spread.p95), (0.99, spread.p99)):
        exact = sorted(took)[ceil(share * len(took)) - 1]
        assert exact * 0.999999 <= told <= exact * 1.19
    assert abs(spread.mean - sum(took) / len(took)) <= 1e-9 * sum(took)


async def test_database_selects_the_bucket_that_contains_the_duration(engine_room):
    for seconds in (0.0, 0.001, 0.0011, 0.05, 1.0, 30.0, 86_400.0):
        number = await engine_room.as_owner.fetchval(CLASS_OF, seconds)
        assert 2 ** ((number - 1) / 4) / 1000 < max(seconds, 0.001) * 1.000001
        assert max(seconds, 0.001) <= 2 ** (number / 4) / 1000 * 1.000001


async def test_durations_by_kind_are_unchanged_by_folding(engine_room, owner):
    await engine_room.start_many(owner, [Order(nap=0.05)] * 3, kind=BULK)
    await engine_room.start(owner)
    await testing.move_clock(engine_room.database, owner, timedelta(seconds=10))
    await testing.drain(engine_room.database, ALL, owner)
    told = await runs.times(engine_room.database)
    assert (told["test.bulk"].runs, told["test.work"].runs) == (3, 1)
    assert told["test.bulk"].run.p50 >= 0.05
    await engine_room.as_owner.execute("SELECT runs_fold()")
    assert await runs.times(engine_room.database) == told


async def test_requested_delay_does_not_count_as_wait_time(engine_room, owner):
    run = await engine_room.start(owner, delay=timedelta(hours=1))
    await testing.move_clock(engine_room.database, owner, timedelta(hours=1))
    await testing.drain(engine_room.database, ALL, owner)
    ended = await engine_room.get(run)
    assert ended.wait_seconds < 60
    assert ended.run_seconds < 60


async def test_wait_and_run_times_add_up_over_attempts(engine_room, owner):
    run = await engine_room.start(owner, Order(nap=0.02, fail="unavailable", fail_until=2))
    await testing.drain(engine_room.database, ALL, owner)
    ended = await engine_room.get(run)
    assert ended.attempts == 3
    assert ended.run_seconds >= 3 * 0.02


async def test_workers_are_listed_with_their_running_kinds(engine_room, owner):
    engine_room.worker()
    run = await engine_room.start(owner, Order(nap=5), kind=BULK)

    async def busy():
        return [one for one in await runs.workers(engine_room.database) if one.doing]

    (seen,) = await engine_room.until(busy)
    assert (seen.alive, seen.draining, seen.doing) == (True, False, {"test.bulk": 1})
    assert seen.started_at <= seen.seen_at
    await engine_room.verb(runs.cancel, run)
    await engine_room.ended(run)
