"""Advisory file locks with a bounded wait.

The kernel releases a lock when the last process with the open file has ended, ``kill -9`` included. A child
that inherits the descriptor shares the lock.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daybreak.errors import Unavailable

_POLL_SECONDS = 0.01
_FIRST_SAFE_DESCRIPTOR = 3


def try_lock(path: Path, *, shared: bool = False) -> int | None:
    """Return the descriptor of the locked file, created if missing, or None while it is locked."""
    descriptor = _move_above_stdio(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def is_locked(path: Path, *, shared: bool = False) -> bool:
    """Return whether another process's lock prevents us from acquiring this one."""
    descriptor = try_lock(path, shared=shared)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


@contextmanager
def file_lock(path: Path, deadline: float, timeout_message: str, *, shared: bool = False) -> Iterator[None]:
    """Own the lock inside the block.

    Args:
        path: the file, created if missing.
        deadline: until when to wait for it, by `time.monotonic`.
        timeout_message: the message of the error.
        shared: whether others may acquire it in the same mode.

    Raises:
        Unavailable: it was locked until the deadline.
    """
    while (descriptor := try_lock(path, shared=shared)) is None:
        if time.monotonic() > deadline:
            raise Unavailable(timeout_message)
        time.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        os.close(descriptor)


def _move_above_stdio(descriptor: int) -> int:
    # Opened while 0, 1 or 2 were closed, the file would become a child's standard stream.
    if descriptor >= _FIRST_SAFE_DESCRIPTOR:
        return descriptor
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _FIRST_SAFE_DESCRIPTOR)
    os.close(descriptor)
    return moved
