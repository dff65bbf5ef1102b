"""The run kinds that read sources in the background: a run with one item for each source."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from daybreak import people, runs
from daybreak.agenda import store
from daybreak.agenda.model import Source
from daybreak.agenda.sources import imports
from daybreak.agenda.sources.defaults import reader_of
from daybreak.errors import DaybreakError, NotFound
from daybreak.runs import AnyKind, Effects, Item, Kind, Lane, Run, Skipped, Task

_ATTEMPTS = 3
ALL_SOURCES = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """The parameters of a refresh: the sources to read, or None for all of the owner's."""

    sources: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """The result of a refresh: the number of sources to read."""

    sources: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OneSource:
    """The parameters of an item: the source to read."""

    source: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRead:
    """The counts of one imported source; ``error`` is the reason if it could not be read."""

    files: int = 0
    added: int = 0
    updated: int = 0
    removed: int = 0
    warnings: int = 0
    error: str | None = None


async def start_refresh(
    tx: asyncpg.Connection, owner_id: UUID, sources: Collection[UUID] | None = None
) -> Run:
    """Enqueue a refresh, which starts after the caller's transaction; return its run, or the open one.

    Args:
        tx: a transaction as this owner.
        owner_id: the owner of the sources.
        sources: the ids of the sources; None for all.
    """
    chosen = tuple(sorted(set(sources))) if sources is not None else None
    key = ALL_SOURCES if chosen is None else ",".join(str(one)[:13] for one in chosen)[:200]
    return await runs.start(tx, REFRESH, owner_id, Refresh(sources=chosen), key)


async def read_items(tx: asyncpg.Connection, owner_id: UUID, chosen: Collection[UUID] | None) -> list[Item]:
    """Return the items of a refresh: one for each of these sources that exists, or for all of them."""
    known = await store.sources(tx, owner_id)
    wanted = [one for one in known if chosen is None or one.id in chosen]
    return [
        Item(READ, key=name, parameters=OneSource(source=one.id))
        for one, name in zip(wanted, _names(wanted), strict=True)
    ]


def _names(sources: Sequence[Source]) -> list[str]:
    """Return a name for each source, with part of the id where names are equal."""
    count = Counter(source.name for source in sources)
    return [one.name if count[one.name] == 1 else f"{one.name} ({str(one.id)[:8]})" for one in sources]


async def _fan_out(task: Task[Refresh]) -> Effects[Refreshed]:
    async with task.database.transaction([task.owner_id]) as tx:
        items = await read_items(tx, task.owner_id, task.parameters.sources)

    async def write(_tx: asyncpg.Connection) -> Refreshed:
        return Refreshed(sources=len(items))

    return Effects(write, items=items)


async def _read(task: Task[OneSource]) -> Effects[SourceRead] | Skipped:
    source_id = task.parameters.source
    async with task.database.transaction([task.owner_id]) as tx:
        user = await people.get(tx, task.owner_id)
        source = {one.id: one for one in await store.sources(tx, task.owner_id)}.get(source_id)
    if source is None:
        return Skipped("The source was removed.")
    reader = reader_of(task.database, user)
    try:
        gathered = await imports.gather(reader, source)
    except NotFound:
        return Skipped("The source was removed.")
    except DaybreakError as error:
        if error.retryable and task.attempt < _ATTEMPTS:
            raise
        return _failed(task, source, str(error))

    async def write(tx: asyncpg.Connection) -> SourceRead:
        done = await imports.write(tx, reader, gathered)
        return SourceRead(
            files=done.files,
            added=done.changes.added,
            updated=done.changes.updated,
            removed=done.changes.removed,
            warnings=len(done.warnings),
            error=done.failure,
        )

    return Effects(write, gaps=(source.name,) if gathered.failure else ())


def _failed(task: Task[OneSource], source: Source, reason: str) -> Effects[SourceRead]:
    async def write(tx: asyncpg.Connection) -> SourceRead:
        await imports.note_failure(tx, task.owner_id, source.id, reason)
        return SourceRead(error=reason)

    return Effects(write, gaps=(source.name,))


READ = Kind(
    name="agenda.read",
    lane=Lane.PEOPLE,
    parameters=OneSource,
    result=SourceRead,
    handler=_read,
    time_limit=timedelta(minutes=12),
    max_attempts=_ATTEMPTS,
)
REFRESH = Kind(
    name="agenda.refresh",
    lane=Lane.PEOPLE,
    parameters=Refresh,
    result=Refreshed,
    handler=_fan_out,
    time_limit=timedelta(minutes=1),
)


def kinds() -> list[AnyKind]:
    """Return the kinds of run that read sources."""
    return [REFRESH, READ]
