"""What can go wrong on the way to PostgreSQL, as sentences for the operator."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from daybreak.errors import Misconfigured, Unavailable

OLDEST = 15

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
)
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


def check_version(connection: asyncpg.Connection) -> None:
    """Refuse a server that is too old.

    Raises:
        Misconfigured: it is older than PostgreSQL 15.
    """
    version = connection.get_server_version()
    if version.major < OLDEST:
        raise Misconfigured(f"PostgreSQL {version.major} is too old; Daybreak needs {OLDEST} or newer.")
