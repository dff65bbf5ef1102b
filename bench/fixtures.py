"""Folders of realistic files for benchmarks: calendars with recurrences, and task lists in three formats."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

_ZONE = "Europe/Berlin"
_RULES = (
    "FREQ=WEEKLY;BYDAY=MO,TH",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;INTERVAL=2",
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYDAY=2TU",
    "FREQ=DAILY;COUNT=5",
    "FREQ=YEARLY",
)
_VTIMEZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""


def write_calendars(folder: Path, today: date, event_count: int, per_file: int = 250) -> list[Path]:
    """Write that many VEVENTs around today, every fifth a series, some with exceptions; return the files."""
    chance = Random(2)
    paths = []
    for first in range(0, event_count, per_file):
        path = folder / f"calendar-{first // per_file:03}.ics"
        entries = (
            _event(chance, today, number) for number in range(first, min(first + per_file, event_count))
        )
        parts = [
            "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//bench//EN\n",
            _VTIMEZONE,
            *entries,
            "END:VCALENDAR\n",
        ]
        path.write_bytes("".join(parts).replace("\n", "\r\n").encode())
        paths.append(path)
    return paths


def _event(chance: Random, today: date, number: int) -> str:
    recurs = number % 5 == 0
    day = today + timedelta(days=chance.randrange(-400, -10) if recurs else chance.randrange(-13, 60))
    start = datetime.combine(day, time(chance.randrange(7, 19), chance.choice((0, 15, 30))))
    lines = [
        "BEGIN:VEVENT",
        f"UID:event-{number}@bench.example.org",
        f"DTSTAMP:{datetime.combine(day, time(6), UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;TZID={_ZONE}:{start:%Y%m%dT%H%M%S}",
        f"DTEND;TZID={_ZONE}:{start + timedelta(minutes=45):%Y%m%dT%H%M%S}",
        f"SUMMARY:Meeting {number} about the plan",
        f"LOCATION:Room {number % 40}",
        "DESCRIPTION:What we talk about\\, who brings what\\, and where the notes are.",
        *([f"RRULE:{_RULES[number // 5 % len(_RULES)]}"] if recurs else []),
        *([f"EXDATE;TZID={_ZONE}:{start + timedelta(weeks=60):%Y%m%dT%H%M%S}"] if number % 20 == 0 else []),
        "END:VEVENT",
    ]
    return "\n".join(lines) + "\n"


def write_tasks(folder: Path, today: date, task_count: int, per_file: int = 200) -> list[Path]:
    """Write that many tasks, two fifths each in todo.txt and Markdown, the rest in CSV; return the files."""
    chance = Random(3)
    formats = (_todo_txt, _markdown, _todo_txt, _markdown, _csv)
    paths = []
    for position, first in enumerate(range(0, task_count, per_file)):
        name, lines = formats[position % len(formats)](
            chance, today, range(first, min(first + per_file, task_count))
        )
        path = folder / f"{position:03}" / name
        path.parent.mkdir()
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        paths.append(path)
    return paths


def _todo_txt(chance: Random, today: date, numbers: range) -> tuple[str, Iterator[str]]:
    lines = (
        f"({'ABC'[n % 3]}) {today - timedelta(days=9)} Write chapter {n} "
        f"+book{n % 25} @desk due:{_random_due_date(chance, today)}"
        for n in numbers
    )
    return "todo.txt", lines


def _markdown(chance: Random, today: date, numbers: range) -> tuple[str, Iterator[str]]:
    def lines() -> Iterator[str]:
        for n in numbers:
            if n % 25 == 0:
                yield f"\n## Project {n // 25}\n"
            mark = "x" if n % 4 == 0 else " "
            yield f"- [{mark}] Ask Anna about part {n} 📅 {_random_due_date(chance, today)}"

    return "plan.md", lines()


def _csv(chance: Random, today: date, numbers: range) -> tuple[str, Iterator[str]]:
    def lines() -> Iterator[str]:
        yield "title,status,due,project,priority"
        for n in numbers:
            yield f"Order item {n},open,{_random_due_date(chance, today)},Purchases {n % 10},high"

    return "tasks.csv", lines()


def _random_due_date(chance: Random, today: date) -> date:
    return today + timedelta(days=chance.randrange(-20, 60))
