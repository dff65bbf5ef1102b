import asyncio
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

import daybreak
from daybreak.db import apply_migrations

from .snapshot import MAJOR, SCHEMA, STATEMENTS, describe, pg_dump

ANEW = "; if that is meant, run: python tests/migrations/snapshot.py"


async def test_the_migrated_schema_is_the_one_in_the_snapshot(postgres, dump_program: Path):
    if await _major(postgres.admin) != MAJOR:
        pytest.skip(f"the snapshot is of PostgreSQL {MAJOR}")
    dumped = await asyncio.to_thread(pg_dump, dump_program, postgres.admin)
    assert dumped == SCHEMA.read_text(encoding="utf-8"), "the schema has changed" + ANEW


async def test_a_database_made_from_the_snapshot_equals_a_migrated_one(postgres, empty, dump_program: Path):
    # Functions come before the tables that they read.
    owner = await asyncpg.connect(empty.owner, server_settings={"check_function_bodies": "off"})
    await owner.execute(SCHEMA.read_text(encoding="utf-8"))
    await owner.close()
    fresh = await asyncio.to_thread(pg_dump, dump_program, empty.admin)
    migrated = await asyncio.to_thread(pg_dump, dump_program, postgres.admin)
    assert fresh == migrated


async def test_every_statement_is_valid_and_has_the_types_of_the_snapshot(postgres):
    connection = await asyncpg.connect(postgres.app)
    described = await describe(connection)
    await connection.close()
    assert described == STATEMENTS.read_text(encoding="utf-8"), "statements have changed" + ANEW


async def test_a_database_migrated_file_by_file_equals_one_migrated_at_once(
    postgres, empty, dump_program: Path, monkeypatch: pytest.MonkeyPatch
):
    module = sys.modules[apply_migrations.__module__]
    files = module.shipped_migrations()
    functions = module.shipped_functions()
    monkeypatch.setattr(module, "shipped_functions", list)
    for count in range(1, len(files) + 1):
        monkeypatch.setattr(module, "shipped_migrations", lambda count=count: files[:count])
        assert await apply_migrations(empty.owner) == [files[count - 1]]
    monkeypatch.setattr(module, "shipped_functions", lambda: functions)
    assert await apply_migrations(empty.owner) == functions
    by_file = await asyncio.to_thread(pg_dump, dump_program, empty.admin)
    assert by_file == await asyncio.to_thread(pg_dump, dump_program, postgres.admin)


def test_squawk_accepts_migrations_and_function_files():
    root = Path(__file__).parents[2]
    package = Path(daybreak.__file__).parent
    files = sorted([*package.glob("db/migrations/*.sql"), *package.glob("*/sql/*.sql")])
    squawk = Path(sys.executable).with_name("squawk")
    command = [squawk, f"--config={root / '.squawk.toml'}", "--reporter=gcc", *files]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


async def _major(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    major = connection.get_server_version().major
    await connection.close()
    return major
