"""Attaching to the server: sharing the running one, or starting it."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from daybreak.db.embedded import binaries, config, initdb, postmaster, sockets
from daybreak.db.embedded.binaries import Binaries
from daybreak.db.embedded.data_directory import DataDirectory, translate_os_errors
from daybreak.db.embedded.file_locks import file_lock, is_locked, try_lock
from daybreak.db.embedded.os_user import OsUser
from daybreak.db.embedded.postmaster import Postmaster
from daybreak.errors import Unavailable

START_TIMEOUT_SECONDS = 30.0
_FIRST_START_TIMEOUT_SECONDS = 180.0
_POLL_SECONDS = 0.01
_STILL_STOPPING = "The database server is still stopping; try again in a minute. Its log is {}."
_SUPERVISOR = Path(__file__).with_name("supervisor.py")


@dataclass(frozen=True)
class EmbeddedServer:
    """A server that runs for at least as long as a command is attached to it.

    Attributes:
        socket: the folder of its UNIX socket.
        pid: its process.
    """

    socket: Path
    pid: int

    def dsn(self, role: str) -> str:
        """Return the address of the database.

        Args:
            role: ``daybreak_app``, ``daybreak_owner``, or for tests and repairs the superuser ``postgres``.
        """
        query = urlencode({"host": str(self.socket), "port": config.PORT}, quote_via=quote)
        return f"postgresql://{role}@/{config.DATABASE}?{query}"


@contextmanager
def attach(home: Path, *, fsync: bool = True) -> Iterator[EmbeddedServer]:
    """Use the server of ``home`` inside the block: start it if necessary, stop it after the last detach.

    Leaving does not wait for the server to end; `stop` does.

    Args:
        home: the folder with all of Daybreak's data; created if missing.
        fsync: whether commits survive a sudden stop of the machine; applies if this call starts the server.

    Raises:
        Misconfigured: the folder or the installation is not usable as it is.
        Conflict: the data is in use by a server that Daybreak did not start.
        Unavailable: the server does not start.
    """
    folder = DataDirectory.in_home(home)
    folder.prepare()
    with ExitStack() as stack:
        with translate_os_errors(folder.root):
            first = initdb.read_major_version(folder.data) is None
            deadline = time.monotonic() + (_FIRST_START_TIMEOUT_SECONDS if first else START_TIMEOUT_SECONDS)
            stack.enter_context(
                file_lock(folder.attached_lock, deadline, _STILL_STOPPING.format(folder.log), shared=True)
            )
            found = _find_or_start(folder, deadline, fsync=fsync)
        yield EmbeddedServer(found.socket, found.pid)


def _find_or_start(folder: DataDirectory, deadline: float, *, fsync: bool) -> Postmaster:
    """Return the server once it is ready; start it if no process serves the folder."""
    while time.monotonic() < deadline:
        serving_lock = try_lock(folder.serving_lock)
        if serving_lock is not None:
            return _start_and_wait(folder, serving_lock, fsync=fsync)
        found = postmaster.read_pid_file(folder.data)
        if found is not None and found.is_responding():
            return found
        time.sleep(_POLL_SECONDS)
    raise Unavailable(f"The database server neither responds nor exits; its log is {folder.log}.")


def _start_and_wait(folder: DataDirectory, serving_lock: int, *, fsync: bool) -> Postmaster:
    """Start a server and return it once it is ready; it then owns the lock ``serving_lock``."""
    start_offset = _log_size(folder.log)
    try:
        _launch(folder, serving_lock, fsync=fsync)
    finally:
        os.close(serving_lock)
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        ended = not is_locked(folder.serving_lock)
        found = postmaster.read_pid_file(folder.data)
        if found is not None and found.is_responding():
            return found
        if ended:
            raise Unavailable(
                f"The database server exited while it was starting: {_last_log_error(folder, start_offset)}."
            )
        time.sleep(_POLL_SECONDS)
    raise Unavailable(
        f"The database server is not ready after {START_TIMEOUT_SECONDS:.0f} s; its log is {folder.log}."
    )


def _launch(folder: DataDirectory, serving_lock: int, *, fsync: bool) -> None:
    user = OsUser.for_server(folder.data)
    folder.reject_unreachable(user)
    folder.reject_full_disk()
    programs = binaries.find(user, folder.binaries, initdb.read_major_version(folder.data))
    if not folder.data.exists():
        initdb.create_cluster(folder, programs, user, serving_lock, fsync=fsync)
    postmaster.remove_stale_pid_file(folder.data)
    config.write_config(folder.conf, sockets.prepare_folder(folder, user), fsync=fsync)
    _start_supervisor(folder, programs, user, serving_lock)


def _start_supervisor(folder: DataDirectory, programs: Binaries, user: OsUser, serving_lock: int) -> None:
    order = {
        "folder": str(folder.root),
        "command": [programs.program("postgres"), *config.server_arguments(folder.conf, folder.data)],
        "identity": user.popen_arguments(),
        "serving": serving_lock,
    }
    subprocess.run(  # noqa: S603 - our own file, our own interpreter
        [sys.executable, "-I", str(_SUPERVISOR), json.dumps(order)],
        check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd="/", env=initdb.clean_environment(), pass_fds=[serving_lock],
    )  # fmt: skip


def _log_size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def _last_log_error(folder: DataDirectory, log_offset: int) -> str:
    log = folder.log.read_bytes() if folder.log.exists() else b""
    lines = log[log_offset:].decode("utf-8", "replace").splitlines()
    telling = [line for line in lines if "FATAL:" in line or "PANIC:" in line] or lines or ["no output"]
    return f"{re.split('FATAL:|PANIC:', telling[-1])[-1].strip()} (see {folder.log})"
