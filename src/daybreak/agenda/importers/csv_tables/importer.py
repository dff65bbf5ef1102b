from pathlib import PurePosixPath

from daybreak.agenda.importers.csv_tables.columns import TABLE_KINDS, UNSUPPORTED_TABLE
from daybreak.agenda.importers.csv_tables.table import read_table
from daybreak.agenda.importers.csv_tables.tasks import TableReader
from daybreak.agenda.importers.csv_tables.todoist import TodoistReader, is_todoist_export
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder
from daybreak.agenda.importers.parsing.signatures import CUT_OFF, MALFORMED
from daybreak.agenda.importers.parsing.text import split_lines
from daybreak.agenda.parsed import ImportContext, ParsedFile, SourceFile


class CsvImporter:
    """The importer of task tables, chosen by header: exports of Todoist, Asana and Jira, or any plain table.

    The delimiter is a comma, a semicolon, a tab or a bar: the one that occurs most often in the header. An id
    of a plain table is unique within its file; the ids of the other programs are global.
    """

    name = "csv"

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:  # noqa: ARG002  the name decides
        """Return whether the name is that of a table."""
        return path.suffix.lower() in {".csv", ".tsv"}

    def read(self, file: SourceFile, context: ImportContext) -> ParsedFile:
        """Return one task per row."""
        builder = ParsedFileBuilder(file, context)
        is_tabbed = file.path.lower().endswith(".tsv")
        table = read_table(split_lines(builder.text), delimiter="\t" if is_tabbed else None)
        for line, message in table.errors:
            builder.warn(message, line)
        if table.is_cut_off:
            builder.mark_incomplete(CUT_OFF)
        elif table.errors:
            builder.mark_incomplete(MALFORMED)
        if is_todoist_export(table.headers):
            TodoistReader(table, builder).read()
        elif kind := next((kind for kind in TABLE_KINDS if kind.matches(table.headers)), None):
            TableReader(table, kind, builder).read()
        elif table.headers:
            builder.warn(UNSUPPORTED_TABLE, table.header_line)
        return builder.build()
