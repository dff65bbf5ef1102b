from pathlib import PurePosixPath

from daybreak.agenda.importers.csv_tables.columns import ColumnMapping
from daybreak.agenda.importers.csv_tables.programs import (
    CALENDAR_TABLE,
    TABLE_KINDS,
    UNSUPPORTED_TABLE,
    is_calendar_table,
)
from daybreak.agenda.importers.csv_tables.table import CsvTable, read_table
from daybreak.agenda.importers.csv_tables.tasks import TableReader
from daybreak.agenda.importers.csv_tables.todoist import TodoistReader, is_todoist_export
from daybreak.agenda.importers.csv_tables.unread import warn_about_unread_columns
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder
from daybreak.agenda.importers.parsing.dates import parse_date
from daybreak.agenda.importers.parsing.signatures import CUT_OFF, MALFORMED
from daybreak.agenda.importers.parsing.text import split_lines
from daybreak.agenda.parsed import ImportContext, ParsedFile, SourceFile

_LINES_ABOVE = "The lines above the header of this table were not read."
_MORE_CELLS = (
    "This row has more cells than the header, so the last ones were not read;"
    " put a cell with a comma or another delimiter in quotation marks."
)
_ROW_IN_HEADER = (
    "The header of this table goes on with the cells of a row, so that row was not read;"
    " put it on a line of its own."
)
_ENCLOSED_ROWS = (
    "A quotation mark in this row encloses lines that are rows of their own, so they were not read;"
    " remove it or close it."
)


class CsvImporter:
    """The importer of task tables, chosen by header: exports of programs, or any plain table.

    The delimiter is a comma, a semicolon, a tab or a bar: the one that occurs most often in the header; a
    header without any has one column. An id of a plain table is unique within its file; the ids of most
    programs are global.
    """

    name = "csv"

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:  # noqa: ARG002  the name decides
        """Return whether the name is that of a table."""
        return path.suffix.lower() in {".csv", ".tsv"}

    def read(self, file: SourceFile, context: ImportContext) -> ParsedFile:
        """Return one task per row."""
        builder = ParsedFileBuilder(file, context)
        is_tabbed = file.path.lower().endswith(".tsv")
        table = read_table(
            split_lines(builder.text), is_header=_is_known, delimiter="\t" if is_tabbed else None
        )
        for line, message in table.errors:
            builder.warn(message, line)
        if table.is_cut_off:
            builder.mark_incomplete(CUT_OFF)
        elif table.errors:
            builder.mark_incomplete(MALFORMED)
        _add_rows(table, builder)
        return builder.build()


def _add_rows(table: CsvTable, builder: ParsedFileBuilder) -> None:
    kind = _find_kind(table.headers)
    if _is_known(table.headers):
        _warn_about_cells(table, builder)
    if is_todoist_export(table.headers):
        TodoistReader(table, builder).read()
    elif is_calendar_table(table.headers):
        builder.warn(CALENDAR_TABLE, table.header_line, max(1, len(table.rows)))
    elif kind:
        if table.skipped_lines and not kind.has_preamble:
            builder.warn(_LINES_ABOVE, table.header_line)
        TableReader(table, kind, builder).read()
        warn_about_unread_columns(table, kind, builder)
    elif table.headers:
        builder.warn(UNSUPPORTED_TABLE, table.header_line, max(1, len(table.rows) + table.enclosed_lines))


def _warn_about_cells(table: CsvTable, builder: ParsedFileBuilder) -> None:
    if _ends_with_row(table):
        builder.warn(_ROW_IN_HEADER, table.header_line)
    for row in table.rows:
        if row.has_more_cells:
            builder.warn(_MORE_CELLS, row.line)
        if row.enclosed_rows:
            builder.warn(_ENCLOSED_ROWS, row.line, row.enclosed_rows)
            builder.mark_incomplete(MALFORMED)


def _ends_with_row(table: CsvTable) -> bool:
    """Return whether the header is longer than all rows and goes on with the values of a row."""
    width = max((sum(map(len, row.cells.values())) for row in table.rows), default=len(table.headers))
    return any(cell.isdigit() or parse_date(cell) for cell in table.labels[width:])


def _is_known(headers: list[str]) -> bool:
    return is_todoist_export(headers) or is_calendar_table(headers) or _find_kind(headers) is not None


def _find_kind(headers: list[str]) -> ColumnMapping | None:
    return next((kind for kind in TABLE_KINDS if kind.matches(headers)), None)
