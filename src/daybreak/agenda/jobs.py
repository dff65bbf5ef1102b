"""Reading calendar addresses again as background work, so that a brief in the night finds them read."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from daybreak import clock
from daybreak.agenda import store
from daybreak.agenda.importing import Reader, refresh
from daybreak.agenda.model import SourceKind
from daybreak.db import Database, load
from daybreak.runs import Effects, Kind, Lane, Task

_sql = load(__package__)
REFRESH = "agenda.refresh"
_EVERY = timedelta(hours=3)
_STALE_AFTER = timedelta(days=2)
_AT_ONCE = 500
_ATTEMPTS = 3

OpenReader = Callable[[UUID], Awaitable[Reader]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """A refresh needs no parameters: it is of all addresses of its owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What came of it; an address that was not read says so in its own row, and in every brief."""

    addresses: int
    read: int


def refresh_kind(open_reader: OpenReader) -> Kind[Nothing, Refreshed]:
    """The kind of run that reads all calendar addresses of an owner again.

    Args:
        open_reader: gives what that user's sources are read with.
    """

    async def handle(task: Task[Nothing]) -> Effects[Refreshed]:
        reader = await open_reader(task.owner_id)
        async with reader.database.transaction([task.owner_id]) as tx:
            known = await store.sources(tx, task.owner_id)
        addresses = [one for one in known if one.kind is SourceKind.ADDRESS]
        imported = await refresh(reader, addresses)
        fresh = sum(one.failure is None for one in imported)

        async def write(_tx: asyncpg.Connection) -> Refreshed:
            return Refreshed(addresses=len(addresses), read=fresh)

        gaps = ["addresses"] if fresh < len(addresses) else []
        return Effects(write, gaps=gaps)

    return Kind(
        name=REFRESH,
        lane=Lane.BULK,
        parameters=Nothing,
        result=Refreshed,
        handler=handle,
        time_limit=timedelta(minutes=5),
        max_attempts=_ATTEMPTS,
    )


async def start_refreshes(database: Database) -> str:
    """Start a refresh for everybody whose addresses were not asked for some hours; says how many."""
    started = 0
    async with database.ownerless() as connection:
        before = clock.now() - _EVERY
        owners = [
            row["owner_id"] for row in await connection.fetch(_sql.list_due_refreshes, before, _AT_ONCE)
        ]
    if owners:
        async with database.transaction(owners) as tx:
            started = await tx.fetchval(_sql.start_refreshes, owners, REFRESH, "addresses", _ATTEMPTS)
    return f"Started {started} refreshes of {len(owners)} due."


async def report_stale(database: Database) -> str:
    """Say how many sources have not been readable for days."""
    async with database.ownerless() as connection:
        found = await connection.fetchrow(_sql.count_stale, clock.now() - _STALE_AFTER)
    return f"{found['sources']} sources of {found['owners']} people could not be read for 2 days or more."
