"""The contents of ``postmaster.pid``: the server's process, start, socket and readiness."""

import os
import socket
import struct
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from daybreak.db.embedded.sockets import SOCKET_NAME
from daybreak.errors import Conflict

PID_FILE = "postmaster.pid"
_TIMEOUT_SECONDS = 1.0
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)  # SSLRequest: declined without a log line


@dataclass(frozen=True)
class Postmaster:
    """The server as its own file describes it."""

    pid: int
    started_at: datetime
    socket: Path
    is_ready: bool

    def is_responding(self) -> bool:
        """Return whether it is ready, and a process of its own answers at its socket."""
        return self.is_ready and _responds(self.socket / SOCKET_NAME)


def read_pid_file(data: Path) -> Postmaster | None:
    """Return the contents of the file, or None while it is missing or half written."""
    try:
        lines = os.fsdecode((data / PID_FILE).read_bytes()).splitlines()
        since = datetime.fromtimestamp(int(lines[2]), UTC)
        return Postmaster(int(lines[0]), since, Path(lines[4]), lines[7].strip() == "ready")
    except (FileNotFoundError, IndexError, ValueError):
        return None


def remove_stale_pid_file(data: Path) -> None:
    """Remove the file that a killed server left behind.

    PostgreSQL does so itself unless the process id has since been reused for another process of the same
    user, which is common after a container's restart. Call it under the lock ``serving``: then no server that
    Daybreak started is left, and the file can only belong to one that was started by hand.

    Raises:
        Conflict: such a server is running.
    """
    try:
        first = (data / PID_FILE).read_text(encoding="utf-8", errors="replace").partition("\n")[0]
    except FileNotFoundError:
        return
    pid = int(first) if first.isdecimal() else 0
    if pid and _is_serving(pid, data):
        raise Conflict(
            f"A PostgreSQL server not started by Daybreak (process {pid}) uses {data}; stop that one first."
        )
    (data / PID_FILE).unlink(missing_ok=True)


def _is_serving(pid: int, data: Path) -> bool:
    process = Path("/proc", str(pid))
    try:
        if process.parent.joinpath("self").exists():
            return (process / "cwd").samefile(data)
        command = subprocess.run(  # noqa: S603 - a fixed program, a number
            ["/bin/ps", "-o", "command=", "-p", str(pid)],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return False
    return os.fspath(data) in command.stdout


def _responds(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_TIMEOUT_SECONDS)
        try:
            probe.connect(os.fsencode(path))
            probe.sendall(_SSL_REQUEST)
            return probe.recv(1) == b"N"
        except OSError:
            return False
