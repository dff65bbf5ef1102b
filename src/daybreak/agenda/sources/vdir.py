"""Folders with one calendar file per entry, as vdirsyncer, khal and todoman keep them: one list each.

Such a file is named like its entry, so its name is no project. The list has the name in the file
``displayname`` beside the entries, else that of the folder.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from daybreak.agenda.parsed import ParsedFile
from daybreak.agenda.rows import ParsedSourceFile

_DISPLAY_NAME = "displayname"
_PROPERTIES = frozenset({_DISPLAY_NAME, "color", "order", "description"})
_SUFFIXES = frozenset({".ics", ".ical", ".icalendar"})
_MAX_NAME_LENGTH = 200
# Names that programs make: a UUID, a hash, a long number, or letters and digits without a word.
_MADE_NAME = re.compile(
    r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}(?:@.*)?|[0-9a-f]{16,}|\d{8,}(?:[-.]\d+)*"
    r"|(?=[^ ]*\d)(?=[^ ]*[a-z])[0-9a-z_=+.-]{24,}(?:@.*)?",
    re.IGNORECASE,
)
_NOT_IN_NAME = re.compile(r"[\W_]+")


@dataclass(slots=True)
class CollectionProperties:
    """The files beside the entries of a folder: the display names by folder, and all of them by path."""

    display_names: dict[PurePosixPath, str] = field(default_factory=dict)
    paths: set[str] = field(default_factory=set)

    def add(self, path: str, head: bytes) -> None:
        """Record a file that no importer reads, if it is one of these."""
        name = PurePosixPath(path).name.lower()
        if name not in _PROPERTIES:
            return
        self.paths.add(path)
        text = " ".join(head.decode("utf-8", errors="ignore").split())
        if name == _DISPLAY_NAME and text:
            self.display_names[PurePosixPath(path).parent] = text[:_MAX_NAME_LENGTH]


def is_display_name(path: str) -> bool:
    """Return whether a file may have the name of the list that its folder is."""
    return PurePosixPath(path).name.lower() == _DISPLAY_NAME


def find_collection_properties(files: Iterable[ParsedSourceFile], paths: Iterable[str]) -> set[str]:
    """Return those of the paths that are beside calendar files, and so describe them."""
    folders = {PurePosixPath(file.path).parent for file in files if _is_calendar(file.path)}
    return {path for path in paths if PurePosixPath(path).parent in folders}


def name_collections(
    files: Sequence[ParsedSourceFile], properties: CollectionProperties, root_name: str | None
) -> list[ParsedSourceFile]:
    """Return the files; the tasks and notes of a file with one entry are in the list of its folder.

    ``root_name`` is the name of the source's own folder, if it is one.
    """
    described = {PurePosixPath(path).parent for path in properties.paths}
    return [
        replace(
            file,
            parsed=_rename(file.parsed, path.stem, _list_name(path, properties.display_names, root_name)),
        )
        if _is_entry(file.parsed, path, is_described=path.parent in described)
        else file
        for file, path in ((file, PurePosixPath(file.path)) for file in files)
    ]


def _is_calendar(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in _SUFFIXES


def _is_entry(parsed: ParsedFile, path: PurePosixPath, *, is_described: bool) -> bool:
    """Return whether a calendar has one entry and is named like it, or is in a folder of such files."""
    if not _is_calendar(path.name) or not (parsed.tasks or parsed.notes):
        return False
    uids = {task.source_ref for task in parsed.tasks} | {note.source_ref for note in parsed.notes}
    uids |= {event.source_ref for event in parsed.events}
    projects = {task.project for task in parsed.tasks} | {note.project for note in parsed.notes}
    if len(uids) != 1 or projects != {path.stem}:
        return False
    return is_described or _is_made_name(path.stem) or _is_uid(path.stem, next(iter(uids)))


def _is_made_name(name: str) -> bool:
    return _MADE_NAME.fullmatch(name) is not None


def _is_uid(name: str, uid: str) -> bool:
    plain = _NOT_IN_NAME.sub("", name).casefold()
    return plain in {_NOT_IN_NAME.sub("", one).casefold() for one in (uid, uid.partition("@")[0])}


def _list_name(
    path: PurePosixPath, display_names: Mapping[PurePosixPath, str], root_name: str | None
) -> str | None:
    """Return the display name of a file's folder, else the name of the nearest folder that a person named."""
    if path.parent in display_names:
        return display_names[path.parent]
    names = [*([root_name] if root_name else []), *path.parent.parts]
    return next((name for name in reversed(names) if not _is_made_name(name)), None)


def _rename(parsed: ParsedFile, old: str, new: str | None) -> ParsedFile:
    return replace(
        parsed,
        projects=tuple(
            one if one.name != old else replace(one, name=new or "")
            for one in parsed.projects
            if one.name != old or new
        ),
        tasks=tuple(replace(one, project=new) if one.project == old else one for one in parsed.tasks),
        notes=tuple(replace(one, project=new) if one.project == old else one for one in parsed.notes),
    )
