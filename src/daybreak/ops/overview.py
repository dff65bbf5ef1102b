"""The operations overview: workers, durations, counts and maintenance runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from daybreak import runs
from daybreak.db import Database
from daybreak.ops.charts.bars import STEP, bar_height
from daybreak.runs import KindDurations, Run, Status, WorkerInfo
from daybreak.schedule import MAINTENANCE

_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOverview:
    """One run kind: counts by status, and recent durations."""

    name: str
    counts: Mapping[Status, int]
    durations: KindDurations | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBar:
    """The number of runs that ended on a UTC day, and its bar, by the geometry of `charts.bars`."""

    day: date
    ended: int
    x: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationsOverview:
    """The overview of all users' runs; maintenance runs have kinds of their own."""

    workers: Sequence[WorkerInfo]
    kinds: Sequence[KindOverview]
    days: Sequence[DayBar]
    rescue_runs: Sequence[Run]
    prune_runs: Sequence[Run]

    @property
    def live_workers(self) -> int:
        """The number of workers with a recent heartbeat."""
        return sum(worker.alive for worker in self.workers)

    def count_by_status(self, status: Status) -> int:
        """Return the number of runs and items with that status."""
        return sum(kind.counts.get(status, 0) for kind in self.kinds)


async def read_overview(database: Database) -> OperationsOverview:
    """Return the current overview; all counts are maintained, none is computed by a scan."""
    times = await runs.list_durations(database)
    return OperationsOverview(
        workers=await runs.list_workers(database),
        kinds=_kind_overviews(await runs.count_by_kind(database), times),
        days=_day_bars(await runs.count_ended_by_day(database, days=_DAYS)),
        rescue_runs=await runs.list_system_runs(database, "runs.rescue"),
        prune_runs=await runs.list_system_runs(database, "runs.prune"),
    )


def is_user_kind(kind: str) -> bool:
    """Return whether runs of that kind belong to users and not to the system."""
    return kind != MAINTENANCE and not kind.startswith("runs.")


def _kind_overviews(
    counts: Mapping[tuple[str, Status], int], durations: Mapping[str, KindDurations]
) -> list[KindOverview]:
    names = sorted({name for name, _ in counts} | set(durations))
    return [
        KindOverview(
            name=name,
            counts={status: number for (kind, status), number in counts.items() if kind == name},
            durations=durations.get(name),
        )
        for name in names
        if is_user_kind(name)
    ]


def _day_bars(days: Mapping[date, Mapping[str, int]]) -> list[DayBar]:
    ended = {day: sum(n for kind, n in kinds.items() if is_user_kind(kind)) for day, kinds in days.items()}
    most = max(ended.values(), default=0) or 1
    return [
        DayBar(day=day, ended=n, x=index * STEP, height=bar_height(n, most))
        for index, (day, n) in enumerate(sorted(ended.items()))
    ]
