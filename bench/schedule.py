"""The tick: the time to enqueue briefs for up to a million users who are due at one instant."""

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from uuid import UUID, uuid4

import asyncpg

import per_user_baseline
from daybreak import telemetry
from daybreak.db import Database
from daybreak.schedule import ScheduleSettings, Ticker
from harness import Bench, Report, postgres

SETTINGS = ScheduleSettings()
LARGE = {"max_wal_size": "4GB"}
SIZES = (1_000, 100_000, 1_000_000)
QUICK_SIZES = (1_000, 50_000)
LOOP_USERS = 1_000
IDLE_TICKS = 25
BEFORE = datetime(2026, 12, 1, 12, tzinfo=UTC)
DUE = datetime(2026, 12, 2, 7, tzinfo=UTC)
DAY = timedelta(days=1)
PEOPLE = """
INSERT INTO people_users (id, email, name, timezone)
SELECT gen_random_uuid(), n || '@example.org', 'x',
    (ARRAY['UTC', 'Europe/London', 'Africa/Abidjan', 'Atlantic/Reykjavik'])[1 + n % 4]
FROM generate_series(1, $1::int) AS n
"""
ENQUEUE_CLICK = "SELECT runs_enqueue($1, $2, 'bench.click', 'interactive', 'it', '{}', 3, '0', 50)"
CLAIM_CLICK = (
    "SELECT count(*) FROM runs_claim(ARRAY[$1::uuid], ARRAY[$2::uuid], ARRAY['bench.click'], $2, '30 s')"
)


@dataclass
class TickMeasurement:
    """The measurements of one tick over all users; times are seconds."""

    people: int
    seconds: float = 0.0
    batch_seconds: list[float] = field(default_factory=list)
    first_job: float = 0.0
    wal: float = 0.0
    cpu: float = 0.0
    click_seconds: list[float] = field(default_factory=list)

    @property
    def click_p99(self) -> float | None:
        """The 99th percentile of the wait after a click."""
        return quantiles(self.click_seconds, n=100)[-1] if len(self.click_seconds) > 1 else None


class TimedTicker(Ticker):
    """A ticker that records the duration of each of its transactions."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, SETTINGS)
        self.batch_seconds: list[float] = []

    async def _run_batch(
        self, now: datetime, until: datetime, after: tuple[datetime, UUID], size: int
    ) -> asyncpg.Record:
        began = time.perf_counter()
        try:
            return await super()._run_batch(now, until, after, size)
        finally:
            self.batch_seconds.append(time.perf_counter() - began)


async def populate(bench: Bench, database: Database, people: int) -> None:
    """Create users who are all due at one instant."""
    await bench.admin.execute("TRUNCATE people_users, runs_open, pgq.pgqueuer, schedule_outcomes CASCADE")
    await bench.admin.execute(PEOPLE, people)
    await bench.admin.execute("INSERT INTO people_preferences (owner_id) SELECT id FROM people_users")
    await bench.admin.execute("VACUUM ANALYZE")
    await Ticker(database, SETTINGS).tick(BEFORE)
    await reset_queue(bench)


async def reset_queue(bench: Bench) -> None:
    """Restore the state of an idle server: an empty queue, after VACUUM and CHECKPOINT."""
    await bench.admin.execute("TRUNCATE runs_open, pgq.pgqueuer")
    await bench.admin.execute("VACUUM ANALYZE")
    await bench.admin.execute("CHECKPOINT")


async def measure_tick(
    bench: Bench, people: int, tick: Callable[[TickMeasurement], Awaitable[None]]
) -> TickMeasurement:
    """Measure a tick: its duration, the first job, and simulated clicks in the meantime."""
    found = TickMeasurement(people)
    dsn = bench.server.dsn("postgres")
    wal, cpu = await bench.wal(), bench.cpu()
    began = time.perf_counter()
    watching = asyncio.create_task(_watch_first_job(dsn, began, found))
    clicking = asyncio.create_task(_measure_clicks(dsn, found))
    await tick(found)
    found.seconds = time.perf_counter() - began
    clicking.cancel()
    await watching
    await asyncio.gather(clicking, return_exceptions=True)
    found.wal, found.cpu = (await bench.wal() - wal) / people, bench.cpu() - cpu
    return found


async def _watch_first_job(dsn: str, began: float, found: TickMeasurement) -> None:
    connection = await asyncpg.connect(dsn)
    job_exists = "SELECT EXISTS (SELECT FROM pgq.pgqueuer WHERE entrypoint = 'runs.scheduled')"
    while not await connection.fetchval(job_exists):  # noqa: ASYNC110 - the database sends no event for this
        await asyncio.sleep(0.005)
    found.first_job = time.perf_counter() - began
    await connection.close()


async def _measure_clicks(dsn: str, found: TickMeasurement) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        while True:
            owner, run = uuid4(), uuid4()
            began = time.perf_counter()
            await connection.fetchval(ENQUEUE_CLICK, owner, run)
            await connection.fetchval(CLAIM_CLICK, owner, run)
            found.click_seconds.append(time.perf_counter() - began)
            await asyncio.sleep(0.05)
    finally:
        connection.terminate()


def _run_scheduler(dsn: str, now: datetime) -> None:
    telemetry.configure("error")

    async def tick() -> None:
        async with Database.connect(dsn, max_connections=1) as database:
            await Ticker(database, SETTINGS).tick(now)

    asyncio.run(tick())


def single_scheduler(database: Database, now: datetime) -> Callable[[TickMeasurement], Awaitable[None]]:
    """Return a tick by one scheduler in this process."""

    async def tick(found: TickMeasurement) -> None:
        ticker = TimedTicker(database)
        await ticker.tick(now)
        found.batch_seconds = ticker.batch_seconds

    return tick


def concurrent_schedulers(
    dsn: str, now: datetime, count: int = 2
) -> Callable[[TickMeasurement], Awaitable[None]]:
    """Return a tick by several scheduler processes at once; the time includes their start."""

    async def tick(_found: TickMeasurement) -> None:
        spawn = multiprocessing.get_context("spawn")
        processes = [spawn.Process(target=_run_scheduler, args=(dsn, now)) for _ in range(count)]
        for process in processes:
            process.start()
        for process in processes:
            await asyncio.to_thread(process.join)

    return tick


async def measure_idle_tick(database: Database) -> float:
    """Return the milliseconds of a tick without due users."""
    ticker, times = Ticker(database, SETTINGS), []
    await ticker.tick(DUE + DAY)
    for _ in range(IDLE_TICKS):
        began = time.perf_counter()
        await ticker.tick(DUE + DAY)
        times.append(1000 * (time.perf_counter() - began))
    return median(times)


async def measure_loops(bench: Bench) -> dict[str, float]:
    """Return the seconds per user of the per-user loops, over a thousand users."""
    await bench.admin.execute(per_user_baseline.SCHEMA)
    users: Sequence[UUID] = [
        row["id"] for row in await bench.admin.fetch("SELECT id FROM people_users LIMIT $1", LOOP_USERS)
    ]
    found = {}
    async with asyncpg.create_pool(bench.server.dsn("postgres"), min_size=8, max_size=8) as pool:
        for name, loop in (
            ("one by one", per_user_baseline.run_sequentially),
            ("side by side", per_user_baseline.run_concurrently),
        ):
            await bench.admin.execute("TRUNCATE bench_jobs")
            began = time.perf_counter()
            await loop(pool, users, DUE)
            found[name] = (time.perf_counter() - began) / len(users)
    await bench.admin.execute("DROP TABLE bench_jobs")
    return found


async def count_duplicate_runs(bench: Bench) -> int:
    """Return the number of duplicate runs."""
    rows = await bench.admin.fetchval(
        "SELECT count(*) - count(DISTINCT owner_id) FROM runs_open WHERE kind = 'briefs.compose'"
    )
    return int(rows)


async def main(report: Report) -> None:
    """Measure and report."""
    telemetry.configure("error")
    async with postgres(**LARGE) as bench:
        report.machine(await bench.version())
        print(f"as for a server of a million people: {LARGE}; the rest as embedded\n")
        rows: list[list[object]] = []
        async with Database.connect(bench.server.dsn("daybreak_app")) as database:
            for people in QUICK_SIZES if report.quick else SIZES:
                await populate(bench, database, people)
                one = await measure_tick(bench, people, single_scheduler(database, DUE))
                await reset_queue(bench)
                two = await measure_tick(
                    bench, people, concurrent_schedulers(bench.server.dsn("daybreak_app"), DUE + DAY)
                )
                twice = await count_duplicate_runs(bench)
                await reset_queue(bench)
                quiet = await measure_idle_tick(database)
                rows += [_table_row(one, "one scheduler"), _table_row(two, "two")]
            loops_took = await measure_loops(bench)
    _print_tables(report, rows, loops_took, one)
    _check_bars(report, one, two, twice, quiet)
    each = one.seconds / one.people
    for name, took in loops_took.items():
        report.ratio(f"loop_{name.replace(' ', '_')}_vs_tick", took / each)
    report.at_least("faster_than_a_loop", loops_took["one by one"] / each, 100)


def _table_row(found: TickMeasurement, label: str) -> list[object]:
    longest = max(found.batch_seconds) if found.batch_seconds else None
    return [
        f"{found.people:,} people, {label}",
        found.seconds,
        found.first_job,
        "" if longest is None else longest,
        found.wal,
        len(found.batch_seconds) or "",
        1000 * found.click_p99 if found.click_p99 else "",
        # The backends of schedulers that have ended, and their CPU times, no longer exist.
        1e6 * found.cpu / found.people if found.batch_seconds else "",
    ]


def _print_tables(
    report: Report, rows: list[list[object]], loop_seconds: dict[str, float], one: TickMeasurement
) -> None:
    headings = (
        "",
        "s",
        "first bell, s",
        "longest tx, s",
        "WAL, B each",
        "chunks",
        "click p99, ms",
        "CPU, µs each",
    )
    report.table(headings, rows)
    each = 1e6 * one.seconds / one.people
    report.table(
        ("for one person", "µs"),
        [["the tick", each], *([f"a loop, {name}", 1e6 * took] for name, took in loop_seconds.items())],
    )


def _check_bars(
    report: Report, one: TickMeasurement, two: TickMeasurement, duplicates: int, idle_ms: float
) -> None:
    full = not report.quick
    report.at_most("tick_seconds", one.seconds if full else None, 20)
    report.at_most("first_bell_seconds", one.first_job, 1)
    report.at_most("longest_transaction_seconds", max(one.batch_seconds), 1)
    report.at_most("wal_bytes_each", one.wal, 1024)
    report.at_most("click_p99_seconds", one.click_p99, 1)
    report.at_most("doubled_by_two_schedulers", duplicates, 0)
    report.at_most("idle_tick_ms", idle_ms, 2)
    print(f"two schedulers take {two.seconds / one.seconds:.2f} of the time of one")


if __name__ == "__main__":
    given = Report.of("schedule", __doc__)
    asyncio.run(main(given))
    given.finish()
