"""The verbs on sources: add, list, remove."""

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

_sql = load(__package__)
_SHORTEST_ID = 4  # less may be a slip of the finger, or an empty variable of a script


@dataclass(frozen=True, slots=True)
class SourceOverview:
    """A source with how many things it gave, and how many warnings."""

    source: Source
    tasks: int
    events: int
    notes: int
    warnings: int


async def add_folder(database: Database, user: User, path: Path, name: str | None = None) -> Source:
    """A folder, or a single file, as a source; the one that is there already if it is.

    Raises:
        InvalidInput: there is nothing at that path.
    """
    place = _existing(path)
    source = _source(user, SourceKind.FOLDER, name or place.name or str(place), str(place), str(place))
    return await _add(database, user, source, str(place), None)


async def add_address(
    database: Database, user: User, url: str, vault: Vault, name: str | None = None
) -> Source:
    """An .ics address as a source; the address is kept encrypted, since it often holds a secret.

    Raises:
        InvalidInput: it is not an http(s) or webcal address, or one that may not be fetched.
    """
    locator = url.strip()
    address = WebAddress.parse(locator)
    source = _source(user, SourceKind.ADDRESS, name or address.host, f"{address.origin}/…", locator)
    return await _add(database, user, source, locator, vault.encrypt(locator))


async def overview(database: Database, user: User) -> Sequence[SourceOverview]:
    """The user's sources, by name."""
    async with database.transaction([user.id]) as tx:
        return await overview_in(tx, user.id)


async def overview_in(tx: asyncpg.Connection, owner_id: UUID) -> Sequence[SourceOverview]:
    """An owner's sources, by name, within the caller's transaction."""
    return [_overview(row) for row in await tx.fetch(_sql.list_sources, owner_id)]


async def get(tx: asyncpg.Connection, owner_id: UUID, source_id: UUID) -> SourceOverview:
    """One source, within the caller's transaction.

    Raises:
        NotFound: there is no such source of this owner's.
    """
    row = await tx.fetchrow(_sql.read_source, owner_id, source_id)
    if row is None:
        raise NotFound("There is no such source.")
    return _overview(row)


async def forget(tx: asyncpg.Connection, owner_id: UUID, source_id: UUID) -> Source:
    """Forget a source and all that it gave, within the caller's transaction; gives what it was.

    Raises:
        NotFound: there is no such source of this owner's.
    """
    gone = await get(tx, owner_id, source_id)
    await tx.execute(_sql.remove_source, owner_id, source_id)
    return gone.source


def _overview(row: asyncpg.Record) -> SourceOverview:
    return SourceOverview(store.source(row), row["tasks"], row["events"], row["notes"], row["warnings"])


async def find(database: Database, user: User, which: str) -> SourceOverview:
    """The source of that name, path or beginning of an id, at least four signs of it.

    Raises:
        NotFound: the user has no such source.
        InvalidInput: several sources are meant.
    """
    return _choose(await overview(database, user), which)


async def warnings(database: Database, user: User, source: Source) -> Sequence[SourceWarning]:
    """What could not be read of a source when it was last read."""
    async with database.transaction([user.id]) as tx:
        return await warnings_of(tx, user.id, source.id)


async def warnings_of(tx: asyncpg.Connection, owner_id: UUID, source_id: UUID) -> Sequence[SourceWarning]:
    """Likewise, within the caller's transaction."""
    return [store.warning(row) for row in await tx.fetch(_sql.list_warnings, owner_id, source_id)]


async def remove(database: Database, user: User, which: str) -> Source:
    """Forget a source and all that it gave; the files themselves are not touched.

    Args:
        database: where it is.
        user: whose source.
        which: its name, its path or the beginning of its id.

    Raises:
        NotFound: the user has no such source.
        InvalidInput: several sources are meant.
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
        raise InvalidInput(f"The path “{storable(str(place))}” is not in UTF-8; give it another name.")
    return place


def _resolved(path: Path) -> Path | None:
    """The real path; None where there can be none: an endless link, a closed folder, an unknown home."""
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
        raise NotFound(f"There is no source “{which}”; there are: {names}.")
    if len(found) > 1:
        ids = ", ".join(str(one.source.id)[:8] for one in found)
        raise InvalidInput(f"“{which}” could mean {len(found)} sources; name one by its id: {ids}.")
    return found[0]


def _is_meant(source: Source, which: str, path: str) -> bool:
    if which == source.name or path == source.locator:
        return True
    return len(which) >= _SHORTEST_ID and str(source.id).startswith(which.lower())


def _source(user: User, kind: SourceKind, name: str, shown: str, locator: str) -> Source:
    # The id follows from owner and place, so that the same place added twice, or at once, is one source.
    return Source(id=uuid5(user.id, f"{kind}:{locator}"), kind=kind, name=name, locator=shown)


async def _add(database: Database, user: User, source: Source, locator: str, secret: str | None) -> Source:
    digest = sha256(locator.encode()).digest()
    row = (source.id, source.kind, source.name, source.locator, digest, secret)
    async with database.transaction([user.id]) as tx:
        await tx.execute(_sql.add_source, user.id, *row)
        known = await store.sources(tx, user.id)
    return next(stored for stored in known if stored.id == source.id)
