"""Connections and transactions, which always have owners.

Row-level security is forced on every table of a user's. A transaction names the owners whose rows it may see
and write; nothing else is visible in it, and a statement outside of one is an error, not an empty page.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Self
from uuid import UUID

import asyncpg

from daybreak import clock
from daybreak.db.compatibility import CompatibilityMonitor
from daybreak.db.connections import (
    BROKEN,
    CONNECT_SECONDS,
    check_version,
    connect,
    is_lost,
    translate_errors,
    translate_loss,
    wait_until_accepting,
)
from daybreak.db.migrate import pending_migrations
from daybreak.db.outages import outage
from daybreak.db.queries import load
from daybreak.errors import InternalError, Misconfigured, Unavailable

_sql = load(__package__)
_COMMAND_SECONDS = 60
_ACQUIRE_SECONDS = 60.0
_SERVER_SETTINGS = {"application_name": "daybreak", "TimeZone": "UTC"}
_ROLLBACK_SECONDS = 5
_RELEASE_SECONDS = 5


class Database:
    """A pool of connections as the role ``daybreak_app``.

    Attributes:
        compatibility: whether a newer program has excluded this one since the start.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        dsn: str,
        acquire_seconds: float,
        compatibility: CompatibilityMonitor | None = None,
    ) -> None:
        self._pool = pool
        self._dsn = dsn
        self._acquire_seconds = acquire_seconds
        self.compatibility = compatibility or CompatibilityMonitor()

    @classmethod
    @asynccontextmanager
    async def connect(
        cls,
        dsn: str,
        *,
        max_connections: int = 4,
        command_timeout: float | None = None,
        compatibility: CompatibilityMonitor | None = None,
        acquire_seconds: float = _ACQUIRE_SECONDS,
        refused_seconds: float = 0.0,
    ) -> AsyncIterator[Self]:
        """Open a connection pool to a database for the length of the block.

        Args:
            dsn: address of the database, with the role to act as.
            max_connections: how many transactions may be under way at once.
            command_timeout: seconds after which a statement without an answer counts as lost, and after which
                the server ends an idle transaction; not through a pooler. None means a minute, and idle
                transactions stay open.
            compatibility: the monitor of the process; None for one of its own.
            acquire_seconds: the longest wait for a free connection. Background work can wait; a
                request cannot, since its client times out.
            refused_seconds: how long to wait for a server that refuses connections. A server that is starting
                up or in recovery is awaited in any case.

        Raises:
            Unavailable: no server responds at that address.
            Misconfigured: the login is refused, or the role could get round row-level security.
        """
        with translate_errors():
            pool = await wait_until_accepting(
                lambda: _open_pool(dsn, max_connections, command_timeout), refused_seconds=refused_seconds
            )
        try:
            database = cls(pool, dsn, acquire_seconds, compatibility)
            await database._reject_powerful_role()
            yield database
        finally:
            await _close_pool(pool)

    @asynccontextmanager
    async def transaction(self, owners: Iterable[UUID]) -> AsyncIterator[asyncpg.Connection]:
        """One transaction that sees the rows of these owners and no others.

        It commits at the end of the block and rolls back if the block raises or is cancelled. Two round
        trips are its own: one to begin, one to end.

        Raises:
            InternalError: there is no owner, or the block continued after a statement had failed.
            Unavailable: the database does not answer, or the connection broke.
        """
        begin = _begin_for(owners)
        async with self.without_owner() as connection:
            await connection.execute(begin)
            try:
                yield connection
            except BaseException:
                await _roll_back(connection)
                raise
            # PostgreSQL answers the commit of a failed transaction with a rollback, and without an error.
            if await connection.execute("COMMIT") != "COMMIT":
                raise InternalError(
                    "a transaction went on after one of its statements had failed; nothing was written"
                )

    @asynccontextmanager
    async def discarded_transaction(self, owners: Iterable[UUID]) -> AsyncIterator[asyncpg.Connection]:
        """One transaction like `transaction` that is always rolled back: nothing that it writes stays.

        Raises:
            InternalError: there is no owner.
            Unavailable: the database does not answer, or the connection broke.
        """
        begin = _begin_for(owners)
        async with self.without_owner() as connection:
            await connection.execute(begin)
            try:
                yield connection
            finally:
                await _roll_back(connection)

    @asynccontextmanager
    async def without_owner(self) -> AsyncIterator[asyncpg.Connection]:
        """Acquire a connection that sees no user's rows, for definer functions such as those of sign-in.

        Raises:
            Unavailable: all connections remain in use, the database does not answer, or the connection broke.
        """
        async with AsyncExitStack() as stack:
            with translate_errors():
                connection = await self._acquire()
            stack.push_async_callback(self._release, connection)
            with translate_loss(connection):
                yield connection
            outage.record_answer()

    async def examine_error(self, error: Exception) -> bool:
        """Return whether a statement failed since it does not fit the schema; log it, and find out why."""
        return await self.compatibility.examine(error, self._read_compatibility)

    async def _read_compatibility(self) -> asyncpg.Record | None:
        async with self.without_owner() as connection:
            return await connection.fetchrow(_sql.read_compatibility)

    async def _acquire(self) -> asyncpg.Connection:
        try:
            return await self._pool.acquire(timeout=self._acquire_seconds)
        except TimeoutError:
            # A new connection may be late, too; only a full pool is certain to be the reason.
            if self._pool.get_idle_size() or self._pool.get_size() < self._pool.get_max_size():
                raise
            busy = Unavailable("Too many requests wait for the database; try again in a moment.")
            raise busy.with_reason(f"all {self._pool.get_max_size()} connections are in use") from None

    @asynccontextmanager
    async def snapshot(self, owner_id: UUID) -> AsyncIterator[asyncpg.Connection]:
        """Open one read-only transaction on a connection of its own, for a long read of one owner's rows.

        All its statements see the data of the same instant. It occupies no connection of the pool, so the
        caller has to limit the number of concurrent snapshots.

        Raises:
            Unavailable: the database does not answer, or the connection broke.
        """
        async with connect(
            self._dsn, command_timeout=_COMMAND_SECONDS, server_settings=_SERVER_SETTINGS
        ) as tx:
            await tx.execute(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
                f"SET LOCAL daybreak.owner_ids = '{{{UUID(str(owner_id))}}}'"
            )
            yield tx
            await tx.execute("COMMIT")

    async def _release(self, connection: asyncpg.Connection) -> None:
        # What was to be done on it is done or has failed already. A lost connection may be back in the pool;
        # one that died in silence never acknowledges a cancellation.
        try:
            await self._pool.release(connection, timeout=_RELEASE_SECONDS)
        except BROKEN as error:
            if not (is_lost(connection) or isinstance(error, TimeoutError)):
                raise

    async def has_pending_migrations(self) -> bool:
        """Whether the schema is older than this version of Daybreak.

        Raises:
            Misconfigured: an applied migration was edited.
            Outdated: the schema is newer, and excludes this program.
        """
        async with self.without_owner() as connection:
            return bool(await pending_migrations(connection))

    async def _reject_powerful_role(self) -> None:
        async with self.without_owner() as connection:
            check_version(connection)
            asked_at = clock.machine_now()
            role = await connection.fetchrow(_sql.describe_role)
            clock.follow(role["now"], asked_at)
        if role["is_powerful"] or role["is_owner"]:
            raise Misconfigured(
                f"The role {role['name']} could read every user’s rows; give DAYBREAK_DATABASE_URL the "
                "role daybreak_app, which owns nothing (docs/howto/postgresql.md)."
            )


def _begin_for(owners: Iterable[UUID]) -> str:
    ids = ",".join(str(UUID(str(owner))) for owner in owners)
    if not ids:
        raise InternalError("a transaction needs at least one owner")
    return f"BEGIN; SET LOCAL daybreak.owner_ids = '{{{ids}}}'"


def _server_timeouts(command_timeout: float | None) -> dict[str, str]:
    """Limit idle transactions: a frozen or unreachable process must not lock rows for ever."""
    return {"idle_in_transaction_session_timeout": f"{command_timeout}s"} if command_timeout else {}


async def _open_pool(dsn: str, max_connections: int, command_timeout: float | None) -> asyncpg.Pool:
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=max_connections,
        timeout=CONNECT_SECONDS,
        connect=_connect,
        command_timeout=command_timeout or _COMMAND_SECONDS,
        # Every setting is local to its transaction, so there is nothing to reset on release;
        # asyncpg still rolls back what was left open.
        reset=_skip_reset,
        server_settings={**_SERVER_SETTINGS, **_server_timeouts(command_timeout)},
    )


async def _connect(*arguments: Any, **options: Any) -> asyncpg.Connection:  # noqa: ANN401 - asyncpg's
    with outage.watch():
        return await asyncpg.connect(*arguments, **options)


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


async def _close_pool(pool: asyncpg.Pool) -> None:
    try:
        await asyncio.wait_for(pool.close(), timeout=5)
    except BROKEN:  # the connection is lost already
        pool.terminate()


async def _skip_reset(_connection: object) -> None:
    return
