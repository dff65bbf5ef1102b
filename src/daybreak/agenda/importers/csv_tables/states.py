"""The state of a row: its status, whether it is completed or archived, and its priority."""

import re
from collections.abc import Iterator

from daybreak.agenda.importers.csv_tables.cells import CellReader
from daybreak.agenda.importers.csv_tables.columns import ColumnMapping, ColumnNames
from daybreak.agenda.importers.csv_tables.table import CsvRow
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder
from daybreak.agenda.importers.parsing.text import quote_value
from daybreak.agenda.importers.parsing.vocabulary import parse_boolean, parse_priority, parse_status
from daybreak.agenda.model import Moment, Priority, TaskStatus

LIST_COLUMNS = frozenset({"list", "list name"})
"""The columns of a project in which boards name a state as well."""

_PERCENTAGE = re.compile(r"(\d{1,3}(?:[.,]\d{1,4})?)\s*%?", re.ASCII)
_WHOLE = 100.0
_CLOSED = (TaskStatus.DONE, TaskStatus.CANCELLED)


class StateReader:
    """A reader of the state of rows; each unknown word is one warning."""

    def __init__(self, columns: ColumnMapping, cells: CellReader, builder: ParsedFileBuilder) -> None:
        self._columns = columns
        self._cells = cells
        self._builder = builder
        self._unknown: set[str] = set()

    def get_status(self, row: CsvRow) -> tuple[TaskStatus, Moment | None]:
        """Return the status and, of a completed task, the date of completion if it is known."""
        columns = self._columns
        status = self._find_status(row)
        is_done, completed = self._get_completion(row)
        resolution = parse_status(self._cells.get_text(row, columns.resolution))
        if TaskStatus.CANCELLED in (status, resolution) or self._is_marked(row, columns.cancelled):
            return TaskStatus.CANCELLED, None
        if is_done or completed or status is TaskStatus.DONE:
            return TaskStatus.DONE, completed
        percentage = self._get_percentage(row)
        if percentage >= _WHOLE:
            return TaskStatus.DONE, None
        if self._is_marked(row, columns.archived):
            return TaskStatus.CANCELLED, None
        return TaskStatus.IN_PROGRESS if percentage and status is TaskStatus.OPEN else status, None

    def get_priority(self, row: CsvRow) -> Priority:
        """Return the priority; that of a flagged row is high."""
        word = self._cells.get_text(row, self._columns.priority).strip()
        known = self._columns.priorities.get(word.casefold()) or parse_priority(word)
        if word and known is None:
            self._warn_once(f"The priority {quote_value(word)} is unknown, so such tasks have none.", row)
        if parse_boolean(self._cells.get_text(row, self._columns.flagged)):
            return Priority.HIGH
        return known or Priority.NORMAL

    def _find_status(self, row: CsvRow) -> TaskStatus:
        words = [cell.strip() for cell in self._cells.list_texts(row, self._columns.status)]
        known = next(filter(None, map(self._parse_status, words)), None)
        unknown = next((word for word in words if not _PERCENTAGE.fullmatch(word)), None)
        if known is None and unknown is not None:
            message = f"The status {quote_value(unknown)} is unknown, so such tasks count as open."
            self._warn_once(message, row)
        return known or self._find_lane_status(row) or TaskStatus.OPEN

    def _parse_status(self, word: str) -> TaskStatus | None:
        return self._columns.statuses.get(word.casefold()) or parse_status(word)

    def _find_lane_status(self, row: CsvRow) -> TaskStatus | None:
        """Return the status that a section or list names, of a board without another."""
        lists = tuple(name for name in self._columns.project if name in LIST_COLUMNS)
        lanes = self._cells.list_texts(row, (*self._columns.phase, *lists))
        return next(filter(None, map(parse_status, lanes)), None)

    def _get_completion(self, row: CsvRow) -> tuple[bool, Moment | None]:
        is_done, completed = False, None
        for cell in self._cells.list_texts(row, self._columns.completed):
            answer = parse_boolean(cell)
            if answer is None and (word := parse_status(cell)):
                answer = word in _CLOSED
            if answer is None:
                completed = completed or self._cells.parse_moment(cell, row, "completion date")
            is_done = is_done or bool(answer)
        return is_done, completed

    def _is_marked(self, row: CsvRow, columns: ColumnNames) -> bool:
        """Return whether a column has a date, or any word that is not a no."""
        return any(parse_boolean(cell) is not False for cell in self._cells.list_texts(row, columns))

    def _get_percentage(self, row: CsvRow) -> float:
        return max(self._list_percentages(row), default=0.0)

    def _list_percentages(self, row: CsvRow) -> Iterator[float]:
        for cell in self._cells.list_texts(row, self._columns.progress):
            if match := _PERCENTAGE.fullmatch(cell.strip()):
                number = float(match[1].replace(",", "."))
                is_fraction = "%" not in cell and number <= 1 and re.search("[.,]", cell)
                yield number * _WHOLE if is_fraction else number

    def _warn_once(self, message: str, row: CsvRow) -> None:
        if message not in self._unknown:
            self._unknown.add(message)
            self._builder.warn(message, row.line)
