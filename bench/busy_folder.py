"""A busy person's folder: 8 projects, about 250 tasks in four formats, 30 meetings a week, 60 notes.

It is written for a Monday; each morning after that some tasks are done, some are put off and some are new. On
the third day a file moves to another folder, on the fourth a meeting is renamed, on the fifth the done lines
are moved to a file of their own.
"""

import json
import os
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from pathlib import Path
from uuid import UUID, uuid5

from busy_calendar import write_calendars

MONDAY = date(2026, 11, 30)
EMAIL = "busy@example.org"
TIMEZONE = "Europe/Berlin"
_NAMESPACE = UUID(int=13)
_VERBS = (
    "Answer",
    "Book",
    "Check",
    "Collect",
    "Draft",
    "File",
    "Fix",
    "Order",
    "Pay",
    "Print",
    "Review",
    "Send",
)
_THINGS = {
    "Website": (
        "the sitemap",
        "the imprint",
        "shop texts",
        "redirects",
        "the cookie banner",
        "alt texts",
        "photos",
    ),
    "Hiring": (
        "the job ad",
        "interview slots",
        "a reference",
        "the trial task",
        "salary bands",
        "the agency bill",
    ),
    "Budget 2027": ("travel costs", "licence costs", "the accruals", "the board slide", "vendor quotes"),
    "Northwind": ("the offer", "invoice 88", "the change request", "the risk list", "the sprint report"),
    "Office move": ("the van", "the electrician", "the floor plan", "old desks", "keys of floor 3"),
    "Thesis": ("chapter 2", "figure 4", "the ethics form", "experiment 3", "the abstract"),
    "Home": ("the dentist", "the heating", "the school form", "the tax return", "the passport"),
    "Choir": ("the hall", "the poster", "sheet music", "the sponsor letter"),
}
_LOOSE = ("Reply to Mia about the pictures", "Renew the library card", "Find a plumber", "Read about pricing")
_TODO_PROJECTS = {"Home": 26, "Choir": 14, "Northwind": 24}
_PEOPLE = (EMAIL, "Bob Miller", "Eve Stone", "")
_TODO, _SITE, _MOVE = "todo.txt", "projects/Website.md", "projects/Office move.md"


class BusyFolder:
    """The folder and the day on which it stands.

    Attributes:
        today: the date of the morning.
    """

    def __init__(self, root: Path, seed: int = 11) -> None:
        self._root, self._random = root, random.Random(seed)
        self.today = MONDAY
        self._titles = {project: self._shuffled(things) for project, things in _THINGS.items()}
        self._write_todo()
        self._write_markdown()
        self._write_tasks()
        self._write_board()
        self._write_notes()
        write_calendars(self._write, MONDAY)
        for days_ago in range(4, -1, -1):
            self._write_daily_note(MONDAY - timedelta(days=days_ago), is_past=days_ago > 0)

    def advance(self) -> None:
        """Go to the next morning, with the edits since the last."""
        yesterday, self.today = self.today, self.today + timedelta(days=1)
        number = (self.today - MONDAY).days
        self._edit(_TODO, lambda lines: self._edit_todo(lines, yesterday, number))
        self._edit(_SITE, lambda lines: self._edit_site(lines, yesterday, number))
        self._write_daily_note(self.today, is_past=False)
        text = (
            f"---\nproject: Northwind\n---\n# Call about the offer {number}\n\nThey will answer on Friday.\n"
        )
        self._write(f"notes/{yesterday} Call {number}.md", text)
        if number == 2:
            moved = self._root / "archive" / Path(_MOVE).name
            moved.parent.mkdir()
            (self._root / _MOVE).rename(moved)
        if number == 3:
            self._edit("work.ics", lambda lines: [_rename(line) for line in lines])
        if number == 4:
            self._archive_done_lines()

    def _edit_todo(self, lines: Sequence[str], yesterday: date, number: int) -> list[str]:
        dated = [line for line in lines if " due:" in line and not line.startswith("x ")]
        done = set(dated[:3])
        edited = [
            f"x {yesterday} {line.removeprefix(_priority_of(line))}"
            if line in done
            else line.replace(f"due:{yesterday}", f"due:{self.today}")
            for line in lines
        ]
        return [*edited, f"Answer letter {number} due:{self._date(1)}"]

    def _edit_site(self, lines: Sequence[str], yesterday: date, number: int) -> list[str]:
        done = set([line for line in lines if line.startswith("- [ ]")][:3])
        edited = [f"{line.replace('[ ]', '[x]')} ✅ {yesterday}" if line in done else line for line in lines]
        return [*edited, f"- [ ] Wish {number} of the bakery 📅 {self._date(3)}"]

    def _archive_done_lines(self) -> None:
        lines = (self._root / _TODO).read_text("utf-8").splitlines()
        self._write(_TODO, "\n".join(line for line in lines if not line.startswith("x ")) + "\n")
        self._write("done.txt", "\n".join(line for line in lines if line.startswith("x ")) + "\n")

    def _write_todo(self) -> None:
        lines = []
        for project, count in _TODO_PROJECTS.items():
            for title in self._take(project, count):
                priority = self._choose("", "", "", "(A) ", "(B) ", "(C) ")
                due = self._choose("", "", f" due:{self._near(-40, 30)}", f" due:{self._near(-6, 10)}")
                lines.append(
                    f"{priority}{title} +{project}{due}{self._choose('', '', ' est:30m', ' est:1h')}"
                )
        for number in range(16):
            due = f" due:{self._near(-20, 15)}" if number % 3 == 0 else f" (no {number})"
            lines.append(self._choose(*_LOOSE) + due)
        self._write(_TODO, "\n".join(lines) + "\n")

    def _write_markdown(self) -> None:
        site = ["# Website", "", "The new site of the bakery; it opens on 14 December.", ""]
        site += [f"## Build ({MONDAY - timedelta(14)} to {MONDAY + timedelta(11)})", ""]
        for number, title in enumerate(self._take("Website", 34)):
            box = self._choose("[ ]", "[ ]", "[ ]", "[ ]", "[/]", "[x]")
            due = self._choose("", "", f" 📅 {self._near(-8, 14)}")
            done = f" ✅ {self._near(-9, -1)}" if box == "[x]" else ""
            site.append(f"- {box} {title}{self._choose('', '', '', ' ⏫', ' 🔼')}{due}{done}")
            site += [f"    - [ ] ask Jonas first ({number})"] if number % 9 == 4 else []
        self._write(_SITE, "\n".join(site) + "\n", age=3)
        thesis = ["# Thesis", "", "About sleep and shift work.", ""]
        for title in self._take("Thesis", 26):
            later = f" 🛫 {self._near(-5, 12)} 📅 {self._near(13, 30)}"
            planned = self._choose("", "", f" ⏳ {self._near(-9, 9)}", f" 📅 {self._near(-3, 25)}", later)
            thesis.append(f"- {self._choose('[ ]', '[ ]', '[ ]', '[/]')} {title}{planned}")
        self._write("projects/Thesis.md", "\n".join(thesis) + "\n", age=4)
        titles = self._take("Office move", 22)
        todo = [f"- [ ] {title}{self._choose('', f' 📅 {self._near(-2, 20)}')}" for title in titles[:18]]
        waiting = [f"- [ ] {title} @Jonas" for title in titles[18:]]
        lines = ["# Office move", "", "## To do", "", *todo, "", "## Waiting", "", *waiting]
        self._write(_MOVE, "\n".join(lines) + "\n", age=5)

    def _write_tasks(self) -> None:
        tasks = list(self._taskwarrior_tasks())
        self._write("tasks.json", "[\n" + ",\n".join(map(json.dumps, tasks)) + "\n]\n")

    def _taskwarrior_tasks(self) -> Iterator[dict[str, object]]:
        ids = [str(uuid5(_NAMESPACE, str(number))) for number in range(34)]
        for number, title in enumerate(self._take("Budget 2027", 34)):
            entry = {"uuid": ids[number], "description": title, "project": "Budget 2027", "status": "pending"}
            entry |= {"entry": "20261101T080000Z", "modified": "20261120T080000Z"}
            if number % 3 == 0:
                entry["due"] = f"{self._near(-13, 19):%Y%m%d}T230000Z"
            if number % 5 == 0:
                entry["priority"] = self._choose("H", "M", "L")
            if number % 11 == 2:
                entry["start"] = "20261118T090000Z"
            yield entry | ({"depends": [ids[number - 1]]} if number % 7 == 3 else {})

    def _write_board(self) -> None:
        rows = ["Summary,Issue key,Issue Type,Status,Priority,Assignee,Updated,Due date,Project name"]
        for number, title in enumerate(self._take("Hiring", 36)):
            status = self._choose("To Do", "To Do", "In Progress", "Done", "Blocked")
            priority = self._choose("High", "Medium", "Medium", "Low")
            due = self._choose("", f"{self._near(-9, 15):%d/%b/%y} 12:00 AM")
            cells = (title, f"HR-{number + 1}", "Task", status, priority, self._choose(*_PEOPLE))
            rows.append(",".join((*cells, "20/Nov/26 9:00 AM", due, "Hiring")))
        self._write("hiring.csv", "\n".join(rows) + "\n")

    def _write_notes(self) -> None:
        for number in range(60):
            day = MONDAY - timedelta(days=self._random.randint(1, 60))
            project = self._choose("Website", "Hiring", "Northwind", "Budget 2027", "")
            front = f"---\nproject: {project}\n---\n" if project else ""
            topic = self._choose("Call with Mia", "Steering group", "Idea for the shop", "Notes on pricing")
            agreed = self._choose("wait for Tom", "go ahead", "ask the board", "meet again")
            text = f"{front}# {topic} {number}\n\nWe agreed to {agreed}; the vendor has not answered yet.\n"
            self._write(f"notes/{day} {self._choose('Call', 'Meeting', 'Idea')} {number}.md", text, on=day)

    def _write_daily_note(self, day: date, *, is_past: bool) -> None:
        calls = (
            f"- [ ] Call back number {(day - MONDAY).days + 5}\n- [{'x' if is_past else ' '}] Plan the day"
        )
        self._write(f"daily/{day}.md", f"# {day}\n\n## Tasks\n{calls}\n\n## Log\nMany calls.\n", on=day)

    def _edit(self, name: str, edit: Callable[[Sequence[str]], Sequence[str]]) -> None:
        end = "\r\n" if name.endswith(".ics") else "\n"
        lines = (self._root / name).read_bytes().decode().removesuffix(end).split(end)
        self._write(name, end.join(edit(lines)) + end)

    def _write(self, name: str, text: str, *, age: int = 0, on: date | None = None) -> None:
        """Write a file that was last changed early on a date: today, or some days ago."""
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        day = on or self.today - timedelta(days=age)
        changed_at = datetime.combine(day, time(4, 30), UTC).timestamp()
        os.utime(path, (changed_at, changed_at))

    def _shuffled(self, things: Sequence[str]) -> list[str]:
        titles = [f"{verb} {thing}" for verb, thing in product(_VERBS, things)]
        self._random.shuffle(titles)
        return titles

    def _take(self, project: str, count: int) -> list[str]:
        return self._titles[project][:count]

    def _choose(self, *choices: str) -> str:
        return self._random.choice(choices)

    def _near(self, first: int, last: int) -> date:
        return MONDAY + timedelta(days=self._random.randint(first, last))

    def _date(self, days: int) -> date:
        return self.today + timedelta(days=days)


def _priority_of(line: str) -> str:
    return line[:4] if line.startswith("(") else ""


def _rename(line: str) -> str:
    return f"{line} (moved online)" if line == "SUMMARY:Town hall" else line
