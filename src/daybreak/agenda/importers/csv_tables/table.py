"""A CSV file as rows with their line numbers and with columns by case-insensitive name."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from daybreak.agenda.importers.parsing.text import one_line

_DELIMITERS = ",;\t|"
_EXCEL_HINT = re.compile(r"sep=([,;\t|])", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_SEPARATORS = re.compile(r"[\s_]+")
_ENDLESS = "A quotation mark in this row is never closed, so the row was skipped."
_TOO_LONG = "A cell in this row has more than 131,072 characters; the file was read up to here."


@dataclass(frozen=True, slots=True)
class Row:
    """One row; a repeated column has several cells."""

    line: int
    cells: dict[str, list[str]]

    def all(self, *columns: str) -> list[str]:
        """Return the filled cells of all these columns."""
        return [cell for column in columns for cell in self.cells.get(column, ()) if cell.strip()]

    def first(self, *columns: str) -> str:
        """Return the first filled cell of these columns; empty if there is none."""
        return next(iter(self.all(*columns)), "")


@dataclass(slots=True)
class Table:
    """The rows of a file, and its errors as (line, message)."""

    headers: list[str] = field(default_factory=list)
    header_line: int = 1
    rows: list[Row] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)


def read_table(lines: list[str], *, delimiter: str | None = None) -> Table:
    """Return the table in these lines; the first row that is not empty names the columns."""
    table = Table()
    first = 0
    if hint := _EXCEL_HINT.fullmatch(lines[0].strip(" ")):
        delimiter, first = hint[1], 1
    for line, cells in _records(lines, first, delimiter or _sniffed(lines[first:]), table):
        if not any(map(str.strip, cells)):
            continue
        if not table.headers:
            table.headers, table.header_line = [_column(cell) for cell in cells], line
        else:
            table.rows.append(Row(line, _by_column(table.headers, cells)))
    return table


def _records(lines: list[str], first: int, delimiter: str, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Yield the records with the number of their first line; add broken records to the errors."""
    at = first
    while at < len(lines):
        reader = csv.reader((f"{line}\n" for line in lines[at:]), delimiter=delimiter)
        begun = first = at
        try:
            for cells in reader:
                end = first + reader.line_num
                if end == len(lines) and _is_endless(lines[begun:], delimiter):
                    break
                yield begun + 1, cells
                begun = end
            else:
                return
        except csv.Error:
            table.faults.append((begun + 1, _TOO_LONG))
            return
        table.faults.append((begun + 1, _ENDLESS))
        at = begun + 1


def _is_endless(lines: list[str], delimiter: str) -> bool:
    """Return whether a quotation mark in the first line is unclosed and extends over all the others."""
    if len(lines) == 1:
        return False
    try:
        list(csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _sniffed(lines: list[str]) -> str:
    header = next((line for line in lines if line.strip()), "")
    bare = _QUOTED.sub("", header)
    return max(_DELIMITERS, key=bare.count)


def _column(cell: str) -> str:
    return _SEPARATORS.sub(" ", one_line(cell)).casefold().strip()


def _by_column(headers: list[str], cells: list[str]) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for header, cell in zip(headers, cells, strict=False):
        columns.setdefault(header, []).append(cell)
    return columns
