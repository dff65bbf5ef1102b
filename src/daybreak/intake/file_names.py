"""Names of temporary files, of conflict copies of sync programs, and of other copies."""

import re
import unicodedata
from collections.abc import Collection
from pathlib import PurePosixPath

IGNORED_FOLDERS = frozenset(
    {
        *("node_modules", "__MACOSX", "$RECYCLE.BIN", "System Volume Information"),
        *("@eaDir", "#recycle", "lost+found"),
    }
)
_TRANSIENT = re.compile(
    r"~\$.+|~syncthing~.+|#.+#|.+~|\.~.+"
    r"|.+\.(?:te?mp|swap|sw[a-p]|part|partial|filepart|crdownload|download|opdownload|icloud|lock"
    r"|bak|backup|orig|rej|old|save|!ut|!sync|aria2)"
    r"|.+\.(?:bak|orig)\.[a-z]{1,5}",
    re.IGNORECASE,
)

_CONFLICT = (
    r"conflict|konflikt|conflit|motstrid|modstrid|ristiriit|sprzeczn|ütköz|çak\u0131ş|конфликт|конфлікт"
    r"|競合|冲突|衝突|충돌"
)
_COPY = (
    r"copy|copie|copia|cópia|còpia|kopie|kopia|kopi|kopio|kópia|másolat|копия|копію|копія|コピー|副本|사본"
)
_CONFLICT_WORD = re.compile(_CONFLICT, re.IGNORECASE)
_COPY_WORD = re.compile(rf"{_COPY}|sfconflict", re.IGNORECASE)
_SYNCTHING = re.compile(r"(.+)\.sync-conflict-\d{8}-\d{6}(?:-[A-Z0-9]{7})?", re.IGNORECASE)
_IN_PARENTHESES = re.compile(
    r"(.*[^ _-])[ _-]*[(\[\uff08]((?:[^()\[\]\uff08\uff09]|\(\d{1,3}\))+)[)\]\uff09]"
)
_STAMPED = re.compile(
    r"(.*[^ _.-])[ _.-]+conflict(?:ed)?[ _-](?:copy[ _-])?\d{8}[ _-]?\d{4,6}", re.IGNORECASE
)
_SYNOLOGY = re.compile(r"(.+)_[^_]+_[A-Z][a-z]{2}-\d\d-\d{4,6}-\d{4}_(?:Case)?Conflict", re.IGNORECASE)
_TRAILING = re.compile(rf"(.*[^ _.-])[ _.-]+(?:{_CONFLICT})\w*(?:[ _-](?:{_COPY}))?", re.IGNORECASE)
_DEVICE = re.compile(
    r"(.+?)-(?:(?:DESKTOP|LAPTOP|WIN|SURFACE|WORKSTATION|MININT)-[A-Z0-9]{3,}"
    r"|(?:[\w ’']+-)*[\w ’']*(?:PC|MacBook|MACBOOK|iMac|Laptop|LAPTOP|Desktop|DESKTOP|Surface|SURFACE)"
    r"(?:-\w+)*)"
)
_SUSPECT = re.compile(
    rf"{_CONFLICT}|-(?:WIN|WORKSTATION|MININT)-|PC|MacBook|iMac|Laptop|Desktop|Surface", re.IGNORECASE
)

_NUMBERED = re.compile(r"(.*[^ _-])[ _-]*\((\d{1,3})\)")
_COPY_AT_END = re.compile(
    rf"(.*[^ _\u2013-])(?: [-\u2013] |[ _-])(?:{_COPY})(?:[ _-]?\(?(\d{{1,3}})\)?)?", re.IGNORECASE
)
_COPY_AT_START = re.compile(
    rf"(?:{_COPY})(?: \((\d{{1,3}})\))? (?:of|von|de|di|do|da|van|av|af|z) (.+)", re.IGNORECASE
)
_MAX_LENGTH = 255
_MAX_MARKERS = 4


def is_skipped(name: str) -> bool:
    """Return whether an entry is hidden, or a folder of tools that is not read."""
    return name.startswith(".") or name in IGNORED_FOLDERS


def is_transient(name: str) -> bool:
    """Return whether a file is a temporary file, a lock, a backup or a placeholder of another file."""
    return len(name) <= _MAX_LENGTH and _TRANSIENT.fullmatch(name) is not None


def find_original(path: str, paths: Collection[str]) -> str | None:
    """Return the path of the file of which this one is a conflict copy; None if it is none.

    Args:
        path: the path of a file.
        paths: the normalized paths of all files beside it, as `normalize_path` returns them. Names that
            people use, too, count only beside the file that they would be a copy of.
    """
    if not _SUSPECT.search(path):
        return None
    parent = PurePosixPath(path).parent
    original: str | None = None
    name = PurePosixPath(path).name
    for _ in range(_MAX_MARKERS):
        found = _strip_conflict(name, parent, paths)
        if found is None:
            break
        name = found
        original = str(parent / found)
    return original


def normalize_path(path: str) -> str:
    """Return a path in the form in which `find_original` compares paths."""
    return unicodedata.normalize("NFC", path).casefold()


def split_copy_marker(stem: str) -> tuple[str, int]:
    """Return a stem without “(1)”, “- Copy” and the like, and the number of the copy; 0 for no copy."""
    number = 0
    for _ in range(_MAX_MARKERS):
        if found := _NUMBERED.fullmatch(stem[:_MAX_LENGTH]):
            stem, number = found[1], max(number, int(found[2]))
        elif found := _COPY_AT_END.fullmatch(stem[:_MAX_LENGTH]):
            stem, number = found[1], max(number, int(found[2] or 1))
        elif found := _COPY_AT_START.fullmatch(stem[:_MAX_LENGTH]):
            stem, number = found[2], max(number, int(found[1] or 1))
        else:
            break
    return stem, number


def _strip_conflict(name: str, parent: PurePosixPath, paths: Collection[str]) -> str | None:
    if len(name) > _MAX_LENGTH:
        return None
    path = PurePosixPath(name)
    stem, suffix = path.stem, path.suffix
    for pattern in (_SYNCTHING, _STAMPED, _SYNOLOGY):
        if found := pattern.fullmatch(stem):
            return found[1] + suffix
    plain = split_copy_marker(stem)[0]
    found = _IN_PARENTHESES.fullmatch(stem) or _IN_PARENTHESES.fullmatch(plain)
    if found and _CONFLICT_WORD.search(found[2]):
        original = found[1] + suffix
        return original if _COPY_WORD.search(found[2]) or _is_beside(original, parent, paths) else None
    for pattern in (_TRAILING, _DEVICE):
        if (found := pattern.fullmatch(plain)) and _is_beside(found[1] + suffix, parent, paths):
            return found[1] + suffix
    return None


def _is_beside(name: str, parent: PurePosixPath, paths: Collection[str]) -> bool:
    return normalize_path(str(parent / name)) in paths
