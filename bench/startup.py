"""How long a user waits for the program: whole processes in wall-clock time, medians."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

from daybreak.db import embedded
from harness import PROGRAM, Report, environment, folder_of


def measure_command(home: Path, *arguments: str) -> float:
    """Return the seconds of one command, run as a process; it must succeed."""
    settings = environment(home=str(home))
    began = time.perf_counter()
    subprocess.run([PROGRAM, *arguments], check=True, env=settings, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def measure_cold_start(folder: Path, number: int) -> float:
    """Return the seconds of the first brief in a new home, which includes creating the database."""
    home = folder / f"home-{number}"
    try:
        return measure_command(home, "brief", str(folder / "sample"))
    finally:
        embedded.stop(home)


def measure(count: int, action: Callable[[int], float]) -> list[float]:
    """Return the seconds of each of ``count`` calls."""
    return [action(number) for number in range(count)]


def main(report: Report) -> None:
    """Measure and report."""
    count = 3 if report.quick else 5
    report.machine()
    with folder_of("startup") as folder:
        home, sample = folder / "home", str(folder / "sample")
        measure_command(home, "sample", sample)
        measure_command(home, "version")  # compiles the imported modules
        found = {
            "version": measure(count, lambda _: measure_command(home, "version")),
            "brief, new home (database made)": measure(
                min(count, 3), lambda number: measure_cold_start(folder, number)
            ),
        }
        try:
            measure_command(home, "brief", sample)
            embedded.stop(home)
            found["brief, server stopped before"] = measure(count, lambda _: _measure_stopped(home, sample))
            embedded.start(home)
            found["brief, server running"] = measure(count, lambda _: measure_command(home, "brief", sample))
        finally:
            embedded.stop(home)
    show_table(report, found)
    report.at_most("version_seconds", median(found["version"]), 0.3)
    report.at_most("warm_brief_seconds", median(found["brief, server stopped before"]), 3)
    report.finish()


def _measure_stopped(home: Path, sample: str) -> float:
    embedded.stop(home)
    return measure_command(home, "brief", sample)


def show_table(report: Report, found: Mapping[str, Sequence[float]]) -> None:
    """Print the table of all commands."""
    rows = [(title, median(seconds), min(seconds), max(seconds)) for title, seconds in found.items()]
    report.table(("daybreak …, seconds", "median", "least", "most"), rows)


if __name__ == "__main__":
    main(Report.of("startup", __doc__))
