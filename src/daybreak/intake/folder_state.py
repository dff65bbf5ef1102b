"""The state of a folder by names, sizes and modification times, without opening a file."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from daybreak.errors import InvalidInput
from daybreak.intake.display import printable
from daybreak.intake.file_names import is_skipped, is_transient
from daybreak.intake.files import open_beneath, os_error_reason
from daybreak.intake.folder_access import FolderAccess
from daybreak.intake.settings import IntakeSettings

ENTRIES_PER_FILE = 10
"""Entries of a folder that are listed for each file of ``DAYBREAK_INTAKE_MAX_FILES``."""
_VERSION = b"1"

_Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FolderState:
    """The state of a folder or file at one time.

    Attributes:
        root: the real path of the folder or file.
        digest: equal as long as no file that could be read has changed.
        folders: the real paths of the folders that contain its files, at most as many as requested.
        is_complete: whether the folder has no more entries than are listed.
    """

    root: str
    digest: bytes
    folders: tuple[str, ...]
    is_complete: bool


def read_folder_state(
    root: Path, limits: IntakeSettings, access: FolderAccess, *, max_folders: int = 1
) -> FolderState:
    """Return the state of a folder or file. Blocks, so call it in a thread.

    Args:
        root: the folder or file.
        limits: the same limits as for reading.
        access: the folders that may be read.
        max_folders: the number of folders to return.

    Raises:
        InvalidInput: it does not exist, or may not be read.
    """
    try:
        real = access.resolve(root)
        status = real.stat()
        if not stat.S_ISDIR(status.st_mode):
            digest = _hash([_describe(real.name, status)])
            return FolderState(str(real), digest, (str(real.parent),), is_complete=True)
        os.scandir(real).close()
    except OSError as error:
        raise InvalidInput(f"“{printable(str(root))}” cannot be read: {os_error_reason(error)}.") from None
    return _FolderScan(real, limits, access, max_folders).read()


class _FolderScan:
    def __init__(self, root: Path, limits: IntakeSettings, access: FolderAccess, max_folders: int) -> None:
        self._root = root
        self._access = access
        self._max_depth = limits.max_depth
        self._max_folders = max_folders
        self._entries_left = limits.max_files * ENTRIES_PER_FILE

    def read(self) -> FolderState:
        lines: list[str] = []
        folders: list[str] = []
        pending: list[_Parts] = [()]
        while pending and self._entries_left >= 0:
            parts = pending.pop()
            if len(folders) < self._max_folders:
                folders.append(str(self._root.joinpath(*parts)))
            lines.append("/".join(parts) + "\0")
            for name, status in self._list_entries(parts):
                if stat.S_ISDIR(status.st_mode):
                    if len(parts) < self._max_depth and not self._access.is_home(status):
                        pending.append((*parts, name))
                elif not is_transient(name):
                    lines.append(_describe(name, status))
        return FolderState(str(self._root), _hash(lines), tuple(folders), is_complete=self._entries_left >= 0)

    def _list_entries(self, parts: _Parts) -> list[tuple[str, os.stat_result]]:
        try:
            descriptor = open_beneath(self._root, parts, os.O_DIRECTORY)
        except OSError:
            return []  # unreadable, or removed in the meantime
        try:
            with os.scandir(descriptor) as listing:
                entries = list(islice(listing, self._entries_left + 1))
            self._entries_left -= len(entries)
            return sorted(_stat_entries(entries), key=lambda entry: entry[0])
        except OSError:
            return []
        finally:
            os.close(descriptor)


def _stat_entries(entries: list[os.DirEntry[str]]) -> Iterator[tuple[str, os.stat_result]]:
    for entry in entries:
        if is_skipped(entry.name):
            continue
        try:
            yield entry.name, entry.stat(follow_symlinks=False)
        except OSError:
            continue


def _describe(name: str, status: os.stat_result) -> str:
    return f"{name}\0{stat.S_IFMT(status.st_mode)}\0{status.st_size}\0{status.st_mtime_ns}"


def _hash(lines: list[str]) -> bytes:
    text = "\n".join(lines).encode(errors="surrogateescape")
    return blake2b(_VERSION + text, digest_size=16).digest()
