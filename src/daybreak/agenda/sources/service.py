"""Operations on sources: add, list, find, delete."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid5

import asyncpg

from daybreak.agenda import store
from daybreak.agenda.model import Source, SourceKind, SourceWarning
from daybreak.agenda.rows import storable
from daybreak.db import Database, load
from daybreak.errors import InvalidInput, NotFound
from daybreak.intake import Vault, WebAddress
from daybreak.people import User

_sql = load("daybreak.agenda")
_SHORTEST_ID = 4  # fewer may be a typing error, or an empty variable of a script


@dataclass(frozen=True, slots=True)
class SourceOverview:
    """A source with the counts of its items and warnings."""

    source: Source
    tasks: int
    events: int
    notes: int
    warnings: int


async def add_folder(database: Database, user: User, path: Path, name: str | None = None) -> Source:
    """Add a folder or a single file as a source, or return the existing one.

    Raises:
        InvalidInput: the path does not exist.
    """
    place = _existing(path)
    source = _source(user, SourceKind.FOLDER, name or place.name or str(place), str(place), str(place))
    return await _add(database, user, source, str(place), None)


async def add_address(
    database: Database, user: User, url: str, vault: Vault, name: str | None = None
) -> Source:
    """Add an .ics URL as a source; the URL is stored encrypted, because it often contains a secret.

    Raises:
        InvalidInput: it is not an http(s) or webcal URL, or one that may not be fetched.
    """
    locator = url.strip()
    address = WebAddress.parse(locator)
    source = _source(user, SourceKind.ADDRESS, name or address.host, f"{address.origin}/…", locator)
    return await _add(database, user, source, locator, vault.encrypt(locator))


async def overview(database: Database, user: User) -> Sequence[SourceOverview]:
    """List the user's sources by name."""
    async with database.transaction([user.id]) as tx:
        return await overview_in(tx, user.id)


async def overview_in(tx: asyncpg.Connection, owner_id: UUID) -> Sequence[SourceOverview]:
    """List an owner's sources by name, within the caller's transaction."""
    return [_overview(row) for row in await tx.fetch(_sql.list_sources, owner_id)]


async def get(tx: asyncpg.Connection, owner_id: UUID, source_id: UUID) -> SourceOverview:
    """Return one source, within the caller's transaction.

    Raises:
        NotFound: the owner has no such source.
    """
    row = await tx.fetchrow(_sql.read_source, owner_id, source_id)
    if row is None:
        raise NotFound("This source does not exist.")
    return _overview(row)


async def forget(tx: asyncpg.Connection, owner_id: UUID, source_id: UUID) -> Source:
    """Delete a source and its items, within the caller's transaction; return the deleted source.

    Raises:
        NotFound: the owner has no such source.
    """
    gone = await get(tx, owner_id, source_id)
    await tx.execute(_sql.remove_source, owner_id, source_id)
    return gone.source


def _overview(row: asyncpg.Record) -> SourceOverview:
    return SourceOverview(store.source(row), row["tasks"], row["events"], row["notes"], row["warnings"])


async def find(database: Database, user: User, which: str) -> SourceOverview:
    """Return the source with that name, path or id prefix of at least four characters.

    Raises:
        NotFound: the user has no such source.
        InvalidInput: several sources match.
    """
    return _choose(await overview(database, user), which)


async def warnings(database: Database, user: User, source: Source) -> Sequence[SourceWarning]:
    """List the parts of a source that could not be read in its last import."""
    async with database.transaction([user.id]) as tx:
        return await warnings_of(tx, user.id, source.id)


async def warnings_of(tx: asyncpg.Connection, owner_id: UUID, source_id: UUID) -> Sequence[SourceWarning]:
    """List the warnings of a source, within the caller's transaction."""
    return [store.warning(row) for row in await tx.fetch(_sql.list_warnings, owner_id, source_id)]


async def remove(database: Database, user: User, which: str) -> Source:
    """Delete a source and its items; the files themselves are not changed.

    Args:
        database: the database.
        user: the owner of the source.
        which: its name, its path or a prefix of its id.

    Raises:
        NotFound: the user has no such source.
        InvalidInput: several sources match.
    """
    chosen = (await find(database, user, which)).source
    async with database.transaction([user.id]) as tx:
        await tx.execute(_sql.remove_source, user.id, chosen.id)
    return chosen


def _existing(path: Path) -> Path:
    place = _resolved(path)
    if place is None or not place.exists():
        raise InvalidInput(f"There is no folder or file “{storable(str(path))}”; check the path.")
    if storable(str(place)) != str(place):
        raise InvalidInput(f"The path “{storable(str(place))}” is not in UTF-8; rename it.")
    return place


def _resolved(path: Path) -> Path | None:
    """Return the real path, or None for a symlink loop, an inaccessible folder or an unknown home."""
    try:
        place = path.expanduser().resolve()
        place.exists()
    except (OSError, RuntimeError, ValueError):
        return None
    return place


def _choose(known: Sequence[SourceOverview], which: str) -> SourceOverview:
    path = str(_resolved(Path(which))) if which else ""
    found = [one for one in known if _is_meant(one.source, which, path)]
    if not found:
        names = ", ".join(f"“{one.source.name}”" for one in known) or "none yet"
        raise NotFound(f"No source matches “{which}”. Your sources: {names}.")
    if len(found) > 1:
        ids = ", ".join(str(one.source.id)[:8] for one in found)
        raise InvalidInput(f"“{which}” matches {len(found)} sources; use one of these ids: {ids}.")
    return found[0]


def _is_meant(source: Source, which: str, path: str) -> bool:
    if which == source.name or path == source.locator:
        return True
    return len(which) >= _SHORTEST_ID and str(source.id).startswith(which.lower())


def _source(user: User, kind: SourceKind, name: str, shown: str, locator: str) -> Source:
    # The id is derived from owner and locator: a locator that is added twice, or concurrently, is one source.
    return Source(id=uuid5(user.id, f"{kind}:{locator}"), kind=kind, name=name, locator=shown)


async def _add(database: Database, user: User, source: Source, locator: str, secret: str | None) -> Source:
    digest = sha256(locator.encode()).digest()
    row = (source.id, source.kind, source.name, source.locator, digest, secret)
    async with database.transaction([user.id]) as tx:
        await tx.execute(_sql.add_source, user.id, *row)
        known = await store.sources(tx, user.id)
    return next(stored for stored in known if stored.id == source.id)
