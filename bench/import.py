"""Import of a folder: 10,000 calendar entries, 2,000 of them series, and 10,000 tasks in files.

Cold is the first import, warm repeats it with the same files, and changed repeats it after an edit of one
entry in a hundred. The floor is icalendar with recurring-ical-events: it only parses and expands the same
calendars over the same days, in one process. Each import runs in its own process, timed inside; fsync is on.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from daybreak import agenda, people, telemetry
from daybreak.agenda.sources.reader import DAYS_AHEAD, DAYS_BEHIND
from daybreak.db import Database
from daybreak.errors import InternalError
from daybreak.intake import IntakeSettings, Vault
from fixtures import write_calendars, write_tasks
from harness import Bench, Report, postgres

TODAY = date(2026, 3, 31)
EMAIL = "bench{}@example.org"


def measure_process(started: float, **more: object) -> dict[str, object]:
    """Return a process's measurements: seconds since ``started``, peak memory of it and its children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": time.perf_counter() - started,
        "parent_mib": _peak_memory_kib() / 1024,
        "child_mib": children.ru_maxrss / 1024,
        **more,
    }


def _peak_memory_kib() -> int:
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))


async def import_once(dsn: str, email: str, folder: Path) -> dict[str, object]:
    """Import the folder once, as a new or known user."""
    telemetry.configure("error")
    async with Database.connect(dsn) as database:
        user = await people.find_by_email(database, email) or await people.create_user(
            database, email, timezone="Europe/Berlin"
        )
        reader = agenda.SourceReader(database, user, TODAY, IntakeSettings.load(), _no_vault)
        started = time.perf_counter()
        done = await agenda.import_folder(reader, folder)
        changes = done.changes
        return measure_process(
            started,
            rows=changes.added + changes.updated + changes.unchanged,
            written=changes.added + changes.updated + changes.removed,
            warnings=list(done.warnings[:3]),
        )


def _no_vault() -> Vault:
    raise InternalError("a folder has no secrets")


def parse_baseline(paths: Sequence[Path]) -> dict[str, object]:
    """Parse and expand the calendars only."""
    import icalendar  # noqa: PLC0415 - only this process measures them
    import recurring_ical_events  # noqa: PLC0415

    started = time.perf_counter()
    first, last = TODAY - timedelta(days=DAYS_BEHIND), TODAY + timedelta(days=DAYS_AHEAD)
    rows = 0
    for path in paths:
        calendar = icalendar.Calendar.from_ical(path.read_bytes())
        rows += len(recurring_ical_events.of(calendar).between(first, last))
    return measure_process(started, rows=rows, written=0, warnings=[])


def run_in_process(*arguments: str) -> dict[str, Any]:
    """Run this script in a new process and return its measurements."""
    program = [sys.executable, __file__, *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DAYBREAK_")}
    done = subprocess.run(program, check=True, stdout=subprocess.PIPE, env=environment)
    return dict(json.loads(done.stdout))


def edit_one_percent(paths: Sequence[Path], turn: int) -> None:
    """Change the title of every hundredth entry of each file."""
    for path in paths:
        lines = path.read_bytes().split(b"\n")
        marks = (b"SUMMARY:", b"(A) ", b"(B) ", b"(C) ", b"- [ ]", b"- [x]", b"Order item")
        entries = [number for number, line in enumerate(lines) if line.startswith(marks)]
        for number in entries[turn::100]:
            for old, new in (
                (b"Meeting", b"Talk"),
                (b"chapter", b"page"),
                (b"Ask", b"Tell"),
                (b"item", b"thing"),
            ):
                lines[number] = lines[number].replace(old, new)
        path.write_bytes(b"\n".join(lines))


async def run_round(bench: Bench, number: int, size: int) -> dict[str, dict[str, Any]]:
    """Run the floor and the imports once, with a new user and a new folder."""
    found: dict[str, dict[str, Any]] = {}
    with TemporaryDirectory(prefix="daybreak-files-") as name:
        folder = Path(name)
        calendars = write_calendars(folder, TODAY, size)
        paths = [*calendars, *write_tasks(folder, TODAY, size)]

        async def import_as(title: str) -> None:
            await bench.admin.execute("CHECKPOINT")
            before = await bench.wal()
            result = run_in_process("--import", bench.server.dsn("daybreak_app"), EMAIL.format(number), name)
            found[title] = {**result, "wal_mib": (await bench.wal() - before) / 2**20}

        found["floor"] = {**run_in_process("--floor", *map(str, calendars)), "wal_mib": 0.0}
        await import_as("cold")
        await import_as("warm")
        edit_one_percent(paths, number)
        await import_as("changed")
    return found


async def main(report: Report) -> None:
    """Measure and report."""
    async with postgres() as bench:
        report.machine(await bench.version())
        size, rounds = (2_000, 1) if report.quick else (10_000, 2)
        found = [await run_round(bench, number, size) for number in range(rounds)]
    titles = {
        "floor": "floor: calendars parsed, expanded",
        "cold": "import, cold",
        "warm": "import again, nothing changed",
        "changed": "import again, 1 % changed",
    }
    keys = ("seconds", "rows", "written", "parent_mib", "child_mib", "wal_mib")
    middle = {
        title: {key: float(median(one[title][key] for one in found)) for key in keys} for title in titles
    }
    print(f"{size:,} calendar entries and {size:,} tasks in files")
    headings = ("", "s", "rows", "written", "peak MiB", "child's MiB", "WAL MiB")
    report.table(headings, [(titles[title], *values.values()) for title, values in middle.items()])
    for warning in found[0]["cold"]["warnings"]:
        print(f"warning: {warning}")
    for title in ("cold", "warm", "changed"):
        report.ratio(f"{title}_vs_floor", middle[title]["seconds"] / middle["floor"]["seconds"])
    report.at_most("warm_rows_written", middle["warm"]["written"], 0)
    report.finish()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--import", dsn, email, folder]:
            print(json.dumps(asyncio.run(import_once(dsn, email, Path(folder)))))
        case ["--floor", *paths]:
            print(json.dumps(parse_baseline([Path(path) for path in paths])))
        case _:
            asyncio.run(main(Report.of("import", __doc__)))
