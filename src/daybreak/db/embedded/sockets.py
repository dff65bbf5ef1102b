"""The folder of the UNIX socket: inside the home, or a short one in /tmp when that path is too long."""

import hashlib
import os
import stat
from pathlib import Path

from daybreak.db.embedded.config import PORT
from daybreak.db.embedded.data_directory import DataDirectory, make_owned_folder
from daybreak.db.embedded.os_user import OsUser
from daybreak.errors import Misconfigured

SOCKET_NAME = f".s.PGSQL.{PORT}"
_MAX_PATH_BYTES = 103  # bytes, the limit of macOS; Linux allows four more
_TMP = Path("/tmp")  # noqa: S108 - checked for its owner and mode; TMPDIR would differ between commands
_UNSAFE_CHARACTERS = set(",\"'\\")  # PostgreSQL and its clients parse the folder as a list


def choose_folder(folder: Path) -> Path:
    """Return the folder for the socket of the server in ``folder``."""
    inside = folder / "run"
    if len(os.fsencode(inside / SOCKET_NAME)) <= _MAX_PATH_BYTES and _is_safe(str(inside)):
        return inside
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return _TMP / f"daybreak-{os.geteuid()}-{digest}"


def prepare_folder(folder: DataDirectory, user: OsUser) -> Path:
    """Create the folder of the socket, private to the user and empty; only under the lock ``serving``.

    A killed server leaves its socket's lock file, and PostgreSQL trusts it as soon as another process has
    reused the process id in it.

    Raises:
        Misconfigured: another user has created that folder in /tmp before us.
    """
    socket = choose_folder(folder.root)
    make_owned_folder(socket, user)
    found = socket.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user.uid or found.st_mode & 0o077:
        raise _not_private(socket)
    for left in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
        (socket / left).unlink(missing_ok=True)
    return socket


def _is_safe(path: str) -> bool:
    return path.isprintable() and not _UNSAFE_CHARACTERS & set(path)


def _not_private(socket: Path) -> Misconfigured:
    return Misconfigured(
        f"{socket}, the folder for the database’s socket, is not private to this user; remove it, "
        "or set DAYBREAK_HOME to a shorter path."
    )
