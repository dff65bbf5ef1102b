"""One folder source as its watcher knows it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

import asyncpg

from daybreak.agenda.folder_watch.pace import Pace
from daybreak.agenda.model import ChangeDetection
from daybreak.errors import InvalidInput
from daybreak.intake import (
    FolderAccess,
    FolderState,
    IntakeSettings,
    is_skipped,
    is_transient,
    read_folder_state,
)

MISSING = b""
"""The digest of a folder that does not exist or cannot be read."""


@dataclass(slots=True, kw_only=True)
class WatchedFolder:
    """A folder source, the state of its folder, and what was read of it.

    Attributes:
        state: the state when it was last compared; None if it is missing or was never compared.
        read_digest: the state that was read, or for which a reading is enqueued; None if unknown.
        identity: device and inode of the folder when it was compared.
        changed_at: when a change was noticed that is not read yet, by a monotonic clock.
        detection: how its changes are noticed; None for the periodic check.
        marked: what is stored of that, and until when.
    """

    owner_id: UUID
    id: UUID
    path: Path
    is_confined: bool
    state: FolderState | None = None
    read_digest: bytes | None = None
    last_read_at: datetime | None = None
    identity: tuple[int, int] | None = None
    changed_at: float | None = None
    detection: ChangeDetection | None = None
    marked: ChangeDetection | None = None
    marked_until: datetime | None = None
    pace: Pace = field(default_factory=Pace)

    @classmethod
    def from_row(cls, row: asyncpg.Record) -> "WatchedFolder":
        """Return a folder that was not compared yet."""
        return cls(
            owner_id=row["owner_id"],
            id=row["id"],
            path=Path(row["locator"]),
            is_confined=row["is_confined"],
            read_digest=MISSING if row["failing_since"] else row["files_digest"],
            last_read_at=row["last_read_at"],
            marked=ChangeDetection(row["watching"]) if row["watching"] else None,
            marked_until=row["watched_until"],
        )

    @property
    def digest(self) -> bytes:
        """The digest of its state."""
        return self.state.digest if self.state else MISSING

    def update(self, row: asyncpg.Record) -> None:
        """Take over what was read in the meantime."""
        if row["last_read_at"] != self.last_read_at:
            self.last_read_at = row["last_read_at"]
            self.read_digest = row["files_digest"] or self.read_digest

    def compare(self, limits: IntakeSettings, home: Path, max_folders: int) -> FolderState | None:
        """Return the current state; None if it is missing. Blocks."""
        access = FolderAccess.excluding(home, is_confined=self.is_confined, allowed=limits.folders)
        try:
            return read_folder_state(self.path, limits, access, max_folders=max_folders)
        except InvalidInput:
            return None

    def find_identity(self) -> tuple[int, int] | None:
        """Return device and inode of the folder now; None if it is missing. Blocks."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino


def find_changed(folders: Collection[WatchedFolder], paths: Collection[str], home: str) -> set[UUID]:
    """Return the ids of the folders to which changed paths belong; hidden and temporary files are ignored."""
    roots: dict[str, list[UUID]] = {}
    for one in folders:
        roots.setdefault(one.state.root if one.state else str(one.path), []).append(one.id)
    changed: set[UUID] = set()
    for path in paths:
        if len(changed) == len(folders):
            break
        if path != home and not path.startswith(f"{home}/"):
            for root in _list_roots(path, roots):
                changed.update(roots[root])
    return changed


def _list_roots(path: str, roots: Collection[str]) -> Iterator[str]:
    """Yield the roots of which this path is a visible file or folder."""
    if path in roots:
        yield path
    is_file_name = True
    current = path
    while current not in {"", "/"}:
        current, _, name = current.rpartition("/")
        if is_skipped(name) or (is_file_name and is_transient(name)):
            return
        is_file_name = False
        if (current or "/") in roots:
            yield current or "/"
