"""Conversion of table rows to tasks, for every exporting program but Todoist."""

import re

from daybreak.agenda.importers.csv_tables.columns import PLAIN, Columns, Names
from daybreak.agenda.importers.csv_tables.table import Row, Table
from daybreak.agenda.importers.parsing.builder import Gathering, TaskDraft
from daybreak.agenda.importers.parsing.dates import as_instant, slash_order, whole_day_at_midnight
from daybreak.agenda.importers.parsing.text import one_line, quote
from daybreak.agenda.importers.parsing.vocabulary import priority_of, status_of, truth_of
from daybreak.agenda.model import Moment, Priority, TaskStatus

_LIST = re.compile(r"[,;\n]")
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,3})?", re.ASCII)
_ISSUE_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,20}-\d{1,9}", re.ASCII)
_NO_SECTION = {"untitled section", "(no section)", "no section"}


class TableReader:
    """A reader for the rows of one table of a known kind."""

    def __init__(self, table: Table, columns: Columns, gathering: Gathering) -> None:
        self._table = table
        self._columns = columns
        self._gathering = gathering
        self._tz = gathering.context.tz
        dates = [cell for row in table.rows for cell in row.all(*columns.dates())]
        self._day_first = slash_order(dates)
        self._unknown_statuses: set[str] = set()
        self._by_name: dict[str, TaskDraft] = {}

    def read(self) -> None:
        """Add every row as a task."""
        tasks = [(row, self._task(row)) for row in self._table.rows]
        titled = [(row, task) for row, task in tasks if one_line(task.title)]
        for row, task in titled:
            self._gathering.identify(task)
            for name in filter(None, (row.first(*self._columns.own_id), task.title)):
                self._by_name.setdefault(one_line(name).casefold(), task)
        for row, task in titled:
            self._relate(row, task)
            self._gathering.add_task(task)
        for row, task in tasks:
            if not one_line(task.title):
                self._gathering.warn("This row has no title, so it was skipped.", row.line)

    def _task(self, row: Row) -> TaskDraft:
        columns = self._columns
        status, completed = self._state(row)
        return TaskDraft(
            line=row.line,
            title=row.first(*columns.title),
            own_id=self._own_id(row),
            project=_first_of_list(row.first(*columns.project)) or None,
            phase=self._phase(row),
            details=row.first(*columns.details),
            status=status,
            priority=priority_of(row.first(*columns.priority)) or Priority.NORMAL,
            start=self._day_or_moment(row, columns.start, "start date"),
            due=self._day_or_moment(row, columns.due, "due date"),
            completed=completed if status is TaskStatus.DONE else None,
            estimate_minutes=self._estimate(row),
            assignee=row.first(*columns.assignee),
            tags=[tag for cell in row.all(*columns.tags) for tag in _LIST.split(cell)],
            touched_at=as_instant(self._moment(row, columns.touched_at, "change date"), self._tz),
        )

    def _own_id(self, row: Row) -> str | None:
        found = one_line(row.first(*self._columns.own_id))
        if not found or self._columns.ids_are_global:
            return found or None
        return f"{self._gathering.file.path}#{found}"

    def _phase(self, row: Row) -> str | None:
        phase = row.first(*self._columns.phase)
        unnamed = phase.strip().casefold() in _NO_SECTION or status_of(phase) is not None
        return None if unnamed else phase or None

    def _state(self, row: Row) -> tuple[TaskStatus, Moment | None]:
        columns = self._columns
        status = self._status(row)
        cell = row.first(*columns.completed)
        if status_of(row.first(*columns.resolution)) is TaskStatus.CANCELLED:
            return TaskStatus.CANCELLED, None
        is_done = truth_of(cell)
        completed = self._moment(row, columns.completed, "completion date") if is_done is None else None
        if (is_done or completed) and status is not TaskStatus.CANCELLED:
            return TaskStatus.DONE, completed
        return status, completed

    def _status(self, row: Row) -> TaskStatus:
        words = row.all(*self._columns.status) or [row.first(*self._columns.phase)]
        known = next(filter(None, map(status_of, words)), None)
        word = words[0].strip()
        if known is None and row.first(*self._columns.status) and word not in self._unknown_statuses:
            self._unknown_statuses.add(word)
            message = f"The status {quote(word)} is unknown, so such tasks count as open."
            self._gathering.warn(message, row.line)
        return known or TaskStatus.OPEN

    def _moment(self, row: Row, names: Names, what: str) -> Moment | None:
        return self._gathering.moment(row.first(*names), row.line, what, day_first=self._day_first)

    def _day_or_moment(self, row: Row, names: Names, what: str) -> Moment | None:
        return whole_day_at_midnight(self._moment(row, names, what), self._tz)

    def _estimate(self, row: Row) -> int | None:
        for column, minutes in self._columns.estimates.items():
            cell = row.first(column).strip()
            if not cell:
                continue
            if minutes and _NUMBER.fullmatch(cell):
                return round(float(cell.replace(",", ".")) * minutes) or None
            return None if cell == "0" else self._gathering.minutes(cell, row.line)
        return None

    def _relate(self, row: Row, task: TaskDraft) -> None:
        parent = self._by_name.get(one_line(row.first(*self._columns.parent)).casefold())
        if parent and parent is not task:
            task.project = task.project or parent.project
            task.details = f"Part of “{one_line(parent.title)}”.\n{task.details}"
        for cell in row.all(*self._columns.blocked_by):
            whole = self._by_name.get(one_line(cell).casefold())
            for name in [cell] if whole else _LIST.split(cell):
                self._block(task, one_line(name))

    def _block(self, task: TaskDraft, name: str) -> None:
        """Add a blocker to the task: another task or, if none has that name, a line in its details."""
        other = self._by_name.get(name.casefold())
        if other and other is not task:
            task.blocked_by.append(self._gathering.identify(other))
        elif self._columns.ids_are_global and _ISSUE_KEY.fullmatch(name):
            task.blocked_by.append(name)
        elif name and not other and truth_of(name) is not False:
            task.details = f"{task.details}\nBlocked by: {name}".strip()
            if self._columns is PLAIN and task.status is TaskStatus.OPEN:
                task.status = TaskStatus.BLOCKED


def _first_of_list(cell: str) -> str:
    return cell.split(",", 1)[0].strip()
