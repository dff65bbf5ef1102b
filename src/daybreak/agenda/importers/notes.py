"""Plain notes: a text file is one note."""

import re
from datetime import datetime
from pathlib import PurePosixPath

from daybreak.agenda.importers.parsing.builder import Gathering
from daybreak.agenda.importers.parsing.dates import as_instant, parse_date, parse_moment
from daybreak.agenda.importers.parsing.front_matter import FrontMatter, front_matter
from daybreak.agenda.importers.parsing.text import LONGEST_BLOCK, block, lines, one_line
from daybreak.agenda.parsed import Harvest, ImportContext, ImportedNote, SourceFile

_ENDINGS = {".txt", ".text"}
_DAY_IN_NAME = re.compile(r"(?<!\d)\d{4}(-?)\d{2}\1\d{2}(?!\d)", re.ASCII)
_LONGEST_TITLE = 200


class NotesImporter:
    """The importer of text files that are not task lists: one note per file.

    The title is that of the front matter, or the first line. The note is dated by the front matter
    (``date``), or the file's name (``2026-03-29 Call with Anna.txt``: the start of that day), or the file's
    last change. The front matter's ``project`` is its project.
    """

    name = "notes"

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:  # noqa: ARG002  the name decides
        """Return whether the name is that of a text file."""
        return path.suffix.lower() in _ENDINGS

    def read(self, file: SourceFile, context: ImportContext) -> Harvest:
        """Return one note, or nothing if the file is empty."""
        gathering = Gathering(file, context)
        content = lines(gathering.text)
        gather_note(gathering, content, front_matter(content))
        return gathering.harvest()


def gather_note(gathering: Gathering, content: list[str], matter: FrontMatter) -> None:
    """Add the lines of a file as one note."""
    rest = content[matter.size :]
    heading = next((at for at, line in enumerate(rest) if one_line(line)), None)
    if heading is None:
        return
    title = matter.first("title") or rest[heading].lstrip("# ")
    body_from = heading if matter.first("title") else heading + 1
    path = PurePosixPath(gathering.file.path)
    gathering.add_note(
        ImportedNote(
            external_id=gathering.file.path,
            title=one_line(title, _LONGEST_TITLE) or path.stem,
            body=block("\n".join(rest[body_from:])[: 2 * LONGEST_BLOCK]),
            place=gathering.place(1),
            noted_at=_noted_at(path, matter, gathering),
            project=matter.first("project"),
        )
    )


def _noted_at(path: PurePosixPath, matter: FrontMatter, gathering: Gathering) -> datetime:
    tz = gathering.context.tz
    written = matter.first("date", "created")
    named = _DAY_IN_NAME.search(path.stem)
    moment = (written and parse_moment(written, tz)) or (named and parse_date(named[0]))
    return as_instant(moment or None, tz) or gathering.file.modified_at
