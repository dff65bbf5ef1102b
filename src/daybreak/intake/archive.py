"""The files of an upload: paths that stay inside the folder, and limits against zip bombs.

One child process reads all archives of a request. It inspects all of them first, and unpacks none unless
the sum of the declared sizes is within the budget. Then it unpacks them, compressed again, into a spool.
"""

import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from time import monotonic

from daybreak.errors import InvalidInput, Unavailable
from daybreak.intake.budget import IntakeBudget
from daybreak.intake.display import printable
from daybreak.intake.file_names import IGNORED_FOLDERS, is_transient
from daybreak.intake.sandbox.pool import BoundedPool, InputFailed
from daybreak.intake.settings import IntakeSettings
from daybreak.intake.spool import ReceivedFile, Spool, SpooledContent, UploadedFile, read_at, write_at

_MAX_PATH_LENGTH = 500
_MAX_DIRECTORY_SIZE = 8 * 1024 * 1024
_CHUNK_SIZE = 256 * 1024
_ENCRYPTED_FLAG = 0x1
_ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    ValueError,
    RuntimeError,
)
_GREW = "has larger files than it declares, so it was rejected."


@dataclass(frozen=True, slots=True)
class _ReadRequest:
    """The argument of the child process: an archive in a spool.

    Attributes:
        max_size: the largest sum of sizes to unpack.
        unpack_at: the position in the spool for the unpacked files; None to inspect the archive only.
    """

    archive: SpooledContent
    max_size: int = 0
    unpack_at: int | None = None


@dataclass(frozen=True, slots=True)
class _ArchiveContents:
    """The declared size and number of an archive's files, and the unpacked files.

    Attributes:
        end: the position in the spool after the unpacked files.
    """

    size: int
    files: int
    unpacked: Sequence[UploadedFile] = ()
    end: int = 0


_ArchiveAnswer = _ArchiveContents | Unavailable | str


def safe_path(name: str) -> str:
    """Return the path of an uploaded file as it may be stored.

    Raises:
        InvalidInput: it leads out of its folder, or is not a path.
    """
    parts = name.split("/")
    is_sound = name and len(name) <= _MAX_PATH_LENGTH and "\\" not in name and "\0" not in name
    if not is_sound or name.startswith("/") or parts[0].endswith(":") or {"", ".", ".."} & set(parts):
        raise InvalidInput(f"“{printable(name[:80])}” is not a valid file path, so nothing was uploaded.")
    return printable(name)


def is_ignored(path: str) -> bool:
    """Return whether a file is ignored without a warning, as in a folder: hidden, temporary or of a tool."""
    parts = PurePosixPath(path).parts
    return is_transient(parts[-1]) or any(part.startswith(".") or part in IGNORED_FOLDERS for part in parts)


def unpack_archives(
    archives: Sequence[ReceivedFile], spool: Spool, budget: IntakeBudget, limits: IntakeSettings
) -> Iterator[tuple[ReceivedFile, Sequence[UploadedFile]]]:
    """Yield the files of zip archives, unpacked in a child process. Blocks, so call it in a thread.

    Raises:
        InvalidInput: an archive is malformed, encrypted, a bomb, or has a path outside its folder; or all
            archives together exceed the budget or the time for reading. No file is returned then.
        Unavailable: the disk is full.
    """
    if not archives:
        return
    deadline = monotonic() + limits.read_seconds
    pool: BoundedPool[_ReadRequest, _ArchiveAnswer] = BoundedPool(
        f"{__name__}:read_archive", limits, descriptors=[spool.descriptor]
    )
    with pool:
        declared: list[_ArchiveContents] = []
        for archive in archives:
            contents = _read_in_child(pool, archive, _ReadRequest(archive.content), deadline)
            budget.spend(size=contents.size, files=contents.files)
            declared.append(contents)
        for archive, contents in zip(archives, declared, strict=True):
            request = _ReadRequest(archive.content, contents.size, spool.end)
            unpacked = _read_in_child(pool, archive, request, deadline)
            spool.end = unpacked.end
            yield archive, unpacked.unpacked


def _read_in_child(
    pool: BoundedPool[_ReadRequest, _ArchiveAnswer],
    archive: ReceivedFile,
    request: _ReadRequest,
    deadline: float,
) -> _ArchiveContents:
    shown = printable(PurePosixPath(archive.path).name)
    if monotonic() > deadline:
        raise InvalidInput(
            "The archives of the upload take too long to unpack (DAYBREAK_INTAKE_READ_SECONDS), "
            "so nothing was saved; upload fewer at once."
        )
    (outcome,) = pool.map([(archive.path, request)])
    if isinstance(outcome, InputFailed):
        raise InvalidInput(f"“{shown}” {outcome.message} Nothing was saved.")
    if isinstance(outcome.value, Unavailable):
        raise outcome.value
    if isinstance(outcome.value, str):
        raise InvalidInput(f"“{shown}” {outcome.value}")
    return outcome.value


def read_archive(request: _ReadRequest) -> _ArchiveAnswer:
    """Return the contents, or the reason for the failure; called in a child process."""
    try:
        with zipfile.ZipFile(_ArchiveFile(request.archive)) as opened:
            entries = list(_list_entries(opened))
            if any(entry.flag_bits & _ENCRYPTED_FLAG for _, entry in entries):
                return "is encrypted; unpack it and upload the files."
            size = sum(entry.file_size for _, entry in entries)
            if request.unpack_at is None:
                return _ArchiveContents(size, len(entries))
            return _unpack(opened, entries, request, request.unpack_at)
    except InvalidInput as error:
        return f"was rejected: {error}"
    except Unavailable as error:
        return error
    except _ARCHIVE_ERRORS:
        return "cannot be unpacked: it is damaged, or not a zip archive."


def _list_entries(opened: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    for entry in opened.infolist():
        if not entry.is_dir():
            path = safe_path(entry.filename)
            if not is_ignored(path) and not stat.S_ISLNK(entry.external_attr >> 16):
                yield path, entry


def _unpack(
    opened: zipfile.ZipFile,
    entries: Sequence[tuple[str, zipfile.ZipInfo]],
    request: _ReadRequest,
    position: int,
) -> _ArchiveContents | str:
    left, unpacked = request.max_size, []
    for path, entry in entries:
        start, size, packer = position, 0, zlib.compressobj()
        with opened.open(entry) as file:
            while chunk := file.read(_CHUNK_SIZE):
                size += len(chunk)
                if size > left:  # the size in its header may be false
                    return _GREW
                position = write_at(request.archive.descriptor, position, packer.compress(chunk))
        position = write_at(request.archive.descriptor, position, packer.flush())
        left -= size
        content = SpooledContent(request.archive.descriptor, start, position - start)
        unpacked.append(UploadedFile(path, size, _modified_at(entry), content))
    return _ArchiveContents(request.max_size - left, len(unpacked), unpacked, position)


class _ArchiveFile(io.RawIOBase):
    """An archive as a file of its own; a directory of millions of files is not read."""

    def __init__(self, archive: SpooledContent) -> None:
        self._archive = archive
        self._position = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._archive.size}[whence]
        if base + offset < 0:
            raise ValueError("negative position")
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._archive.size - self._position)
        count = left if size < 0 else min(size, left)
        if count > _MAX_DIRECTORY_SIZE:
            raise InvalidInput("it lists too many files.")
        content = read_at(self._archive.descriptor, self._archive.start + self._position, count)
        self._position += len(content)
        return content


def _modified_at(entry: zipfile.ZipInfo) -> datetime:
    try:
        return datetime(*entry.date_time, tzinfo=UTC)
    except ValueError:
        return datetime(1980, 1, 1, tzinfo=UTC)
