"""Folders of this computer as sources: which ones may be added in the web, and adding them."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from uuid import uuid5

import asyncpg

from daybreak.agenda.model import Source, SourceKind
from daybreak.agenda.rows import strip_unstorable
from daybreak.db import load
from daybreak.errors import Conflict, Forbidden, InvalidInput
from daybreak.intake import (
    FolderAccess,
    IntakeSettings,
    is_allowed,
    is_skipped,
    read_folder_state,
    resolve_folders,
)
from daybreak.people import User
from daybreak.settings import settings
from daybreak.threads import DedicatedThreads

MAX_SUBFOLDERS = 200
_MAX_ENTRIES_LISTED = 20_000
_MAX_PATH_LENGTH = 4000
_sql = load("daybreak.agenda")
# A folder on a network that does not answer occupies its threads, and none of others.
_threads = DedicatedThreads("folders", 4, max_waiting=16)
HOW_TO_ALLOW = (
    "To add a folder of this computer here, set DAYBREAK_INTAKE_FOLDERS to the folders that administrators"
    " may add, or run “daybreak sources add FOLDER”."
)


@dataclass(frozen=True, slots=True)
class Subfolders:
    """The subfolders of an allowed folder, to choose one.

    Attributes:
        path: the folder; empty for the list of the allowed folders themselves.
        parent: the folder above it; empty for that list, None if this is that list.
        paths: its subfolders by name, without hidden ones.
        is_complete: whether these are all of them.
    """

    path: str
    parent: str | None
    paths: Sequence[str]
    is_complete: bool = True

    @property
    def named_paths(self) -> Sequence[tuple[str, str]]:
        """Each subfolder's path with the name under which it is shown."""
        return [(path, Path(path).name if self.path else path) for path in self.paths]


NO_SUBFOLDERS = Subfolders("", None, ())


def allows_folders() -> bool:
    """Return whether this process allows administrators to add folders in the web."""
    return bool(IntakeSettings.load().folders)


async def check_folder(text: str) -> Path:
    """Return the real path of a folder or file that may be added as a source.

    Raises:
        Forbidden: no folder may be added.
        InvalidInput: it is not below an allowed folder, cannot be read, or is too large.
        Unavailable: other folders do not answer.
    """
    return await _threads.run(_check_folder, text, IntakeSettings.load(), settings().home)


async def list_subfolders(text: str) -> Subfolders:
    """Return the subfolders of an allowed folder; of no path the allowed folders themselves.

    Errors are those of `check_folder`.
    """
    return await _threads.run(_list_subfolders, text, IntakeSettings.load(), settings().home)


async def add_checked_folder(
    tx: asyncpg.Connection, user: User, folder: Path, name: str | None = None
) -> Source:
    """Add a folder that `check_folder` returned as a source of this user, in the caller's transaction.

    Raises:
        Conflict: it is a source already.
    """
    locator = str(folder)
    source = Source(
        id=uuid5(user.id, f"{SourceKind.FOLDER}:{locator}"),
        kind=SourceKind.FOLDER,
        name=name or folder.name or locator,
        locator=locator,
        is_confined=True,
    )
    digest = sha256(locator.encode()).digest()
    added = await tx.fetchval(_sql.insert_folder, user.id, source.id, source.name, locator, digest)
    if added is None:
        raise Conflict(f"“{locator}” is already one of your sources.")
    return source


def _check_folder(text: str, limits: IntakeSettings, home: Path) -> Path:
    real = _resolve_allowed(text, limits, home)
    try:
        mode = real.stat().st_mode
        if stat.S_ISREG(mode):
            os.close(os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
            return real
    except OSError as error:
        raise _describe_failure(real, error) from None
    if not stat.S_ISDIR(mode):
        raise InvalidInput(f"“{real}” is neither a folder nor a file; choose a folder.")
    _list_names(real)
    state = read_folder_state(real, limits, FolderAccess.excluding(home))
    if not state.is_complete:
        raise InvalidInput(
            f"“{real}” has more entries than are read (DAYBREAK_INTAKE_MAX_FILES, times 10);"
            " choose one of its subfolders."
        )
    return real


def _resolve_allowed(text: str, limits: IntakeSettings, home: Path) -> Path:
    """Return the real path; a place outside the allowed folders is refused, whether it exists or not."""
    allowed = resolve_folders(limits.folders)
    if not allowed:
        raise Forbidden(HOW_TO_ALLOW)
    entered = text.strip()
    if not entered or len(entered) > _MAX_PATH_LENGTH or strip_unstorable(entered) != entered:
        raise InvalidInput("Enter the path of a folder.")
    path = _expand(entered)
    if not path.is_absolute():
        raise InvalidInput("Enter the whole path of the folder, such as /home/anna/plans.")
    real = Path(os.path.realpath(path))
    if not is_allowed(real, allowed):
        names = ", ".join(f"“{one}”" for one in allowed)
        raise InvalidInput(f"Choose a folder in {names}: others are not allowed (DAYBREAK_INTAKE_FOLDERS).")
    if FolderAccess.excluding(home).is_in_home(real):
        raise InvalidInput(
            "This folder contains Daybreak’s own data (DAYBREAK_HOME), which is never read;"
            " choose another folder."
        )
    if _is_hidden(real, allowed):
        raise InvalidInput(f"“{real}” is hidden or a folder of a program, and those are not read.")
    return real


def _expand(entered: str) -> Path:
    try:
        return Path(entered).expanduser()
    except RuntimeError:
        return Path(entered)


def _is_hidden(real: Path, allowed: Sequence[Path]) -> bool:
    root = max((one for one in allowed if real.is_relative_to(one)), key=lambda one: len(one.parts))
    return any(map(is_skipped, real.relative_to(root).parts))


def _describe_failure(real: Path, error: OSError) -> InvalidInput:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return InvalidInput(f"There is no folder or file “{real}”; check the path.")
        case PermissionError():
            return InvalidInput(
                f"“{real}” is not readable for the user that runs Daybreak; change its permissions."
            )
        case _:
            reason = (error.strerror or "unknown error").lower()
            return InvalidInput(f"“{real}” cannot be read: {reason}; choose another folder.")


def _list_subfolders(text: str, limits: IntakeSettings, home: Path) -> Subfolders:
    if not text.strip() and limits.folders:
        existing = [str(one) for one in resolve_folders(limits.folders) if one.is_dir()]
        return Subfolders("", None, existing[:MAX_SUBFOLDERS], len(existing) <= MAX_SUBFOLDERS)
    real = _resolve_allowed(text, limits, home)
    names, is_complete = _list_names(real)
    access = FolderAccess.excluding(home)
    paths = [str(real / name) for name in names if not access.is_in_home(real / name)]
    is_root = real in resolve_folders(limits.folders)
    shown = paths[:MAX_SUBFOLDERS]
    return Subfolders(
        str(real), "" if is_root else str(real.parent), shown, is_complete and len(shown) == len(paths)
    )


def _list_names(real: Path) -> tuple[list[str], bool]:
    """Return the names of a folder's subfolders, and whether its entries were all listed.

    Raises:
        InvalidInput: it cannot be listed.
    """
    try:
        with os.scandir(real) as listing:
            entries = list(islice(listing, _MAX_ENTRIES_LISTED + 1))
    except OSError as error:
        raise _describe_failure(real, error) from None
    names = [
        entry.name
        for entry in entries
        if not is_skipped(entry.name)
        and entry.is_dir(follow_symlinks=False)
        and strip_unstorable(entry.name) == entry.name
    ]
    return sorted(names, key=str.casefold), len(entries) <= _MAX_ENTRIES_LISTED
