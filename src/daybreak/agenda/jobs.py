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
from daybreak.agenda.sources.addresses import requested_delay
from daybreak.agenda.sources.defaults import make_reader
from daybreak.errors import DaybreakError, NotFound
from daybreak.runs import AnyKind, Effects, Item, Kind, Queue, Run, RunContext, Skipped

_MAX_ATTEMPTS = 3
ALL_SOURCES_KEY = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshParameters:
    """The parameters of a refresh: the sources to read, or None for all of the owner's."""

    sources: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshResult:
    """The result of a refresh: the number of sources to read."""

    sources: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSourceParameters:
    """The parameters of an item: the source to read."""

    source: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSourceResult:
    """The counts of one imported source; ``error`` is the reason if it could not be read."""

    files: int = 0
    added: int = 0
    updated: int = 0
    removed: int = 0
    warnings: int = 0
    error: str | None = None


async def enqueue_refresh(
    tx: asyncpg.Connection,
    owner_id: UUID,
    sources: Collection[UUID] | None = None,
    *,
    queue: Queue | None = None,
) -> Run:
    """Enqueue a refresh, which starts after the caller's transaction; return its run, or the open one.

    Args:
        tx: a transaction as this owner.
        owner_id: the owner of the sources.
        sources: the ids of the sources; None for all.
        queue: the queue; None for that of a user who waits.
    """
    chosen = tuple(sorted(set(sources))) if sources is not None else None
    key = ALL_SOURCES_KEY if chosen is None else ",".join(str(one)[:13] for one in chosen)[:200]
    return await runs.enqueue(tx, REFRESH, owner_id, RefreshParameters(sources=chosen), key, queue=queue)


async def source_items(
    tx: asyncpg.Connection, owner_id: UUID, source_ids: Collection[UUID] | None
) -> list[Item]:
    """Return the items of a refresh: one for each of these sources that exists, or for all of them."""
    known = await store.list_sources(tx, owner_id)
    chosen = [one for one in known if source_ids is None or one.id in source_ids]
    return [
        Item(READ, key=name, parameters=ReadSourceParameters(source=one.id))
        for one, name in zip(chosen, _unique_names(chosen), strict=True)
    ]


def _unique_names(sources: Sequence[Source]) -> list[str]:
    """Return a name for each source, with part of the id where names are equal."""
    count = Counter(source.name for source in sources)
    return [one.name if count[one.name] == 1 else f"{one.name} ({str(one.id)[:8]})" for one in sources]


async def _fan_out(context: RunContext[RefreshParameters]) -> Effects[RefreshResult]:
    async with context.database.transaction([context.owner_id]) as tx:
        items = await source_items(tx, context.owner_id, context.parameters.sources)

    async def write(_tx: asyncpg.Connection) -> RefreshResult:
        return RefreshResult(sources=len(items))

    return Effects(write, items=items)


async def _read_source(context: RunContext[ReadSourceParameters]) -> Effects[ReadSourceResult] | Skipped:
    source_id = context.parameters.source
    async with context.database.transaction([context.owner_id]) as tx:
        user = await people.get_user(tx, context.owner_id)
        source = {one.id: one for one in await store.list_sources(tx, context.owner_id)}.get(source_id)
    if source is None:
        return Skipped("The source was removed.")
    reader = make_reader(context.database, user)
    try:
        fetched = await imports.fetch_source(reader, source)
    except NotFound:
        return Skipped("The source was removed.")
    except DaybreakError as error:
        if error.retryable and context.attempt < _MAX_ATTEMPTS and requested_delay(error) is None:
            raise
        return _failure_effects(context, source, error)

    async def write(tx: asyncpg.Connection) -> ReadSourceResult:
        done = await imports.save_fetched_source(tx, reader, fetched)
        return ReadSourceResult(
            files=done.files,
            added=done.changes.added,
            updated=done.changes.updated,
            removed=done.changes.removed,
            warnings=len(done.warnings),
            error=done.failure,
        )

    return Effects(write, gaps=(source.name,) if fetched.failure else ())


def _failure_effects(
    context: RunContext[ReadSourceParameters], source: Source, error: DaybreakError
) -> Effects[ReadSourceResult]:
    async def write(tx: asyncpg.Connection) -> ReadSourceResult:
        reason, delay = str(error), requested_delay(error)
        await imports.record_failure(tx, context.owner_id, source.id, reason, delay)
        return ReadSourceResult(error=reason)

    return Effects(write, gaps=(source.name,))


READ = Kind(
    name="agenda.read",
    queue=Queue.INTERACTIVE,
    parameters=ReadSourceParameters,
    result=ReadSourceResult,
    handler=_read_source,
    time_limit=timedelta(minutes=12),
    max_attempts=_MAX_ATTEMPTS,
)
REFRESH = Kind(
    name="agenda.refresh",
    queue=Queue.INTERACTIVE,
    parameters=RefreshParameters,
    result=RefreshResult,
    handler=_fan_out,
    time_limit=timedelta(minutes=1),
)


def kinds() -> list[AnyKind]:
    """Return the kinds of run that read sources."""
    return [REFRESH, READ]
