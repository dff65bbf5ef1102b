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
from daybreak.db.embedded.data_directory import Folder, explained
from daybreak.db.embedded.file_locks import is_held, locked, try_lock
from daybreak.db.embedded.os_user import Account
from daybreak.db.embedded.postmaster import Postmaster
from daybreak.errors import Unavailable

PATIENCE = 30.0
_FIRST_PATIENCE = 180.0
_POLL = 0.01
_SLOW_STOP = "The database server is still stopping; try again in a minute. Its log is {}."
_SUPERVISOR = Path(__file__).with_name("supervisor.py")


@dataclass(frozen=True)
class Server:
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
        place = urlencode({"host": str(self.socket), "port": config.PORT}, quote_via=quote)
        return f"postgresql://{role}@/{config.DATABASE}?{place}"


@contextmanager
def attach(home: Path, *, fsync: bool = True) -> Iterator[Server]:
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
    folder = Folder.of(home)
    folder.prepare()
    with ExitStack() as stack:
        with explained(folder.root):
            first = initdb.major(folder.data) is None
            deadline = time.monotonic() + (_FIRST_PATIENCE if first else PATIENCE)
            stack.enter_context(locked(folder.attached, deadline, _SLOW_STOP.format(folder.log), shared=True))
            found = _running(folder, deadline, fsync=fsync)
        yield Server(found.socket, found.pid)


def _running(folder: Folder, deadline: float, *, fsync: bool) -> Postmaster:
    """Return the server once it is ready; start it if no process serves the folder."""
    while time.monotonic() < deadline:
        serving = try_lock(folder.serving)
        if serving is not None:
            return _started(folder, serving, fsync=fsync)
        found = postmaster.read(folder.data)
        if found is not None and found.answers():
            return found
        time.sleep(_POLL)
    raise Unavailable(f"The database server neither responds nor exits; its log is {folder.log}.")


def _started(folder: Folder, serving: int, *, fsync: bool) -> Postmaster:
    """Start a server and return it once it is ready; it then owns the lock ``serving`` in our place."""
    said_before = _size(folder.log)
    try:
        _start(folder, serving, fsync=fsync)
    finally:
        os.close(serving)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        ended = not is_held(folder.serving)
        found = postmaster.read(folder.data)
        if found is not None and found.answers():
            return found
        if ended:
            raise Unavailable(
                f"The database server exited while it was starting: {_last_words(folder, said_before)}."
            )
        time.sleep(_POLL)
    raise Unavailable(f"The database server is not ready after {PATIENCE:.0f} s; its log is {folder.log}.")


def _start(folder: Folder, serving: int, *, fsync: bool) -> None:
    account = Account.for_server(folder.data)
    folder.refuse_closed(account)
    folder.refuse_full()
    programs = binaries.find(account, folder.binaries, initdb.major(folder.data))
    if not folder.data.exists():
        initdb.create(folder, programs, account, serving, fsync=fsync)
    postmaster.remove_stale(folder.data)
    config.write(folder.conf, sockets.prepare(folder, account), fsync=fsync)
    _supervise(folder, programs, account, serving)


def _supervise(folder: Folder, programs: Binaries, account: Account, serving: int) -> None:
    order = {
        "folder": str(folder.root),
        "command": [programs.program("postgres"), *config.arguments(folder.conf, folder.data)],
        "identity": account.identity(),
        "serving": serving,
    }
    subprocess.run(  # noqa: S603 - our own file, our own interpreter
        [sys.executable, "-I", str(_SUPERVISOR), json.dumps(order)],
        check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd="/", env=initdb.environment(), pass_fds=[serving],
    )  # fmt: skip


def _size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def _last_words(folder: Folder, said_before: int) -> str:
    log = folder.log.read_bytes() if folder.log.exists() else b""
    lines = log[said_before:].decode("utf-8", "replace").splitlines()
    telling = [line for line in lines if "FATAL:" in line or "PANIC:" in line] or lines or ["no output"]
    return f"{re.split('FATAL:|PANIC:', telling[-1])[-1].strip()} (see {folder.log})"
