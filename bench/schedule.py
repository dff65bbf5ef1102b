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
LOOPED = 1_000
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
CLICK = "SELECT runs_start($1, $2, 'bench.click', 'people', 'it', '{}', 3, '0', 50)"
CLAIM = "SELECT count(*) FROM runs_claim(ARRAY[$1::uuid], ARRAY[$2::uuid], ARRAY['bench.click'], $2, '30 s')"


@dataclass
class Pass:
    """The measurements of one tick over all users; times are seconds."""

    people: int
    seconds: float = 0.0
    chunks: list[float] = field(default_factory=list)
    first_bell: float = 0.0
    wal: float = 0.0
    cpu: float = 0.0
    clicks: list[float] = field(default_factory=list)

    @property
    def click(self) -> float | None:
        """The 99th percentile of the wait after a click."""
        return quantiles(self.clicks, n=100)[-1] if len(self.clicks) > 1 else None


class Timed(Ticker):
    """A ticker that records the duration of each of its transactions."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, SETTINGS)
        self.chunks: list[float] = []

    async def _chunk(
        self, moment: datetime, until: datetime, place: tuple[datetime, UUID], size: int
    ) -> asyncpg.Record:
        began = time.perf_counter()
        try:
            return await super()._chunk(moment, until, place, size)
        finally:
            self.chunks.append(time.perf_counter() - began)


async def populate(bench: Bench, database: Database, people: int) -> None:
    """Create users who are all due at one instant."""
    await bench.admin.execute("TRUNCATE people_users, runs_open, pgq.pgqueuer, schedule_days CASCADE")
    await bench.admin.execute(PEOPLE, people)
    await bench.admin.execute("INSERT INTO people_preferences (owner_id) SELECT id FROM people_users")
    await bench.admin.execute("VACUUM ANALYZE")
    await Ticker(database, SETTINGS).tick(BEFORE)
    await rest(bench)


async def rest(bench: Bench) -> None:
    """Restore the state of an idle server: an empty queue, after VACUUM and CHECKPOINT."""
    await bench.admin.execute("TRUNCATE runs_open, pgq.pgqueuer")
    await bench.admin.execute("VACUUM ANALYZE")
    await bench.admin.execute("CHECKPOINT")


async def measured(bench: Bench, people: int, tick: Callable[[Pass], Awaitable[None]]) -> Pass:
    """Measure a tick: its duration, the first job, and simulated clicks in the meantime."""
    found = Pass(people)
    dsn = bench.server.dsn("postgres")
    wal, cpu = await bench.wal(), bench.cpu()
    began = time.perf_counter()
    watching = asyncio.create_task(_first_bell(dsn, began, found))
    clicking = asyncio.create_task(_click(dsn, found))
    await tick(found)
    found.seconds = time.perf_counter() - began
    clicking.cancel()
    await watching
    await asyncio.gather(clicking, return_exceptions=True)
    found.wal, found.cpu = (await bench.wal() - wal) / people, bench.cpu() - cpu
    return found


async def _first_bell(dsn: str, began: float, found: Pass) -> None:
    connection = await asyncpg.connect(dsn)
    bell = "SELECT EXISTS (SELECT FROM pgq.pgqueuer WHERE entrypoint = 'runs.briefs')"
    while not await connection.fetchval(bell):  # noqa: ASYNC110 - the database sends no event for this
        await asyncio.sleep(0.005)
    found.first_bell = time.perf_counter() - began
    await connection.close()


async def _click(dsn: str, found: Pass) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        while True:
            owner, run = uuid4(), uuid4()
            began = time.perf_counter()
            await connection.fetchval(CLICK, owner, run)
            await connection.fetchval(CLAIM, owner, run)
            found.clicks.append(time.perf_counter() - began)
            await asyncio.sleep(0.05)
    finally:
        connection.terminate()


def _scheduler(dsn: str, moment: datetime) -> None:
    telemetry.configure("error")

    async def tick() -> None:
        async with Database.connect(dsn, connections=1) as database:
            await Ticker(database, SETTINGS).tick(moment)

    asyncio.run(tick())


def alone(database: Database, moment: datetime) -> Callable[[Pass], Awaitable[None]]:
    """Return a tick by one scheduler in this process."""

    async def tick(found: Pass) -> None:
        ticker = Timed(database)
        await ticker.tick(moment)
        found.chunks = ticker.chunks

    return tick


def together(dsn: str, moment: datetime, count: int = 2) -> Callable[[Pass], Awaitable[None]]:
    """Return a tick by several scheduler processes at once; the time includes their start."""

    async def tick(_found: Pass) -> None:
        spawn = multiprocessing.get_context("spawn")
        processes = [spawn.Process(target=_scheduler, args=(dsn, moment)) for _ in range(count)]
        for process in processes:
            process.start()
        for process in processes:
            await asyncio.to_thread(process.join)

    return tick


async def idle(database: Database) -> float:
    """Return the milliseconds of a tick without due users."""
    ticker, times = Ticker(database, SETTINGS), []
    await ticker.tick(DUE + DAY)
    for _ in range(IDLE_TICKS):
        began = time.perf_counter()
        await ticker.tick(DUE + DAY)
        times.append(1000 * (time.perf_counter() - began))
    return median(times)


async def looped(bench: Bench) -> dict[str, float]:
    """Return the seconds per user of the per-user loops, over a thousand users."""
    await bench.admin.execute(per_user_baseline.SCHEMA)
    users: Sequence[UUID] = [
        row["id"] for row in await bench.admin.fetch("SELECT id FROM people_users LIMIT $1", LOOPED)
    ]
    found = {}
    async with asyncpg.create_pool(bench.server.dsn("postgres"), min_size=8, max_size=8) as pool:
        for name, loop in (
            ("one by one", per_user_baseline.one_by_one),
            ("side by side", per_user_baseline.side_by_side),
        ):
            await bench.admin.execute("TRUNCATE bench_jobs")
            began = time.perf_counter()
            await loop(pool, users, DUE)
            found[name] = (time.perf_counter() - began) / len(users)
    await bench.admin.execute("DROP TABLE bench_jobs")
    return found


async def doubled(bench: Bench) -> int:
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
                one = await measured(bench, people, alone(database, DUE))
                await rest(bench)
                two = await measured(bench, people, together(bench.server.dsn("daybreak_app"), DUE + DAY))
                twice = await doubled(bench)
                await rest(bench)
                quiet = await idle(database)
                rows += [_row(one, "one scheduler"), _row(two, "two")]
            loops_took = await looped(bench)
    _show(report, rows, loops_took, one)
    _judge(report, one, two, twice, quiet)
    each = one.seconds / one.people
    for name, took in loops_took.items():
        report.ratio(f"loop_{name.replace(' ', '_')}_vs_tick", took / each)
    report.at_least("faster_than_a_loop", loops_took["one by one"] / each, 100)


def _row(found: Pass, who: str) -> list[object]:
    longest = max(found.chunks) if found.chunks else None
    return [
        f"{found.people:,} people, {who}",
        found.seconds,
        found.first_bell,
        "" if longest is None else longest,
        found.wal,
        len(found.chunks) or "",
        1000 * found.click if found.click else "",
        # The backends of schedulers that have ended, and their CPU times, no longer exist.
        1e6 * found.cpu / found.people if found.chunks else "",
    ]


def _show(report: Report, rows: list[list[object]], loops_took: dict[str, float], one: Pass) -> None:
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
        [["the tick", each], *([f"a loop, {name}", 1e6 * took] for name, took in loops_took.items())],
    )


def _judge(report: Report, one: Pass, two: Pass, twice: int, quiet: float) -> None:
    full = not report.quick
    report.at_most("tick_seconds", one.seconds if full else None, 20)
    report.at_most("first_bell_seconds", one.first_bell, 1)
    report.at_most("longest_transaction_seconds", max(one.chunks), 1)
    report.at_most("wal_bytes_each", one.wal, 1024)
    report.at_most("click_p99_seconds", one.click, 1)
    report.at_most("doubled_by_two_schedulers", twice, 0)
    report.at_most("idle_tick_ms", quiet, 2)
    print(f"two schedulers take {two.seconds / one.seconds:.2f} of the time of one")


if __name__ == "__main__":
    given = Report.of("schedule", __doc__)
    asyncio.run(main(given))
    given.finish()
