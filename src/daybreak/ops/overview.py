"""The operations overview: workers, durations, counts and maintenance runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from daybreak import runs
from daybreak.db import Database
from daybreak.ops.charts.bars import STEP, height
from daybreak.runs import Run, Status, Times, WorkerSeen
from daybreak.schedule import UPKEEP

_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSeen:
    """One run kind: counts by status, and recent durations."""

    name: str
    counts: Mapping[Status, int]
    times: Times | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The number of runs that ended on a UTC day, and its bar, by the geometry of `charts.bars`."""

    day: date
    ended: int
    x: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The overview of all users' runs; maintenance runs have kinds of their own."""

    workers: Sequence[WorkerSeen]
    kinds: Sequence[KindSeen]
    days: Sequence[Bar]
    sweeps: Sequence[Run]
    upkeep: Sequence[Run]

    @property
    def alive(self) -> int:
        """The number of workers with a recent heartbeat."""
        return sum(worker.alive for worker in self.workers)

    def total(self, status: Status) -> int:
        """Return the number of runs and items with that status."""
        return sum(kind.counts.get(status, 0) for kind in self.kinds)


async def read_overview(database: Database) -> Overview:
    """Return the current overview; all counts are maintained, none is computed by a scan."""
    times = await runs.times(database)
    return Overview(
        workers=await runs.workers(database),
        kinds=_kinds(await runs.counts(database), times),
        days=_bars(await runs.ended_by_day(database, days=_DAYS)),
        sweeps=await runs.upkeep(database, "runs.sweep"),
        upkeep=await runs.upkeep(database, "runs.upkeep"),
    )


def is_for_people(kind: str) -> bool:
    """Return whether runs of that kind belong to users and not to the system."""
    return kind != UPKEEP and not kind.startswith("runs.")


def _kinds(counts: Mapping[tuple[str, Status], int], times: Mapping[str, Times]) -> list[KindSeen]:
    names = sorted({name for name, _ in counts} | set(times))
    return [
        KindSeen(
            name=name,
            counts={status: number for (kind, status), number in counts.items() if kind == name},
            times=times.get(name),
        )
        for name in names
        if is_for_people(name)
    ]


def _bars(days: Mapping[date, Mapping[str, int]]) -> list[Bar]:
    ended = {day: sum(n for kind, n in kinds.items() if is_for_people(kind)) for day, kinds in days.items()}
    most = max(ended.values(), default=0) or 1
    return [
        Bar(day=day, ended=n, x=place * STEP, height=height(n, most))
        for place, (day, n) in enumerate(sorted(ended.items()))
    ]
