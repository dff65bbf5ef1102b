"""What can go wrong on the way to PostgreSQL, as sentences for the operator."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg

from daybreak.errors import Misconfigured, Unavailable

OLDEST = 15
CONNECT_SECONDS = 10

_REFUSED = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.UndefinedObjectError,  # a setting in the address that PostgreSQL does not know
)
_SILENT = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalClientError,  # an answer in the middle of which the connection ended, or of no PostgreSQL
)
BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What asyncpg raises on a connection that is lost; some of it also for a wrong call on a good one."""
PASSING = (
    TimeoutError,
    asyncpg.TransactionRollbackError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
"""What a statement fails with although nothing is wrong with it: slowness, a deadlock, a full disk."""


@contextmanager
def explained() -> Iterator[None]:
    """Turn what asyncpg raises while it connects into an error of ours, without a word about passwords.

    Raises:
        Misconfigured: the address is malformed, or the login is refused.
        Unavailable: nobody answers there, or not now.
    """
    try:
        yield
    except ValueError:  # asyncpg's ClientConfigurationError, or a port that is no number
        raise Misconfigured(
            "The database address is malformed; it should look like postgresql://role:password@host/database "
            "(docs/howto/postgresql.md)."
        ) from None
    except _REFUSED as error:
        raise Misconfigured(
            f"PostgreSQL refuses the connection: {error}; see docs/howto/postgresql.md."
        ) from None
    except _SILENT as error:
        raise Unavailable(
            f"PostgreSQL does not answer ({error or type(error).__name__}); is it running?"
        ) from None


@contextmanager
def translate_loss(connection: asyncpg.Connection) -> Iterator[None]:
    """Turn the errors of statements on a lost connection into an error of ours, and leave all others alone.

    asyncpg has no class of its own for a loss, so the state of the connection decides.

    Raises:
        Unavailable: the connection is lost, or the server could not execute the statement for now.
    """
    try:
        yield
    except BROKEN as error:
        if isinstance(error, asyncpg.InternalClientError) and not is_lost(connection):
            connection.terminate()
        if is_lost(connection):
            raise Unavailable("The connection to PostgreSQL broke; try again.") from None
        if isinstance(error, PASSING):
            raise Unavailable(f"PostgreSQL did not do it ({_why(error)}); try again.") from None
        raise


def is_lost(connection: asyncpg.Connection) -> bool:
    """Return whether the connection cannot be used any more."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:  # the pool takes a broken connection back at once
        return True


@asynccontextmanager
async def connect(dsn: str, **options: Any) -> AsyncIterator[asyncpg.Connection]:  # noqa: ANN401 - asyncpg's
    """Open one connection outside of a pool, for the length of the block.

    Args:
        dsn: the address of the database.
        options: more arguments of `asyncpg.connect`.

    Raises:
        Misconfigured: the address is malformed, or the login is refused.
        Unavailable: the server does not answer, or the connection is lost.
    """
    with explained():
        connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS, **options)
    try:
        with translate_loss(connection):
            yield connection
    finally:
        connection.terminate()


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return str(error).partition("\n")[0]


def check_version(connection: asyncpg.Connection) -> None:
    """Refuse a server that is too old.

    Raises:
        Misconfigured: it is older than PostgreSQL 15.
    """
    version = connection.get_server_version()
    if version.major < OLDEST:
        raise Misconfigured(f"PostgreSQL {version.major} is too old; Daybreak needs {OLDEST} or newer.")
