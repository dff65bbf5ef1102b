"""Wait and run times by kind, from histograms of the database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from daybreak import clock
from daybreak.db import Database, load

_sql = load(__package__)
_ONE_WEEK = timedelta(days=7)


class HistogramBucket(NamedTuple):
    """The number of runs in one pair of buckets; bucket n contains times up to 2^(n/4) milliseconds."""

    wait_bucket: int
    run_bucket: int
    runs: int
    wait_seconds: float
    run_seconds: float


@dataclass(frozen=True, slots=True)
class DurationStats:
    """Mean and percentiles in seconds. The percentiles are at most 19 % too long, never too short."""

    mean: float
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class KindDurations:
    """Wait and run times of ended runs."""

    runs: int
    wait: DurationStats
    run: DurationStats


async def list_durations(database: Database, *, within: timedelta = _ONE_WEEK) -> dict[str, KindDurations]:
    """Return the times by kind of the runs of all owners that ended within this period."""
    since = (clock.now() - within).date()
    async with database.without_owner() as connection:
        rows = await connection.fetch(_sql.list_durations, since)
    by_kind: defaultdict[str, list[HistogramBucket]] = defaultdict(list)
    for kind, *counted in rows:
        by_kind[kind].append(HistogramBucket(*counted))
    return {kind: from_histogram(counted) for kind, counted in sorted(by_kind.items())}


def from_histogram(buckets: Iterable[HistogramBucket]) -> KindDurations:
    """Calculate the times from histogram buckets, at least one."""
    found = list(buckets)
    runs = sum(one.runs for one in found)
    waits, takes = defaultdict[int, int](int), defaultdict[int, int](int)
    for one in found:
        waits[one.wait_bucket] += one.runs
        takes[one.run_bucket] += one.runs
    return KindDurations(
        runs=runs,
        wait=_duration_stats(waits, sum(one.wait_seconds for one in found) / runs),
        run=_duration_stats(takes, sum(one.run_seconds for one in found) / runs),
    )


def _duration_stats(counts: Mapping[int, int], mean: float) -> DurationStats:
    return DurationStats(mean, *(_percentile(counts, share) for share in (0.50, 0.95, 0.99)))


def _percentile(counts: Mapping[int, int], share: float) -> float:
    target = share * sum(counts.values())
    seen = 0
    for number in sorted(counts):
        seen += counts[number]
        if seen >= target:
            break
    return float(2 ** (number / 4) / 1000)
