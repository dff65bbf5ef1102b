"""Connections and transactions: the one way to the rows, always as somebody.

Row-level security is forced on every table of a user's. A transaction names the owners whose rows it may see
and write; nothing else is visible in it, and a statement outside of one is an error, not an empty page.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Self
from uuid import UUID

import asyncpg

from daybreak.db.connections import (
    BROKEN,
    CONNECT_SECONDS,
    check_version,
    explained,
    is_lost,
    translate_loss,
)
from daybreak.db.migrate import pending
from daybreak.db.queries import load
from daybreak.errors import Bug, Misconfigured

_sql = load(__package__)
_COMMAND_SECONDS = 60
_ROLLBACK_SECONDS = 5
_RELEASE_SECONDS = 5


class Database:
    """A pool of connections as the role ``daybreak_app``."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @classmethod
    @asynccontextmanager
    async def connect(
        cls, dsn: str, *, connections: int = 4, patience: float | None = None
    ) -> AsyncIterator[Self]:
        """A database for the length of the block.

        Args:
            dsn: address of the database, with the role to act as.
            connections: how many transactions may be under way at once.
            patience: seconds after which a statement without an answer counts as lost, and after which the
                server ends a transaction of ours that has gone silent; not through a pooler. None for a
                minute, and no such end.

        Raises:
            Unavailable: nobody answers at that address.
            Misconfigured: the login is refused, or the role could get round row-level security.
        """
        pool = await _open_pool(dsn, connections, patience)
        try:
            database = cls(pool)
            await database._refuse_powerful_role()
            yield database
        finally:
            await _close(pool)

    @asynccontextmanager
    async def transaction(self, owners: Iterable[UUID]) -> AsyncIterator[asyncpg.Connection]:
        """One transaction that sees the rows of these owners and no others.

        It commits at the end of the block and rolls back if the block raises or is cancelled. Two round
        trips are its own: one to begin, one to end.

        Raises:
            Bug: no owner is given, or the block went on after a statement had failed.
            Unavailable: the database does not answer, or the connection broke.
        """
        ids = ",".join(str(UUID(str(owner))) for owner in owners)
        if not ids:
            raise Bug("a transaction needs at least one owner")
        async with self.ownerless() as connection:
            await connection.execute(f"BEGIN; SET LOCAL daybreak.owner_ids = '{{{ids}}}'")
            try:
                yield connection
            except BaseException:
                await _roll_back(connection)
                raise
            # PostgreSQL answers the commit of a failed transaction with a rollback, and without an error.
            if await connection.execute("COMMIT") != "COMMIT":
                raise Bug("a transaction went on after one of its statements had failed; nothing was written")

    @asynccontextmanager
    async def ownerless(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection that sees no user's rows at all: only for definer functions such as a sign-in's.

        Raises:
            Unavailable: the database does not answer, or the connection broke.
        """
        async with AsyncExitStack() as stack:
            with explained():
                connection = await self._pool.acquire()
            stack.push_async_callback(self._release, connection)
            with translate_loss(connection):
                yield connection

    async def _release(self, connection: asyncpg.Connection) -> None:
        # What was to be done on it is done or has failed already. A lost connection may be back in the pool;
        # one that died in silence never acknowledges a cancellation.
        try:
            await self._pool.release(connection, timeout=_RELEASE_SECONDS)
        except BROKEN as error:
            if not (is_lost(connection) or isinstance(error, TimeoutError)):
                raise

    async def migrations_due(self) -> bool:
        """Whether the schema is older than this version of Daybreak.

        Raises:
            Misconfigured: it is newer, or an applied migration was edited.
        """
        async with self.ownerless() as connection:
            return bool(await pending(connection))

    async def _refuse_powerful_role(self) -> None:
        async with self.ownerless() as connection:
            check_version(connection)
            role = await connection.fetchrow(_sql.describe_role)
        if role["is_powerful"] or role["is_owner"]:
            raise Misconfigured(
                f"The role {role['name']} could read every user's rows; give DAYBREAK_DATABASE_URL the "
                "role daybreak_app, which owns nothing (docs/howto/postgresql.md)."
            )


def _bounds(patience: float | None) -> dict[str, str]:
    """Whoever is frozen or out of reach with rows in its hands must not keep them from others for ever."""
    return {"idle_in_transaction_session_timeout": f"{patience}s"} if patience else {}


async def _open_pool(dsn: str, connections: int, patience: float | None) -> asyncpg.Pool:
    with explained():
        return await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=connections,
            timeout=CONNECT_SECONDS,
            command_timeout=patience or _COMMAND_SECONDS,
            # Every setting of ours is local to its transaction, so there is nothing to reset on release;
            # asyncpg still rolls back what was left open.
            reset=_nothing_to_reset,
            server_settings={"application_name": "daybreak", "TimeZone": "UTC", **_bounds(patience)},
        )


async def _roll_back(connection: asyncpg.Connection) -> None:
    # PostgreSQL overlooks a request to cancel that comes before its statement, and answers when that ends.
    if is_lost(connection):
        return
    try:
        if connection.is_in_transaction():
            await asyncio.wait_for(connection.execute("ROLLBACK"), _ROLLBACK_SECONDS)
    except BROKEN:
        if not is_lost(connection):
            connection.terminate()


async def _close(pool: asyncpg.Pool) -> None:
    try:
        await asyncio.wait_for(pool.close(), timeout=5)
    except BROKEN:  # nobody is there to say goodbye to
        pool.terminate()


async def _nothing_to_reset(_connection: object) -> None:
    return
