"""Plain notes: a text file is one note."""

import re
from datetime import date, datetime
from pathlib import PurePosixPath

from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder
from daybreak.agenda.importers.parsing.dates import parse_date, to_instant
from daybreak.agenda.importers.parsing.front_matter import FrontMatter, parse_front_matter
from daybreak.agenda.importers.parsing.text import MAX_BLOCK_LENGTH, clean_block, clean_line, split_lines
from daybreak.agenda.parsed import ImportContext, ImportedNote, ParsedFile, SourceFile

_SUFFIXES = {".txt", ".text"}
_DATE_IN_NAME = re.compile(r"(?<!\d)(\d{4})([-_.]?)(\d{2})\2(\d{2})(?!\d)", re.ASCII)
_MAX_TITLE_LENGTH = 200


class NotesImporter:
    """The importer of text files that are not task lists: one note per file.

    The title is that of the front matter, or the first line. The note is dated by the front matter
    (``date``), or the file's name (``2026-03-29 Call with Anna.txt``: the start of that day), or the file's
    last change. The front matter's ``project`` is its project.
    """

    name = "notes"

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:  # noqa: ARG002  the name decides
        """Return whether the name is that of a text file."""
        return path.suffix.lower() in _SUFFIXES

    def read(self, file: SourceFile, context: ImportContext) -> ParsedFile:
        """Return one note, or nothing if the file is empty."""
        builder = ParsedFileBuilder(file, context)
        content = split_lines(builder.text)
        add_note(builder, content, parse_front_matter(content))
        return builder.build()


def add_note(builder: ParsedFileBuilder, content: list[str], metadata: FrontMatter) -> None:
    """Add the lines of a file as one note."""
    rest = content[metadata.line_count :]
    heading = next((at for at, line in enumerate(rest) if clean_line(line)), None)
    if heading is None:
        return
    title_line = metadata.line_of("title")
    title = metadata.get_first("title") or rest[heading].lstrip("# ").removeprefix("- ")
    body_from = heading if title_line else heading + 1
    path = PurePosixPath(builder.file.path)
    builder.add_note(
        ImportedNote(
            external_id=builder.file.path,
            title=clean_line(title, _MAX_TITLE_LENGTH) or path.stem,
            body=clean_block("\n".join(rest[body_from:])[: 2 * MAX_BLOCK_LENGTH]),
            source_ref=builder.source_ref(title_line or metadata.line_count + heading + 1),
            noted_at=_noted_at(path, metadata, builder),
            project=metadata.get_first("project"),
        ),
        metadata.line_of("project"),
    )


def find_date_in_name(stem: str) -> date | None:
    """Return the day in the name of a file, such as “2026-03-29 Call” or “2026_03_29”; else None."""
    named = _DATE_IN_NAME.search(stem)
    return parse_date(f"{named[1]}-{named[3]}-{named[4]}") if named else None


def _noted_at(path: PurePosixPath, metadata: FrontMatter, builder: ParsedFileBuilder) -> datetime:
    tz = builder.context.tz
    key = next((key for key in ("date", "created") if metadata.values.get(key)), "")
    label = "date" if key == "date" else "created date"
    moment = builder.parse_moment(metadata.values.get(key), metadata.lines.get(key, 1), label)
    return to_instant(moment or find_date_in_name(path.stem), tz) or builder.file.modified_at
