"""The engine: runs per second singly and grouped, pick-up, takeover, idle load, cost of a run, and its peers.

A run writes one row of a table with row-level security; its enqueueing, its end and its events are rows, too.
They are fenced, and effect and completion are one commit. One worker process runs as the role daybreak_app,
with fsync on. Peers write the same rows where they can; the features that each of them lacks are printed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from daybreak import telemetry
from daybreak.runs import Lane
from harness import Report, postgres
from peers.base import Contender
from peers.daybreak import Daybreak
from peers.dbos import Dbos
from peers.measurements import Idling, Pass, Stage, drain, idle, on_the_wire, pick_ups, staged, takeover
from peers.pgqueuer import PgQueuer
from peers.procrastinate import Procrastinate

GROUPED = Daybreak("Daybreak, grouped", changes={"briefs": 200})
SINGLY = Daybreak("Daybreak, singly", changes={"briefs": 200, "commit_group": 1})
A_BELL_EACH = Daybreak("Daybreak, grouped, a doorbell each", changes={"briefs": 200}, bell=1)
AT_100 = Daybreak("Daybreak, at 100", changes={"briefs": 100})
AS_INSTALLED = Daybreak("Daybreak, defaults", lane=Lane.BULK)
IMPATIENT = Daybreak("Daybreak, short lease", changes={"lease": 3.0, "beat": 1.0, "sweep": 1.0})
BARE, PROCRASTINATE, DBOS = PgQueuer(), Procrastinate(), Dbos()
PEERS = (BARE, PROCRASTINATE, DBOS)
DRAINED = (GROUPED, SINGLY, A_BELL_EACH, *PEERS)
FAST_AT_100 = (AT_100, PgQueuer("PgQueuer, at 100", concurrency=100))
AT_ONCE = (
    *FAST_AT_100,
    Procrastinate("Procrastinate, at 100", concurrency=100),
    Dbos("DBOS, at 100", concurrency=100),
)
PICKING_UP = (AS_INSTALLED, *PEERS)
NAPS, NAP, PLACES = 2_000, 0.05, 100
BEHIND = 100_000
TAKEN_OVER = 10


@dataclass(frozen=True)
class Extent:
    """The extent of the measurements.

    Attributes:
        backlog_sizes: jobs per backlog, for at least a second and less than minutes; in the order of
            THROUGHPUT_CONTENDERS.
        sleeping_contenders: contenders with jobs that sleep for 50 ms.
        traced_contenders: contenders whose statements are counted, for `traced_jobs` jobs each.
        idle_seconds: duration of the idle measurement.
    """

    rounds: int
    counts: Sequence[int]
    waiting: Sequence[Contender]
    wired: Sequence[Contender]
    wired_jobs: int
    clicks: int
    idle: float
    killed: Daybreak


FULL = Extent(3, (10_000, 2_000, 1_000, 20_000, 1_000, 500), AT_ONCE, DRAINED, 500, 200, 60, AS_INSTALLED)
QUICK = Extent(2, (2_000, 400, 200, 4_000, 200, 100), FAST_AT_100, (GROUPED, SINGLY), 100, 25, 30, IMPATIENT)

Stages = Mapping[str, Stage]
Passes = Mapping[str, Sequence[Pass]]


async def drains(stages: Stages, extent: Extent) -> Passes:
    """Measure backlogs of jobs that only write, each contender once per round for equal conditions."""
    found: dict[str, list[Pass]] = {}
    for _ in range(extent.rounds):
        for contender, count in zip(DRAINED, extent.counts, strict=True):
            found.setdefault(contender.title, []).append(await drain(stages[contender.title], count))
    return found


async def waits(stages: Stages, extent: Extent) -> Passes:
    """Measure backlogs of jobs that sleep for 50 ms, with a concurrency of 100."""
    found: dict[str, list[Pass]] = {}
    for _ in range(extent.rounds):
        for contender in extent.waiting:
            found.setdefault(contender.title, []).append(await drain(stages[contender.title], NAPS, NAP))
    return found


def introduce(contenders: Sequence[Contender]) -> None:
    """Print the settings of the contenders, and the features that the peers lack."""
    for contender in contenders:
        print(f"{contender.title}: {contender.settings}")
    for peer in PEERS:
        print(f"{peer.title}: lacks {peer.lacks}")
    print(flush=True)


async def show_drains(report: Report, stages: Stages, found: Passes, extent: Extent) -> None:
    """Report throughput and cost."""
    wired = {
        contender.title: await on_the_wire(stages[contender.title], extent.wired_jobs)
        for contender in extent.wired
    }
    rows = [
        (
            title,
            passes[0].count,
            *(middle(passes, name) for name in ("per_second", "wal", "python", "postgres")),
            *wired.get(title, ("-", "-")),
        )
        for title, passes in found.items()
    ]
    columns = ("runs/s", "WAL B", "Python ms", "PostgreSQL ms", "statements", "round trips")
    report.table(("one worker, nothing to wait for", "runs", *columns), rows)


def show_waits(report: Report, found: Passes) -> None:
    """Report the jobs that sleep."""
    rows = [(title, middle(passes, "seconds"), times_ideal(passes)) for title, passes in found.items()]
    report.table((f"{NAPS:,} waits of 50 ms, {PLACES} at once", "seconds", "times ideal"), rows)


async def show_pick_ups(report: Report, stages: Stages, extent: Extent) -> float:
    """Report the latency until a handler starts; return the 99th percentile behind the backlog."""
    found = {
        f"{contender.title}, idle": await pick_ups(stages[contender.title], extent.clicks)
        for contender in PICKING_UP
    }
    behind = await pick_ups(stages[AS_INSTALLED.title], extent.clicks, BEHIND)
    found[f"{AS_INSTALLED.title}, a click behind {BEHIND:,} in lane bulk"] = behind
    rows = [(title, len(some), 1000 * median(some), 1000 * p99(some)) for title, some in found.items()]
    report.table(("pick-up, from commit to handler", "starts", "p50 ms", "p99 ms"), rows)
    return p99(behind)


async def show_takeover(report: Report, stages: Stages, contender: Daybreak) -> float:
    """Report and return the seconds until another worker has claimed all runs of a killed one."""
    seconds = await takeover(stages[contender.title], TAKEN_OVER)
    title = f"{contender.title}: {contender.settings}"
    report.table(("takeover after kill -9", "runs", "seconds"), [(title, TAKEN_OVER, seconds)])
    return seconds


async def show_idle(report: Report, stages: Stages, extent: Extent) -> Idling:
    """Report the load of an idle worker."""
    found = await idle(stages[AS_INSTALLED.title], extent.idle)
    row = (AS_INSTALLED.title, extent.idle, found.queries_per_second, found.python, found.postgres)
    report.table(("an idle worker", "seconds", "queries/s", "its % of a core", "PostgreSQL's"), [row])
    return found


def show_ratios(report: Report, drained: Passes, waited: Passes) -> None:
    """Report the ratios to the peers, and the bars on ratios and rates."""
    rates = {title: middle(passes, "per_second") for title, passes in drained.items()}
    times = {peer: rates[GROUPED.title] / rates[peer.title] for peer in PEERS}
    report.ratio("grouped_vs_bare_pgqueuer", times[BARE])
    report.ratio("grouped_vs_procrastinate", times[PROCRASTINATE])
    report.ratio("grouped_vs_dbos", times[DBOS])
    report.ratio("singly_vs_procrastinate", rates[SINGLY.title] / rates[PROCRASTINATE.title])
    report.ratio("waiting_vs_ideal", times_ideal(waited[AT_100.title]))
    report.at_least("runs_per_second_singly", rates[SINGLY.title], 800)
    report.at_least("runs_per_second_grouped", rates[GROUPED.title], 2000)
    report.at_least("times_procrastinate", times[PROCRASTINATE], 3)
    report.at_least("times_dbos", times[DBOS], 3)


async def main(report: Report) -> None:
    """Measure and report."""
    telemetry.configure("warning")
    extent = QUICK if report.quick else FULL
    contenders = (*DRAINED, *AT_ONCE, AS_INSTALLED, IMPATIENT)
    async with postgres() as bench, staged(bench, contenders) as stages:
        report.machine(await bench.version())
        introduce(contenders)
        drained = await drains(stages, extent)
        await show_drains(report, stages, drained, extent)
        waited = await waits(stages, extent)
        show_waits(report, waited)
        behind = await show_pick_ups(report, stages, extent)
        taken = await show_takeover(report, stages, extent.killed)
        idling = await show_idle(report, stages, extent)
    show_ratios(report, drained, waited)
    report.at_most("click_behind_backlog_p99_seconds", behind, 1)
    report.at_most("takeover_seconds", None if extent.killed is IMPATIENT else taken, 45)
    report.at_most("idle_queries_per_second", idling.queries_per_second, 1)
    report.at_most("idle_percent_of_a_core", idling.python + idling.postgres, 1)
    report.finish()


def middle(passes: Sequence[Pass], name: str) -> float:
    """Return the median of a measurement over the rounds."""
    return median(float(getattr(one, name)) for one in passes)


def times_ideal(passes: Sequence[Pass]) -> float:
    """Return the ratio of the duration to that of the sleeps alone."""
    return middle(passes, "seconds") / (NAPS * NAP / PLACES)


def p99(seconds: Sequence[float]) -> float:
    """Return the 99th percentile."""
    return quantiles(seconds, n=100, method="inclusive")[-1]


if __name__ == "__main__":
    asyncio.run(main(Report.of("engine", __doc__)))
