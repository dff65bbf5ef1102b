"""The values of a table's cells: dates, estimates, people and lists, as programs write them."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import orjson

from daybreak import clock
from daybreak.agenda.importers.csv_tables.columns import ColumnMapping, ColumnNames
from daybreak.agenda.importers.csv_tables.table import CsvRow, CsvTable
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder
from daybreak.agenda.importers.parsing.dates import infer_day_first, midnight_to_date, parse_moment
from daybreak.agenda.importers.parsing.people import clean_assignee, join_name_and_address
from daybreak.agenda.importers.parsing.text import clean_line
from daybreak.agenda.model import Moment
from daybreak.errors import InvalidInput

LIST_SEPARATOR = re.compile(r"[,;\n]")
_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,3})?", re.ASCII)
# Sizes of an effort, which are no durations.
_SIZES = frozenset({"xxs", "xs", "s", "m", "l", "xl", "xxl", "small", "medium", "large"})
_EMPTY = frozenset({"null", "[]", "{}", "undefined"})
# The years 0 and 4501 are “no date” in Outlook.
_NO_DATE = re.compile(r"0{1,4}([./-])0{1,2}\1(?:0{1,4})|.*\b4501\b.*", re.ASCII)
# The midnight of a day in any zone, as JavaScript writes it.
_WRITTEN_MIDNIGHT = re.compile(r"([a-z]{3} [a-z]{3} \d{2} \d{4}) 00:00:00 GMT[+-]\d{4}.*", re.IGNORECASE)
_NOTION_LINK = re.compile(r"\s*\(https://(?:www\.)?notion\.so/[^()\s]*\)")
_EPOCH_MILLISECONDS = re.compile(r"\d{12,13}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CellReader:
    """A reader of the cells of one table of a known kind; a value that is not valid is a warning."""

    def __init__(self, table: CsvTable, columns: ColumnMapping, builder: ParsedFileBuilder) -> None:
        self._columns = columns
        self._builder = builder
        dates = [cell for row in table.rows for cell in row.filled_cells(*columns.date_columns())]
        self._day_first = infer_day_first(dates)

    def get_text(self, row: CsvRow, columns: ColumnNames) -> str:
        """Return the first cell that is filled with more than a program's word for nothing."""
        for column in columns:
            for cell in row.cells.get(column, ()):
                if cell and not cell.isspace() and cell.strip().casefold() not in _EMPTY:
                    return strip_links(cell)
        return ""

    def list_texts(self, row: CsvRow, columns: ColumnNames) -> list[str]:
        """Return all cells that are filled with more than a program's word for nothing."""
        if not columns:
            return []
        cells = row.filled_cells(*columns)
        return [strip_links(cell) for cell in cells if cell.strip().casefold() not in _EMPTY]

    def get_moment(self, row: CsvRow, columns: ColumnNames, label: str) -> Moment | None:
        """Return the date or instant of the first filled cell."""
        return self.parse_moment(self.get_text(row, columns), row, label)

    def parse_moment(self, cell: str, row: CsvRow, label: str) -> Moment | None:
        """Return the date or instant that a cell of a row spells."""
        cell = cell.strip()
        if not cell or _NO_DATE.fullmatch(cell):
            return None
        if _EPOCH_MILLISECONDS.fullmatch(cell):
            return _EPOCH + timedelta(milliseconds=int(cell))
        zone = self._zone_of(row)
        found = parse_moment(cell, zone, day_first=self._day_first) if zone else None
        return found or self._builder.parse_moment(cell, row.line, label, day_first=self._day_first)

    def get_date_or_moment(self, row: CsvRow, columns: ColumnNames, label: str) -> Moment | None:
        """Return the day if the first filled cell is one, or the instant at which a program puts a day."""
        if written := _WRITTEN_MIDNIGHT.fullmatch(self.get_text(row, columns).strip()):
            return self.parse_moment(written[1], row, label)
        moment = self.get_moment(row, columns, label)
        zone = self._zone_of(row) or self._builder.context.tz
        if isinstance(moment, datetime) and self._columns.day_hour:
            local = moment.astimezone(zone)
            if local.time() == time(self._columns.day_hour):
                return local.date()
        return midnight_to_date(moment, zone)

    def get_estimate(self, row: CsvRow) -> int | None:
        """Return the minutes of the first filled estimate."""
        for column, minutes in self._columns.estimates.items():
            cell = self.get_text(row, (column,)).strip()
            if not cell:
                continue
            if minutes and _NUMBER.fullmatch(cell):
                return round(float(cell.replace(",", ".")) * minutes) or None
            return (
                None
                if cell == "0" or cell.casefold() in _SIZES
                else self._builder.parse_minutes(cell, row.line)
            )
        return None

    def get_assignee(self, row: CsvRow) -> str:
        """Return the people of a row as one text."""
        name = ", ".join(split_list(self.get_text(row, self._columns.assignee)))
        address = self.get_text(row, self._columns.assignee_address)
        return join_name_and_address(clean_assignee(name) or "", clean_assignee(address) or "")

    def list_tags(self, row: CsvRow) -> list[str]:
        """Return the items of all columns of tags."""
        return [tag for cell in self.list_texts(row, self._columns.tags) for tag in split_list(cell)]

    def get_details(self, row: CsvRow) -> str:
        """Return the text of all columns of details, each once."""
        cells = self.list_texts(row, self._columns.details)
        return "\n".join(dict.fromkeys(map(_format_checklists, cells)))

    def _zone_of(self, row: CsvRow) -> ZoneInfo | None:
        name = self.get_text(row, self._columns.zone).strip()
        try:
            return clock.parse_timezone(name) if name else None
        except InvalidInput:
            return None


def strip_links(cell: str) -> str:
    """Return the names in a relation of Notion, “Website (https://www.notion.so/…)”."""
    return _NOTION_LINK.sub("", cell) if "notion.so/" in cell else cell


def split_list(cell: str) -> list[str]:
    """Return the items of a cell such as ``[Anna,Bob]`` or ``Anna; Bob``."""
    cell = cell.strip()
    if cell.startswith("[") and cell.endswith("]"):
        cell = cell[1:-1]
    return [item.strip(" \"'") for item in LIST_SEPARATOR.split(cell) if item.strip(" \"'")]


def _format_checklists(cell: str) -> str:
    """Return the checklists that ClickUp writes as JSON as lines; any other text unchanged."""
    if not cell.startswith("{"):
        return cell
    try:
        checklists = orjson.loads(cell)
    except ValueError:
        return cell
    if not isinstance(checklists, dict) or not all(isinstance(items, list) for items in checklists.values()):
        return cell
    lines = []
    for name, items in checklists.items():
        lines += [f"{clean_line(name)}:", *(f"- {clean_line(str(item))}" for item in items)]
    return "\n".join(lines)
