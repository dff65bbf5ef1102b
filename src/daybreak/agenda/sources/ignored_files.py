"""Files of a source that are not read: conflict copies of sync programs, and templates."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePosixPath

import orjson

from daybreak.agenda.parsed import ReadWarning
from daybreak.agenda.rows import ParsedSourceFile
from daybreak.intake import FoundFile, RejectedFile, find_original, normalize_path, read_head

_MAX_SETTINGS_SIZE = 256 * 1024
_MAX_VAULTS_SEARCHED = 500
_MAX_NAMES = 5
# The settings of Obsidian and of its plugin Templater that name the folder of templates.
_TEMPLATE_SETTINGS = (
    ((".obsidian", "templates.json"), "folder"),
    ((".obsidian", "plugins", "templater-obsidian", "data.json"), "templates_folder"),
)

_Parts = tuple[str, ...]


def find_conflict_copies(paths: Sequence[str]) -> dict[str, str]:
    """Return the conflict copies among the files of a source, each with the path of its original."""
    beside = {normalize_path(path) for path in paths}
    found = ((path, find_original(path, beside)) for path in paths)
    return {path: original for path, original in found if original is not None}


def warn_about_conflict_copies(originals: Mapping[str, str]) -> list[ReadWarning]:
    """Return one warning that names the conflict copies of a source, none if there are none."""
    if not originals:
        return []
    if len(originals) == 1:
        ((path, original),) = originals.items()
        message = (
            f"is a conflict copy of “{PurePosixPath(original).name}”, so it was not read;"
            " merge the two and delete the copy."
        )
        return [ReadWarning(path=path, message=message)]
    names = [f"“{PurePosixPath(path).name}”" for path in originals]
    more = len(names) - _MAX_NAMES
    shown = names if more <= 0 else [*names[:_MAX_NAMES], f"{more} more"]
    of = list(dict.fromkeys(PurePosixPath(original).name for original in originals.values()))
    original = f"“{of[0]}”" if len(of) == 1 else "other files"
    message = (
        f"{', '.join(shown[:-1])} and {shown[-1]} are conflict copies of {original}, so they were not read;"
        " merge each with its original and delete it."
    )
    return [ReadWarning(path=next(iter(originals)), message=message)]


def find_template_folders(files: Iterable[FoundFile | RejectedFile]) -> set[_Parts]:
    """Return the folders that the Obsidian vaults among the folders of these files use for templates."""
    found = [one for one in files if isinstance(one, FoundFile)]
    if not found:
        return set()
    parents = {one.parts[:depth] for one in found for depth in range(len(one.parts))}
    vaults = sorted(parents, key=lambda parts: (len(parts), parts))[:_MAX_VAULTS_SEARCHED]
    return {
        (*vault, *folder)
        for vault in vaults
        for settings, key in _TEMPLATE_SETTINGS
        if (
            folder := _read_folder_setting(
                read_head(found[0].root, (*vault, *settings), _MAX_SETTINGS_SIZE), key
            )
        )
    }


def _read_folder_setting(content: bytes, key: str) -> _Parts:
    try:
        values = orjson.loads(content) if content else None
    except orjson.JSONDecodeError:
        return ()
    folder = values.get(key) if isinstance(values, dict) else None
    parts = [part for part in folder.split("/") if part not in {"", "."}] if isinstance(folder, str) else []
    return () if ".." in parts else tuple(parts)


def is_below(parts: _Parts, folders: Collection[_Parts]) -> bool:
    """Return whether a file is below one of these folders."""
    return any(parts[:depth] in folders for depth in range(1, len(parts)))


def split_templates(
    files: Sequence[ParsedSourceFile],
) -> tuple[list[ParsedSourceFile], list[str]]:
    """Return the files without templates, and the paths of the templates.

    A file in a folder named Templates is one, too, if another file below that folder is.
    """
    if not any(file.parsed.is_template for file in files):
        return list(files), []
    from daybreak.agenda.importers.templates import find_template_folder  # noqa: PLC0415 - rarely needed

    folders = {find_template_folder(file.path) for file in files if file.parsed.is_template} - {None}
    templates = {
        file.path
        for file in files
        if file.parsed.is_template or (folders and find_template_folder(file.path) in folders)
    }
    return [file for file in files if file.path not in templates], sorted(templates)
