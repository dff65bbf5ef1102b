"""Migrations: numbered files once and in order, then the function files that have changed.

Each numbered file is one transaction, all changed function files together are another, and one process at a
time applies them.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from daybreak.db.applied import AppliedFiles, AppliedFunctions, due_files
from daybreak.db.compatibility import program_version
from daybreak.db.connections import check_version, connect
from daybreak.db.queries import load
from daybreak.db.sql_files import FunctionFile, Migration, shipped_functions, shipped_migrations
from daybreak.errors import Misconfigured, Unavailable

_sql = load(__package__)


async def apply_migrations(owner_dsn: str) -> list[Migration | FunctionFile]:
    """Bring the database to this version's schema; returns the files that were applied, often none.

    Any number of processes may call it at once. A file that fails leaves the schema as it was before it.

    Raises:
        Misconfigured: an applied migration was edited, the database was created before the baseline, or a
            role is wrong or missing.
        Outdated: the database belongs to a newer Daybreak that excludes this program.
        Unavailable: the database does not answer, or locks of others block the migration.
    """
    try:
        options = {"server_settings": {"application_name": "daybreak migrate"}}
        async with connect(owner_dsn, is_patient=True, **options) as connection:
            await _check_server_and_roles(connection)
            migrations = [
                migration for migration in shipped_migrations() if await _apply(connection, migration)
            ]
            return [*migrations, *await _apply_functions(connection)]
    except asyncpg.LockNotAvailableError:
        raise Unavailable(
            "Another transaction or migration blocks this migration; try again when it has ended."
        ) from None


async def pending_migrations(connection: asyncpg.Connection) -> list[Migration | FunctionFile]:
    """Return the shipped files that are not applied to the database.

    None are pending on a newer database that this program may use: it must not restore older functions.

    Raises:
        Misconfigured: as for `apply_migrations`.
    """
    return due_files(shipped_migrations(), shipped_functions(), await _read_applied(connection))


async def _check_server_and_roles(connection: asyncpg.Connection) -> None:
    check_version(connection)
    migrator = await connection.fetchrow(_sql.describe_migrator)
    if migrator["name"] != "daybreak_owner":
        raise Misconfigured(
            f"Migrations run as the role daybreak_owner, not as {migrator['name']}; "
            "see docs/howto/postgresql.md."
        )
    if not migrator["has_app"]:
        raise Misconfigured(
            "The role daybreak_app is missing; docs/howto/postgresql.md shows how to create it."
        )


@asynccontextmanager
async def _alone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Open a transaction in which no other process migrates."""
    async with connection.transaction():
        # Another migration may take a while; a lock on a table must not block other processes for long.
        await connection.execute("SET LOCAL lock_timeout = '120s'")
        await connection.execute(_sql.lock_migrations)
        await connection.execute("SET LOCAL lock_timeout = '10s'")
        await connection.execute(_sql.create_applied_migrations)
        await connection.execute(_sql.create_applied_functions)
        yield


async def _apply(connection: asyncpg.Connection, migration: Migration) -> bool:
    async with _alone(connection):
        if migration not in await pending_migrations(connection):
            return False
        await connection.execute(migration.text)
        await connection.execute(_sql.record_migration, migration.number, migration.name, migration.sha256)
        return True


async def _apply_functions(connection: asyncpg.Connection) -> list[FunctionFile]:
    async with _alone(connection):
        # The order of the files does not matter then: a function may call one that is created after it.
        await connection.execute("SET LOCAL check_function_bodies = off")
        due = [file for file in await pending_migrations(connection) if isinstance(file, FunctionFile)]
        for file in due:
            await connection.execute(file.text)
            await connection.execute(_sql.record_functions, file.path, file.revision, file.sha256)
        await _record_compatibility(connection)
        return due


async def _record_compatibility(connection: asyncpg.Connection) -> None:
    shipped: list[Migration | FunctionFile] = [*shipped_migrations(), *shipped_functions()]
    oldest_program = max(file.oldest_program for file in shipped)
    # The first migrations came before the table.
    if (await connection.fetchrow(_sql.find_applied_tables))["has_compatibility"]:
        await connection.execute(_sql.record_compatibility, oldest_program, program_version())


async def _read_applied(connection: asyncpg.Connection) -> AppliedFiles:
    tables = await connection.fetchrow(_sql.find_applied_tables)
    migrations = await connection.fetch(_sql.read_applied_migrations) if tables["has_migrations"] else []
    functions = await connection.fetch(_sql.read_applied_functions) if tables["has_functions"] else []
    return AppliedFiles(
        migrations={row["number"]: row["sha256"] for row in migrations},
        functions={row["path"]: AppliedFunctions(row["revision"], row["sha256"]) for row in functions},
        oldest_program=(
            await connection.fetchval(_sql.read_compatibility) if tables["has_compatibility"] else None
        ),
    )
