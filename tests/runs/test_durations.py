"""Tests of wait and run times per kind, counted as runs end and read without reading runs."""

from datetime import timedelta
from math import ceil, log2

from hypothesis import given
from hypothesis import strategies as st

from daybreak import runs
from daybreak.runs import testing
from daybreak.runs.durations import HistogramBucket, from_histogram

from .sample_kinds import ALL, BULK, ScriptedWork

BUCKET_OF = "SELECT runs_duration_bucket($1)"
SECONDS = st.floats(min_value=0.001, max_value=100_000)


@given(took=st.lists(SECONDS, min_size=1, max_size=40))
def test_percentile_is_at_most_a_fifth_too_long_and_never_too_short(took):
    counted = [HistogramBucket(0, ceil(4 * log2(one * 1000)), 1, 0.0, one) for one in took]
    spread = from_histogram(counted).run
    for share, stats in ((0.50, spread.p50), (0.95, spread.p95), (0.99, spread.p99)):
        exact = sorted(took)[ceil(share * len(took)) - 1]
        assert exact * 0.999999 <= stats <= exact * 1.19
    assert abs(spread.mean - sum(took) / len(took)) <= 1e-9 * sum(took)


async def test_database_selects_the_bucket_that_contains_the_duration(cluster):
    for seconds in (0.0, 0.001, 0.0011, 0.05, 1.0, 30.0, 86_400.0):
        number = await cluster.as_owner.fetchval(BUCKET_OF, seconds)
        assert 2 ** ((number - 1) / 4) / 1000 < max(seconds, 0.001) * 1.000001
        assert max(seconds, 0.001) <= 2 ** (number / 4) / 1000 * 1.000001


async def test_durations_by_kind_are_unchanged_by_folding(cluster, owner):
    await cluster.enqueue_many(owner, [ScriptedWork(sleep_seconds=0.05)] * 3, kind=BULK)
    await cluster.enqueue(owner)
    await testing.advance_clock(cluster.database, owner, timedelta(seconds=10))
    await testing.run_all_due(cluster.database, ALL, owner)
    stats = await runs.list_durations(cluster.database)
    assert (stats["test.bulk"].runs, stats["test.work"].runs) == (3, 1)
    assert stats["test.bulk"].run.p50 >= 0.05
    await cluster.as_owner.execute("SELECT runs_fold_counters()")
    assert await runs.list_durations(cluster.database) == stats


async def test_requested_delay_does_not_count_as_wait_time(cluster, owner):
    run = await cluster.enqueue(owner, delay=timedelta(hours=1))
    await testing.advance_clock(cluster.database, owner, timedelta(hours=1))
    await testing.run_all_due(cluster.database, ALL, owner)
    ended = await cluster.get(run)
    assert ended.wait_seconds < 60
    assert ended.run_seconds < 60


async def test_wait_and_run_times_add_up_over_attempts(cluster, owner):
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=0.02, fail="unavailable", fail_until=2))
    await testing.run_all_due(cluster.database, ALL, owner)
    ended = await cluster.get(run)
    assert ended.attempts == 3
    assert ended.run_seconds >= 3 * 0.02


async def test_workers_are_listed_with_their_running_kinds(cluster, owner):
    cluster.start_worker()
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=5), kind=BULK)

    async def busy():
        return [one for one in await runs.list_workers(cluster.database) if one.running]

    (seen,) = await cluster.wait_until(busy)
    assert (seen.alive, seen.draining, seen.running) == (True, False, {"test.bulk": 1})
    assert seen.started_at <= seen.last_heartbeat_at
    await cluster.apply(runs.cancel, run)
    await cluster.wait_until_ended(run)
