"""The process that owns the server: starts it, writes its log, stops it when the last command has detached.

It is run as a file, with nothing but the standard library, so that it starts within milliseconds. It inherits
the lock ``serving`` and passes it on to the server, which thereby owns it for as long as one of its processes
lives. When the supervisor is killed, the kernel asks the server to shut down (Linux); when the server ends,
so does the supervisor.
"""

import contextlib
import ctypes
import fcntl
import json
import os
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
_PR_SET_PDEATHSIG = 1


def main(spec: dict[str, Any]) -> None:
    """Run the server of one folder until it ends.

    Args:
        spec: ``folder``, the server's ``command``, its ``popen_arguments`` (arguments of Popen) and the
            descriptor ``serving``.
    """
    if os.fork():
        os._exit(0)
    os.setsid()
    os.umask(0o077)
    folder = Path(spec["folder"])
    try:
        server = start_server(spec)
    except OSError as error:
        append_log(folder / "server.log", f"FATAL:  {spec['command'][0]}: {error.strerror}\n".encode())
        return
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: server.send_signal(signal.SIGINT))
    threading.Thread(target=stop_when_unused, args=(folder, server), daemon=True).start()
    copy_log(server, folder / "server.log")
    server.wait()


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
        preexec_fn=_die_with_parent(),  # noqa: PLW1509 - there is no other thread yet
        **spec["identity"],
    )


def stop_when_unused(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    """Wait until no command is attached and no marker prevents it, then shut the server down."""
    attached = os.open(folder / "attached", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while True:
        while (folder / "keep").exists():
            time.sleep(_POLL_SECONDS)
        fcntl.flock(attached, fcntl.LOCK_EX)
        if not (folder / "keep").exists():
            break
        fcntl.flock(attached, fcntl.LOCK_UN)
    # From here on the exclusive lock blocks new commands until this process has ended.
    server.send_signal(signal.SIGINT)
    try:
        server.wait(_STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)


def copy_log(server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Copy the server's output into a log of bounded size, until all its processes have ended."""
    assert server.stdout is not None  # noqa: S101 - a pipe was asked for
    while chunk := os.read(server.stdout.fileno(), 65536):
        append_log(log, chunk)


def append_log(log: Path, chunk: bytes) -> None:
    """Append to the log; output is lost if the disk is full."""
    with contextlib.suppress(OSError):
        if log.exists() and log.stat().st_size + len(chunk) > LOG_LIMIT:
            log.replace(log.with_name(log.name + ".old"))
        with log.open("ab") as file:
            file.write(chunk)


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


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
