"""The operations of ``daybreak db start|stop|status|shell``."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from daybreak.db.embedded import binaries, initdb, postmaster
from daybreak.db.embedded.data_directory import DataDirectory, translate_os_errors
from daybreak.db.embedded.file_locks import is_locked
from daybreak.db.embedded.launcher import START_TIMEOUT_SECONDS
from daybreak.db.embedded.os_user import OsUser
from daybreak.db.embedded.server import EmbeddedServer, attach
from daybreak.errors import NotFound, Unavailable

_POLL_SECONDS = 0.02
_INTERRUPT_AFTER_SECONDS = 3.0


@dataclass(frozen=True)
class ServerStatus:
    """The status of the server of a home.

    Attributes:
        data: the folder where the data is, or will be.
        running: whether it accepts connections.
        used: whether a command is attached to it.
        kept: whether it outlives the commands until `stop`.
        version: the major version of PostgreSQL that created the data.
        pid: its process.
        since: when it started.
        socket: the folder of its socket.
    """

    data: Path
    running: bool = False
    used: bool = False
    kept: bool = False
    version: int | None = None
    pid: int | None = None
    since: datetime | None = None
    socket: Path | None = None


def start(home: Path) -> ServerStatus:
    """Start the server and leave it running until `stop`, also across commands and restarts of the machine.

    Raises:
        DaybreakError: as `attach` does.
    """
    folder = DataDirectory.in_home(home)
    with attach(home), translate_os_errors(folder.root):
        folder.keep_marker.touch()
    return status(home)


def stop(home: Path) -> ServerStatus:
    """Let the server stop, and wait until it has stopped unless commands still use it.

    The last of those stops it when it detaches; ``used`` reports this case.

    Raises:
        Unavailable: no command uses it, and it does not stop.
    """
    folder = DataDirectory.in_home(home)
    if not folder.exists():
        return status(home)
    folder.reject_foreign_owner()
    with translate_os_errors(folder.root):
        folder.keep_marker.unlink(missing_ok=True)
        _wait_until_stopped(folder)
    return status(home)


def status(home: Path) -> ServerStatus:
    """Return the status of the server; changes nothing.

    Raises:
        Misconfigured: the folder belongs to another user.
    """
    folder = DataDirectory.in_home(home)
    if not folder.exists():
        return ServerStatus(folder.data)
    folder.reject_foreign_owner()
    with translate_os_errors(folder.root):
        found = postmaster.read_pid_file(folder.data) if is_locked(folder.serving_lock) else None
        idle = ServerStatus(
            folder.data,
            used=_is_in_use(folder),
            kept=folder.keep_marker.exists(),
            version=initdb.read_major_version(folder.data),
        )
        if found is None or not found.is_responding():
            return idle
        return replace(idle, running=True, pid=found.pid, since=found.started_at, socket=found.socket)


def psql_command(home: Path, server: EmbeddedServer, role: str = "daybreak_owner") -> list[str]:
    """Return the command line of PostgreSQL's shell for a server to which this process is attached.

    Raises:
        NotFound: this installation of PostgreSQL has no psql.
    """
    folder = DataDirectory.in_home(home)
    programs = binaries.find(OsUser.current(), folder.binaries, initdb.read_major_version(folder.data))
    if not Path(programs.program("psql")).exists():
        raise NotFound(f"{programs.folder} has no psql; install PostgreSQL’s client programs.")
    return [programs.program("psql"), server.dsn(role)]


def _wait_until_stopped(folder: DataDirectory) -> None:
    started = time.monotonic()
    asked = False
    while is_locked(folder.serving_lock):
        if _is_in_use(folder):
            return
        waited = time.monotonic() - started
        if waited > _INTERRUPT_AFTER_SECONDS and not asked:
            _interrupt_server(folder)
            asked = True
        if waited > START_TIMEOUT_SECONDS:
            raise Unavailable(f"The database server does not stop; its log is {folder.log}.")
        time.sleep(_POLL_SECONDS)


def _is_in_use(folder: DataDirectory) -> bool:
    """Return whether a command owns the lock; the supervisor's exclusive one means “stopping”."""
    return is_locked(folder.attached_lock) and not is_locked(folder.attached_lock, shared=True)


def _interrupt_server(folder: DataDirectory) -> None:
    # The supervisor is gone or stuck, as after kill -9 of it on macOS.
    found = postmaster.read_pid_file(folder.data)
    if found is not None:
        with suppress(ProcessLookupError):
            os.kill(found.pid, signal.SIGINT)
