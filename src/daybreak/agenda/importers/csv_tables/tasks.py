"""Conversion of table rows to tasks, for every exporting program but Todoist."""

import re

from daybreak.agenda.importers.csv_tables.cells import LIST_SEPARATOR, CellReader
from daybreak.agenda.importers.csv_tables.columns import PLAIN, ColumnMapping
from daybreak.agenda.importers.csv_tables.states import LIST_COLUMNS, StateReader
from daybreak.agenda.importers.csv_tables.table import CsvRow, CsvTable
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.dates import to_instant
from daybreak.agenda.importers.parsing.text import clean_line
from daybreak.agenda.importers.parsing.vocabulary import is_default_list, parse_boolean, parse_status
from daybreak.agenda.model import TaskStatus

_ISSUE_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,20}-\d{1,9}", re.ASCII)
_UNNAMED_SECTIONS = {"untitled section", "(no section)", "no section", "not sectioned"}


class TableReader:
    """A reader for the rows of one table of a known kind."""

    def __init__(self, table: CsvTable, columns: ColumnMapping, builder: ParsedFileBuilder) -> None:
        self._table = table
        self._is_plain = columns is PLAIN
        columns = self._columns = columns.restrict(table.headers)
        self._builder = builder
        self._cells = CellReader(table, columns, builder)
        self._states = StateReader(columns, self._cells, builder)
        self._tasks_by_name: dict[str, RawTask] = {}

    def read(self) -> None:
        """Add every row as a task."""
        tasks = [(row, self._make_task(row)) for row in self._table.rows if self._is_task(row)]
        titled = [(row, task) for row, task in tasks if clean_line(task.title)]
        for row, task in titled:
            self._builder.assign_external_id(task)
            names = (row.first_cell(*self._columns.native_id), row.first_cell(*self._columns.row_ids))
            for name in filter(None, (*names, task.title)):
                self._tasks_by_name.setdefault(clean_line(name).casefold(), task)
        for row, task in titled:
            self._add_relations(row, task)
            self._builder.add_task(task)
        for row, task in tasks:
            if not clean_line(task.title):
                self._builder.warn("This row has no title, so it was skipped.", row.line)

    def _is_task(self, row: CsvRow) -> bool:
        """Return whether a row is a task; add a project, or a warning about any other kind of row."""
        kind = row.first_cell(*self._columns.kind).strip().casefold()
        if kind in self._columns.project_kinds:
            details = self._cells.get_details(row)
            self._builder.add_project(row.first_cell(*self._columns.title), row.line, details)
            return False
        if name := self._columns.excluded_kinds.get(kind):
            self._builder.warn(f"This row is a {name} and no task, so it was skipped.", row.line)
            return False
        return True

    def _make_task(self, row: CsvRow) -> RawTask:
        columns, cells = self._columns, self._cells
        status, completed = self._states.get_status(row)
        return RawTask(
            line=row.line,
            title=row.first_cell(*columns.title),
            native_id=self._native_id(row),
            project=self._project(row),
            phase=self._phase(row),
            details=cells.get_details(row),
            status=status,
            priority=self._states.get_priority(row),
            start=cells.get_date_or_moment(row, columns.start, "start date"),
            due=cells.get_date_or_moment(row, columns.due, "due date"),
            completed=completed,
            estimate_minutes=cells.get_estimate(row),
            assignee=cells.get_assignee(row),
            tags=cells.list_tags(row),
            touched_at=to_instant(
                cells.get_moment(row, columns.touched_at, "change date"), self._builder.context.tz
            ),
        )

    def _native_id(self, row: CsvRow) -> str | None:
        found = clean_line(self._cells.get_text(row, self._columns.native_id))
        if not found or self._columns.ids_are_global:
            return found or None
        return f"{self._builder.file.path}#{found}"

    def _project(self, row: CsvRow) -> str | None:
        """Return the project; the lists of a board are none if they name a state."""
        for column in self._columns.project:
            name = self._cells.get_text(row, (column,)).strip()
            if column == "projects":
                name = name.split(",", 1)[0].strip()
            is_lane = column in LIST_COLUMNS and parse_status(name) is not None
            if name and not is_lane and not is_default_list(name):
                return name
        return self._table.board or None

    def _phase(self, row: CsvRow) -> str | None:
        phase = self._cells.get_text(row, self._columns.phase).strip() or row.group
        unnamed = phase.casefold() in _UNNAMED_SECTIONS or parse_status(phase) is not None
        return None if unnamed or is_default_list(phase) else phase or None

    def _add_relations(self, row: CsvRow, task: RawTask) -> None:
        name = clean_line(self._cells.get_text(row, self._columns.parent))
        parent = self._tasks_by_name.get(name.casefold()) if name else None
        if parent and parent is not task:
            if task.project is None:
                task.project, task.project_line = parent.project, parent.project_line or parent.line
            task.details = f"Part of “{clean_line(parent.title)}”.\n{task.details}"
        for cell in self._cells.list_texts(row, self._columns.blocked_by):
            whole = self._tasks_by_name.get(clean_line(cell).casefold())
            for other in [cell] if whole else LIST_SEPARATOR.split(cell):
                self._add_blocker(task, clean_line(other))

    def _add_blocker(self, task: RawTask, name: str) -> None:
        """Add a blocker to the task: another task or, if none has that name, a line in its details."""
        other = self._tasks_by_name.get(name.casefold())
        if other and other is not task:
            task.blocked_by.append(self._builder.assign_external_id(other))
        elif self._columns.ids_are_global and _ISSUE_KEY.fullmatch(name):
            task.blocked_by.append(name)
        elif name and not other and parse_boolean(name) is not False:
            task.details = f"{task.details}\nBlocked by: {name}".strip()
            if self._is_plain and task.status is TaskStatus.OPEN:
                task.status = TaskStatus.BLOCKED
