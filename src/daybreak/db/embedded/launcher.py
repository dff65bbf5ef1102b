"""The start of the server: finding the running one, or launching its supervisor."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from daybreak.db.embedded import binaries, config, initdb, postmaster, sockets
from daybreak.db.embedded.binaries import Binaries
from daybreak.db.embedded.data_directory import DataDirectory
from daybreak.db.embedded.file_locks import is_locked, try_lock
from daybreak.db.embedded.os_user import OsUser
from daybreak.db.embedded.postmaster import Postmaster
from daybreak.errors import Unavailable

START_TIMEOUT_SECONDS = 30.0
_POLL_SECONDS = 0.01
_SUPERVISOR = Path(__file__).with_name("supervisor.py")


def find_or_start(folder: DataDirectory, deadline: float, *, fsync: bool) -> Postmaster:
    """Return the server once it is ready; start it if no process serves the folder.

    Raises:
        Misconfigured: the folder or the installation is not usable as it is.
        Conflict: the data is in use by a server that Daybreak did not start.
        Unavailable: the server does not start until the deadline, by `time.monotonic`.
    """
    start_offset = _log_size(folder.log)
    while time.monotonic() < deadline:
        serving_lock = try_lock(folder.serving_lock)
        if serving_lock is not None:
            return start_and_wait(folder, serving_lock, fsync=fsync)
        found = postmaster.read_pid_file(folder.data)
        if found is not None and found.is_responding():
            return found
        time.sleep(_POLL_SECONDS)
    raise Unavailable(f"The database server does not respond: {_last_log_error(folder, start_offset)}.")


def start_and_wait(folder: DataDirectory, serving_lock: int, *, fsync: bool) -> Postmaster:
    """Start a server and return it once it is ready; it then owns the lock ``serving_lock``.

    Raises:
        DaybreakError: as `find_or_start` does.
    """
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
        "lock_files": [
            str(folder.data / postmaster.PID_FILE),
            str(sockets.choose_folder(folder.root) / f"{sockets.SOCKET_NAME}.lock"),
        ],
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
    lines = [line for line in lines if "] supervisor LOG:" not in line]
    telling = [line for line in lines if "FATAL:" in line or "PANIC:" in line] or lines or ["no output"]
    return f"{re.split('FATAL:|PANIC:', telling[-1])[-1].strip()} (see {folder.log})"
