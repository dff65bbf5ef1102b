"""Operations on sources: add, list, find, delete."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid5

import asyncpg

from daybreak import clock, people
from daybreak.agenda import store
from daybreak.agenda.model import ChangeDetection, Source, SourceKind, SourceWarning, UnassignedTasks
from daybreak.agenda.projects.merges import update_canonical_projects
from daybreak.agenda.rows import strip_unstorable
from daybreak.agenda.sync import acceptance
from daybreak.db import Database, load
from daybreak.errors import InvalidInput, NotFound
from daybreak.people import User

_sql = load("daybreak.agenda")
_MIN_ID_LENGTH = 4  # fewer may be a typing error, or an empty variable of a script


@dataclass(frozen=True, slots=True)
class SourceOverview:
    """A source with the counts of its items and warnings.

    Attributes:
        absent: how many of its items the last reading did not find, and are shown as they were.
    """

    source: Source
    tasks: int
    events: int
    notes: int
    warnings: int
    absent: int

    @property
    def can_accept(self) -> bool:
        """Whether the user can confirm that the source is right as it is now."""
        is_failing_address = self.source.kind is SourceKind.ADDRESS and self.source.error is not None
        return self.absent > 0 or is_failing_address

    @property
    def change_detection(self) -> ChangeDetection | None:
        """How the changes of a folder are noticed now; None for other sources."""
        return self.source.change_detection(clock.now())


async def add_folder(database: Database, user: User, path: Path, name: str | None = None) -> Source:
    """Add a folder or a single file as a source, or return the existing one.

    Raises:
        InvalidInput: the path does not exist.
    """
    source = make_folder(user, path, name)
    return await insert_source(database, user, source, source.locator, None)


def make_folder(user: User, path: Path, name: str | None = None) -> Source:
    """Return a folder or a single file as a source that is not stored.

    Raises:
        InvalidInput: the path does not exist.
    """
    resolved = _existing_path(path)
    shown = name or resolved.name or str(resolved)
    return make_source(user, SourceKind.FOLDER, shown, str(resolved), str(resolved))


async def list_sources(database: Database, user: User) -> Sequence[SourceOverview]:
    """List the user's sources by name."""
    async with database.transaction([user.id]) as tx:
        return await list_sources_in(tx, user.id)


async def list_sources_in(tx: asyncpg.Connection, owner_id: UUID) -> Sequence[SourceOverview]:
    """List an owner's sources by name, within the caller's transaction."""
    return [_overview_from_row(row) for row in await tx.fetch(_sql.list_sources, owner_id)]


async def get_source(tx: asyncpg.Connection, owner_id: UUID, source_id: UUID) -> SourceOverview:
    """Return one source, within the caller's transaction.

    Raises:
        NotFound: the owner has no such source.
    """
    row = await tx.fetchrow(_sql.get_source, owner_id, source_id)
    if row is None:
        raise NotFound("This source does not exist.")
    return _overview_from_row(row)


async def delete_source(tx: asyncpg.Connection, owner_id: UUID, source_id: UUID) -> Source:
    """Delete a source and its items, within the caller's transaction; return the deleted source.

    Raises:
        NotFound: the owner has no such source.
    """
    deleted = await get_source(tx, owner_id, source_id)
    await _delete_with_copies(tx, owner_id, source_id)
    await people.withdraw_proposals(tx, owner_id, source_id)
    await update_canonical_projects(tx, owner_id)
    return deleted.source


async def _delete_with_copies(tx: asyncpg.Connection, owner_id: UUID, source_id: UUID) -> None:
    """Delete a source, after its copies in other sources are shown again."""
    await tx.execute(_sql.lock_source_and_copies, owner_id, source_id)
    await tx.execute(_sql.mark_copies, owner_id, source_id, clock.now())
    await tx.execute(_sql.delete_source, owner_id, source_id)


async def set_unassigned(
    tx: asyncpg.Connection, owner_id: UUID, source_id: UUID, unassigned: UnassignedTasks
) -> SourceOverview:
    """Set the holder of the unassigned tasks of a source's team boards; return the source.

    Raises:
        NotFound: the owner has no such source.
    """
    await tx.execute(_sql.set_unassigned, owner_id, source_id, unassigned)
    return await get_source(tx, owner_id, source_id)


async def set_unassigned_by_reference(
    database: Database, user: User, reference: str, unassigned: UnassignedTasks
) -> Source:
    """Set the holder of the unassigned tasks of a source, found by its name, path or id prefix.

    Errors are those of `resolve_source`.
    """
    chosen = (await resolve_source(database, user, reference)).source
    async with database.transaction([user.id]) as tx:
        return (await set_unassigned(tx, user.id, chosen.id, unassigned)).source


async def accept_absence(tx: asyncpg.Connection, owner_id: UUID, source_id: UUID) -> int:
    """Remove the items that a source no longer has, within the caller's transaction; return their number.

    Raises:
        NotFound: the owner has no such source.
    """
    found = await get_source(tx, owner_id, source_id)
    return await acceptance.accept_absence(tx, owner_id, found.source.id, clock.now())


async def accept_absence_by_reference(database: Database, user: User, reference: str) -> tuple[Source, int]:
    """Remove the items that a source no longer has; return the source and their number.

    Args:
        database: the database.
        user: the owner of the source.
        reference: its name, its path or a prefix of its id.

    Raises:
        NotFound: the user has no such source.
        InvalidInput: several sources match.
    """
    chosen = (await resolve_source(database, user, reference)).source
    async with database.transaction([user.id]) as tx:
        return chosen, await accept_absence(tx, user.id, chosen.id)


def _overview_from_row(row: asyncpg.Record) -> SourceOverview:
    return SourceOverview(
        source=store.source_from_row(row),
        tasks=row["tasks"],
        events=row["events"],
        notes=row["notes"],
        warnings=row["warnings"],
        absent=row["absent"],
    )


async def resolve_source(database: Database, user: User, reference: str) -> SourceOverview:
    """Return the source with that name, path or id prefix of at least four characters.

    Raises:
        NotFound: the user has no such source.
        InvalidInput: several sources match.
    """
    return _choose_source(await list_sources(database, user), reference)


async def list_warnings(database: Database, user: User, source: Source) -> Sequence[SourceWarning]:
    """List the parts of a source that could not be read in its last import."""
    async with database.transaction([user.id]) as tx:
        return await list_warnings_in(tx, user.id, source.id)


async def list_warnings_in(
    tx: asyncpg.Connection, owner_id: UUID, source_id: UUID
) -> Sequence[SourceWarning]:
    """List the warnings of a source, within the caller's transaction."""
    return [store.warning_from_row(row) for row in await tx.fetch(_sql.list_warnings, owner_id, source_id)]


async def delete_source_by_reference(database: Database, user: User, reference: str) -> Source:
    """Delete a source and its items; the files themselves are not changed.

    Args:
        database: the database.
        user: the owner of the source.
        reference: its name, its path or a prefix of its id.

    Raises:
        NotFound: the user has no such source.
        InvalidInput: several sources match.
    """
    chosen = (await resolve_source(database, user, reference)).source
    async with database.transaction([user.id]) as tx:
        return await delete_source(tx, user.id, chosen.id)


def _existing_path(path: Path) -> Path:
    resolved = _resolve_path(path)
    if resolved is None or not resolved.exists():
        raise InvalidInput(f"There is no folder or file “{strip_unstorable(str(path))}”; check the path.")
    if strip_unstorable(str(resolved)) != str(resolved):
        raise InvalidInput(f"The path “{strip_unstorable(str(resolved))}” is not in UTF-8; rename it.")
    return resolved


def _resolve_path(path: Path) -> Path | None:
    """Return the real path, or None for a symlink loop, an inaccessible folder or an unknown home."""
    try:
        resolved = path.expanduser().resolve()
        resolved.exists()
    except (OSError, RuntimeError, ValueError):
        return None
    return resolved


def _choose_source(sources: Sequence[SourceOverview], reference: str) -> SourceOverview:
    path = str(_resolve_path(Path(reference))) if reference else ""
    found = [one for one in sources if _matches(one.source, reference, path)]
    if not found:
        names = ", ".join(f"“{one.source.name}”" for one in sources) or "none yet"
        raise NotFound(f"No source matches “{reference}”. Your sources: {names}.")
    if len(found) > 1:
        ids = ", ".join(str(one.source.id)[:8] for one in found)
        raise InvalidInput(f"“{reference}” matches {len(found)} sources; use one of these ids: {ids}.")
    return found[0]


def _matches(source: Source, reference: str, path: str) -> bool:
    if reference == source.name or path == source.locator:
        return True
    return len(reference) >= _MIN_ID_LENGTH and str(source.id).startswith(reference.lower())


def make_source(user: User, kind: SourceKind, name: str, display_locator: str, locator: str) -> Source:
    """Return a new source; its id is derived from the owner and the locator."""
    # A locator that is added twice, or concurrently, is one source.
    return Source(id=uuid5(user.id, f"{kind}:{locator}"), kind=kind, name=name, locator=display_locator)


async def insert_source(
    database: Database, user: User, source: Source, locator: str, secret: str | None
) -> Source:
    """Insert a source unless the locator is known; return the stored one."""
    async with database.transaction([user.id]) as tx:
        return await insert_source_in(tx, user, source, locator, secret)


async def insert_source_in(
    tx: asyncpg.Connection, user: User, source: Source, locator: str, secret: str | None
) -> Source:
    """Insert a source as `insert_source` does, within the caller's transaction."""
    digest = sha256(locator.encode()).digest()
    row = (source.id, source.kind, source.name, source.locator, digest, secret)
    await tx.execute(_sql.insert_source, user.id, *row)
    known = await store.list_sources(tx, user.id)
    return next(stored for stored in known if stored.id == source.id)
