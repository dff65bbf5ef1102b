"""The importers, one for each file format, and the choice of an importer for a file."""

from pathlib import PurePosixPath
from typing import Final

from daybreak.agenda.importers.csv_tables import CsvImporter
from daybreak.agenda.importers.json_lists import JsonListImporter
from daybreak.agenda.importers.markdown import MarkdownImporter
from daybreak.agenda.importers.notes import NotesImporter
from daybreak.agenda.importers.orgmode import OrgImporter
from daybreak.agenda.importers.parsing.signatures import find_damage, starts_with_calendar
from daybreak.agenda.importers.taskwarrior import TaskwarriorImporter
from daybreak.agenda.importers.todotxt import TodoTxtImporter
from daybreak.agenda.parsed import ImportContext, Importer, ParsedFile, SourceFile

__all__ = ["IMPORTERS", "find_damage", "find_importer", "starts_with_calendar"]

_CALENDAR_SUFFIXES = {".ics", ".ical", ".icalendar", ".ifb"}


class _LazyCalendarImporter:
    """The iCalendar importer, loaded for the first possible calendar: its libraries need 0.3 s to load."""

    name = "icalendar"

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:
        """Return whether the iCalendar importer accepts the file."""
        return path.suffix.lower() in _CALENDAR_SUFFIXES or starts_with_calendar(head)

    def read(self, file: SourceFile, context: ImportContext) -> ParsedFile:
        """Return all entries of the calendar."""
        return self._load().read(file, context)

    @staticmethod
    def _load() -> Importer:
        from daybreak.agenda.importers.icalendar import ICalendarImporter  # noqa: PLC0415  slow to import

        return ICalendarImporter()


IMPORTERS: Final[tuple[Importer, ...]] = (
    _LazyCalendarImporter(),
    TodoTxtImporter(),
    MarkdownImporter(),
    OrgImporter(),
    TaskwarriorImporter(),
    JsonListImporter(),
    CsvImporter(),
    NotesImporter(),
)


def find_importer(path: PurePosixPath, head: bytes) -> Importer | None:
    """Return the importer for a file, by its name and its first 4 KiB; None if no importer accepts it."""
    return next((importer for importer in IMPORTERS if importer.accepts(path, head)), None)
