from pathlib import PurePosixPath
from typing import Final, Protocol

from daybreak.agenda.importers.json_lists.github import GitHubFormat
from daybreak.agenda.importers.json_lists.google_tasks import GoogleTasksFormat
from daybreak.agenda.importers.json_lists.microsoft_todo import MicrosoftToDoFormat
from daybreak.agenda.importers.json_lists.objects import (
    FoundObjects,
    describe_damage,
    find_objects,
    load_document,
)
from daybreak.agenda.importers.json_lists.super_productivity import SuperProductivityFormat
from daybreak.agenda.importers.json_lists.trello import TrelloFormat
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder
from daybreak.agenda.importers.parsing.text import normalize_newlines
from daybreak.agenda.parsed import ImportContext, ParsedFile, SourceFile

_SUFFIXES = {".json", ".jsonl", ".ndjson"}
_FAULT = "The JSON is malformed here, so the entry around it was skipped."
_NO_DOCUMENT = "It is not the document that it begins like, so nothing was imported."


class JsonListFormat(Protocol):
    """The JSON that one program exports."""

    def matches(self, head: bytes) -> bool:
        """Return whether a file with these first bytes, without spaces in front, is of this program."""

    def rebuild(self, found: FoundObjects) -> object:
        """Return the document of which these objects are left."""

    def add_tasks(self, document: object, text: str, builder: ParsedFileBuilder) -> bool:
        """Add the tasks of a document; return False if it is not the program's."""


FORMATS: Final[tuple[JsonListFormat, ...]] = (
    GoogleTasksFormat(),
    MicrosoftToDoFormat(),
    SuperProductivityFormat(),
    GitHubFormat(),
    TrelloFormat(),
)


class JsonListImporter:
    """The importer of the JSON of Trello, Google Tasks, Microsoft To Do, Super Productivity, GitHub, GitLab.

    Of a damaged or cut file the whole tasks are imported. Any other JSON is no task list.
    """

    name = "json"

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:
        """Return whether the file is JSON that begins like that of one of these programs."""
        return path.suffix.lower() in _SUFFIXES and _find_format(head) is not None

    def read(self, file: SourceFile, context: ImportContext) -> ParsedFile:
        """Return one task per entry."""
        builder = ParsedFileBuilder(file, context)
        form = _find_format(file.content[:4096])
        if form is None or not builder.text.strip():
            return builder.build()
        text = normalize_newlines(builder.text)
        document = load_document(text)
        if document is None:
            found = find_objects(text)
            document = form.rebuild(found)
            if not _is_object_per_line(text, found):
                builder.mark_incomplete(describe_damage(text))
                for line in found.fault_lines:
                    builder.warn(_FAULT, line)
        if not form.add_tasks(document, text, builder):
            builder.warn(_NO_DOCUMENT)
            builder.mark_incomplete(_NO_DOCUMENT)
        return builder.build()


def _is_object_per_line(text: str, found: FoundObjects) -> bool:
    if text.lstrip("\ufeff \n\t").startswith("["):
        return False
    return not found.fault_lines and len(found.complete) == sum(
        1 for line in text.split("\n") if line.strip()
    )


def _find_format(head: bytes) -> JsonListFormat | None:
    plain = head.replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \t\r\n")
    if plain[:1] not in {b"[", b"{"}:
        return None
    return next((form for form in FORMATS if form.matches(plain)), None)
