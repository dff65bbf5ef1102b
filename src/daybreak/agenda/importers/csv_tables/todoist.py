"""Todoist's CSV: one project per file, whose rows are sections, tasks and comments on the task above."""

import re
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from daybreak import clock
from daybreak.agenda.importers.csv_tables.table import CsvRow, CsvTable
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.date_fields import DateStyle
from daybreak.agenda.importers.parsing.dates import parse_minutes
from daybreak.agenda.importers.parsing.markers import strip_markers
from daybreak.agenda.importers.parsing.text import clean_line
from daybreak.agenda.model import Priority
from daybreak.errors import InvalidInput
from daybreak.intake import split_copy_marker

# Without the space before them: a pattern that starts with any space takes quadratic time.
_PROJECT_ID_SUFFIX = re.compile(r"\[\d+\]$")
_PERSON_ID_SUFFIX = re.compile(r"\(\d+\)$")
_LABEL = re.compile(r"@([^\s@]+)")
# Todoist assigns 4 to a task without a priority.
# The project is named by the file, not by a row.
_FILE_LINE = 1
# Empty rows separate the sections; a row “meta” is about the view.
_SILENT_KINDS = {"", "meta", "note"}
_UNKNOWN_KIND = "This row is no task, section or note of Todoist, so it was skipped."
_PRIORITIES = {"1": Priority.HIGHEST, "2": Priority.HIGH}


def is_todoist_export(headers: list[str]) -> bool:
    """Return whether a table with these headers is Todoist's."""
    return {"type", "content"} <= set(headers)


class TodoistReader:
    """A reader of the rows in their order: a section or a parent applies to the rows below."""

    def __init__(self, table: CsvTable, builder: ParsedFileBuilder) -> None:
        self._table = table
        self._builder = builder
        stem = split_copy_marker(PurePosixPath(builder.file.path).stem)[0]
        stem = _strip_suffix(_PROJECT_ID_SUFFIX, stem)
        self._project = None if stem.casefold() == "inbox" else stem
        self._section: str | None = None
        self._tasks: list[tuple[int, RawTask]] = []

    def read(self) -> None:
        """Add every task, and the sections as phases."""
        for row in self._table.rows:
            kind = row.first_cell("type").strip().lower()
            if kind == "section":
                self._section = clean_line(row.first_cell("content"))
                if self._project:
                    self._builder.add_project(self._project, _FILE_LINE)
                    self._builder.add_phase(self._project, self._section, row.line)
            elif kind == "task":
                self._tasks.append(self._make_task(row))
            elif kind == "note" and self._tasks:
                self._tasks[-1][1].details += f"\n{row.first_cell('content')}"
            elif kind not in _SILENT_KINDS:
                self._builder.warn(_UNKNOWN_KIND, row.line)
        for _, task in self._tasks:
            self._builder.add_task(task)

    def _make_task(self, row: CsvRow) -> tuple[int, RawTask]:
        content = row.first_cell("content").removeprefix("* ")
        indent = int(row.first_cell("indent")) if row.first_cell("indent") in {"2", "3", "4", "5"} else 1
        task = RawTask(
            line=row.line,
            title=strip_markers(content, _LABEL) or content,
            project=self._project,
            project_line=_FILE_LINE,
            phase=self._section,
            details="\n".join(filter(None, (self._parent_detail(indent), row.first_cell("description")))),
            priority=_PRIORITIES.get(row.first_cell("priority").strip(), Priority.NORMAL),
            estimate_minutes=parse_minutes(f"{row.first_cell('duration')} {row.first_cell('duration unit')}"),
            assignee=_strip_suffix(_PERSON_ID_SUFFIX, row.first_cell("responsible")),
            tags=[word[1:] for word in content.split() if _LABEL.fullmatch(word)],
        )
        self._set_dates(task, row)
        return indent, task

    def _parent_detail(self, indent: int) -> str:
        parents = (task for level, task in reversed(self._tasks) if level < indent)
        parent = next(parents, None)
        return f"Part of “{clean_line(parent.title)}”." if parent else ""

    def _set_dates(self, task: RawTask, row: CsvRow) -> None:
        """Set the due date of the task, or its start if there is a deadline; a range has both."""
        style = _date_style(row)
        found = self._builder.parse_date_field(row.first_cell("date"), row.line, "due date", style)
        deadline = self._builder.parse_date_field(row.first_cell("deadline"), row.line, "deadline", style)
        task.recurrence = found.recurrence
        if deadline.moment:
            task.start, task.due = found.start or found.moment, deadline.moment
        else:
            task.start, task.due = found.start, found.moment


def _date_style(row: CsvRow) -> DateStyle:
    language = row.first_cell("date lang").strip().casefold()[:2] or None
    return DateStyle(
        tz=_find_zone(row.first_cell("timezone").strip()),
        language=language,
        # English is written in both orders.
        day_first=None if language in {None, "en"} else True,
    )


def _strip_suffix(suffix: re.Pattern[str], text: str) -> str:
    found = suffix.search(text)
    return text[: found.start()].rstrip() if found else text


def _find_zone(name: str) -> ZoneInfo | None:
    try:
        return clock.parse_timezone(name) if name else None
    except InvalidInput:
        return None
