"""Snapshots of the schema and of every statement's types.

After a change of a migration or a statement, write them anew and read the difference:

    python tests/migrations/snapshot.py
"""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

import daybreak
from daybreak.db import apply_migrations, embedded, load

MAJOR = 18  # other versions of pg_dump write the same schema in other words
SCHEMA = Path(daybreak.__file__).parent / "db/schema.sql"
STATEMENTS = Path(__file__).with_name("statements.txt")
HEADER = """\
-- What the migrations come to, for reading; never applied. Written by tests/migrations/snapshot.py.

"""
_NOISE = re.compile(r"^(--.*|SET .*|SELECT pg_catalog.set_config.*|\\(un)?restrict .*)?\n", re.MULTILINE)


def pg_dump(program: Path, dsn: str) -> str:
    """The schema of a database as SQL, without what differs from run to run."""
    # Partitions are named by the week in which they were made.
    without = "--exclude-table=(runs|schedule)_partitions.*"
    command = [program, "--schema-only", "--no-owner", without, f"--dbname={dsn}"]
    dumped = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    statements = (statement.strip("\n") for statement in _NOISE.sub("\n", dumped).split("\n\n"))
    return HEADER + "\n\n".join(filter(None, statements)) + "\n"


def slices() -> list[str]:
    """The packages that have statements."""
    root = Path(daybreak.__file__).parent
    return sorted(
        ".".join(["daybreak", *path.parent.relative_to(root).parts]) for path in root.rglob("queries.sql")
    )


async def describe(connection: asyncpg.Connection) -> str:
    """The types of every statement's parameters and columns, as PostgreSQL has them."""
    lines = []
    for package in slices():
        for name, text in load(package).statements.items():
            statement = await connection.prepare(text)
            takes = ", ".join(kind.name for kind in statement.get_parameters())
            gives = ", ".join(f"{column.name} {column.type.name}" for column in statement.get_attributes())
            lines.append(f"{package}.{name}({takes})" + (f"\n    -> {gives}" if gives else ""))
    return "\n".join(lines) + "\n"


async def _write(home: Path) -> None:
    with embedded.attach(home, fsync=False) as server:
        await apply_migrations(server.dsn("daybreak_owner"))
        program = Path(embedded.psql_command(home, server)[0]).with_name("pg_dump")
        SCHEMA.write_text(pg_dump(program, server.dsn("postgres")), encoding="utf-8")
        connection = await asyncpg.connect(server.dsn("daybreak_app"))
        STATEMENTS.write_text(await describe(connection), encoding="utf-8")
        await connection.close()


if __name__ == "__main__":
    with TemporaryDirectory(prefix="daybreak-snapshot-") as folder:
        Path(folder).chmod(0o755)
        asyncio.run(_write(Path(folder)))
        embedded.stop(Path(folder))
    sys.stdout.write(f"Wrote {SCHEMA} and {STATEMENTS}.\n")
