"""Wait and run times by kind, from histograms of the database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from daybreak import clock
from daybreak.db import Database, load

_sql = load(__package__)
_A_WEEK = timedelta(days=7)


class Counted(NamedTuple):
    """The number of runs in one pair of buckets; bucket n contains times up to 2^(n/4) milliseconds."""

    wait_class: int
    run_class: int
    runs: int
    wait_seconds: float
    run_seconds: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and percentiles in seconds. The percentiles are at most 19 % too long, never too short."""

    mean: float
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Times:
    """Wait and run times of ended runs."""

    runs: int
    wait: Spread
    run: Spread


async def times(database: Database, *, within: timedelta = _A_WEEK) -> dict[str, Times]:
    """Return the times by kind of the runs of all owners that ended within this period."""
    since = (clock.now() - within).date()
    async with database.ownerless() as connection:
        rows = await connection.fetch(_sql.times, since)
    by_kind: defaultdict[str, list[Counted]] = defaultdict(list)
    for kind, *counted in rows:
        by_kind[kind].append(Counted(*counted))
    return {kind: measure(counted) for kind, counted in sorted(by_kind.items())}


def measure(counted: Iterable[Counted]) -> Times:
    """Calculate the times from histogram buckets, at least one."""
    found = list(counted)
    runs = sum(one.runs for one in found)
    waits, takes = defaultdict[int, int](int), defaultdict[int, int](int)
    for one in found:
        waits[one.wait_class] += one.runs
        takes[one.run_class] += one.runs
    return Times(
        runs=runs,
        wait=_spread(waits, sum(one.wait_seconds for one in found) / runs),
        run=_spread(takes, sum(one.run_seconds for one in found) / runs),
    )


def _spread(classes: Mapping[int, int], mean: float) -> Spread:
    return Spread(mean, *(_percentile(classes, share) for share in (0.50, 0.95, 0.99)))


def _percentile(classes: Mapping[int, int], share: float) -> float:
    wanted = share * sum(classes.values())
    seen = 0
    for number in sorted(classes):
        seen += classes[number]
        if seen >= wanted:
            break
    return float(2 ** (number / 4) / 1000)
