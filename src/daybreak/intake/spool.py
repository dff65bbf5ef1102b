"""A temporary file for the contents of one upload, so that they need no memory."""

import asyncio
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from tempfile import TemporaryFile
from threading import Lock
from types import TracebackType
from typing import Self, TypeVar

from daybreak.errors import Unavailable
from daybreak.threads import DedicatedThreads

Result = TypeVar("Result")
_CHUNK_SIZE = 256 * 1024
_HEAD_MARGIN = 1024  # incompressible text is longer than before
# Threads of their own: unpacking must not delay what else the process does in threads.
_threads = DedicatedThreads("spool", 16)


class Spool:
    """An anonymous temporary file to which contents are appended; use it as a context manager.

    Reads and writes name their position, so that child processes can share the descriptor.
    """

    def __init__(self) -> None:
        """Create the file.

        Raises:
            Unavailable: the system cannot create it.
        """
        try:
            self._file = TemporaryFile(buffering=0)  # noqa: SIM115 - closed by `close`
        except OSError as error:
            raise _cannot_write(error) from None
        self.end = 0
        self._lock = Lock()
        self._is_in_use = self._is_closed = False

    @property
    def descriptor(self) -> int:
        """The file descriptor."""
        return self._file.fileno()

    def append(self, content: bytes) -> None:
        """Append bytes.

        Raises:
            Unavailable: the disk is full.
        """
        self.end = write_at(self.descriptor, self.end, content)

    def append_compressed(self, content: "SpooledContent") -> "SpooledContent":
        """Append the compressed copy of bytes in this file, and return where it is."""
        start, packer = self.end, zlib.compressobj()
        for chunk in content.chunks():
            self.append(packer.compress(chunk))
        self.append(packer.flush())
        return SpooledContent(self.descriptor, start, self.end - start)

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Call a function that uses this file in a thread.

        A cancelled caller waits for the end of the call: if the file were closed meanwhile, its descriptor
        could belong to another file.
        """
        self._is_in_use = True
        call = asyncio.ensure_future(_threads.run(self._call, function, *arguments))
        try:
            return await asyncio.shield(call)
        except asyncio.CancelledError:
            while not call.done():
                with suppress(asyncio.CancelledError):  # the caller may be cancelled again
                    await asyncio.wait([call])
            raise

    def _call(self, function: Callable[..., Result], *arguments: object) -> Result:
        try:
            return function(*arguments)
        finally:
            with self._lock:
                self._is_in_use = False
                if self._is_closed:
                    self._file.close()

    def close(self) -> None:
        """Delete the file."""
        with self._lock:
            self._is_closed = True
            # The end of the event loop cancels calls, but not their threads.
            if not self._is_in_use:
                self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class SpooledContent:
    """Bytes in a file with that descriptor; valid while it is open."""

    descriptor: int
    start: int
    size: int

    def read(self, size: int | None = None, start: int = 0) -> bytes:
        """Return the bytes from ``start``, at most ``size``."""
        left = max(0, self.size - start)
        return read_at(self.descriptor, self.start + start, left if size is None else min(size, left))

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes in pieces."""
        for start in range(0, self.size, _CHUNK_SIZE):
            yield self.read(_CHUNK_SIZE, start)


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file of a request, as it was sent; ``path`` is not validated yet."""

    path: str
    content: SpooledContent
    received_at: datetime


@dataclass(frozen=True, slots=True)
class SpooledUpload:
    """The files of one request, and the spool with their contents."""

    spool: Spool
    files: Sequence[ReceivedFile]


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """An uploaded file; ``path`` is relative, with ``/``, and stays inside the folder.

    Attributes:
        size: of the uncompressed content.
        compressed: the content, compressed with zlib.
    """

    path: str
    size: int
    modified_at: datetime
    compressed: SpooledContent | bytes = field(repr=False)

    @classmethod
    def from_text(cls, path: str, text: str, modified_at: datetime) -> Self:
        """Return a file with that text."""
        content = text.encode()
        return cls(path, len(content), modified_at, zlib.compress(content))

    @property
    def compressed_size(self) -> int:
        """The size of the compressed content."""
        return len(self.compressed) if isinstance(self.compressed, bytes) else self.compressed.size

    def read_compressed(self, size: int | None = None) -> bytes:
        """Return the compressed content, at most ``size`` bytes of it."""
        if isinstance(self.compressed, bytes):
            return self.compressed[:size]
        return self.compressed.read(size)

    def read_head(self, size: int) -> bytes:
        """Return the start of the uncompressed content."""
        return zlib.decompressobj().decompress(self.read_compressed(size + _HEAD_MARGIN), size)


def read_at(descriptor: int, start: int, size: int) -> bytes:
    """Return bytes at a position of a file; fewer at its end."""
    first = os.pread(descriptor, size, start)
    if len(first) in {0, size}:
        return first
    return first + read_at(descriptor, start + len(first), size - len(first))


def write_at(descriptor: int, start: int, content: bytes) -> int:
    """Write bytes at a position of a file, and return the position after them.

    Raises:
        Unavailable: the disk is full.
    """
    left = memoryview(content)
    try:
        while left:
            written = os.pwrite(descriptor, left, start)
            left, start = left[written:], start + written
    except OSError as error:
        raise _cannot_write(error) from None
    return start


def _cannot_write(error: OSError) -> Unavailable:
    reason = (error.strerror or "unknown error").lower()
    return Unavailable(f"The upload cannot be stored temporarily ({reason}); try again later.")
