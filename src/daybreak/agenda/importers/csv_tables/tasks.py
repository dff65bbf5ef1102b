"""Conversion of table rows to tasks, for every exporting program but Todoist."""

import re

from daybreak.agenda.importers.csv_tables.columns import PLAIN, ColumnMapping, ColumnNames
from daybreak.agenda.importers.csv_tables.table import CsvRow, CsvTable
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.dates import infer_day_first, midnight_to_date, to_instant
from daybreak.agenda.importers.parsing.people import clean_assignee, join_name_and_address
from daybreak.agenda.importers.parsing.text import clean_line, quote_value
from daybreak.agenda.importers.parsing.vocabulary import parse_boolean, parse_priority, parse_status
from daybreak.agenda.model import Moment, Priority, TaskStatus

_LIST_SEPARATOR = re.compile(r"[,;\n]")
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,3})?", re.ASCII)
_ISSUE_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,20}-\d{1,9}", re.ASCII)
_UNNAMED_SECTIONS = {"untitled section", "(no section)", "no section"}


class TableReader:
    """A reader for the rows of one table of a known kind."""

    def __init__(self, table: CsvTable, columns: ColumnMapping, builder: ParsedFileBuilder) -> None:
        self._table = table
        self._columns = columns
        self._builder = builder
        self._tz = builder.context.tz
        dates = [cell for row in table.rows for cell in row.filled_cells(*columns.date_columns())]
        self._day_first = infer_day_first(dates)
        self._unknown_statuses: set[str] = set()
        self._tasks_by_name: dict[str, RawTask] = {}

    def read(self) -> None:
        """Add every row as a task."""
        tasks = [(row, self._make_task(row)) for row in self._table.rows]
        titled = [(row, task) for row, task in tasks if clean_line(task.title)]
        for row, task in titled:
            self._builder.assign_external_id(task)
            for name in filter(None, (row.first_cell(*self._columns.native_id), task.title)):
                self._tasks_by_name.setdefault(clean_line(name).casefold(), task)
        for row, task in titled:
            self._add_relations(row, task)
            self._builder.add_task(task)
        for row, task in tasks:
            if not clean_line(task.title):
                self._builder.warn("This row has no title, so it was skipped.", row.line)

    def _make_task(self, row: CsvRow) -> RawTask:
        columns = self._columns
        status, completed = self._status_and_completion(row)
        return RawTask(
            line=row.line,
            title=row.first_cell(*columns.title),
            native_id=self._native_id(row),
            project=_first_item(row.first_cell(*columns.project)) or None,
            phase=self._phase(row),
            details=row.first_cell(*columns.details),
            status=status,
            priority=parse_priority(row.first_cell(*columns.priority)) or Priority.NORMAL,
            start=self._date_or_moment_of(row, columns.start, "start date"),
            due=self._date_or_moment_of(row, columns.due, "due date"),
            completed=completed if status is TaskStatus.DONE else None,
            estimate_minutes=self._estimate_of(row),
            assignee=self._assignee(row),
            tags=[tag for cell in row.filled_cells(*columns.tags) for tag in _LIST_SEPARATOR.split(cell)],
            touched_at=to_instant(self._moment_of(row, columns.touched_at, "change date"), self._tz),
        )

    def _assignee(self, row: CsvRow) -> str:
        name, address = (
            row.first_cell(*self._columns.assignee),
            row.first_cell(*self._columns.assignee_address),
        )
        return join_name_and_address(clean_assignee(name) or "", clean_assignee(address) or "")

    def _native_id(self, row: CsvRow) -> str | None:
        found = clean_line(row.first_cell(*self._columns.native_id))
        if not found or self._columns.ids_are_global:
            return found or None
        return f"{self._builder.file.path}#{found}"

    def _phase(self, row: CsvRow) -> str | None:
        phase = row.first_cell(*self._columns.phase)
        unnamed = phase.strip().casefold() in _UNNAMED_SECTIONS or parse_status(phase) is not None
        return None if unnamed else phase or None

    def _status_and_completion(self, row: CsvRow) -> tuple[TaskStatus, Moment | None]:
        columns = self._columns
        status = self._status_of(row)
        cell = row.first_cell(*columns.completed)
        if parse_status(row.first_cell(*columns.resolution)) is TaskStatus.CANCELLED:
            return TaskStatus.CANCELLED, None
        is_done = parse_boolean(cell)
        completed = self._moment_of(row, columns.completed, "completion date") if is_done is None else None
        if (is_done or completed) and status is not TaskStatus.CANCELLED:
            return TaskStatus.DONE, completed
        return status, completed

    def _status_of(self, row: CsvRow) -> TaskStatus:
        words = row.filled_cells(*self._columns.status) or [row.first_cell(*self._columns.phase)]
        known = next(filter(None, map(parse_status, words)), None)
        word = words[0].strip()
        if known is None and row.first_cell(*self._columns.status) and word not in self._unknown_statuses:
            self._unknown_statuses.add(word)
            message = f"The status {quote_value(word)} is unknown, so such tasks count as open."
            self._builder.warn(message, row.line)
        return known or TaskStatus.OPEN

    def _moment_of(self, row: CsvRow, columns: ColumnNames, label: str) -> Moment | None:
        return self._builder.parse_moment(
            row.first_cell(*columns), row.line, label, day_first=self._day_first
        )

    def _date_or_moment_of(self, row: CsvRow, columns: ColumnNames, label: str) -> Moment | None:
        return midnight_to_date(self._moment_of(row, columns, label), self._tz)

    def _estimate_of(self, row: CsvRow) -> int | None:
        for column, minutes in self._columns.estimates.items():
            cell = row.first_cell(column).strip()
            if not cell:
                continue
            if minutes and _NUMBER.fullmatch(cell):
                return round(float(cell.replace(",", ".")) * minutes) or None
            return None if cell == "0" else self._builder.parse_minutes(cell, row.line)
        return None

    def _add_relations(self, row: CsvRow, task: RawTask) -> None:
        parent = self._tasks_by_name.get(clean_line(row.first_cell(*self._columns.parent)).casefold())
        if parent and parent is not task:
            if task.project is None:
                task.project, task.project_line = parent.project, parent.project_line or parent.line
            task.details = f"Part of “{clean_line(parent.title)}”.\n{task.details}"
        for cell in row.filled_cells(*self._columns.blocked_by):
            whole = self._tasks_by_name.get(clean_line(cell).casefold())
            for name in [cell] if whole else _LIST_SEPARATOR.split(cell):
                self._add_blocker(task, clean_line(name))

    def _add_blocker(self, task: RawTask, name: str) -> None:
        """Add a blocker to the task: another task or, if none has that name, a line in its details."""
        other = self._tasks_by_name.get(name.casefold())
        if other and other is not task:
            task.blocked_by.append(self._builder.assign_external_id(other))
        elif self._columns.ids_are_global and _ISSUE_KEY.fullmatch(name):
            task.blocked_by.append(name)
        elif name and not other and parse_boolean(name) is not False:
            task.details = f"{task.details}\nBlocked by: {name}".strip()
            if self._columns is PLAIN and task.status is TaskStatus.OPEN:
                task.status = TaskStatus.BLOCKED


def _first_item(cell: str) -> str:
    return cell.split(",", 1)[0].strip()
