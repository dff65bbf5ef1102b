"""A CSV file as rows with their line numbers and with columns by case-insensitive name."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from daybreak.agenda.importers.parsing.text import clean_line

_DELIMITERS = ",;\t|"
_EXCEL_HINT = re.compile(r"sep=([,;\t|])", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_SEPARATORS = re.compile(r"[\s_]+")
_UNCLOSED_QUOTE = "A quotation mark in this row is never closed, so the row was skipped."
_CELL_TOO_LONG = "A cell in this row has more than 131,072 characters; the file was read up to here."


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row; a repeated column has several cells."""

    line: int
    cells: dict[str, list[str]]

    def filled_cells(self, *columns: str) -> list[str]:
        """Return the filled cells of all these columns."""
        return [cell for column in columns for cell in self.cells.get(column, ()) if cell.strip()]

    def first_cell(self, *columns: str) -> str:
        """Return the first filled cell of these columns; empty if there is none."""
        return next(iter(self.filled_cells(*columns)), "")


@dataclass(slots=True)
class CsvTable:
    """The rows of a file, and its errors as (line, message).

    Attributes:
        is_cut_off: whether the last row is incomplete, although all other rows are complete.
    """

    headers: list[str] = field(default_factory=list)
    header_line: int = 1
    rows: list[CsvRow] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    is_cut_off: bool = False


def read_table(lines: list[str], *, delimiter: str | None = None) -> CsvTable:
    """Return the table in these lines; the first row that is not empty names the columns."""
    table = CsvTable()
    first = 0
    if hint := _EXCEL_HINT.fullmatch(lines[0].strip(" ")):
        delimiter, first = hint[1], 1
    widths: list[int] = []
    for line, cells in _read_records(lines, first, delimiter or _sniff_delimiter(lines[first:]), table):
        if not any(map(str.strip, cells)):
            continue
        widths.append(len(cells))
        if not table.headers:
            table.headers, table.header_line = [_normalize_header(cell) for cell in cells], line
        else:
            table.rows.append(CsvRow(line, _group_by_column(table.headers, cells)))
    table.is_cut_off = _ends_in_error(table) or _is_last_row_short(widths, lines[-1])
    return table


def _ends_in_error(table: CsvTable) -> bool:
    """Return whether the last row that was skipped is followed by nothing but parts of its text."""
    if not table.errors:
        return False
    line, message = table.errors[-1]
    following = (row for row in table.rows if row.line > line)
    width = len(table.headers)
    return message == _CELL_TOO_LONG or all(_count_cells(row) < width for row in following)


def _count_cells(row: CsvRow) -> int:
    return sum(map(len, row.cells.values()))


def _is_last_row_short(widths: list[int], last_line: str) -> bool:
    """Return whether the last row has no line end and fewer cells than every other row."""
    return last_line != "" and len(widths) > 1 and widths[-1] < min(widths[:-1])


def _read_records(
    lines: list[str], start: int, delimiter: str, table: CsvTable
) -> Iterator[tuple[int, list[str]]]:
    """Yield the records with the number of their first line; add broken records to the errors."""
    at = start
    while at < len(lines):
        reader = csv.reader((f"{line}\n" for line in lines[at:]), delimiter=delimiter)
        started = start = at
        try:
            for cells in reader:
                end = start + reader.line_num
                if end == len(lines) and _has_unclosed_quote(lines[started:], delimiter):
                    break
                yield started + 1, cells
                started = end
            else:
                return
        except csv.Error:
            table.errors.append((started + 1, _CELL_TOO_LONG))
            return
        table.errors.append((started + 1, _UNCLOSED_QUOTE))
        at = started + 1


def _has_unclosed_quote(lines: list[str], delimiter: str) -> bool:
    """Return whether a quotation mark in the first line is unclosed and extends over all the others."""
    if len(lines) == 1:
        return False
    try:
        list(csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _sniff_delimiter(lines: list[str]) -> str:
    header = next((line for line in lines if line.strip()), "")
    bare = _QUOTED.sub("", header)
    return max(_DELIMITERS, key=bare.count)


def _normalize_header(cell: str) -> str:
    return _SEPARATORS.sub(" ", clean_line(cell)).casefold().strip()


def _group_by_column(headers: list[str], cells: list[str]) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for header, cell in zip(headers, cells, strict=False):
        columns.setdefault(header, []).append(cell)
    return columns
