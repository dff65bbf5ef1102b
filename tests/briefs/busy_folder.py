"""A folder of somebody with many tasks, edited day by day, with what was done to it each day."""

import json
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID, uuid5

_VERBS = ("Answer", "Bake", "Collect", "Deliver", "Engrave", "Fold", "Glaze", "Hang", "Invite", "Join")
_THINGS = ("the lanterns", "a quilt", "Mum’s clock", "the brass sign", "seed bags", "old maps", "the kayak")
_ONE_DAY = timedelta(days=1)
_NAMESPACE = UUID(int=7)


@dataclass
class BusyTask:
    """A task of the folder; ``file`` names its format."""

    title: str
    file: str
    due: date | None = None
    finished: date | None = None


@dataclass
class BusyEvent:
    """An event of the calendar; a series if it has a rule."""

    title: str
    start: str
    rule: str = ""


@dataclass
class Edits:
    """What was done on a day: the titles by the kind of sentence that may tell it."""

    titles: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, kind: str, title: str) -> None:
        """Record a change."""
        self.titles[kind].add(title)


class BusyFolder:
    """The folder and its state."""

    def __init__(self, root: Path, first: date, seed: int) -> None:
        self._root, self._random, self.today = root, random.Random(seed), first  # noqa: S311
        self._numbers, self._fetches = count(1), 0
        # Tasks that the reader decided about in Daybreak: they are in the files, but no news.
        self.decided: list[BusyTask] = []
        pool = [f"{verb} {thing}" for verb in _VERBS for thing in _THINGS]
        self._random.shuffle(pool)
        files = ("home/todo.txt", "projects/Fair.md", "tasks.json")
        self.tasks = [BusyTask(title, files[n % 3], self._any_date()) for n, title in enumerate(pool)]
        self.events = [
            BusyEvent("Stand-up", "20260302T091500", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
            BusyEvent("Rehearsal", "20260304T193000", "FREQ=WEEKLY"),
            BusyEvent("Landlord on site", "20260403T150000"),
            BusyEvent("Town hall", "20260402T160000"),
            BusyEvent("Payroll", "20260402T090000"),
        ]
        self.write()

    def pick(self, file: str | None = None) -> BusyTask:
        """Return an unfinished task."""
        known = [one for one in self.tasks if one.finished is None and file in (None, one.file)]
        return self._random.choice(known)

    def edit(self) -> Edits:
        """Go to the next day with the edits of its morning; return them."""
        edits = Edits()
        for file in ("home/todo.txt", "home/todo.txt", "projects/Fair.md", "tasks.json", "tasks.json"):
            self._finish(self.pick(self._path(file)), edits)
        self._push_some(edits)
        gone = self.pick(self._path("projects/Fair.md"))
        self.tasks.remove(gone)
        edits.add("vanished", gone.title)
        self.today += _ONE_DAY
        for file in ("home/todo.txt", "projects/Fair.md"):
            title = f"Reply to letter {next(self._numbers)}"
            self.tasks.append(BusyTask(title, self._path(file), self._any_date()))
            edits.add("came_in", title)
        for one in self.tasks:
            is_known = one.title not in edits.titles["came_in"]
            if is_known and one.finished is None and one.due == self.today - _ONE_DAY:
                edits.add("became_overdue", one.title)
        self._edit_of_the_day(edits)
        self._random.shuffle(self.tasks)
        self.write()
        return edits

    def write(self) -> None:
        """Write the files."""
        lines: defaultdict[str, list[str]] = defaultdict(list)
        for one in (*self.tasks, *self.decided):
            lines[one.file].append(_FORMATS[Path(one.file).suffix](one))
        for path in self._root.rglob("*.*"):
            path.unlink()
        for name, entries in lines.items():
            (self._root / name).parent.mkdir(parents=True, exist_ok=True)
            text = "[" + ",\n".join(entries) + "]" if name.endswith(".json") else "\n".join(entries) + "\n"
            (self._root / name).write_text(text, encoding="utf-8")
        (self._root / "work.ics").write_text(self._calendar(), encoding="utf-8")

    def _path(self, file: str) -> str:
        return next(one.file for one in self.tasks if Path(one.file).name == Path(file).name)

    def _any_date(self) -> date | None:
        return self._random.choice([None, self.today + timedelta(days=self._random.randint(-9, 12))])

    def _finish(self, one: BusyTask, edits: Edits) -> None:
        one.finished = self.today
        edits.add("done", one.title)

    def _push_some(self, edits: Edits) -> None:
        late = [one for one in self.tasks if one.finished is None and one.due == self.today]
        for one in late[::2]:
            one.due = self.today + _ONE_DAY
            edits.add("moved", one.title)

    def _edit_of_the_day(self, edits: Edits) -> None:
        match self.today.day:
            case 30:
                for one in self.tasks:
                    one.file = one.file.replace("projects/", "archive/")
                edits.add("file_moved", "Fair.md")
            case 31:
                self._fetches += 1
                self.events[3].title = "Town hall (moved online)"
                edits.add("renamed", "Town hall (moved online)")
            case 1:
                for one in self.tasks:
                    one.file = "home/done.txt" if one.finished and one.file == "home/todo.txt" else one.file
                self.events[0].start = "20260302T100000"
                edits.add("moved", "Stand-up")
            case 2:
                self._fetches += 1
                edits.add("vanished", self.events.pop(2).title)

    def _calendar(self) -> str:
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//busy//EN"]
        for one in self.events:
            rule = [f"RRULE:{one.rule}"] if one.rule else []
            uid = f"{uuid5(_NAMESPACE, one.title[:6])}-{self._fetches}"
            start = [f"DTSTART:{one.start}", "DURATION:PT1H"]
            lines += ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260301T000000Z", f"SUMMARY:{one.title}"]
            lines += [*start, *rule, "END:VEVENT"]
        return "\r\n".join([*lines, "END:VCALENDAR"]) + "\r\n"


def _todo_line(one: BusyTask) -> str:
    done = f"x {one.finished} " if one.finished else ""
    return f"{done}{one.title}" + (f" due:{one.due}" if one.due else "")


def _markdown_line(one: BusyTask) -> str:
    due = f" 📅 {one.due}" if one.due else ""
    done = f" ✅ {one.finished}" if one.finished else ""
    return f"- [{'x' if one.finished else ' '}] {one.title}{due}{done}"


def _taskwarrior_entry(one: BusyTask) -> str:
    entry = {"uuid": str(uuid5(_NAMESPACE, one.title)), "description": one.title, "status": "pending"}
    entry["entry"] = "20260301T080000Z"
    if one.due:
        entry["due"] = f"{one.due:%Y%m%d}T120000Z"
    if one.finished:
        entry |= {"status": "completed", "end": f"{one.finished:%Y%m%d}T120000Z"}
    return json.dumps(entry)


_FORMATS = {".txt": _todo_line, ".md": _markdown_line, ".json": _taskwarrior_entry}
