"""The folder of the UNIX socket: inside the home, or a short one in /tmp when that path is too long."""

import hashlib
import os
import stat
from pathlib import Path

from daybreak.db.embedded.config import PORT
from daybreak.db.embedded.data_directory import Folder, give
from daybreak.db.embedded.os_user import Account
from daybreak.errors import Misconfigured

NAME = f".s.PGSQL.{PORT}"
_LONGEST = 103  # bytes, the limit of macOS; Linux allows four more
_TEMPORARY = Path("/tmp")  # noqa: S108 - checked for its owner and mode; TMPDIR would differ between commands
_UNFIT = set(",\"'\\")  # PostgreSQL and its clients parse the folder as a list


def choose(folder: Path) -> Path:
    """Return the folder for the socket of the server in ``folder``."""
    inside = folder / "run"
    if len(os.fsencode(inside / NAME)) <= _LONGEST and _is_plain(str(inside)):
        return inside
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return _TEMPORARY / f"daybreak-{os.geteuid()}-{digest}"


def prepare(folder: Folder, account: Account) -> Path:
    """Create the folder of the socket, private to the user and empty; only under the lock ``serving``.

    A killed server leaves its socket's lock file, and PostgreSQL trusts it as soon as another process has
    reused the process id in it.

    Raises:
        Misconfigured: another user has created that folder in /tmp before us.
    """
    socket = choose(folder.root)
    give(socket, account)
    found = socket.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
        raise _taken(socket)
    for left in (NAME, f"{NAME}.lock"):
        (socket / left).unlink(missing_ok=True)
    return socket


def _is_plain(path: str) -> bool:
    return path.isprintable() and not _UNFIT & set(path)


def _taken(socket: Path) -> Misconfigured:
    return Misconfigured(
        f"{socket}, the folder for the database's socket, is not private to this user; remove it, "
        "or set DAYBREAK_HOME to a shorter path."
    )
