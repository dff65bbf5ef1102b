"""The folder ``postgresql`` inside a home: what lies where, who may own it, what went wrong in it.

postgresql/
├── data/       the database cluster, 0700, owned by the account that the server runs as
├── run/        the UNIX socket, likewise (a short folder in /tmp when this path is too long)
├── conf/       postgresql.conf, pg_hba.conf, pg_ident.conf: written anew at every start
├── binaries/   a copy of PostgreSQL, only where the account cannot reach the installed one
├── server.log  with server.log.old behind it
├── attached    locked shared by every command that uses the server
├── serving     locked by the command that starts it, then for as long as a process of the server lives
└── keep        there while the server shall outlive the commands
"""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from daybreak.db.embedded.account import Account
from daybreak.errors import Misconfigured, Unavailable

_ROOM, _FIRST_ROOM = 20_000_000, 120_000_000  # bytes: a WAL segment; a cluster and a copy of the binaries
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True)
class Folder:
    """Everything that the embedded server keeps on disk."""

    root: Path

    @classmethod
    def of(cls, home: Path) -> "Folder":
        """The folder of a home, which need not exist yet."""
        return cls(Path(os.path.abspath(home)) / "postgresql")  # noqa: PTH100 - resolve() follows links and needs rights

    @property
    def data(self) -> Path:
        """The database cluster."""
        return self.root / "data"

    @property
    def run(self) -> Path:
        """Where the socket is unless the path is too long for one."""
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
        """What the server says."""
        return self.root / "server.log"

    @property
    def attached(self) -> Path:
        """The lock of the commands that use the server."""
        return self.root / "attached"

    @property
    def serving(self) -> Path:
        """The lock of whoever starts the server, then of its processes."""
        return self.root / "serving"

    @property
    def keep(self) -> Path:
        """The mark of a server that outlives the commands."""
        return self.root / "keep"

    def exists(self) -> bool:
        """Whether a server was ever started here."""
        with explained(self.root):
            return self.root.is_dir() and self.serving.exists()

    def prepare(self) -> None:
        """Make the folder, and the home around it, if they are missing.

        Raises:
            Misconfigured: it belongs to somebody else, or may not be written, or has an impossible name.
            Unavailable: the disk is full.
        """
        if "\n" in str(self.root):
            raise Misconfigured(
                f"The folder {str(self.root)!r} has a line break in its name; "
                "set DAYBREAK_HOME to one without."
            )
        with explained(self.root):
            for folder in (*reversed(self.root.parents), self.root):
                if not folder.is_dir():
                    _make(folder)
        self.refuse_strangers()

    def refuse_strangers(self) -> None:
        """Refuse a folder that another user has made.

        Raises:
            Misconfigured: it belongs to somebody else.
        """
        with explained(self.root):
            owner = self.root.stat().st_uid
        if owner != os.geteuid():
            raise Misconfigured(
                f"{self.root} belongs to the user {Account.name_of(owner)}; "
                "run Daybreak as that user, or set DAYBREAK_HOME to a folder of your own."
            )

    def refuse_full(self) -> None:
        """Refuse to start on a disk that has no room for what PostgreSQL writes at once.

        Raises:
            Unavailable: there is too little.
        """
        needed = _ROOM if self.data.exists() else _FIRST_ROOM
        free = shutil.disk_usage(self.root).free
        if free < needed:
            raise Unavailable(
                f"The disk of {self.root} has {free // 10**6} MB left, and the database needs "
                f"{needed // 10**6} MB to start; free some space, or set DAYBREAK_HOME to another disk."
            )

    def refuse_closed(self, account: Account) -> None:
        """Refuse a place that the server's account cannot reach.

        Raises:
            Misconfigured: one of the folders above it is closed to the account.
        """
        closed = next((parent for parent in reversed(self.root.parents) if not account.enters(parent)), None)
        if closed is not None:
            raise Misconfigured(
                f"{closed} is closed to the user {account.name}, who runs the embedded PostgreSQL for root; "
                "set DAYBREAK_HOME to a folder below open ones, such as /var/lib/daybreak."
            )


def give(folder: Path, account: Account) -> None:
    """Make ``folder`` for the account, or hand over one that we made before."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    # Never another's folder: in /tmp anybody may have made one of that name.
    found = folder.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() != account.uid:
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)


@contextmanager
def explained(place: Path) -> Iterator[None]:
    """Turn what the file system refuses into a sentence for a person."""
    try:
        yield
    except OSError as error:
        where, reason = error.filename or place, error.strerror or "an unknown reason"
        if error.errno in _NO_ROOM:
            raise Unavailable(
                f"{where} cannot be written ({reason}); free some space, or set DAYBREAK_HOME elsewhere."
            ) from error
        raise Misconfigured(
            f"{where} cannot be used ({reason}); set DAYBREAK_HOME to a folder that you may write."
        ) from error


def _make(folder: Path) -> None:
    # Root's umask must not close the way for the account that the server runs as.
    try:
        folder.mkdir()
    except FileExistsError:
        return
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
