"""A found file, and its bytes.

It is opened component by component from the folder in which it was found. So a concurrent rename or link
can neither redirect the reader nor block it at a named pipe.
"""

import os
import stat
from dataclasses import dataclass, field
from datetime import datetime
from io import FileIO
from pathlib import Path

from daybreak.intake.display import human_size
from daybreak.intake.settings import IntakeSettings

_SAFE_OPEN_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC
# Only Linux can pass through a folder that it may not list, without following links.
_PASSING_FLAG = getattr(os, "O_PATH", None)
_CHUNK_SIZE = 1024 * 1024
_HEAD_SIZE = 4096


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file, not opened yet.

    Attributes:
        path: relative to the folder, with ``/``, and safe to print for any name.
        size: bytes, as the folder listed it.
        modified_at: aware, in UTC.
        root: the real folder in which the search began, and
        parts: the path from there to the file, free of links.
    """

    path: str
    size: int
    modified_at: datetime
    root: Path = field(repr=False)
    parts: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RejectedFile:
    """A skipped file, with the reason: ``message`` follows ``path`` and ends as a sentence."""

    path: str
    message: str


def read_file(found: FoundFile, limits: IntakeSettings) -> bytes | RejectedFile:
    """Return the content of a file, even if it has changed since it was found; never more than the limit."""
    try:
        with FileIO(open_beneath(found.root, found.parts)) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return RejectedFile(found.path, "is no longer a regular file, so it was skipped.")
            content = _read_up_to(file, limits.max_file_size + 1)
    except OSError as error:
        return RejectedFile(found.path, f"cannot be read: {os_error_reason(error)}.")
    if len(content) > limits.max_file_size:
        return reject_too_large(found.path, max(status.st_size, len(content)), limits)
    return content


def read_head(root: Path, parts: tuple[str, ...], size: int = _HEAD_SIZE) -> bytes:
    """Return the first bytes of a file, 4 KiB of it by default; empty if it cannot be read."""
    try:
        with FileIO(open_beneath(root, parts)) as file:
            return file.read(size) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except OSError:
        return b""


def open_beneath(root: Path, parts: tuple[str, ...], flags: int = 0) -> int:
    """Return a descriptor of the entry at ``parts`` below the real folder ``root``, where no part is a link.

    On Linux no part of ``root`` may have become a link, either.

    Raises:
        OSError: it does not exist, is not allowed, or one of the parts has become a link.
    """
    start, path = (root, parts) if _PASSING_FLAG is None else (Path("/"), (*root.parts[1:], *parts))
    passing = (_PASSING_FLAG or 0) if path else 0
    descriptor = os.open(start, passing | os.O_DIRECTORY | os.O_CLOEXEC)
    for number, part in enumerate(path, start=1):
        kind = flags if number == len(path) else os.O_DIRECTORY | passing
        try:
            below = os.open(part, _SAFE_OPEN_FLAGS | kind, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = below
    return descriptor


def reject_too_large(path: str, size: int, limits: IntakeSettings) -> RejectedFile:
    """Return the rejection of a file over the limit, with both sizes."""
    return RejectedFile(
        path,
        f"is {human_size(size)}, over the limit of {human_size(limits.max_file_size)} for one file; "
        "split it or raise DAYBREAK_INTAKE_MAX_FILE_SIZE.",
    )


def os_error_reason(error: OSError) -> str:
    """Return the system's message for a failure, in lower case and without the path."""
    return (error.strerror or "unknown error").lower()


def _read_up_to(file: FileIO, limit: int) -> bytes:
    content = bytearray()
    while len(content) < limit:
        chunk = file.read(min(_CHUNK_SIZE, limit - len(content)))
        if not chunk:
            break
        content += chunk
    return bytes(content)
