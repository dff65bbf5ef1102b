"""Process identity, by which another process on the same machine detects that a worker has died.

Host name and process id are not sufficient: containers share host names and have separate process ids.
The kernel's boot id, the PID namespace, the process id and the start time identify one process. On systems
without these values no process is ever reported dead, and leases decide.
"""

import os
from pathlib import Path

_PROC = Path("/proc")
_DEAD_STATES = {"Z", "X"}


def current_process_key() -> str | None:
    """Return the key of this process; None if the system does not provide the values."""
    neighbourhood, life = _pid_namespace(), _process_state(os.getpid())
    return f"{neighbourhood}/{os.getpid()}/{life[1]}" if neighbourhood and life else None


def is_process_dead(process_key: str | None) -> bool:
    """Return whether this process has ended; False if it is not visible from here."""
    neighbourhood, _, process = (process_key or "").partition("/")
    pid, _, began = process.partition("/")
    if not pid.isdecimal() or neighbourhood != _pid_namespace():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # a process of another user, possibly one that reuses the id
        pass
    except (OSError, OverflowError):
        return False
    life = _process_state(int(pid))
    return life is not None and (life[0] in _DEAD_STATES or life[1] != began)


def _pid_namespace() -> str | None:
    """Return the kernel's boot id and the PID namespace of this process."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{(_PROC / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return None


def _process_state(pid: int) -> tuple[str, str] | None:
    """Return the state of a process, and its start time in ticks since boot."""
    try:
        # The program name comes first, in parentheses, and may contain any character.
        words = (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return words[0], words[19]
