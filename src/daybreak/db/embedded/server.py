"""Attaching to the server: sharing the running one, or starting it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from daybreak.db.embedded import config, initdb
from daybreak.db.embedded.data_directory import DataDirectory, translate_os_errors
from daybreak.db.embedded.file_locks import file_lock
from daybreak.db.embedded.launcher import START_TIMEOUT_SECONDS, find_or_start
from daybreak.db.embedded.watcher import ServerWatcher

_FIRST_START_TIMEOUT_SECONDS = 180.0
_STILL_STOPPING = "The database server is still stopping; try again in a minute. Its log is {}."


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
def attach(home: Path, *, fsync: bool = True, watch: bool = False) -> Iterator[EmbeddedServer]:
    """Use the server of ``home`` inside the block: start it if necessary, stop it after the last detach.

    Leaving does not wait for the server to end; `stop` does.

    Args:
        home: the folder with all of Daybreak's data; created if missing.
        fsync: whether commits survive a sudden stop of the machine; applies if this call starts the server.
        watch: whether to log a restart of the server, and to start it again when its supervisor is gone, too.

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
            found = find_or_start(folder, deadline, fsync=fsync)
        if watch:
            watcher = ServerWatcher(folder, found.pid, fsync=fsync)
            watcher.start()
            stack.callback(watcher.close)
        yield EmbeddedServer(found.socket, found.pid)
