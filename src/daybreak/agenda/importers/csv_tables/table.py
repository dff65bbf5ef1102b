"""A CSV file as rows with their line numbers and with columns by case-insensitive name."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from daybreak.agenda.importers.csv_tables.translations import translate_columns
from daybreak.agenda.importers.parsing.dates import parse_date
from daybreak.agenda.importers.parsing.text import clean_line

_DELIMITERS = ",;\t|"
# A character that no line contains: a table of one column is not split.
_NO_DELIMITER = "\x1f"
_EXCEL_HINT = re.compile(r"\"?sep=([,;\t|])\"?[,;\t|]*", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_SEPARATORS = re.compile(r"[\s_]+")
_MAX_LINES_BEFORE_HEADER = 30
_MAX_TITLES = 3
# In a narrow table a line of prose with a comma has as many cells as a row.
_MIN_WIDTH_OF_ENCLOSED = 4
_UNCLOSED_QUOTE = "A quotation mark in this row is never closed, so the row was skipped."
_CELL_TOO_LONG = "A cell in this row has more than 131,072 characters; the file was read up to here."

IsHeader = Callable[[list[str]], bool]


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row; a repeated column has several cells.

    Attributes:
        has_more_cells: whether filled cells follow that of the last column.
        enclosed_rows: how many of its lines have as many cells as the table.
        group: the title above the repeated header, of a board whose groups have one each.
    """

    line: int
    cells: dict[str, list[str]]
    has_more_cells: bool = False
    enclosed_rows: int = 0
    group: str = ""

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
        headers: the names of the columns in lower case, in English as far as they are known.
        labels: the names of the columns as written.
        skipped_lines: how many filled lines are above the header.
        board: the name of the board, in a line above the title of its first group.
        enclosed_lines: how many lines a quotation mark adds to the header.
        is_cut_off: whether the last row is incomplete, although all other rows are complete.
    """

    headers: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    header_line: int = 1
    skipped_lines: int = 0
    enclosed_lines: int = 0
    board: str = ""
    rows: list[CsvRow] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    is_cut_off: bool = False


def read_table(lines: list[str], *, is_header: IsHeader, delimiter: str | None = None) -> CsvTable:
    """Return the table in these lines.

    The first row with known names of columns is the header, or else the first row that is not empty.
    """
    first = 0
    if hint := _EXCEL_HINT.fullmatch(lines[0].strip(" \ufeff")):
        delimiter, first = hint[1], 1
    table = _read_from(lines, first, delimiter)
    if not table.headers or is_header(table.headers):
        return table
    start = _find_header(lines, first, delimiter, is_header)
    if start is None:
        return table
    above = [line for line in lines[first:start] if line.strip()]
    titles = _list_titles(above, lines[start], delimiter)
    table = _read_from(lines, start, delimiter, titles[-1] if len(titles) > 1 else "")
    if len(titles) > 1:
        table.board = titles[0]
    else:
        table.skipped_lines = len(above)
    return table


def _list_titles(above: list[str], header: str, delimiter: str | None) -> list[str]:
    """Return the name of a board of monday.com and of its first group; none if any line above is another."""
    separator = delimiter or _sniff_delimiter([header])
    if not header.casefold().startswith(f"name{separator}"):
        return []
    rows = list(csv.reader((line[:10_000] for line in above), delimiter=separator))
    filled = [row for row in rows if any(map(str.strip, row))]
    if len(filled) > _MAX_TITLES or any(any(map(str.strip, row[1:])) or len(row) == 1 for row in filled):
        return []
    return [clean_line(row[0]) for row in filled]


def _find_header(lines: list[str], first: int, delimiter: str | None, is_header: IsHeader) -> int | None:
    """Return the index of the first line with known names of columns; None if none of the first lines is."""
    for at in range(first + 1, min(len(lines), first + _MAX_LINES_BEFORE_HEADER)):
        line = lines[at]
        separator = delimiter or _sniff_delimiter([line])
        if separator == _NO_DELIMITER:
            continue
        cells = next(csv.reader([line[:10_000]], delimiter=separator), [])
        if is_header(_name_columns(cells)) and not any(map(_is_value, cells)):
            return at
    return None


def _is_value(cell: str) -> bool:
    """Return whether a cell has a number or a date, as no header has."""
    return cell.strip().isdigit() or parse_date(cell) is not None


def _read_from(lines: list[str], first: int, delimiter: str | None, group: str = "") -> CsvTable:
    table = CsvTable()
    widths: list[int] = []
    header: list[str] = []
    separator = delimiter or _sniff_delimiter(lines[first:])
    for line, end, cells in _read_records(lines, first, separator, table):
        if not any(map(str.strip, cells)):
            continue
        widths.append(len(cells))
        if not header:
            header, table.header_line, table.enclosed_lines = cells, line, end - line
            table.labels = [clean_line(cell) for cell in cells]
            table.headers = _name_columns(cells)
        elif cells == header:
            group = _take_group(table) or group
        else:
            rest = any(map(str.strip, cells[len(header) :]))
            enclosed = _count_enclosed_rows(lines[line:end], len(header), separator)
            table.rows.append(CsvRow(line, _group_by_column(table.headers, cells), rest, enclosed, group))
    table.is_cut_off = _ends_in_error(table) or _is_last_row_short(widths, lines[-1])
    return table


def _take_group(table: CsvTable) -> str:
    """Remove the last row, and return its only cell, if it is the title of the group that begins now."""
    if not table.rows:
        return ""
    first, *others = table.rows[-1].filled_cells(*dict.fromkeys(table.headers)) or [""]
    if others or not first or first not in table.rows[-1].cells[table.headers[0]]:
        return ""
    table.rows.pop()
    return clean_line(first)


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
) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the records with the numbers of their first and last line; add broken records to the errors."""
    at = start
    while at < len(lines):
        reader = csv.reader((f"{line}\n" for line in lines[at:]), delimiter=delimiter)
        started = start = at
        try:
            for cells in reader:
                end = start + reader.line_num
                if end == len(lines) and _has_unclosed_quote(lines[started:], delimiter):
                    break
                yield started + 1, end, cells
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
    """Return the delimiter that occurs most often in the header; one that never occurs for one column."""
    start = next((at for at, line in enumerate(lines) if line.strip()), 0)
    end = start + 1
    header = "".join(lines[start:end])
    while header.count('"') % 2 and end < min(len(lines), start + _MAX_LINES_BEFORE_HEADER):
        header += lines[end]
        end += 1
    bare = _QUOTED.sub("", header)
    delimiter = max(_DELIMITERS, key=bare.count)
    return delimiter if delimiter in bare else _NO_DELIMITER


def _count_enclosed_rows(following: list[str], width: int, delimiter: str) -> int:
    """Return how many lines after the first of a row are rows, as after a quotation mark without an end."""
    if width < _MIN_WIDTH_OF_ENCLOSED:
        return 0
    return sum(1 for line in following if line.count(delimiter) == width - 1)


def _name_columns(cells: list[str]) -> list[str]:
    plain = [_SEPARATORS.sub(" ", clean_line(cell)).casefold().strip() for cell in cells]
    return translate_columns(plain)


def _group_by_column(headers: list[str], cells: list[str]) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for header, cell in zip(headers, cells, strict=False):
        columns.setdefault(header, []).append(cell)
    return columns
