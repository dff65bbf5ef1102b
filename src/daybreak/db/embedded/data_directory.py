"""The folder ``postgresql`` inside a home: its contents, its owner and its errors.

postgresql/
├── data/       the database cluster, 0700, owned by the user that the server runs as
├── run/        the UNIX socket, likewise (a short folder in /tmp when this path is too long)
├── conf/       postgresql.conf, pg_hba.conf, pg_ident.conf: written anew at every start
├── binaries/   a copy of PostgreSQL, only if the user cannot reach the installed one
├── server.log  with the previous one as server.log.old
├── attached    locked shared by every command that uses the server
├── serving     locked by the command that starts it, then for as long as a process of the server lives
└── keep        exists while the server shall outlive the commands
"""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from daybreak.db.embedded.os_user import OsUser
from daybreak.errors import Misconfigured, Unavailable

_MIN_FREE_BYTES, _FIRST_START_FREE_BYTES = (
    20_000_000,
    120_000_000,
)  # bytes: a WAL segment; a cluster and a copy of the binaries
_DISK_FULL_ERRNOS = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True)
class DataDirectory:
    """The files of the embedded server."""

    root: Path

    @classmethod
    def in_home(cls, home: Path) -> "DataDirectory":
        """Return the folder of a home, which need not exist yet."""
        return cls(Path(os.path.abspath(home)) / "postgresql")  # noqa: PTH100 - resolve() follows links and needs rights

    @property
    def data(self) -> Path:
        """The database cluster."""
        return self.root / "data"

    @property
    def run(self) -> Path:
        """The folder of the socket, unless its path is too long."""
        return self.root / "run"

    @property
    def conf(self) -> Path:
        """The configuration files."""
        return self.root / "conf"

    @property
    def binaries(self) -> Path:
        """The copies of PostgreSQL."""
        return self.root / "binaries"

    @property
    def log(self) -> Path:
        """The log of the server."""
        return self.root / "server.log"

    @property
    def attached_lock(self) -> Path:
        """The lock of the commands that use the server."""
        return self.root / "attached"

    @property
    def serving_lock(self) -> Path:
        """The lock of the command that starts the server, then of its processes."""
        return self.root / "serving"

    @property
    def keep_marker(self) -> Path:
        """The marker of a server that outlives the commands."""
        return self.root / "keep"

    def exists(self) -> bool:
        """Return whether a server was ever started here."""
        with translate_os_errors(self.root):
            return self.root.is_dir() and self.serving_lock.exists()

    def prepare(self) -> None:
        """Create the folder, and the home around it, if they are missing.

        Raises:
            Misconfigured: it belongs to another user, or is not writable, or has an impossible name.
            Unavailable: the disk is full.
        """
        if "\n" in str(self.root):
            raise Misconfigured(
                f"The folder {str(self.root)!r} has a line break in its name; "
                "set DAYBREAK_HOME to a folder without one."
            )
        with translate_os_errors(self.root):
            for folder in (*reversed(self.root.parents), self.root):
                if not folder.is_dir():
                    _make_folder(folder)
        self.reject_foreign_owner()

    def reject_foreign_owner(self) -> None:
        """Reject a folder that another user has created.

        Raises:
            Misconfigured: it belongs to another user.
        """
        with translate_os_errors(self.root):
            owner = self.root.stat().st_uid
        if owner != os.geteuid():
            raise Misconfigured(
                f"{self.root} belongs to the user {OsUser.user_name(owner)}; "
                "run Daybreak as that user, or set DAYBREAK_HOME to a folder of your own."
            )

    def reject_full_disk(self) -> None:
        """Reject a disk without room for what PostgreSQL writes at its start.

        Raises:
            Unavailable: there is too little.
        """
        needed = _MIN_FREE_BYTES if self.data.exists() else _FIRST_START_FREE_BYTES
        free = shutil.disk_usage(self.root).free
        if free < needed:
            raise Unavailable(
                f"The disk of {self.root} has {free // 10**6} MB left, and the database needs "
                f"{needed // 10**6} MB to start; free some space, or set DAYBREAK_HOME to another disk."
            )

    def reject_unreachable(self, user: OsUser) -> None:
        """Reject a folder that the server's user cannot reach.

        Raises:
            Misconfigured: one of the folders above it is closed to the user.
        """
        closed = next((parent for parent in reversed(self.root.parents) if not user.can_enter(parent)), None)
        if closed is not None:
            raise Misconfigured(
                f"{closed} is not accessible to the user {user.name}, who runs PostgreSQL for root; "
                "set DAYBREAK_HOME to a folder below accessible ones, such as /var/lib/daybreak."
            )


def make_owned_folder(folder: Path, user: OsUser) -> None:
    """Create ``folder`` for the user, or pass on one that we created before."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    # Never another user's folder: in /tmp anyone may have created one of that name.
    found = folder.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() != user.uid:
        os.chown(folder, user.uid, user.gid, follow_symlinks=False)


@contextmanager
def translate_os_errors(path: Path) -> Iterator[None]:
    """Turn an error of the file system into a message for the operator."""
    try:
        yield
    except OSError as error:
        where, reason = error.filename or path, error.strerror or "an unknown reason"
        if error.errno in _DISK_FULL_ERRNOS:
            raise Unavailable(
                f"{where} cannot be written ({reason}); free some space, or set DAYBREAK_HOME elsewhere."
            ) from error
        raise Misconfigured(
            f"{where} cannot be used ({reason}); set DAYBREAK_HOME to a folder that you can write to."
        ) from error


def _make_folder(folder: Path) -> None:
    # Root's umask must not block the user that the server runs as.
    try:
        folder.mkdir()
    except FileExistsError:
        return
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
