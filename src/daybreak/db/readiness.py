"""The readiness of a database: it has this version's schema, and it can be changed."""

import asyncpg

from daybreak.db.database import Database
from daybreak.db.queries import load
from daybreak.errors import Misconfigured, Unavailable

_sql = load(__package__)


async def check_schema(database: Database) -> None:
    """Check that the database answers and has this version's schema.

    Raises:
        Misconfigured: the schema is older or newer.
        Unavailable: the database does not answer.
    """
    if await database.has_pending_migrations():
        raise Misconfigured("The database schema is out of date; run “daybreak db migrate”.")


async def check_writable(database: Database) -> None:
    """Check by a small write that the database can be changed.

    Raises:
        Unavailable: the disk is full, the server is read-only, or it does not answer.
    """
    try:
        async with database.without_owner() as connection:
            await connection.execute(_sql.check_writable)
    except asyncpg.PostgresError as error:
        raise Unavailable(f"The database cannot be changed ({type(error).__name__}); try again.") from None
