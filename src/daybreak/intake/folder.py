"""The files below a folder, in a stable order and within limits; each skipped file is reported once."""

import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from daybreak.errors import InvalidInput
from daybreak.intake.budget import BudgetExceeded, IntakeBudget
from daybreak.intake.display import printable
from daybreak.intake.file_names import is_skipped, is_transient
from daybreak.intake.files import (
    FoundFile,
    RejectedFile,
    open_beneath,
    os_error_reason,
    read_head,
    reject_too_large,
)
from daybreak.intake.folder_access import FolderAccess
from daybreak.intake.folder_state import ENTRIES_PER_FILE
from daybreak.intake.settings import IntakeSettings

_MAX_TIMESTAMP = 253_402_300_799.0  # of the year 9999: a file may claim to be newer
_SPECIAL_FILES = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}

_NO_LIMITS = FolderAccess()

_Parts = tuple[str, ...]


FileFilter = Callable[[str, bytes], bool]
"""Whether a file is accepted, by its path and its first 4 KiB; other files are ignored without a message."""


def walk_folder(
    root: Path,
    limits: IntakeSettings,
    file_filter: FileFilter = lambda _path, _head: True,
    access: FolderAccess = _NO_LIMITS,
) -> Iterator[FoundFile | RejectedFile]:
    """Yield every file below ``root`` (or ``root`` itself if it is a file), sorted by the parts of its path.

    Names with a leading dot, the folders of tools such as ``node_modules``, and temporary files are ignored
    without a message. So is a link to a file that
    is also in the folder under its own name: no file is found twice. Only files accepted by ``file_filter``
    count towards the limits on size and number.

    Raises:
        InvalidInput: ``root`` does not exist, may not or cannot be read, or is neither a folder nor a file.
    """
    try:
        real = access.resolve(root)
        status = real.stat()
        if stat.S_ISDIR(status.st_mode):
            os.scandir(real).close()
            return _stop_at_limit(_FolderWalk(real, limits, file_filter, access).walk_directory((), ()))
    except OSError as error:
        raise InvalidInput(f"“{printable(str(root))}” cannot be read: {os_error_reason(error)}.") from None
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput(f"“{printable(str(root))}” is {_file_kind(status)}; choose a folder or a file.")
    return _stop_at_limit(
        _FolderWalk(real.parent, limits, file_filter, access).check_file((real.name,), (real.name,), status)
    )


class _FolderLimitReached(Exception):
    """A limit on the folder as a whole is reached."""


def _stop_at_limit(files: Iterator[FoundFile | RejectedFile]) -> Iterator[FoundFile | RejectedFile]:
    try:
        yield from files
    except _FolderLimitReached as full:
        yield RejectedFile(".", f"{full}, so the rest was skipped; split the folder or raise the limit.")


class _FolderWalk:
    """One walk: ``shown`` is the path as the user sees it, ``real`` the same path without links."""

    def __init__(
        self, root: Path, limits: IntakeSettings, file_filter: FileFilter, access: FolderAccess
    ) -> None:
        self._root = root
        self._access = access
        self._file_filter = file_filter
        self._limits = limits
        self._entries_left = limits.max_files * ENTRIES_PER_FILE
        self._budget = IntakeBudget.for_folder(limits)
        self._linked_paths: set[_Parts] = set()

    def walk_directory(self, shown: _Parts, real: _Parts) -> Iterator[FoundFile | RejectedFile]:
        if len(shown) > self._limits.max_depth:
            limit = f"{self._limits.max_depth} folders (DAYBREAK_INTAKE_MAX_DEPTH)"
            yield RejectedFile(_display_path(shown), f"is nested deeper than {limit}, so it was skipped.")
            return
        try:
            entries = self._list_entries(real)
        except OSError as error:
            yield RejectedFile(_display_path(shown), f"cannot be read: {os_error_reason(error)}.")
            return
        for name, status in entries:
            yield from self._walk_entry((*shown, name), (*real, name), status)

    def check_file(
        self, shown: _Parts, real: _Parts, status: os.stat_result
    ) -> Iterator[FoundFile | RejectedFile]:
        path = _display_path(shown)
        if not self._file_filter(path, read_head(self._root, real)):
            return
        if status.st_size > self._limits.max_file_size:
            yield reject_too_large(path, status.st_size, self._limits)
            return
        self._count_file(status.st_size)
        modified_at = datetime.fromtimestamp(max(0.0, min(status.st_mtime, _MAX_TIMESTAMP)), UTC)
        yield FoundFile(path, status.st_size, modified_at, self._root, real)

    def _list_entries(self, real: _Parts) -> list[tuple[str, os.stat_result]]:
        descriptor = open_beneath(self._root, real, os.O_DIRECTORY)
        try:
            with os.scandir(descriptor) as listing:
                entries = list(islice(listing, self._entries_left + 1))
            if len(entries) > self._entries_left:
                raise _FolderLimitReached(
                    f"contains more than {self._limits.max_files * ENTRIES_PER_FILE:,} entries"
                )
            self._entries_left -= len(entries)
            return sorted(_stat_entries(entries), key=lambda entry: entry[0])
        finally:
            os.close(descriptor)

    def _walk_entry(
        self, shown: _Parts, real: _Parts, status: os.stat_result
    ) -> Iterator[FoundFile | RejectedFile]:
        if shown != real:
            if real in self._linked_paths:
                return
            self._linked_paths.add(real)
        if stat.S_ISLNK(status.st_mode):
            yield from self._follow_link(shown, real)
        elif self._access.is_home(status):
            yield _reject_home(shown)
        elif stat.S_ISDIR(status.st_mode):
            yield from self.walk_directory(shown, real)
        elif stat.S_ISREG(status.st_mode):
            if not is_transient(shown[-1]):
                yield from self.check_file(shown, real, status)
        else:
            yield RejectedFile(
                _display_path(shown), f"is {_file_kind(status)}, not a file, so it was skipped."
            )

    def _follow_link(self, shown: _Parts, real: _Parts) -> Iterator[FoundFile | RejectedFile]:
        try:
            target = Path(os.path.realpath(self._root.joinpath(*real), strict=True))
            status = target.lstat()
        except OSError as error:
            yield RejectedFile(_display_path(shown), f"is a broken link: {os_error_reason(error)}.")
            return
        if not target.is_relative_to(self._root):
            yield RejectedFile(
                _display_path(shown),
                "is a link to outside the folder, so it was skipped; add its target as a separate source.",
            )
            return
        if self._access.is_in_home(target):
            yield _reject_home(shown)
            return
        parts = target.relative_to(self._root).parts
        if parts == real[: len(parts)]:
            yield RejectedFile(
                _display_path(shown), "is a link to one of its parent folders, so it was skipped."
            )
        elif any(map(is_skipped, parts)):
            yield from self._walk_entry(shown, parts, status)

    def _count_file(self, size: int) -> None:
        try:
            self._budget.spend(size=size, files=1)
        except BudgetExceeded as error:
            raise _FolderLimitReached(f"contains {error.limit}") from None


def _stat_entries(entries: list[os.DirEntry[str]]) -> Iterator[tuple[str, os.stat_result]]:
    for entry in entries:
        if is_skipped(entry.name):
            continue
        try:
            yield entry.name, entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue


def _reject_home(shown: _Parts) -> RejectedFile:
    return RejectedFile(_display_path(shown), "is Daybreak’s own folder (DAYBREAK_HOME), so it was skipped.")


def _display_path(shown: _Parts) -> str:
    return "/".join(map(printable, shown)) or "."


def _file_kind(status: os.stat_result) -> str:
    return _SPECIAL_FILES.get(stat.S_IFMT(status.st_mode), "of an unknown kind")
