"""The importers, one for each file format, and the choice of an importer for a file."""

from functools import cache
from importlib import import_module
from pathlib import PurePosixPath
from typing import Final, cast

from daybreak.agenda.importers.parsing.signatures import find_damage, starts_with_calendar
from daybreak.agenda.parsed import ImportContext, Importer, ParsedFile, SourceFile

__all__ = ["IMPORTERS", "find_damage", "find_importer", "starts_with_calendar"]

_JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")


class _LazyImporter:
    """An importer that is loaded for the first file of its format: most folders have few formats."""

    def __init__(self, name: str, location: str, *suffixes: str, needs_head: bool = False) -> None:
        self.name = name
        self._location = location
        self._suffixes = frozenset(suffixes)
        self._needs_head = needs_head

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:
        """Return whether the importer accepts the file; it is loaded only if the suffix does not decide."""
        if path.suffix.lower() not in self._suffixes:
            return False
        return not self._needs_head or _load(self._location).accepts(path, head)

    def read(self, file: SourceFile, context: ImportContext) -> ParsedFile:
        """Return all entries of the file."""
        return _load(self._location).read(file, context)


class _LazyCalendarImporter(_LazyImporter):
    """The iCalendar importer, which also accepts a calendar under any other name."""

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:
        """Return whether the iCalendar importer accepts the file."""
        return super().accepts(path, head) or starts_with_calendar(head)


@cache
def _load(location: str) -> Importer:
    """Return a new importer of the class at “package:class”, below this package."""
    package, _, name = location.partition(":")
    return cast("Importer", getattr(import_module(f"{__name__}.{package}"), name)())


IMPORTERS: Final[tuple[Importer, ...]] = (
    _LazyCalendarImporter("icalendar", "icalendar:ICalendarImporter", ".ics", ".ical", ".icalendar", ".ifb"),
    _LazyImporter("todotxt", "todotxt:TodoTxtImporter", ".txt", ".todotxt", needs_head=True),
    _LazyImporter("markdown", "markdown:MarkdownImporter", ".md", ".markdown", ".mdown", ".mkd"),
    _LazyImporter("org", "orgmode:OrgImporter", ".org", ".org_archive"),
    _LazyImporter("taskwarrior", "taskwarrior:TaskwarriorImporter", *_JSON_SUFFIXES, needs_head=True),
    _LazyImporter("json", "json_lists:JsonListImporter", *_JSON_SUFFIXES, needs_head=True),
    _LazyImporter("csv", "csv_tables:CsvImporter", ".csv", ".tsv"),
    _LazyImporter("notes", "notes:NotesImporter", ".txt", ".text"),
)


def find_importer(path: PurePosixPath, head: bytes) -> Importer | None:
    """Return the importer for a file, by its name and its first 4 KiB; None if no importer accepts it."""
    return next((importer for importer in IMPORTERS if importer.accepts(path, head)), None)
