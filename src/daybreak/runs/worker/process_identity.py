"""Process identity, by which another process on the same machine detects that a worker has died.

Host name and process id are not sufficient: containers share host names and have separate process ids.
The kernel's boot id, the PID namespace, the process id and the start time identify one process. On systems
without these values no process is ever reported dead, and leases decide.
"""

import os
from pathlib import Path

_PROCESSES = Path("/proc")
_GONE = {"Z", "X"}


def here() -> str | None:
    """Return the key of this process; None if the system does not provide the values."""
    neighbourhood, life = _neighbourhood(), _life(os.getpid())
    return f"{neighbourhood}/{os.getpid()}/{life[1]}" if neighbourhood and life else None


def is_dead(place: str | None) -> bool:
    """Return whether this process has ended; False if it is not visible from here."""
    neighbourhood, _, process = (place or "").partition("/")
    pid, _, began = process.partition("/")
    if not pid.isdecimal() or neighbourhood != _neighbourhood():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # a process of another user, possibly one that reuses the id
        pass
    except (OSError, OverflowError):
        return False
    life = _life(int(pid))
    return life is not None and (life[0] in _GONE or life[1] != began)


def _neighbourhood() -> str | None:
    """Return the kernel's boot id and the PID namespace of this process."""
    try:
        boot = (_PROCESSES / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{(_PROCESSES / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return None


def _life(pid: int) -> tuple[str, str] | None:
    """Return the state of a process, and its start time in ticks since boot."""
    try:
        # The program name comes first, in parentheses, and may contain any character.
        words = (_PROCESSES / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return words[0], words[19]
