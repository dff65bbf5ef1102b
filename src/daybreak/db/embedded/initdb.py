"""The first start: creates a new cluster with Daybreak's roles and database, all or nothing."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from daybreak.db.embedded.binaries import Binaries
from daybreak.db.embedded.config import DATABASE
from daybreak.db.embedded.data_directory import Folder, give
from daybreak.db.embedded.os_user import Account
from daybreak.errors import Unavailable

_PREFIX = "initdb-"
_BUILTIN_LOCALE = 17
_TIMEOUT = 120
_LIMITS = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION"
_SINGLE = ["-F", "-c", "exit_on_error=on", "-c", "log_checkpoints=off"]
# One statement per line, as the single-user mode reads them.
_SETUP = f"""\
CREATE ROLE daybreak_owner {_LIMITS};
CREATE ROLE daybreak_app {_LIMITS};
CREATE DATABASE {DATABASE} OWNER daybreak_owner;
"""


_INITDB = [
    "--username=postgres",
    "--encoding=UTF8",
    "--text-search-config=english",
    "--data-checksums",
    "--auth=reject",
    "--no-sync",
    "--no-instructions",
]


def major(data: Path) -> int | None:
    """Return the major version of PostgreSQL that created the cluster, if there is one."""
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None


def create(folder: Folder, binaries: Binaries, account: Account, serving: int, *, fsync: bool) -> None:
    """Create the cluster beside its final folder and rename it when it is complete.

    Args:
        folder: the data directory to create.
        binaries: the installation that creates it.
        account: its owner.
        serving: the descriptor of the lock; child processes inherit it, so that none outlives it unseen.
        fsync: whether it must survive a sudden stop of the machine.

    Raises:
        Unavailable: initdb failed; the message has its first error.
    """
    for left_over in folder.root.glob(f"{_PREFIX}*"):
        shutil.rmtree(left_over)
    staging = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder.root))
    try:
        give(staging, account)
        _fill(staging / "data", binaries, account, serving, fsync=fsync)
        (staging / "data").rename(folder.data)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    if fsync:
        _sync(folder.root)


def _fill(data: Path, binaries: Binaries, account: Account, serving: int, *, fsync: bool) -> None:
    def run(name: str, *arguments: str, orders: str = "") -> None:
        _run([binaries.program(name), *arguments], account, serving, orders)

    target = ("-D", str(data))
    run("initdb", *target, *_locale(binaries), *_INITDB)
    run("postgres", "--single", *target, *_SINGLE, "postgres", orders=_SETUP)
    if fsync:
        run("initdb", *target, "--sync-only")


def _locale(binaries: Binaries) -> list[str]:
    """Return options for order by code point and full Unicode case mapping, the same on each machine."""
    if binaries.major >= _BUILTIN_LOCALE:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C", "--lc-ctype=" + ("UTF-8" if sys.platform == "darwin" else "C.UTF-8")]


def _run(command: list[str], account: Account, serving: int, orders: str) -> None:
    # Its output goes to a file: with a pipe it would die, and leave shared memory behind, when we are killed.
    with tempfile.TemporaryFile() as words:
        try:
            subprocess.run(  # noqa: S603 - a program of PostgreSQL's
                command, input=orders.encode(), stdout=words, stderr=words, timeout=_TIMEOUT, check=True,
                cwd="/", env=environment(), pass_fds=[serving], **account.identity(),
            )  # fmt: skip
        except subprocess.SubprocessError as error:
            words.seek(0)
            said = _telling(words.read().decode("utf-8", "replace")) or f"{type(error).__name__}, no output"
            raise Unavailable(
                f"The database could not be set up ({Path(command[0]).name}: {said}); fix it and try again."
            ) from error


def _telling(words: str) -> str:
    signs = ("error:", "FATAL:", "PANIC:", "ERROR:")
    return next((line.strip() for line in words.splitlines() if any(sign in line for sign in signs)), "")


def environment() -> dict[str, str]:
    """Return this process's environment without what would mislead PostgreSQL, messages in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
