"""The operations of ``daybreak db start|stop|status|shell``."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from daybreak.db.embedded import binaries, initdb, postmaster
from daybreak.db.embedded.data_directory import Folder, explained
from daybreak.db.embedded.file_locks import is_held
from daybreak.db.embedded.os_user import Account
from daybreak.db.embedded.server import PATIENCE, Server, attach
from daybreak.errors import NotFound, Unavailable

_POLL = 0.02
_HINT_AFTER = 3.0


@dataclass(frozen=True)
class Status:
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


def start(home: Path) -> Status:
    """Start the server and leave it running until `stop`, also across commands and restarts of the machine.

    Raises:
        DaybreakError: as `attach` does.
    """
    folder = Folder.of(home)
    with attach(home), explained(folder.root):
        folder.keep.touch()
    return status(home)


def stop(home: Path) -> Status:
    """Let the server stop, and wait until it has stopped unless commands still use it.

    The last of those stops it when it detaches; ``used`` reports this case.

    Raises:
        Unavailable: no command uses it, and it does not stop.
    """
    folder = Folder.of(home)
    if not folder.exists():
        return status(home)
    folder.refuse_strangers()
    with explained(folder.root):
        folder.keep.unlink(missing_ok=True)
        _wait_for_the_end(folder)
    return status(home)


def status(home: Path) -> Status:
    """Return the status of the server; changes nothing.

    Raises:
        Misconfigured: the folder belongs to another user.
    """
    folder = Folder.of(home)
    if not folder.exists():
        return Status(folder.data)
    folder.refuse_strangers()
    with explained(folder.root):
        found = postmaster.read(folder.data) if is_held(folder.serving) else None
        idle = Status(
            folder.data,
            used=_is_used(folder),
            kept=folder.keep.exists(),
            version=initdb.major(folder.data),
        )
        if found is None or not found.answers():
            return idle
        return replace(idle, running=True, pid=found.pid, since=found.since, socket=found.socket)


def psql(home: Path, server: Server, role: str = "daybreak_owner") -> list[str]:
    """Return the command line of PostgreSQL's shell for a server to which this process is attached.

    Raises:
        NotFound: this installation of PostgreSQL has no psql.
    """
    folder = Folder.of(home)
    programs = binaries.find(Account.current(), folder.binaries, initdb.major(folder.data))
    if not Path(programs.program("psql")).exists():
        raise NotFound(f"{programs.folder} has no psql; install PostgreSQL's client programs.")
    return [programs.program("psql"), server.dsn(role)]


def _wait_for_the_end(folder: Folder) -> None:
    begun = time.monotonic()
    asked = False
    while is_held(folder.serving):
        if _is_used(folder):
            return
        waited = time.monotonic() - begun
        if waited > _HINT_AFTER and not asked:
            _interrupt(folder)
            asked = True
        if waited > PATIENCE:
            raise Unavailable(f"The database server does not stop; its log is {folder.log}.")
        time.sleep(_POLL)


def _is_used(folder: Folder) -> bool:
    """Return whether a command owns the lock; the supervisor's exclusive one means “stopping”."""
    return is_held(folder.attached) and not is_held(folder.attached, shared=True)


def _interrupt(folder: Folder) -> None:
    # The supervisor is gone or stuck, as after kill -9 of it on macOS.
    found = postmaster.read(folder.data)
    if found is not None:
        with suppress(ProcessLookupError):
            os.kill(found.pid, signal.SIGINT)
