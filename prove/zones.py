"""Proof: the clock and the calendar importer are right in every IANA zone, on every day of two years.

The expected values come from a walk through the instants of each zone, a quarter of an hour at a time.
They never come from the functions under proof. Prints a summary, writes prove/results/zones.json; ``--check``
exits 1 on any failure, ``--quick`` tests every twentieth zone and writes nothing.
"""

import argparse
import json
import os
import platform
import sys
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo, available_timezones

from daybreak import clock
from daybreak.agenda.importers.icalendar import ICalendarImporter
from daybreak.agenda.model import to_local_date
from daybreak.agenda.parsed import ImportContext, SourceFile

BEGIN, END = date(2026, 1, 1), date(2028, 1, 1)
QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
TIMES = [time(0), time(1, 30), time(2, 15), time(2, 30), time(3), time(12), time(23, 45)]
DAYS = [BEGIN + DAY * number for number in range((END - BEGIN).days)]
RESULT = Path(__file__).parent / "results" / "zones.json"


class ZoneTimeline:
    """Every quarter of an hour of a zone, and the latest wall-clock time up to then."""

    def __init__(self, tz: ZoneInfo) -> None:
        first = datetime.combine(BEGIN - 2 * DAY, time.min, UTC)
        count = (END - BEGIN + 4 * DAY) // QUARTER
        self.instants = [first + QUARTER * step for step in range(count)]
        self.walls = [at.astimezone(tz).replace(tzinfo=None) for at in self.instants]
        self.highest = list(self.walls)
        for index in range(1, count):
            self.highest[index] = max(self.highest[index], self.highest[index - 1])

    def first_at_or_after(self, wall: datetime) -> datetime:
        """Return the first instant at which the wall clock shows that time, or has passed it."""
        return self.instants[bisect_left(self.highest, wall)]

    def calendar_instant(self, wall: datetime) -> datetime:
        """Return the same, but a time in a gap is that far after the gap's start in elapsed time."""
        index = bisect_left(self.highest, wall)
        if self.highest[index] == wall:
            return self.instants[index]
        return self.instants[index - 1] + (wall - self.walls[index - 1])


def list_clock_failures(name: str, tz: ZoneInfo, timeline: ZoneTimeline) -> list[str]:
    failures = []
    for on in DAYS:
        failures += [
            f"{name}: first_instant({on}, {at})"
            for at in TIMES
            if clock.first_instant(on, at, tz) != timeline.first_at_or_after(datetime.combine(on, at))
        ]
        begins = clock.start_of_day(on, tz)
        if clock.local_date(begins, tz) != on or clock.local_date(begins - QUARTER / 900, tz) != on - DAY:
            failures.append(f"{name}: start_of_day({on})")
    return failures


def list_calendar_failures(name: str, tz: ZoneInfo, timeline: ZoneTimeline) -> list[str]:
    failures = []
    for at in TIMES:
        for rule, step in (("DAILY", DAY), ("WEEKLY", 7 * DAY)):
            starts = list_occurrences(f";TZID={name}:{BEGIN:%Y%m%d}T{at:%H%M%S}", rule, tz)
            walls = [
                datetime.combine(BEGIN, at) + step * number for number in range((END - BEGIN) // step + 1)
            ]
            if starts != [timeline.calendar_instant(wall) for wall in walls if wall.date() < END]:
                failures.append(f"{name}: {rule} at {at}")
    whole = list_occurrences(f";VALUE=DATE:{BEGIN:%Y%m%d}", "DAILY", tz)
    if whole != DAYS or [to_local_date(start, tz) for start in whole] != DAYS:
        failures.append(f"{name}: all-day events")
    return failures


def list_occurrences(start: str, rule: str, tz: ZoneInfo) -> list[date]:
    event = f"BEGIN:VEVENT\nUID:a\nDTSTART{start}\nRRULE:FREQ={rule}\nEND:VEVENT\n"
    text = f"BEGIN:VCALENDAR\n{event}END:VCALENDAR\n"
    file = SourceFile("zones.ics", text.encode(), datetime.now(UTC))
    context = ImportContext(tz=tz, today=BEGIN, expand_from=BEGIN, expand_until=END)
    return [event.start for event in ICalendarImporter().read(file, context).events]


def describe_machine() -> dict[str, str | int | None]:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {"cpu": models[0] if models else platform.processor(), "cores": os.cpu_count()}


def prove(names: list[str]) -> dict[str, object]:
    started = perf_counter()
    failures: list[str] = []
    for done, name in enumerate(names, start=1):
        tz = ZoneInfo(name)
        walk = ZoneTimeline(tz)
        failures += list_clock_failures(name, tz, walk) + list_calendar_failures(name, tz, walk)
        if done % 50 == 0:
            print(f"{done} of {len(names)} zones, {len(failures)} failures", flush=True)
    return {
        "date": f"{clock.now():%Y-%m-%d}",
        "machine": describe_machine(),
        "python": platform.python_version(),
        "tzdata": version("tzdata"),
        "zones": len(names),
        "days": len(DAYS),
        "times_of_day": len(TIMES),
        "instants_checked": len(names) * len(DAYS) * (len(TIMES) + 1),
        "occurrences_checked": len(names)
        * (len(DAYS) * (len(TIMES) + 1) + len(TIMES) * (len(DAYS) // 7 + 1)),
        "seconds": round(perf_counter() - started),
        "failures": failures,
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Proves the clock and the calendar importer in every IANA zone."
    )
    parser.add_argument("--check", action="store_true", help="exit with 1 when anything failed")
    parser.add_argument("--quick", action="store_true", help="every twentieth zone; writes no result")
    arguments = parser.parse_args()
    names = sorted(available_timezones() - {"localtime", "Factory"})
    result = prove(names[::20] if arguments.quick else names)
    print(json.dumps(result, indent=2))
    if not arguments.quick:
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(json.dumps(result, indent=2) + "\n")
    return 1 if arguments.check and result["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
