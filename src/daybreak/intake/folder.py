"""The files below a folder, in a stable order and within limits; each skipped file is reported once."""

import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from daybreak.errors import InvalidInput
from daybreak.intake.display import printable, size_of
from daybreak.intake.files import FoundFile, Refused, open_beneath, read_head, reason, too_large
from daybreak.intake.settings import IntakeSettings

_SKIPPED = frozenset({"node_modules"})
_ENTRIES_PER_FILE = 10
_LAST_SECOND = 253_402_300_799.0  # of the year 9999: a file may claim to be newer
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}

_Parts = tuple[str, ...]


Wanted = Callable[[str, bytes], bool]
"""Whether a file is wanted, by its path and its first 4 KiB; other files are ignored without a message."""


def walk(
    root: Path, limits: IntakeSettings, wanted: Wanted = lambda _path, _head: True
) -> Iterator[FoundFile | Refused]:
    """Yield every file below ``root`` (or ``root`` itself if it is a file), sorted by the parts of its path.

    Names with a leading dot and ``node_modules`` are ignored without a message. So is a link to a file that
    is also in the folder under its own name: no file is found twice. Only files accepted by ``file_filter``
    count towards the limits on size and number.

    Raises:
        InvalidInput: ``root`` does not exist, cannot be read or is neither a folder nor a file.
    """
    try:
        real = Path(os.path.realpath(root, strict=True))
        status = real.stat()
        if stat.S_ISDIR(status.st_mode):
            os.scandir(real).close()
            return _until_full(_Walk(real, limits, wanted).folder((), ()))
    except OSError as error:
        raise InvalidInput(f"“{printable(str(root))}” cannot be read: {reason(error)}.") from None
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput(f"“{printable(str(root))}” is {_kind(status)}; choose a folder or a file.")
    return _until_full(_Walk(real.parent, limits, wanted).file((real.name,), (real.name,), status))


class _Full(Exception):
    """A limit on the folder as a whole is reached."""


def _until_full(finds: Iterator[FoundFile | Refused]) -> Iterator[FoundFile | Refused]:
    try:
        yield from finds
    except _Full as full:
        yield Refused(".", f"{full}, so the rest was skipped; split the folder or raise the limit.")


class _Walk:
    """One walk: ``shown`` is the path as the user sees it, ``real`` the same path without links."""

    def __init__(self, root: Path, limits: IntakeSettings, wanted: Wanted) -> None:
        self._root = root
        self._wanted = wanted
        self._limits = limits
        self._entries_left = limits.max_files * _ENTRIES_PER_FILE
        self._files = 0
        self._bytes = 0
        self._linked: set[_Parts] = set()

    def folder(self, shown: _Parts, real: _Parts) -> Iterator[FoundFile | Refused]:
        if len(shown) > self._limits.max_depth:
            limit = f"{self._limits.max_depth} folders (DAYBREAK_INTAKE_MAX_DEPTH)"
            yield Refused(_path(shown), f"is nested deeper than {limit}, so it was skipped.")
            return
        try:
            entries = self._entries(real)
        except OSError as error:
            yield Refused(_path(shown), f"cannot be read: {reason(error)}.")
            return
        for name, status in entries:
            yield from self._entry((*shown, name), (*real, name), status)

    def file(self, shown: _Parts, real: _Parts, status: os.stat_result) -> Iterator[FoundFile | Refused]:
        path = _path(shown)
        if not self._wanted(path, read_head(self._root, real)):
            return
        if status.st_size > self._limits.max_file_size:
            yield too_large(path, status.st_size, self._limits)
            return
        self._count(status.st_size)
        modified_at = datetime.fromtimestamp(max(0.0, min(status.st_mtime, _LAST_SECOND)), UTC)
        yield FoundFile(path, status.st_size, modified_at, self._root, real)

    def _entries(self, real: _Parts) -> list[tuple[str, os.stat_result]]:
        descriptor = open_beneath(self._root, real, os.O_DIRECTORY)
        try:
            with os.scandir(descriptor) as listing:
                entries = list(islice(listing, self._entries_left + 1))
            if len(entries) > self._entries_left:
                raise _Full(f"contains more than {self._limits.max_files * _ENTRIES_PER_FILE:,} entries")
            self._entries_left -= len(entries)
            return sorted(_with_status(entries), key=lambda entry: entry[0])
        finally:
            os.close(descriptor)

    def _entry(self, shown: _Parts, real: _Parts, status: os.stat_result) -> Iterator[FoundFile | Refused]:
        if shown != real:
            if real in self._linked:
                return
            self._linked.add(real)
        if stat.S_ISLNK(status.st_mode):
            yield from self._link(shown, real)
        elif stat.S_ISDIR(status.st_mode):
            yield from self.folder(shown, real)
        elif stat.S_ISREG(status.st_mode):
            yield from self.file(shown, real, status)
        else:
            yield Refused(_path(shown), f"is {_kind(status)}, not a file, so it was skipped.")

    def _link(self, shown: _Parts, real: _Parts) -> Iterator[FoundFile | Refused]:
        try:
            target = Path(os.path.realpath(self._root.joinpath(*real), strict=True))
            status = target.lstat()
        except OSError as error:
            yield Refused(_path(shown), f"is a broken link: {reason(error)}.")
            return
        if not target.is_relative_to(self._root):
            yield Refused(
                _path(shown),
                "is a link to outside the folder, so it was skipped; add its target as a separate source.",
            )
            return
        parts = target.relative_to(self._root).parts
        if parts == real[: len(parts)]:
            yield Refused(_path(shown), "is a link to one of its parent folders, so it was skipped.")
        elif any(map(_is_skipped, parts)):
            yield from self._entry(shown, parts, status)

    def _count(self, size: int) -> None:
        self._files += 1
        self._bytes += size
        if self._files > self._limits.max_files:
            raise _Full(f"contains more than {self._limits.max_files:,} files (DAYBREAK_INTAKE_MAX_FILES)")
        if self._bytes > self._limits.max_total_size:
            limit = size_of(self._limits.max_total_size)
            raise _Full(f"contains more than {limit} in all (DAYBREAK_INTAKE_MAX_TOTAL_SIZE)")


def _with_status(entries: list[os.DirEntry[str]]) -> Iterator[tuple[str, os.stat_result]]:
    for entry in entries:
        if _is_skipped(entry.name):
            continue
        try:
            yield entry.name, entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue


def _is_skipped(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED


def _path(shown: _Parts) -> str:
    return "/".join(map(printable, shown)) or "."


def _kind(status: os.stat_result) -> str:
    return _KINDS.get(stat.S_IFMT(status.st_mode), "of an unknown kind")
