"""The first start: creates a new cluster with Daybreak's roles and database, all or nothing."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from daybreak.db.embedded.binaries import Binaries
from daybreak.db.embedded.config import DATABASE
from daybreak.db.embedded.data_directory import DataDirectory, make_owned_folder
from daybreak.db.embedded.os_user import OsUser
from daybreak.errors import Unavailable

_STAGING_PREFIX = "initdb-"
_BUILTIN_LOCALE = 17
_TIMEOUT_SECONDS = 120
_ROLE_ATTRIBUTES = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION"
_SINGLE_USER_OPTIONS = ["-F", "-c", "exit_on_error=on", "-c", "log_checkpoints=off"]
# One statement per line, as the single-user mode reads them.
_SETUP_SQL = f"""\
CREATE ROLE daybreak_owner {_ROLE_ATTRIBUTES};
CREATE ROLE daybreak_app {_ROLE_ATTRIBUTES};
CREATE DATABASE {DATABASE} OWNER daybreak_owner;
"""


_INITDB_OPTIONS = [
    "--username=postgres",
    "--encoding=UTF8",
    "--text-search-config=english",
    "--data-checksums",
    "--auth=reject",
    "--no-sync",
    "--no-instructions",
]


def read_major_version(data: Path) -> int | None:
    """Return the major version of PostgreSQL that created the cluster, if there is one."""
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None


def create_cluster(
    folder: DataDirectory, binaries: Binaries, user: OsUser, serving_lock: int, *, fsync: bool
) -> None:
    """Create the cluster beside its final folder and rename it when it is complete.

    Args:
        folder: the data directory to create.
        binaries: the installation that creates it.
        user: its owner.
        serving_lock: the descriptor of the lock; child processes inherit it, so that none outlives it unseen.
        fsync: whether it must survive a sudden stop of the machine.

    Raises:
        Unavailable: initdb failed; the message has its first error.
    """
    for left_over in folder.root.glob(f"{_STAGING_PREFIX}*"):
        shutil.rmtree(left_over)
    staging = Path(tempfile.mkdtemp(prefix=_STAGING_PREFIX, dir=folder.root))
    try:
        make_owned_folder(staging, user)
        _initialize(staging / "data", binaries, user, serving_lock, fsync=fsync)
        (staging / "data").rename(folder.data)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    if fsync:
        _fsync_folder(folder.root)


def _initialize(data: Path, binaries: Binaries, user: OsUser, serving_lock: int, *, fsync: bool) -> None:
    def run(name: str, *arguments: str, stdin_text: str = "") -> None:
        _run_program([binaries.program(name), *arguments], user, serving_lock, stdin_text)

    target = ("-D", str(data))
    run("initdb", *target, *_locale_options(binaries), *_INITDB_OPTIONS)
    run("postgres", "--single", *target, *_SINGLE_USER_OPTIONS, "postgres", stdin_text=_SETUP_SQL)
    if fsync:
        run("initdb", *target, "--sync-only")


def _locale_options(binaries: Binaries) -> list[str]:
    """Return options for order by code point and full Unicode case mapping, the same on each machine."""
    if binaries.major >= _BUILTIN_LOCALE:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C", "--lc-ctype=" + ("UTF-8" if sys.platform == "darwin" else "C.UTF-8")]


def _run_program(command: list[str], user: OsUser, serving_lock: int, stdin_text: str) -> None:
    # Its output goes to a file: with a pipe it would die, and leave shared memory behind, when we are killed.
    with tempfile.TemporaryFile() as words:
        try:
            subprocess.run(  # noqa: S603 - a program of PostgreSQL's
                command, input=stdin_text.encode(), stdout=words, stderr=words,
                timeout=_TIMEOUT_SECONDS, check=True, cwd="/", env=clean_environment(),
                pass_fds=[serving_lock], **user.popen_arguments(),
            )  # fmt: skip
        except subprocess.SubprocessError as error:
            words.seek(0)
            output = (
                _first_error_line(words.read().decode("utf-8", "replace"))
                or f"{type(error).__name__}, no output"
            )
            raise Unavailable(
                f"The database could not be set up ({Path(command[0]).name}: {output}); fix it and try again."
            ) from error


def _first_error_line(output: str) -> str:
    signs = ("error:", "FATAL:", "PANIC:", "ERROR:")
    return next((line.strip() for line in output.splitlines() if any(sign in line for sign in signs)), "")


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what would mislead PostgreSQL, messages in English."""
    remaining = {
        name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))
    }
    return remaining | {"LC_ALL": "C"}


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
