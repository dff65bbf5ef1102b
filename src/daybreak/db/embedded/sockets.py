"""The folder of the UNIX socket: inside the home, or a short one in /tmp when that path is too long."""

import hashlib
import os
import stat
from pathlib import Path

from daybreak.db.embedded.account import Account
from daybreak.db.embedded.config import PORT
from daybreak.db.embedded.folder import Folder, give
from daybreak.errors import Misconfigured

NAME = f".s.PGSQL.{PORT}"
_LONGEST = 103  # bytes, as macOS has it; Linux allows four more
_TEMPORARY = Path("/tmp")  # noqa: S108 - checked for its owner and mode; TMPDIR would differ between commands
_UNFIT = set(",\"'\\")  # PostgreSQL and its clients read the folder as a list


def choose(folder: Path) -> Path:
    """Where the socket of the server in ``folder`` belongs."""
    inside = folder / "run"
    if len(os.fsencode(inside / NAME)) <= _LONGEST and _is_plain(str(inside)):
        return inside
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return _TEMPORARY / f"daybreak-{os.geteuid()}-{digest}"


def prepare(folder: Folder, account: Account) -> Path:
    """Make the folder of the socket, private to the account and empty; only for who holds ``serving``.

    A server that was killed leaves its socket's lock file, and PostgreSQL believes it as soon as some other
    process has got the number in it.

    Raises:
        Misconfigured: somebody else has made that folder in /tmp before us.
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
        f"{socket}, the folder for the database's socket, is not a private one of ours; remove it, "
        "or set DAYBREAK_HOME to a shorter path."
    )
