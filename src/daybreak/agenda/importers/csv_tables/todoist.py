"""Todoist's CSV: one project per file, whose rows are sections, tasks and comments on the task above."""

import re
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from daybreak import clock
from daybreak.agenda.importers.csv_tables.table import Row, Table
from daybreak.agenda.importers.parsing.builder import Gathering, TaskDraft
from daybreak.agenda.importers.parsing.dates import parse_minutes, parse_moment
from daybreak.agenda.importers.parsing.markers import without_markers
from daybreak.agenda.importers.parsing.text import one_line
from daybreak.agenda.model import Moment, Priority
from daybreak.errors import InvalidInput

_PROJECT_NUMBER = re.compile(r"\s*\[\d+\]$")
_PERSON_NUMBER = re.compile(r"\s*\(\d+\)$")
_LABEL = re.compile(r"@([^\s@]+)")
_RECURRING = re.compile(r"(?:every|after|daily|weekly|monthly|yearly)\b.*", re.IGNORECASE)
# Todoist assigns 4 to a task without a priority.
_PRIORITIES = {"1": Priority.HIGHEST, "2": Priority.HIGH}


def is_todoist(headers: list[str]) -> bool:
    """Return whether a table with these headers is Todoist's."""
    return {"type", "content"} <= set(headers)


class TodoistReader:
    """A reader of the rows in their order: a section or a parent applies to the rows below."""

    def __init__(self, table: Table, gathering: Gathering) -> None:
        self._table = table
        self._gathering = gathering
        stem = _PROJECT_NUMBER.sub("", PurePosixPath(gathering.file.path).stem)
        self._project = None if stem.casefold() == "inbox" else stem
        self._section: str | None = None
        self._tasks: list[tuple[int, TaskDraft]] = []

    def read(self) -> None:
        """Add every task, and the sections as phases."""
        for row in self._table.rows:
            kind = row.first("type").strip().lower()
            if kind == "section":
                self._section = one_line(row.first("content"))
                if self._project:
                    self._gathering.add_phase(self._project, self._section, row.line)
            elif kind == "task":
                self._tasks.append(self._task(row))
            elif kind == "note" and self._tasks:
                self._tasks[-1][1].details += f"\n{row.first('content')}"
        for _, task in self._tasks:
            self._gathering.add_task(task)

    def _task(self, row: Row) -> tuple[int, TaskDraft]:
        content = row.first("content").removeprefix("* ")
        indent = int(row.first("indent")) if row.first("indent") in {"2", "3", "4", "5"} else 1
        task = TaskDraft(
            line=row.line,
            title=without_markers(content, _LABEL) or content,
            project=self._project,
            phase=self._section,
            details="\n".join(filter(None, (self._parent(indent), row.first("description")))),
            priority=_PRIORITIES.get(row.first("priority").strip(), Priority.NORMAL),
            estimate_minutes=parse_minutes(f"{row.first('duration')} {row.first('duration unit')}"),
            assignee=_PERSON_NUMBER.sub("", row.first("responsible")),
            tags=[word[1:] for word in content.split() if _LABEL.fullmatch(word)],
        )
        self._date(task, row)
        return indent, task

    def _parent(self, indent: int) -> str:
        parents = (task for level, task in reversed(self._tasks) if level < indent)
        parent = next(parents, None)
        return f"Part of “{one_line(parent.title)}”." if parent else ""

    def _date(self, task: TaskDraft, row: Row) -> None:
        """Set the date of the task: the due date, or the start if there is a deadline."""
        text = row.first("date").strip()
        if _RECURRING.fullmatch(text):
            task.recurrence = text
            text = ""
        day = self._moment(row, text)
        deadline = self._gathering.moment(row.first("deadline"), row.line, "deadline")
        task.start, task.due = (day, deadline) if deadline else (None, day)

    def _moment(self, row: Row, text: str) -> Moment | None:
        zone = _zone(row.first("timezone").strip())
        moment = parse_moment(text, zone) if zone else None
        return moment or self._gathering.moment(text, row.line, "due date")


def _zone(name: str) -> ZoneInfo | None:
    try:
        return clock.zone(name) if name else None
    except InvalidInput:
        return None
