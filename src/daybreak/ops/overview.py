"""What an operator sees: who works, how long it takes, how much there is, and whether upkeep is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from daybreak import runs
from daybreak.db import Database
from daybreak.ops.bars import STEP, height
from daybreak.runs import Run, Status, Times, WorkerSeen
from daybreak.schedule import UPKEEP

_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSeen:
    """One kind: how many runs of it there are by state, and how long they took lately."""

    name: str
    counts: Mapping[Status, int]
    times: Times | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many runs ended on a UTC day, and how it is drawn: as `ops.bars` has it."""

    day: date
    ended: int
    x: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All of it, of all owners; upkeep's runs are kinds of their own."""

    workers: Sequence[WorkerSeen]
    kinds: Sequence[KindSeen]
    days: Sequence[Bar]
    sweeps: Sequence[Run]
    upkeep: Sequence[Run]

    @property
    def alive(self) -> int:
        """How many workers were seen lately."""
        return sum(worker.alive for worker in self.workers)

    def total(self, status: Status) -> int:
        """How many runs and items stand there."""
        return sum(kind.counts.get(status, 0) for kind in self.kinds)


async def read_overview(database: Database) -> Overview:
    """What there is now; none of it is counted for the occasion."""
    times = await runs.times(database)
    return Overview(
        workers=await runs.workers(database),
        kinds=_kinds(await runs.counts(database), times),
        days=_bars(await runs.ended_by_day(database, days=_DAYS)),
        sweeps=await runs.upkeep(database, "runs.sweep"),
        upkeep=await runs.upkeep(database, "runs.upkeep"),
    )


def is_for_people(kind: str) -> bool:
    """Whether runs of that kind are done for somebody, not by the installation for itself."""
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
