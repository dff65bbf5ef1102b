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
from daybreak.runs import Queue
from harness import Report, postgres
from peers.base import Contender
from peers.daybreak import DaybreakContender
from peers.dbos import DbosContender
from peers.measurements import (
    BenchTarget,
    IdleMeasurement,
    ThroughputMeasurement,
    count_round_trips,
    measure_drain,
    measure_idle,
    measure_pick_ups,
    measure_takeover,
    open_targets,
)
from peers.pgqueuer import PgQueuerContender
from peers.procrastinate import ProcrastinateContender

BATCHED = DaybreakContender("Daybreak, grouped", changed_settings={"scheduled_concurrency": 200})
UNBATCHED = DaybreakContender(
    "Daybreak, singly", changed_settings={"scheduled_concurrency": 200, "commit_batch_size": 1}
)
ONE_JOB_PER_RUN = DaybreakContender(
    "Daybreak, grouped, one job each", changed_settings={"scheduled_concurrency": 200}, runs_per_job=1
)
AT_100 = DaybreakContender("Daybreak, at 100", changed_settings={"scheduled_concurrency": 100})
DEFAULTS = DaybreakContender("Daybreak, defaults", queue=Queue.BULK)
SHORT_LEASE = DaybreakContender(
    "Daybreak, short lease",
    changed_settings={"lease_seconds": 3.0, "heartbeat_seconds": 1.0, "rescue_seconds": 1.0},
)
PGQUEUER, PROCRASTINATE, DBOS = PgQueuerContender(), ProcrastinateContender(), DbosContender()
PEERS = (PGQUEUER, PROCRASTINATE, DBOS)
THROUGHPUT_CONTENDERS = (BATCHED, UNBATCHED, ONE_JOB_PER_RUN, *PEERS)
ASYNCPG_AT_100 = (AT_100, PgQueuerContender("PgQueuer, at 100", concurrency=100))
CONCURRENT_CONTENDERS = (
    *ASYNCPG_AT_100,
    ProcrastinateContender("Procrastinate, at 100", concurrency=100),
    DbosContender("DBOS, at 100", concurrency=100),
)
LATENCY_CONTENDERS = (DEFAULTS, *PEERS)
SLEEPING_JOBS, SLEEP_SECONDS, CONCURRENCY = 2_000, 0.05, 100
BACKLOG_SIZE = 100_000
TAKEOVER_JOBS = 10


@dataclass(frozen=True)
class BenchScale:
    """The extent of the measurements.

    Attributes:
        backlog_sizes: jobs per backlog, for at least a second and less than minutes; in the order of
            THROUGHPUT_CONTENDERS.
        sleeping_contenders: contenders with jobs that sleep for 50 ms.
        traced_contenders: contenders whose statements are counted, for `traced_jobs` jobs each.
        idle_seconds: duration of the idle measurement.
    """

    rounds: int
    backlog_sizes: Sequence[int]
    sleeping_contenders: Sequence[Contender]
    traced_contenders: Sequence[Contender]
    traced_jobs: int
    clicks: int
    idle_seconds: float
    takeover_contender: DaybreakContender


FULL = BenchScale(
    3,
    (10_000, 2_000, 1_000, 20_000, 1_000, 500),
    CONCURRENT_CONTENDERS,
    THROUGHPUT_CONTENDERS,
    500,
    200,
    60,
    DEFAULTS,
)
QUICK = BenchScale(
    2, (2_000, 400, 200, 4_000, 200, 100), ASYNCPG_AT_100, (BATCHED, UNBATCHED), 100, 25, 30, SHORT_LEASE
)

Stages = Mapping[str, BenchTarget]
Measurements = Mapping[str, Sequence[ThroughputMeasurement]]


async def measure_throughput(stages: Stages, scale: BenchScale) -> Measurements:
    """Measure backlogs of jobs that only write, each contender once per round for equal conditions."""
    found: dict[str, list[ThroughputMeasurement]] = {}
    for _ in range(scale.rounds):
        for contender, count in zip(THROUGHPUT_CONTENDERS, scale.backlog_sizes, strict=True):
            found.setdefault(contender.title, []).append(await measure_drain(stages[contender.title], count))
    return found


async def measure_sleeping_jobs(stages: Stages, scale: BenchScale) -> Measurements:
    """Measure backlogs of jobs that sleep for 50 ms, with a concurrency of 100."""
    found: dict[str, list[ThroughputMeasurement]] = {}
    for _ in range(scale.rounds):
        for contender in scale.sleeping_contenders:
            found.setdefault(contender.title, []).append(
                await measure_drain(stages[contender.title], SLEEPING_JOBS, SLEEP_SECONDS)
            )
    return found


def print_settings(contenders: Sequence[Contender]) -> None:
    """Print the settings of the contenders, and the features that the peers lack."""
    for contender in contenders:
        print(f"{contender.title}: {contender.settings}")
    for peer in PEERS:
        print(f"{peer.title}: lacks {peer.missing_features}")
    print(flush=True)


async def report_throughput(report: Report, stages: Stages, found: Measurements, scale: BenchScale) -> None:
    """Report throughput and cost."""
    wired = {
        contender.title: await count_round_trips(stages[contender.title], scale.traced_jobs)
        for contender in scale.traced_contenders
    }
    rows = [
        (
            title,
            passes[0].count,
            *(
                median_of(passes, name)
                for name in ("per_second", "wal_bytes", "worker_cpu_ms", "server_cpu_ms")
            ),
            *wired.get(title, ("-", "-")),
        )
        for title, passes in found.items()
    ]
    columns = ("runs/s", "WAL B", "Python ms", "PostgreSQL ms", "statements", "round trips")
    report.table(("one worker, nothing to wait for", "runs", *columns), rows)


def report_sleeping_jobs(report: Report, found: Measurements) -> None:
    """Report the jobs that sleep."""
    rows = [(title, median_of(passes, "seconds"), ratio_to_ideal(passes)) for title, passes in found.items()]
    report.table((f"{SLEEPING_JOBS:,} waits of 50 ms, {CONCURRENCY} at once", "seconds", "times ideal"), rows)


async def report_pick_up_latency(report: Report, stages: Stages, scale: BenchScale) -> float:
    """Report the latency until a handler starts; return the 99th percentile behind the backlog."""
    found = {
        f"{contender.title}, idle": await measure_pick_ups(stages[contender.title], scale.clicks)
        for contender in LATENCY_CONTENDERS
    }
    behind = await measure_pick_ups(stages[DEFAULTS.title], scale.clicks, BACKLOG_SIZE)
    found[f"{DEFAULTS.title}, a click behind {BACKLOG_SIZE:,} in queue bulk"] = behind
    rows = [(title, len(some), 1000 * median(some), 1000 * p99(some)) for title, some in found.items()]
    report.table(("pick-up, from commit to handler", "starts", "p50 ms", "p99 ms"), rows)
    return p99(behind)


async def report_takeover(report: Report, stages: Stages, contender: DaybreakContender) -> float:
    """Report and return the seconds until another worker has claimed all runs of a killed one."""
    seconds = await measure_takeover(stages[contender.title], TAKEOVER_JOBS)
    title = f"{contender.title}: {contender.settings}"
    report.table(("takeover after kill -9", "runs", "seconds"), [(title, TAKEOVER_JOBS, seconds)])
    return seconds


async def report_idle(report: Report, stages: Stages, scale: BenchScale) -> IdleMeasurement:
    """Report the load of an idle worker."""
    found = await measure_idle(stages[DEFAULTS.title], scale.idle_seconds)
    row = (
        DEFAULTS.title,
        scale.idle_seconds,
        found.queries_per_second,
        found.worker_cpu_percent,
        found.server_cpu_percent,
    )
    report.table(("an idle worker", "seconds", "queries/s", "its % of a core", "PostgreSQL's"), [row])
    return found


def report_ratios(report: Report, drained: Measurements, waited: Measurements) -> None:
    """Report the ratios to the peers, and the bars on ratios and rates."""
    rates = {title: median_of(passes, "per_second") for title, passes in drained.items()}
    times = {peer: rates[BATCHED.title] / rates[peer.title] for peer in PEERS}
    report.ratio("grouped_vs_bare_pgqueuer", times[PGQUEUER])
    report.ratio("grouped_vs_procrastinate", times[PROCRASTINATE])
    report.ratio("grouped_vs_dbos", times[DBOS])
    report.ratio("singly_vs_procrastinate", rates[UNBATCHED.title] / rates[PROCRASTINATE.title])
    report.ratio("waiting_vs_ideal", ratio_to_ideal(waited[AT_100.title]))
    report.at_least("runs_per_second_singly", rates[UNBATCHED.title], 800)
    report.at_least("runs_per_second_grouped", rates[BATCHED.title], 2000)
    report.at_least("times_procrastinate", times[PROCRASTINATE], 3)
    report.at_least("times_dbos", times[DBOS], 3)


async def main(report: Report) -> None:
    """Measure and report."""
    telemetry.configure("warning")
    extent = QUICK if report.quick else FULL
    contenders = (*THROUGHPUT_CONTENDERS, *CONCURRENT_CONTENDERS, DEFAULTS, SHORT_LEASE)
    async with postgres() as bench, open_targets(bench, contenders) as stages:
        report.machine(await bench.version())
        print_settings(contenders)
        drained = await measure_throughput(stages, extent)
        await report_throughput(report, stages, drained, extent)
        waited = await measure_sleeping_jobs(stages, extent)
        report_sleeping_jobs(report, waited)
        behind = await report_pick_up_latency(report, stages, extent)
        taken = await report_takeover(report, stages, extent.takeover_contender)
        idling = await report_idle(report, stages, extent)
    report_ratios(report, drained, waited)
    report.at_most("click_behind_backlog_p99_seconds", behind, 1)
    report.at_most("takeover_seconds", None if extent.takeover_contender is SHORT_LEASE else taken, 45)
    report.at_most("idle_queries_per_second", idling.queries_per_second, 1)
    report.at_most("idle_percent_of_a_core", idling.worker_cpu_percent + idling.server_cpu_percent, 1)
    report.finish()


def median_of(measurements: Sequence[ThroughputMeasurement], name: str) -> float:
    """Return the median of a measurement over the rounds."""
    return median(float(getattr(one, name)) for one in measurements)


def ratio_to_ideal(measurements: Sequence[ThroughputMeasurement]) -> float:
    """Return the ratio of the duration to that of the sleeps alone."""
    return median_of(measurements, "seconds") / (SLEEPING_JOBS * SLEEP_SECONDS / CONCURRENCY)


def p99(seconds: Sequence[float]) -> float:
    """Return the 99th percentile."""
    return quantiles(seconds, n=100, method="inclusive")[-1]


if __name__ == "__main__":
    asyncio.run(main(Report.of("engine", __doc__)))
