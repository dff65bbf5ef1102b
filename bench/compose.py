"""Standard briefs: throughput with one and two processes, round trips, WAL, latency, rendering.

A standard brief has 5 projects of 40 tasks, 12 events of which 4 recur, and yesterday's received brief to
compare with. Each is composed by `daybreak.briefs.compose`: row-level security on, the role daybreak_app,
fsync on, JSON and snapshot stored. The baseline is a loop over projects, on the same server and rows.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from statistics import median
from uuid import UUID

import asyncpg

import per_project_baseline
from daybreak import briefs, clock, telemetry
from daybreak.briefs.rendering import OutputFormat, render
from daybreak.db import Database
from harness import Bench, Report, cores, postgres
from round_trips import open_relay
from workers import BATCH, CONCURRENCIES, DAY, NOW, Crew, Pass, crew

COLUMNS = ("per_second", "p50", "p95", "wal", "python", "postgres")
_HERE = Path(__file__).parent


async def create_users(bench: Bench, workers: Crew, users: int) -> list[UUID]:
    """Create users with standard briefs who received yesterday's; return their ids."""
    await bench.admin.execute(f"SET bench.users = {users}; SET bench.day = '{DAY}'")
    await bench.admin.execute((_HERE / "standard.sql").read_text(encoding="utf-8"))
    owner = await asyncpg.connect(bench.server.dsn("daybreak_owner"))
    await owner.execute(per_project_baseline.SCHEMA)
    await owner.close()
    rows = await bench.admin.fetch("SELECT id FROM people_users ORDER BY id")
    ids = [row["id"] for row in rows]
    workers.order("yesterday", ids, processes=2, concurrency=max(CONCURRENCIES))
    await bench.admin.execute((_HERE / "overnight.sql").read_text(encoding="utf-8"))
    await bench.admin.execute("VACUUM ANALYZE")
    return ids


async def delete_todays_briefs(bench: Bench) -> None:
    """Delete all briefs of the day, so that the next compose is the first again."""
    await bench.admin.execute("DELETE FROM briefs_editions WHERE brief_date = $1", DAY)
    await bench.admin.execute(f"TRUNCATE {', '.join(per_project_baseline.TABLES)}")
    for table in ("briefs_editions", "briefs_snapshots"):
        await bench.admin.execute(f"VACUUM {table}")


@dataclass(frozen=True, order=True)
class Case:
    """One line of the table."""

    operation: str
    processes: int
    concurrency: int
    batch: int = 1
    is_repeat: bool = False

    @property
    def title(self) -> str:
        """The label in the table."""
        names = {
            "compose": "compose",
            "rendered": "compose, render Markdown and HTML",
            "loop": "loop over projects",
        }
        together = f", {self.batch} in a transaction" if self.batch > 1 else ""
        return names[self.operation] + together + (", again" if self.is_repeat else ", first of the day")


def cases(*, quick: bool) -> list[Case]:
    """Return the cases of a round."""
    grid = list(product((1, 2), (4,) if quick else CONCURRENCIES))
    singly = [Case(operation, *cell) for cell in grid for operation in ("loop", "compose")]
    batched = [Case("compose", processes, 2, BATCH) for processes in (1, 2)]
    return [*singly, *batched, Case("rendered", 2, 4)]


async def measure_cases(
    bench: Bench, workers: Crew, ids: Sequence[UUID], *, quick: bool
) -> dict[Case, list[Pass]]:
    """Measure every case once per round, so that changes of the machine's load affect all cases."""
    found: dict[Case, list[Pass]] = {}
    for number in range(2):
        users = ids[number::6]
        for case in cases(quick=quick):
            await delete_todays_briefs(bench)
            for again in (False, True) if case.operation == "compose" else (False,):
                how = {"processes": case.processes, "concurrency": case.concurrency, "batch": case.batch}
                result = await workers.measure(case.operation, users, **how)
                found.setdefault(replace(case, is_repeat=again), []).append(result)
    return found


async def count_round_trips(bench: Bench, user: UUID) -> tuple[float, float]:
    """Count the round trips of one brief, first and again; statements are already prepared."""
    counts = []
    async with open_relay(bench.server.socket) as relay:
        dsn = bench.server.dsn("daybreak_app").partition("?")[0] + f"?host={relay.folder}"
        async with Database.connect(dsn, max_connections=1) as database:
            await briefs.compose(database, user, DAY - timedelta(days=2))
            for _ in range(2):
                before = relay.round_trips
                await briefs.compose(database, user, DAY)
                counts.append(relay.round_trips - before)
    return counts[0], counts[1]


def report_rendering(report: Report, document: briefs.Document) -> None:
    """Report the rendering time of each output format of one document."""
    rows = []
    for form in OutputFormat:
        render(document, form)
        seconds = []
        for _ in range(30):
            began = time.perf_counter()
            text = render(document, form)
            seconds.append(time.perf_counter() - began)
        rows.append((f"render {form}", 1000 * median(seconds), len(text.encode()) / 1024))
    report.table(("one document", "ms", "KiB"), rows)


def best_case(
    found: dict[Case, list[Pass]], operation: str, processes: int, *, is_repeat: bool = False
) -> tuple[Case, float]:
    """Return the case of an operation with the highest median rate, single or batched, and the rate."""
    rates = {
        case: median(one.per_second for one in passes)
        for case, passes in found.items()
        if (case.operation, case.processes, case.is_repeat) == (operation, processes, is_repeat)
    }
    case = max(rates, key=lambda case: rates[case])
    return case, rates[case]


def report_cases(report: Report, found: dict[Case, list[Pass]]) -> None:
    """Report the table of all cases, with medians over the rounds."""
    rows = [
        (
            case.title,
            case.processes,
            case.concurrency,
            *(median(getattr(one, name) for one in passes) for name in COLUMNS),
            "best"
            if best_case(found, case.operation, case.processes, is_repeat=case.is_repeat)[0] == case
            else "",
        )
        for case, passes in sorted(found.items())
    ]
    names = ("briefs/s", "p50 ms", "p95 ms", "WAL KiB", "Python ms", "PostgreSQL ms", "")
    report.table(("standard briefs", "processes", "each at once", *names), rows)


async def main(report: Report) -> None:
    """Measure and report."""
    clock.now = lambda: NOW
    telemetry.configure("warning")
    async with postgres() as bench:
        report.machine(await bench.version())
        with crew(bench, 2) as workers:
            ids = await create_users(bench, workers, 600 if report.quick else 900)
            for operation in ("compose", "loop"):  # connections open, statements prepared
                workers.order(operation, ids[:64], processes=2, concurrency=max(CONCURRENCIES))
            found = await measure_cases(bench, workers, ids, quick=report.quick)
        report_cases(report, found)
        await delete_todays_briefs(bench)
        first, again = await count_round_trips(bench, ids[0])
        async with Database.connect(bench.server.dsn("daybreak_app")) as database:
            document = await briefs.read(database, ids[0], DAY)
        assert document is not None
        report_rendering(report, document)
    for processes in (1, 2):
        rate = best_case(found, "compose", processes)[1]
        report.ratio(f"processes_{processes}_vs_loop", rate / best_case(found, "loop", processes)[1])
    report.ratio(
        "again_vs_first",
        best_case(found, "compose", 2, is_repeat=True)[1] / best_case(found, "compose", 2)[1],
    )
    report.at_most("round_trips", max(first, again), 6)
    rate = best_case(found, "compose", 2)[1]
    report.at_least("briefs_per_second_two_processes", rate if cores() >= 2 else None, 250)
    report.finish()


if __name__ == "__main__":
    asyncio.run(main(Report.of("compose", __doc__)))
