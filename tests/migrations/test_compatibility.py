"""Rolling upgrades: the applied list names the oldest program that may run."""

import sys
from dataclasses import replace

import pytest

from daybreak.db import (
    Database,
    FunctionFile,
    Migration,
    apply_migrations,
    shipped_functions,
    shipped_migrations,
)
from daybreak.errors import Outdated

RUNNER = sys.modules[apply_migrations.__module__]
NEWEST = shipped_migrations()[-1].number
CLAIM = "runs/sql/claim.sql"


def newer_claim(oldest: int = NEWEST) -> list[FunctionFile]:
    """Return the function files of a program that has raised the revision of one."""
    header = f"-- revision: 2\n-- oldest program: {oldest:04}\n"
    text = "COMMENT ON FUNCTION runs_claim IS 'newer';\n"
    return [
        replace(file, revision=2, text=file.text.replace("-- revision: 1\n", header) + text)
        if file.path == CLAIM
        else file
        for file in shipped_functions()
    ]


def newer_migration(header: str = "") -> Migration:
    return Migration(NEWEST + 1, "expand", f"{header}\nALTER TABLE people_users ADD COLUMN later text;\n")


async def migrate_with(
    monkeypatch: pytest.MonkeyPatch, empty, migrations: list[Migration], functions: list[FunctionFile]
) -> None:
    """Migrate as a newer program, which ships these files."""
    with monkeypatch.context() as patch:
        patch.setattr(RUNNER, "shipped_migrations", lambda: migrations)
        patch.setattr(RUNNER, "shipped_functions", lambda: functions)
        patch.setattr(RUNNER, "program_version", lambda: "9.9.0")
        await apply_migrations(empty.owner)


async def comment_of_claim(empty) -> str | None:
    return (await empty.as_owner("SELECT obj_description('runs_claim'::regproc) AS it"))[0]["it"]


async def test_older_program_that_may_run_restores_no_function(empty, monkeypatch):
    await apply_migrations(empty.owner)
    expand = newer_migration(f"-- oldest program: {NEWEST:04}")
    await migrate_with(monkeypatch, empty, [*shipped_migrations(), expand], newer_claim())
    async with Database.connect(empty.app) as database:
        assert not await database.has_pending_migrations()
    assert await apply_migrations(empty.owner) == []
    assert await comment_of_claim(empty) == "newer"
    assert await empty.as_owner("SELECT revision FROM db_functions WHERE path = $1", CLAIM) == [(2,)]


async def test_older_program_does_not_restore_a_function_file_that_a_newer_one_removed(empty, monkeypatch):
    await apply_migrations(empty.owner)
    remove = Migration(
        NEWEST + 1,
        "remove",
        f"-- oldest program: {NEWEST:04}\nDELETE FROM db_functions WHERE path = 'account/sql/export.sql';\n",
    )
    kept = [file for file in shipped_functions() if file.path != "account/sql/export.sql"]
    await migrate_with(monkeypatch, empty, [*shipped_migrations(), remove], kept)
    assert await apply_migrations(empty.owner) == []
    assert await empty.as_owner("SELECT FROM db_functions WHERE path = 'account/sql/export.sql'") == []


@pytest.mark.parametrize("oldest", [None, NEWEST + 1])
async def test_migration_excludes_older_programs_unless_it_names_one(empty, monkeypatch, oldest):
    await apply_migrations(empty.owner)
    header = f"-- oldest program: {oldest:04}" if oldest else ""
    await migrate_with(
        monkeypatch, empty, [*shipped_migrations(), newer_migration(header)], shipped_functions()
    )
    assert await empty.as_owner("SELECT oldest_program, migrated_by FROM db_compatibility") == [
        (NEWEST + 1, "9.9.0")
    ]
    with pytest.raises(Outdated, match=r"unknown to this version: .* newer version of Daybreak; run that"):
        await apply_migrations(empty.owner)
    async with Database.connect(empty.app) as database:
        with pytest.raises(Outdated, match="newer version of Daybreak; run that version"):
            await database.has_pending_migrations()


async def test_function_file_can_exclude_older_programs(empty, monkeypatch):
    await apply_migrations(empty.owner)
    await migrate_with(monkeypatch, empty, shipped_migrations(), newer_claim(NEWEST + 1))
    with pytest.raises(Outdated, match=f"revision 2 of {CLAIM}"):
        await apply_migrations(empty.owner)


async def test_oldest_program_is_never_lowered(empty, monkeypatch):
    await apply_migrations(empty.owner)
    await migrate_with(monkeypatch, empty, [*shipped_migrations(), newer_migration()], shipped_functions())
    expand = replace(
        newer_migration(), number=NEWEST + 2, text=f"-- oldest program: {NEWEST:04}\nSELECT 1;\n"
    )
    await migrate_with(
        monkeypatch, empty, [*shipped_migrations(), newer_migration(), expand], shipped_functions()
    )
    assert await empty.as_owner("SELECT oldest_program FROM db_compatibility") == [(NEWEST + 1,)]


def test_second_revision_without_an_oldest_program_is_refused(tmp_path, monkeypatch):
    (tmp_path / "web/sql").mkdir(parents=True)
    (tmp_path / "web/sql/a.sql").write_text("-- revision: 2\nSELECT 1;\n")
    monkeypatch.setattr(sys.modules[FunctionFile.__module__], "files", lambda _: tmp_path)
    with pytest.raises(ValueError, match="does not name the oldest program"):
        shipped_functions()


def test_shipped_files_name_programs_that_exist():
    assert all(one.oldest_program <= one.number for one in shipped_migrations())
    assert all(file.oldest_program <= NEWEST for file in shipped_functions())
