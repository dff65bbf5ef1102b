from pathlib import PurePosixPath

from daybreak.agenda.importers.csv_tables.columns import KINDS, UNDERSTOOD
from daybreak.agenda.importers.csv_tables.table import read_table
from daybreak.agenda.importers.csv_tables.tasks import TableReader
from daybreak.agenda.importers.csv_tables.todoist import TodoistReader, is_todoist
from daybreak.agenda.importers.parsing.builder import Gathering
from daybreak.agenda.importers.parsing.text import lines
from daybreak.agenda.parsed import Harvest, ImportContext, SourceFile


class CsvImporter:
    """The importer of task tables, chosen by header: exports of Todoist, Asana and Jira, or any plain table.

    The delimiter is a comma, a semicolon, a tab or a bar: the one that occurs most often in the header. An id
    of a plain table is unique within its file; the ids of the other programs are global.
    """

    name = "csv"

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:  # noqa: ARG002  the name decides
        """Return whether the name is that of a table."""
        return path.suffix.lower() in {".csv", ".tsv"}

    def read(self, file: SourceFile, context: ImportContext) -> Harvest:
        """Return one task per row."""
        gathering = Gathering(file, context)
        is_tabbed = file.path.lower().endswith(".tsv")
        table = read_table(lines(gathering.text), delimiter="\t" if is_tabbed else None)
        for line, message in table.faults:
            gathering.warn(message, line)
        if is_todoist(table.headers):
            TodoistReader(table, gathering).read()
        elif kind := next((kind for kind in KINDS if kind.fit(table.headers)), None):
            TableReader(table, kind, gathering).read()
        elif table.headers:
            gathering.warn(UNDERSTOOD, table.header_line)
        return gathering.harvest()
