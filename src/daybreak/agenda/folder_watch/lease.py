"""The lock by which one process of a machine watches the folders."""

import fcntl
import os
from pathlib import Path

_LOCK_NAME = "folder-watcher.lock"


class WatcherLock:
    """A file lock in Daybreak's home; the kernel releases it when the process ends.

    Without a writable home every process watches: two readings of one change are harmless.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / _LOCK_NAME
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Return whether this process may watch."""
        if self._descriptor is not None:
            return True
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError:
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except OSError:  # a file system without locks
            os.close(descriptor)
            return True
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Allow another process to watch."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
