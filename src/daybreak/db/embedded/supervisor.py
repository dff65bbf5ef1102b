"""The process that owns the server: starts it, writes its log, stops it when the last command has detached.

It is run as a file, with nothing but the standard library, so that it starts within milliseconds. It inherits
the lock ``serving`` and passes it on to the server, which thereby owns it for as long as one of its processes
lives. When the supervisor is killed, the kernel asks the server to shut down (Linux). When a server that was
ready ends unexpectedly, the supervisor starts it again after a pause; after any other end it ends as well.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

LOG_LIMIT = 4_000_000  # bytes; as much again is stored as server.log.old
_POLL_SECONDS = 0.2
_STOP_TIMEOUT_SECONDS = 30
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_STABLE_SECONDS = 60.0
_ORPHAN_SECONDS = 2.0
_READY = b"database system is ready to accept connections"
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def main(spec: dict[str, Any]) -> None:
    """Run the server of one folder until it is stopped.

    Args:
        spec: ``folder``, the server's ``command``, its ``identity`` (arguments of Popen), the descriptor
            ``serving``, and ``lock_files``, which a killed server leaves behind.
    """
    if os.fork():
        os._exit(0)
    os.setsid()
    os.umask(0o077)
    _adopt_orphans()
    supervisor = Supervisor(spec)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.stop())
    supervisor.run()


class Supervisor:
    """The server's lifetime: starts, restarts with growing pauses, and the stop."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec
        self._folder = Path(spec["folder"])
        self._log = self._folder / "server.log"
        self._child_ended = _wake_on_signal(signal.SIGCHLD)
        self._server: subprocess.Popen[bytes] | None = None
        self._was_ready = False
        self._is_stopping = False

    def run(self) -> None:
        """Run the server; start it again when it ends unexpectedly after it was ready."""
        threading.Thread(target=self.stop_when_unused, daemon=True).start()
        failures = 0
        while not self._is_stopping:
            started_at = time.monotonic()
            code = self._run_once()
            if self._is_stopping or not self._was_ready or code == 0:
                return
            failures = 0 if time.monotonic() - started_at > _STABLE_SECONDS else failures + 1
            seconds = min(_FIRST_PAUSE_SECONDS * 2 ** max(failures - 1, 0), _LONGEST_PAUSE_SECONDS)
            cause = f"signal {-code}" if code < 0 else f"exit code {code}"
            self._report(
                f"LOG:  the server ended unexpectedly ({cause}); it is started again in {seconds:g} s"
            )
            self._pause(seconds)

    def stop(self) -> None:
        """Shut the server down, and do not start it again; safe in a signal handler."""
        self._is_stopping = True
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)

    def stop_when_unused(self) -> None:
        """Wait until no command is attached and no marker prevents it, then shut the server down."""
        attached = os.open(self._folder / "attached", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            while (self._folder / "keep").exists():
                time.sleep(_POLL_SECONDS)
            fcntl.flock(attached, fcntl.LOCK_EX)
            if not (self._folder / "keep").exists():
                break
            fcntl.flock(attached, fcntl.LOCK_UN)
        # From here on the exclusive lock blocks new commands until this process has ended.
        self.stop()
        time.sleep(_STOP_TIMEOUT_SECONDS)
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)

    def _run_once(self) -> int:
        """Run the server until all its processes have ended; return its exit code."""
        try:
            server = start_server(self._spec)
        except OSError as error:
            self._report(f"FATAL:  {self._spec['command'][0]}: {error.strerror}")
            return 1
        self._server = server
        if self._is_stopping:  # it was asked to stop before there was a process
            server.send_signal(signal.SIGINT)
        self._copy_log(server)
        code = server.wait()
        _reap_orphans()
        for path in self._spec["lock_files"]:
            _remove_lock_file(Path(path), server.pid)
        return code

    def _copy_log(self, server: "subprocess.Popen[bytes]") -> None:
        """Copy the server's output into its log, until all its processes have ended."""
        assert server.stdout is not None  # noqa: S101 - a pipe was asked for
        output = server.stdout.fileno()
        deadline: float | None = None
        while True:
            readable, _, _ = select.select(
                [output, self._child_ended], [], [], None if deadline is None else _POLL_SECONDS
            )
            if self._child_ended in readable:
                os.read(self._child_ended, 4096)
            if output in readable:
                chunk = os.read(output, 65536)
                if not chunk:
                    break
                self._was_ready = self._was_ready or _READY in chunk
                append_log(self._log, chunk)
            if server.poll() is not None:
                deadline = deadline or time.monotonic() + _ORPHAN_SECONDS
                if time.monotonic() > deadline:
                    _kill_orphans()
        server.stdout.close()

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._is_stopping and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)

    def _report(self, words: str) -> None:
        moment = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        append_log(self._log, f"{moment} [{os.getpid()}] supervisor {words}\n".encode())


def start_server(spec: dict[str, Any]) -> "subprocess.Popen[bytes]":
    """Run the server as a direct child with its output in a pipe."""
    return subprocess.Popen(  # noqa: S603 - the launcher's command
        spec["command"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        pass_fds=[spec["serving"]],
        cwd="/",
        preexec_fn=_die_with_parent(),  # noqa: PLW1509 - the other thread only waits, and this calls only prctl
        **spec["identity"],
    )


def append_log(log: Path, chunk: bytes) -> None:
    """Append to the log; output is lost if the disk is full."""
    with contextlib.suppress(OSError):
        if log.exists() and log.stat().st_size + len(chunk) > LOG_LIMIT:
            log.replace(log.with_name(log.name + ".old"))
        with log.open("ab") as file:
            file.write(chunk)


def _wake_on_signal(number: int) -> int:
    """Return a descriptor that becomes readable at this signal."""
    wakeup, signalled = os.pipe()
    os.set_blocking(wakeup, False)
    os.set_blocking(signalled, False)
    signal.set_wakeup_fd(signalled, warn_on_full_buffer=False)
    signal.signal(number, lambda *_: None)
    return wakeup


def _die_with_parent() -> "partial[None] | None":
    if not sys.platform.startswith("linux"):
        return None
    # Call it after the change of user, which clears it: Popen calls preexec_fn last.
    prctl = ctypes.CDLL(None).prctl
    return partial(_set_parent_death_signal, prctl, os.getpid())


def _set_parent_death_signal(prctl: Any, parent: int) -> None:  # noqa: ANN401 - a C function
    prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:
        os._exit(1)


def _adopt_orphans() -> None:
    """Become the parent of the server's processes when the server is killed (Linux)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _kill_orphans() -> None:
    # A process in the middle of a long statement does not notice that the server is gone, and PostgreSQL does
    # not start while it lives. Killing it is safe, because its shared memory is discarded.
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            parent = int((process / "stat").read_bytes().rpartition(b")")[2].split()[1])
            if parent == os.getpid():
                os.kill(int(process.name), signal.SIGKILL)


def _reap_orphans() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _remove_lock_file(path: Path, pid: int) -> None:
    # PostgreSQL trusts the file as soon as another process has reused the process id in it.
    with contextlib.suppress(OSError):
        if path.read_bytes().split(b"\n")[0].strip() == str(pid).encode():
            path.unlink()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
