"""Where a process is, so that another one on the same machine can see whether it still lives.

A host's name and a process id are not enough: containers share names, and each has process ids of its own. A
boot of the kernel, a namespace of process ids, an id in it and when that process began name one process.
Where the system does not tell them nobody is ever found dead, and leases decide.
"""

import os
from pathlib import Path

_PROCESSES = Path("/proc")
_GONE = {"Z", "X"}


def here() -> str | None:
    """The place of this process; None where the system does not tell."""
    neighbourhood, life = _neighbourhood(), _life(os.getpid())
    return f"{neighbourhood}/{os.getpid()}/{life[1]}" if neighbourhood and life else None


def is_dead(place: str | None) -> bool:
    """Whether the process of that place is there no more; not if it cannot be seen from here."""
    neighbourhood, _, process = (place or "").partition("/")
    pid, _, began = process.partition("/")
    if not pid.isdecimal() or neighbourhood != _neighbourhood():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # somebody else's, and perhaps another one with its id
        pass
    except (OSError, OverflowError):
        return False
    life = _life(int(pid))
    return life is not None and (life[0] in _GONE or life[1] != began)


def _neighbourhood() -> str | None:
    """The boot of this kernel, and our namespace of process ids in it."""
    try:
        boot = (_PROCESSES / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{(_PROCESSES / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return None


def _life(pid: int) -> tuple[str, str] | None:
    """The state of a process, and when it began in ticks since the boot."""
    try:
        # The name of its program comes first, in brackets, and may hold anything.
        words = (_PROCESSES / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return words[0], words[19]
