"""What can go wrong on the way to PostgreSQL: a sentence for users, and a reason for the operator."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from time import monotonic
from typing import Any, TypeVar

import asyncpg

from daybreak.db.outages import outage
from daybreak.errors import Misconfigured, Unavailable
from daybreak.telemetry import log

OLDEST_VERSION = 15
CONNECT_SECONDS = 10
RECOVERY_SECONDS = 15.0
"""How long to wait for a server that is starting up, in recovery or shutting down."""
_RETRY_SECONDS = 0.2

_REJECTED_ERRORS = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.UndefinedObjectError,  # a setting in the address that PostgreSQL does not know
)
_UNAVAILABLE_ERRORS = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalClientError,  # an answer in the middle of which the connection ended, or of no PostgreSQL
)
BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What asyncpg raises on a connection that is lost; some of it also for a wrong call on a good one."""
TRANSIENT_ERRORS = (
    TimeoutError,
    asyncpg.TransactionRollbackError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
"""What a statement fails with although nothing is wrong with it: slowness, a deadlock, a full disk."""


T = TypeVar("T")


class ConnectionLost(Unavailable):
    """A connection that ended; the next one may succeed immediately."""


async def wait_until_accepting(attempt: Callable[[], Awaitable[T]], *, refused_seconds: float = 0.0) -> T:
    """Return the result of an attempt to connect; repeat it while the server is about to accept connections.

    Args:
        attempt: opens a connection or a pool.
        refused_seconds: how long to wait for a server that refuses connections, or has no socket yet.

    Raises:
        Exception: the error of the last attempt.
    """
    started_at = monotonic()
    while True:
        try:
            return await attempt()
        except asyncpg.CannotConnectNowError:
            if monotonic() - started_at > RECOVERY_SECONDS:
                raise
        except (OSError, asyncpg.ConnectionDoesNotExistError) as error:
            # A time-out is no refusal, and has taken longer than most servers need to restart.
            if isinstance(error, TimeoutError) or monotonic() - started_at > refused_seconds:
                raise
        await asyncio.sleep(_RETRY_SECONDS)


@contextmanager
def translate_errors() -> Iterator[None]:
    """Translate asyncpg's errors while it connects into a `DaybreakError` that never contains a password.

    Raises:
        Misconfigured: the address is malformed, or the login is refused.
        Unavailable: no server responds there, or not now.
    """
    try:
        yield
    except ValueError:  # asyncpg's ClientConfigurationError, or a port that is no number
        raise Misconfigured(
            "The database address is malformed; it should look like postgresql://role:password@host/database "
            "(docs/howto/postgresql.md)."
        ) from None
    except _REJECTED_ERRORS as error:
        refused = Misconfigured("PostgreSQL refuses the connection; see docs/howto/postgresql.md.")
        raise refused.with_reason(error) from None
    except _UNAVAILABLE_ERRORS as error:
        silent = Unavailable("The database does not answer; try again in a minute.")
        raise silent.with_reason(str(error) or type(error).__name__) from None


@contextmanager
def translate_loss(connection: asyncpg.Connection) -> Iterator[None]:
    """Translate errors of statements on a lost connection into `Unavailable`; leave all others alone.

    asyncpg has no class of its own for a loss, so the state of the connection decides. A statement that timed
    out may be the first sign of an outage.

    Raises:
        Unavailable: the connection is lost, or the server could not execute the statement for now.
    """
    asked_at = monotonic()
    try:
        yield
    except BROKEN as error:
        if isinstance(error, TimeoutError):
            outage.record_failure(asked_at, error)
        if isinstance(error, asyncpg.InternalClientError) and not is_lost(connection):
            connection.terminate()
        # A server that shuts down sends this error before it closes the connection.
        if is_lost(connection) or isinstance(error, asyncpg.AdminShutdownError | asyncpg.CrashShutdownError):
            raise ConnectionLost("The connection to PostgreSQL was lost; try again.") from None
        if isinstance(error, TRANSIENT_ERRORS):
            unable = Unavailable("The database cannot complete this now; try again in a minute.")
            raise unable.with_reason(
                "no answer in time" if isinstance(error, TimeoutError) else error
            ) from None
        raise


def log_failure(event: str, error: Exception, **values: object) -> None:
    """Log a failure of a loop that goes on: as information during an outage, which has its own line.

    Args:
        event: the log event.
        error: the error of the loop's statement.
        values: more values of the log line.
    """
    write = log.info if is_outage(error) else log.warning
    write(event, **values, error=type(error).__name__)


def is_outage(error: Exception) -> bool:
    """Return whether a statement failed because its connection was lost, or during an outage."""
    return outage.is_lost or isinstance(error, ConnectionLost)


def is_lost(connection: asyncpg.Connection) -> bool:
    """Return whether the connection cannot be used any more."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:  # the pool has already released a broken connection
        return True


@asynccontextmanager
async def connect(
    dsn: str,
    *,
    is_patient: bool = False,
    **options: Any,  # noqa: ANN401 - asyncpg's
) -> AsyncIterator[asyncpg.Connection]:
    """Open one connection outside of a pool, for the length of the block.

    Args:
        dsn: the address of the database.
        is_patient: whether to wait for a server in recovery; for callers without a retry loop.
        options: more arguments of `asyncpg.connect`.

    Raises:
        Misconfigured: the address is malformed, or the login is refused.
        Unavailable: the server does not answer, or the connection is lost.
    """
    with translate_errors():
        if is_patient:
            connection = await wait_until_accepting(lambda: _connect(dsn, options))
        else:
            connection = await _connect(dsn, options)
    try:
        with translate_loss(connection):
            yield connection
    finally:
        connection.terminate()


async def _connect(dsn: str, options: dict[str, Any]) -> asyncpg.Connection:
    with outage.watch():
        return await asyncpg.connect(dsn, timeout=CONNECT_SECONDS, **options)


def check_version(connection: asyncpg.Connection) -> None:
    """Refuse a server that is too old.

    Raises:
        Misconfigured: it is older than PostgreSQL 15.
    """
    version = connection.get_server_version()
    if version.major < OLDEST_VERSION:
        raise Misconfigured(
            f"PostgreSQL {version.major} is too old; Daybreak needs {OLDEST_VERSION} or newer."
        )
