import asyncio
import signal
import subprocess
import sys

import asyncpg
import pytest

from daybreak import db
from daybreak.db import Database, apply_migrations, shipped_functions, shipped_migrations
from daybreak.errors import Misconfigured, Unavailable

MIGRATE = (
    "import asyncio, sys; from daybreak.db import apply_migrations; "
    "print(len(asyncio.run(apply_migrations(sys.argv[1]))))"
)


def all_files() -> list[db.Migration | db.FunctionFile]:
    return [*shipped_migrations(), *shipped_functions()]


def start_migrating(dsn: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MIGRATE, dsn], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


async def test_everything_is_applied_once(empty):
    assert await apply_migrations(empty.owner) == all_files()
    assert await apply_migrations(empty.owner) == []


async def test_the_numbers_of_the_files_have_no_gap_and_no_double():
    assert [migration.number for migration in shipped_migrations()] == list(
        range(1, len(shipped_migrations()) + 1)
    )


async def test_an_applied_file_that_was_edited_is_refused(empty):
    await apply_migrations(empty.owner)
    await empty.as_owner("UPDATE db_migrations SET sha256 = 'another' WHERE number = 2")
    with pytest.raises(Misconfigured, match="0002_agenda was edited"):
        await apply_migrations(empty.owner)
    async with Database.connect(empty.app) as database:
        with pytest.raises(Misconfigured, match="0002_agenda was edited"):
            await database.has_pending_migrations()


async def test_a_newer_database_is_refused(empty):
    await apply_migrations(empty.owner)
    await empty.as_owner("INSERT INTO db_migrations (number, name, sha256) VALUES (9999, 'later', 'x')")
    await empty.as_owner("UPDATE db_compatibility SET oldest_program = 9999")
    with pytest.raises(Misconfigured, match=r"Migration 9999 is unknown .* newer version"):
        await apply_migrations(empty.owner)


async def test_database_from_before_the_baseline_is_refused_with_instructions(empty):
    await apply_migrations(empty.owner)
    await empty.as_owner("UPDATE db_migrations SET sha256 = 'of old' WHERE number = 1")
    await empty.as_owner("INSERT INTO db_migrations (number, name, sha256) VALUES (26, 'sweep', 'x')")
    await empty.as_owner("DROP TABLE db_functions")
    with pytest.raises(Misconfigured, match=r"development version .* delete the folder postgresql"):
        await apply_migrations(empty.owner)
    async with Database.connect(empty.app) as database:
        with pytest.raises(Misconfigured, match=r"development version .* create the database again"):
            await database.has_pending_migrations()
    assert await empty.as_owner("SELECT to_regclass('db_functions') AS it") == [(None,)]


async def test_the_application_sees_that_migrations_are_due(empty):
    async with Database.connect(empty.app) as database:
        assert await database.has_pending_migrations()
        await apply_migrations(empty.owner)
        assert not await database.has_pending_migrations()


async def test_of_four_processes_at_once_each_file_is_applied_by_one(empty):
    processes = [start_migrating(empty.owner) for _ in range(4)]
    answers = await asyncio.gather(*(asyncio.to_thread(one.communicate, timeout=60) for one in processes))
    assert [error for _, error in answers] == [""] * 4
    assert sum(int(applied) for applied, _ in answers) == len(all_files())


async def test_a_process_killed_while_it_migrates_leaves_nothing_half(empty, eventually):
    other = await asyncpg.connect(empty.owner)
    transaction = other.transaction()
    await transaction.start()
    # The first file makes people_users before it comes to this one, and waits for us there.
    await other.execute("CREATE TABLE people_preferences ()")
    process = start_migrating(empty.owner)
    assert await eventually(lambda: empty.migrators("wait_event_type = 'Lock'"))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    await transaction.rollback()
    await other.close()

    assert await eventually(lambda: _nobody(empty))
    assert await empty.as_owner("SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace") == []
    assert await apply_migrations(empty.owner) == all_files()


async def _nobody(empty) -> bool:
    return not await empty.migrators()


async def test_failed_migration_is_rolled_back_and_earlier_ones_stay_applied(empty, monkeypatch):
    bad = db.Migration(
        len(shipped_migrations()) + 1, "bad", "CREATE TABLE half_made (id uuid); SELECT 1 / 0;"
    )
    with monkeypatch.context() as patch:
        patch.setattr(
            sys.modules[apply_migrations.__module__],
            "shipped_migrations",
            lambda: [*shipped_migrations(), bad],
        )
        with pytest.raises(asyncpg.DivisionByZeroError):
            await apply_migrations(empty.owner)
    assert await empty.as_owner("SELECT to_regclass('half_made') AS it") == [(None,)]
    assert await apply_migrations(empty.owner) == shipped_functions()


async def test_migrating_as_anybody_but_the_owner_is_refused(empty, postgres):
    for address in (empty.admin, empty.app):
        with pytest.raises(Misconfigured, match="role daybreak_owner, not as"):
            await apply_migrations(address)


async def test_database_that_does_not_answer_is_reported(tmp_path):
    with pytest.raises(Unavailable, match="does not answer"):
        await apply_migrations(f"postgresql://daybreak_owner@/daybreak?host={tmp_path}")
