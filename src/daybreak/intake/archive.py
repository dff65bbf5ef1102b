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
from daybreak.intake.display import printable, size_of
from daybreak.intake.sandbox.pool import BoundedPool, Failed
from daybreak.intake.settings import IntakeSettings

_LONGEST_PATH = 500
_ENCRYPTED = 0x1
_PASSED_OVER = frozenset({"node_modules", "__MACOSX"})
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True)
class SentFile:
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
    is_sound = name and len(name) <= _LONGEST_PATH and "\\" not in name and "\0" not in name
    if not is_sound or name.startswith("/") or parts[0].endswith(":") or {"", ".", ".."} & set(parts):
        raise InvalidInput(f"“{printable(name[:80])}” is not a valid file path, so nothing was uploaded.")
    return printable(name)


def is_passed_over(path: str) -> bool:
    """Return whether a file is ignored without a warning, as in a folder: hidden, or part of a tool."""
    return any(part.startswith(".") or part in _PASSED_OVER for part in PurePosixPath(path).parts)


def unpack(name: str, content: bytes, limits: IntakeSettings) -> list[SentFile]:
    """Return the files of a zip archive, unpacked in a child process. Blocks, so call it in a thread.

    Raises:
        InvalidInput: it is malformed, encrypted, a bomb, or has a path outside its folder; no file is
            returned.
    """
    archive = _Archive(content, limits.upload_size, limits.max_files)
    pool: BoundedPool[_Archive, list[SentFile] | str] = BoundedPool(f"{__name__}:files_of", limits)
    with pool:
        (outcome,) = pool.map([(name, archive)])
    shown = printable(name)
    if isinstance(outcome, Failed):
        raise InvalidInput(f"“{shown}” {outcome.message}")
    if isinstance(outcome.value, str):
        raise InvalidInput(f"“{shown}” {outcome.value}")
    return outcome.value


def files_of(archive: _Archive) -> list[SentFile] | str:
    """Return the files, or the reason for the rejection; called in a child process."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive.content)) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            return _refusal(entries, archive) or list(_read(opened, entries, archive.max_size))
    except InvalidInput as error:
        return f"was rejected: {error}"
    except _BROKEN:
        return "cannot be unpacked: it is damaged, or not a zip archive."


def _refusal(entries: Sequence[zipfile.ZipInfo], archive: _Archive) -> str:
    if len(entries) > archive.max_files:
        return (
            f"contains more than {archive.max_files:,} files (DAYBREAK_INTAKE_MAX_FILES), so it was rejected."
        )
    if sum(entry.file_size for entry in entries) > archive.max_size:
        return _too_large(archive.max_size)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        return "is encrypted; unpack it and upload the files."
    return ""


def _read(opened: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], left: int) -> Iterator[SentFile]:
    limit = left
    for entry in entries:
        path = safe_path(entry.filename)
        if is_passed_over(path) or stat.S_ISLNK(entry.external_attr >> 16):
            continue
        with opened.open(entry) as file:
            content = file.read(left + 1)  # the size in its header may be false
        left -= len(content)
        if left < 0:
            raise InvalidInput(f"it {_too_large(limit)}")
        yield SentFile(path, content, _modified_at(entry))


def _too_large(limit: int) -> str:
    return f"unpacks to more than {size_of(limit)} (DAYBREAK_INTAKE_UPLOAD_SIZE), so it was rejected."


def _modified_at(entry: zipfile.ZipInfo) -> datetime:
    try:
        return datetime(*entry.date_time, tzinfo=UTC)
    except ValueError:
        return datetime(1980, 1, 1, tzinfo=UTC)
