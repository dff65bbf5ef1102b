"""Files of a source that are not read: conflict copies of sync programs, and templates."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

import orjson

from daybreak.agenda.parsed import ReadWarning
from daybreak.agenda.rows import ParsedSourceFile
from daybreak.intake import FoundFile, RejectedFile, find_original, normalize_path, read_head

_MAX_SETTINGS_SIZE = 256 * 1024
_MAX_VAULTS_SEARCHED = 500
_MAX_NAMES = 5
# The settings of Obsidian and its plugins that name the folder of templates, or a note that is one.
_PLUGINS = (".obsidian", "plugins")
_PERIODS = ("daily", "weekly", "monthly", "quarterly", "yearly")
_TEMPLATE_SETTINGS = (
    ((".obsidian", "templates.json"), ("folder",)),
    ((*_PLUGINS, "templater-obsidian", "data.json"), ("templates_folder",)),
    ((".obsidian", "daily-notes.json"), ("template",)),
    *(((*_PLUGINS, "periodic-notes", "data.json"), (period, "template")) for period in _PERIODS),
)
_NOTE_SUFFIX = ".md"

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


def find_templates(files: Iterable[FoundFile | RejectedFile]) -> set[_Parts]:
    """Return the folders and notes that the Obsidian vaults among these files use as templates."""
    found = [one for one in files if isinstance(one, FoundFile)]
    if not found:
        return set()
    parents = {one.parts[:depth] for one in found for depth in range(len(one.parts))}
    vaults = sorted(parents, key=lambda parts: (len(parts), parts))[:_MAX_VAULTS_SEARCHED]
    return {(*vault, *path) for vault in vaults for path in _list_templates(found[0].root, vault)}


def _list_templates(root: Path, vault: _Parts) -> Iterator[_Parts]:
    names = {settings for settings, _ in _TEMPLATE_SETTINGS}
    contents = {name: read_head(root, (*vault, *name), _MAX_SETTINGS_SIZE) for name in names}
    for settings, keys in _TEMPLATE_SETTINGS:
        path = _read_path_setting(contents[settings], keys)
        if path and keys[-1] == "template":
            yield (*path[:-1], path[-1].removesuffix(_NOTE_SUFFIX) + _NOTE_SUFFIX)
        elif path:
            yield path


def _read_path_setting(content: bytes, keys: Sequence[str]) -> _Parts:
    try:
        value = orjson.loads(content) if content else None
    except orjson.JSONDecodeError:
        return ()
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    parts = [part for part in value.split("/") if part not in {"", "."}] if isinstance(value, str) else []
    return () if ".." in parts else tuple(parts)


def is_below(parts: _Parts, paths: Collection[_Parts]) -> bool:
    """Return whether a file is one of these paths, or below one of them."""
    return any(parts[:depth] in paths for depth in range(1, len(parts) + 1))


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
