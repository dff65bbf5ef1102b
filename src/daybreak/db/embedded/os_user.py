"""The operating system's user that the server runs as.

PostgreSQL refuses to run as root. For root it runs as ``postgres``, the user made for that, or else as
``nobody``; once a database exists, as its owner. For all other users it runs as themselves.
"""

import os
import pwd
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daybreak.errors import Misconfigured

_SERVER_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class OsUser:
    """A user of the operating system."""

    name: str
    uid: int
    gid: int

    @classmethod
    def current(cls) -> "OsUser":
        """Return the user of this process."""
        return cls(cls.user_name(os.geteuid()), os.geteuid(), os.getegid())

    @classmethod
    def for_server(cls, data: Path) -> "OsUser":
        """Return the user of the server whose cluster is, or will be, in ``data``.

        Raises:
            Misconfigured: no suitable user exists.
        """
        if os.geteuid() != 0:
            return cls._current_named()
        if data.exists() and data.stat().st_uid != 0:
            found = data.stat()
            return cls(cls.user_name(found.st_uid), found.st_uid, found.st_gid)
        for name in _SERVER_USERS:
            with suppress(KeyError):
                entry = pwd.getpwnam(name)
                return cls(name, entry.pw_uid, entry.pw_gid)
        raise Misconfigured(
            "PostgreSQL does not run as root, and there is no user “postgres” or “nobody” to run it as; "
            "run Daybreak as an ordinary user, or set DAYBREAK_DATABASE_URL."
        )

    @classmethod
    def _current_named(cls) -> "OsUser":
        user = cls.current()
        if user.name == str(user.uid):
            raise Misconfigured(
                f"The user number {user.uid} has no name on this system, and PostgreSQL requires one; "
                "add it to /etc/passwd, or set DAYBREAK_DATABASE_URL."
            )
        return user

    @staticmethod
    def user_name(uid: int) -> str:
        """Return the name of a user, or the number if there is none."""
        try:
            return pwd.getpwuid(uid).pw_name
        except KeyError:
            return str(uid)

    @property
    def is_foreign(self) -> bool:
        """Whether a process must change its user to become this one."""
        return self.uid != os.geteuid()

    def popen_arguments(self) -> dict[str, Any]:
        """Return the arguments with which `subprocess` runs a program as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_foreign else {}

    def can_enter(self, folder: Path) -> bool:
        """Return whether the mode bits let the user pass through ``folder``; a missing one is no obstacle."""
        if not self.is_foreign or not folder.exists():
            return True
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)
