"""The columns of a table that are not read although they may matter: dates, people and states."""

import re
from collections.abc import Iterator

from daybreak.agenda.importers.csv_tables.columns import PLAIN, ColumnMapping
from daybreak.agenda.importers.csv_tables.programs import NOT_IMPORTED
from daybreak.agenda.importers.csv_tables.table import CsvTable
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder
from daybreak.agenda.importers.parsing.dates import parse_date
from daybreak.agenda.importers.parsing.text import quote_value
from daybreak.agenda.importers.parsing.vocabulary import parse_status

_MAX_NAMES = 5
_MAX_SAMPLE = 50
_MATTERS = re.compile(
    r"\b(?:dates?|due|deadlines?|start|end|finish|assignees?|owners?|person|reviewers?|status|state|priority"
    r"|reminder|datum|frist|fällig|termin|verantwortlich\w*|zuständig\w*|priorität)\b"
)
_CUSTOM_FIELD = re.compile(r"custom field \((.*)\)")


def warn_about_unread_columns(table: CsvTable, columns: ColumnMapping, builder: ParsedFileBuilder) -> None:
    """Add one warning that names the columns with dates, people or states that are not read."""
    numbers = dict.fromkeys((*_list_unknown(table, columns), *_list_hidden(table, columns)))
    names = [quote_value(table.labels[number] or f"column {number + 1}") for number in sorted(numbers)]
    if not names:
        return
    more = len(names) - _MAX_NAMES
    shown = names if more <= 0 else [*names[:_MAX_NAMES], f"{more} more"]
    if len(names) == 1:
        message = f"The column {names[0]} is not read."
    else:
        message = f"The columns {', '.join(shown[:-1])} and {shown[-1]} are not read."
    builder.warn(message, table.header_line)


def _list_unknown(table: CsvTable, columns: ColumnMapping) -> Iterator[int]:
    """Yield the numbers of columns without a meaning whose name or contents suggest one."""
    known = columns.list_columns() | NOT_IMPORTED
    for number, header in enumerate(table.headers):
        custom = _CUSTOM_FIELD.fullmatch(header)
        name = custom[1] if custom else header
        if header in known or name in NOT_IMPORTED or name.startswith("[chart]"):
            continue
        cells = [cell for row in table.rows for cell in row.filled_cells(header)][:_MAX_SAMPLE]
        if cells and (_MATTERS.search(name) or 2 * sum(map(_is_telling, cells)) >= len(cells)):
            yield number


def _list_hidden(table: CsvTable, columns: ColumnMapping) -> Iterator[int]:
    """Yield the numbers of columns that a plain table has beside a column of the same meaning."""
    if columns is not PLAIN:
        return
    for names in (columns.start, columns.due, columns.assignee, columns.priority, columns.project):
        present = [name for name in names if name in table.headers]
        for at, name in enumerate(present[1:], start=1):
            if any(_is_hidden(row.first_cell(*present[:at]), row.first_cell(name)) for row in table.rows):
                yield table.headers.index(name)


def _is_hidden(shown: str, cell: str) -> bool:
    return bool(shown and cell) and shown.strip().casefold() != cell.strip().casefold()


def _is_telling(cell: str) -> bool:
    return parse_date(cell) is not None or parse_status(cell) is not None
