"""The watch that a long-running process keeps on the server that it uses."""

import threading

from daybreak.db.embedded import postmaster
from daybreak.db.embedded.data_directory import DataDirectory, translate_os_errors
from daybreak.db.embedded.file_locks import try_lock
from daybreak.db.embedded.launcher import start_and_wait
from daybreak.errors import public_message
from daybreak.telemetry import log

_POLL_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_RESTARTED = "The database server ended unexpectedly; it was started again."
_NOT_RESTARTED = "The database server ended unexpectedly and does not start."


class ServerWatcher(threading.Thread):
    """A thread that logs each restart of the server, and starts the server when no supervisor does.

    The supervisor restarts the server. When the supervisor is killed, the server ends with it, and one of the
    processes that are attached starts both.
    """

    def __init__(self, folder: DataDirectory, pid: int, *, fsync: bool) -> None:
        """Create the thread.

        Args:
            folder: the server's folder; this process must be attached to it.
            pid: the server's process now.
            fsync: as for `attach`.
        """
        super().__init__(name="database-watcher", daemon=True)
        self._folder = folder
        self._pid = pid
        self._fsync = fsync
        self._closed = threading.Event()
        self._failure = ""

    def run(self) -> None:
        """Check the server twice a second until closed."""
        pause = _POLL_SECONDS
        while not self._closed.wait(pause):
            try:
                with translate_os_errors(self._folder.root):
                    self._check()
            except Exception as error:  # noqa: BLE001 - after any error the server must be started later
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
                self._log_failure(error)
            else:
                pause = _POLL_SECONDS

    def close(self) -> None:
        """Stop watching; a start in progress is not awaited, since its server stops when it is unused."""
        self._closed.set()

    def _check(self) -> None:
        found = postmaster.read_pid_file(self._folder.data)
        if found is None or found.pid == self._pid or not found.is_ready:
            serving_lock = try_lock(self._folder.serving_lock)
            if serving_lock is None:  # the server runs, or its supervisor is going to start it
                return
            found = start_and_wait(self._folder, serving_lock, fsync=self._fsync)
        self._pid, self._failure = found.pid, ""
        log.error("database.restarted", message=_RESTARTED, pid=found.pid)

    def _log_failure(self, error: Exception) -> None:
        reason = public_message(error)
        if reason != self._failure and not self._closed.is_set():
            log.error("database.restart_failed", message=_NOT_RESTARTED, reason=reason)
        self._failure = reason
