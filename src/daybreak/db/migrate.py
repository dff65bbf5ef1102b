"""Forward-only migrations: numbered files, one transaction each, one process at a time, never edited."""

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files

import asyncpg

from daybreak.db.connecting import check_version, connect
from daybreak.db.queries import load
from daybreak.errors import Misconfigured, Unavailable

_sql = load(__package__)
_FILE = re.compile(r"(?P<number>\d{4})_(?P<name>[a-z0-9_]+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of ``db/migrations``."""

    number: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        """The checksum that the ledger keeps: an applied file may never change."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def shipped() -> list[Migration]:
    """The migrations of this version of Daybreak, in order."""
    entries = files(__package__).joinpath("migrations").iterdir()
    found = [
        Migration(int(match["number"]), match["name"], entry.read_text(encoding="utf-8"))
        for entry in entries
        if (match := _FILE.fullmatch(entry.name))
    ]
    return sorted(found, key=lambda migration: migration.number)


async def migrate(owner_dsn: str) -> list[Migration]:
    """Bring the database to this version's schema; gives what was applied, often nothing.

    Any number of processes may call it at once. What fails leaves the schema as it was before that file.

    Raises:
        Misconfigured: an applied file was edited, the database belongs to a newer Daybreak, or a role is
            wrong or missing.
        Unavailable: the database does not answer, or somebody else's locks are in the way.
    """
    try:
        async with connect(owner_dsn, server_settings={"application_name": "daybreak migrate"}) as connection:
            await _check(connection)
            return [migration for migration in shipped() if await _apply(connection, migration)]
    except asyncpg.LockNotAvailableError:
        raise Unavailable(
            "Another transaction or migration holds what the migration needs; try again when it has ended."
        ) from None


async def pending(connection: asyncpg.Connection) -> list[Migration]:
    """What this version ships and the database has not had yet.

    Raises:
        Misconfigured: as for `migrate`.
    """
    try:
        applied = await connection.fetch(_sql.read_ledger)
    except asyncpg.UndefinedTableError:
        applied = []
    return _compare(shipped(), {row["number"]: row["sha256"] for row in applied})


async def _check(connection: asyncpg.Connection) -> None:
    check_version(connection)
    migrator = await connection.fetchrow(_sql.describe_migrator)
    if migrator["name"] != "daybreak_owner":
        raise Misconfigured(
            f"Migrations run as the role daybreak_owner, not as {migrator['name']}; "
            "see docs/howto/postgresql.md."
        )
    if not migrator["has_app"]:
        raise Misconfigured(
            "The role daybreak_app is missing; docs/howto/postgresql.md shows how to make it."
        )


async def _apply(connection: asyncpg.Connection, migration: Migration) -> bool:
    async with connection.transaction():
        # Another process may migrate for a while; a lock on a table must not hold up everybody for long.
        await connection.execute("SET LOCAL lock_timeout = '120s'")
        await connection.execute(_sql.lock_migrations)
        await connection.execute("SET LOCAL lock_timeout = '10s'")
        await connection.execute(_sql.create_ledger)
        if migration not in await pending(connection):
            return False
        await connection.execute(migration.text)
        await connection.execute(_sql.record_migration, migration.number, migration.name, migration.sha256)
        return True


def _compare(ours: list[Migration], applied: dict[int, str]) -> list[Migration]:
    known = {migration.number: migration for migration in ours}
    if newer := sorted(applied.keys() - known.keys()):
        raise Misconfigured(
            f"The database has migration {newer[-1]:04}, which this version of Daybreak does not know; "
            "run the newer version that migrated it."
        )
    for number, sha256 in applied.items():
        if known[number].sha256 != sha256:
            raise Misconfigured(
                f"Migration {number:04}_{known[number].name} was edited after it had been applied; "
                "restore the file as it was shipped."
            )
    return [migration for migration in ours if migration.number not in applied]
