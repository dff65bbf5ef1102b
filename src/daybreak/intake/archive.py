"""The files of an upload: paths that stay inside the folder, and limits against zip bombs."""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath

from daybreak.errors import InvalidInput
from daybreak.intake.display import human_size, printable
from daybreak.intake.sandbox.pool import BoundedPool, InputFailed
from daybreak.intake.settings import IntakeSettings

_MAX_PATH_LENGTH = 500
_ENCRYPTED_FLAG = 0x1
_IGNORED_NAMES = frozenset({"node_modules", "__MACOSX"})
_ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """An uploaded file; ``path`` is relative, with ``/``, and stays inside the folder."""

    path: str
    content: bytes = field(repr=False)
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class _Archive:
    """The argument of the child process that unpacks."""

    content: bytes
    max_size: int
    max_files: int


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
    """Return whether a file is ignored without a warning, as in a folder: hidden, or part of a tool."""
    return any(part.startswith(".") or part in _IGNORED_NAMES for part in PurePosixPath(path).parts)


def unpack_archive(name: str, content: bytes, limits: IntakeSettings) -> list[UploadedFile]:
    """Return the files of a zip archive, unpacked in a child process. Blocks, so call it in a thread.

    Raises:
        InvalidInput: it is malformed, encrypted, a bomb, or has a path outside its folder; no file is
            returned.
    """
    archive = _Archive(content, limits.max_upload_size, limits.max_files)
    pool: BoundedPool[_Archive, list[UploadedFile] | str] = BoundedPool(f"{__name__}:read_archive", limits)
    with pool:
        (outcome,) = pool.map([(name, archive)])
    shown = printable(name)
    if isinstance(outcome, InputFailed):
        raise InvalidInput(f"“{shown}” {outcome.message}")
    if isinstance(outcome.value, str):
        raise InvalidInput(f"“{shown}” {outcome.value}")
    return outcome.value


def read_archive(archive: _Archive) -> list[UploadedFile] | str:
    """Return the files, or the reason for the rejection; called in a child process."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive.content)) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            return _rejection_reason(entries, archive) or list(
                _read_entries(opened, entries, archive.max_size)
            )
    except InvalidInput as error:
        return f"was rejected: {error}"
    except _ARCHIVE_ERRORS:
        return "cannot be unpacked: it is damaged, or not a zip archive."


def _rejection_reason(entries: Sequence[zipfile.ZipInfo], archive: _Archive) -> str:
    if len(entries) > archive.max_files:
        return (
            f"contains more than {archive.max_files:,} files (DAYBREAK_INTAKE_MAX_FILES), so it was rejected."
        )
    if sum(entry.file_size for entry in entries) > archive.max_size:
        return _too_large_message(archive.max_size)
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        return "is encrypted; unpack it and upload the files."
    return ""


def _read_entries(
    opened: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], remaining: int
) -> Iterator[UploadedFile]:
    limit = remaining
    for entry in entries:
        path = safe_path(entry.filename)
        if is_ignored(path) or stat.S_ISLNK(entry.external_attr >> 16):
            continue
        with opened.open(entry) as file:
            content = file.read(remaining + 1)  # the size in its header may be false
        remaining -= len(content)
        if remaining < 0:
            raise InvalidInput(f"it {_too_large_message(limit)}")
        yield UploadedFile(path, content, _modified_at(entry))


def _too_large_message(limit: int) -> str:
    return f"unpacks to more than {human_size(limit)} (DAYBREAK_INTAKE_MAX_UPLOAD_SIZE), so it was rejected."


def _modified_at(entry: zipfile.ZipInfo) -> datetime:
    try:
        return datetime(*entry.date_time, tzinfo=UTC)
    except ValueError:
        return datetime(1980, 1, 1, tzinfo=UTC)
