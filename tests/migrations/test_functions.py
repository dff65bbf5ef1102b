"""Function files: applied whenever they have changed, in any order, and complete."""

import asyncio
import random
import re
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import asyncpg
import pytest

from daybreak import db
from daybreak.db import Database, FunctionFile, apply_migrations, shipped_functions, shipped_migrations
from daybreak.errors import Misconfigured

from .snapshot import pg_dump
from .test_migrating import start_migrating

ROOT = Path(__file__).parents[2]
RUNNER = sys.modules[apply_migrations.__module__]
FUNCTION = re.compile(r"^CREATE OR REPLACE FUNCTION (\w+)\s*\(", re.MULTILINE)
TRIGGER = re.compile(
    r"^CREATE OR REPLACE TRIGGER (\w+) .*?EXECUTE FUNCTION (\w+)\(\);", re.MULTILINE | re.DOTALL
)
FILE = "runs/sql/claim.sql"


def with_one(changed: FunctionFile) -> list[FunctionFile]:
    return [changed if file.path == changed.path else file for file in shipped_functions()]


def claim_file() -> FunctionFile:
    return next(file for file in shipped_functions() if file.path == FILE)


async def functions_of(empty) -> list[asyncpg.Record]:
    return await empty.as_owner("SELECT FROM pg_proc WHERE pronamespace = 'public'::regnamespace")


async def refusal(empty) -> str:
    """The one message with which both the migrator and the application refuse the database."""
    with pytest.raises(Misconfigured) as by_migrator:
        await apply_migrations(empty.owner)
    async with Database.connect(empty.app) as database:
        with pytest.raises(Misconfigured) as by_application:
            await database.has_pending_migrations()
    assert str(by_migrator.value) == str(by_application.value)
    return str(by_migrator.value)


async def test_each_function_file_is_recorded(empty):
    await apply_migrations(empty.owner)
    rows = await empty.as_owner("SELECT path, revision, sha256 FROM db_functions ORDER BY path")
    files = sorted(shipped_functions(), key=lambda file: file.path)
    assert [tuple(row) for row in rows] == [(file.path, file.revision, file.sha256) for file in files]


async def test_each_function_and_trigger_is_defined_in_exactly_one_file(empty):
    await apply_migrations(empty.owner)
    texts = [file.text for file in shipped_functions()]
    functions = await empty.as_owner(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    assert Counter(row["proname"] for row in functions) == Counter(
        name for text in texts for name in FUNCTION.findall(text)
    )
    triggers = await empty.as_owner(
        "SELECT t.tgname FROM pg_trigger AS t INNER JOIN pg_class AS c ON c.oid = t.tgrelid "
        "WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal"
    )
    assert Counter(row["tgname"] for row in triggers) == Counter(
        name for text in texts for name, _ in TRIGGER.findall(text)
    )


@pytest.mark.parametrize("file", shipped_functions(), ids=lambda file: file.path)
def test_function_file_defines_only_what_its_slice_owns(file: FunctionFile):
    prefix = file.path.partition("/")[0] + "_"
    executed = [function for _, function in TRIGGER.findall(file.text)]
    granted = re.findall(r"^(?:REVOKE|GRANT) .*? ON FUNCTION (\w+)\(", file.text, re.MULTILINE)
    functions = FUNCTION.findall(file.text)
    assert [name for name in functions + executed + granted if not name.startswith(prefix)] == []
    assert not re.search(r"^(CREATE (?!OR REPLACE (FUNCTION|TRIGGER))|ALTER|DROP)", file.text, re.MULTILINE)
    assert len(re.findall(r"^REVOKE ALL ON FUNCTION ", file.text, re.MULTILINE)) == len(functions)
    assert file.text.count("FROM public, daybreak_app;") == len(functions)


async def test_applying_all_function_files_again_changes_nothing(postgres, empty, dump_program: Path):
    await apply_migrations(empty.owner)
    # Replacing a function keeps its grants, so each file has to state them fully.
    await empty.as_owner("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO public, daybreak_app")
    await empty.as_owner("DELETE FROM db_functions")
    assert await apply_migrations(empty.owner) == shipped_functions()
    again = await asyncio.to_thread(pg_dump, dump_program, empty.admin)
    assert again == await asyncio.to_thread(pg_dump, dump_program, postgres.admin)


@pytest.mark.parametrize("seed", range(3))
async def test_order_of_function_files_does_not_matter(
    postgres, empty, dump_program: Path, monkeypatch: pytest.MonkeyPatch, seed: int
):
    files = shipped_functions()
    random.Random(seed).shuffle(files)  # noqa: S311 - repeatable, not secret
    monkeypatch.setattr(RUNNER, "shipped_functions", lambda: files)
    assert await apply_migrations(empty.owner) == [*shipped_migrations(), *files]
    shuffled = await asyncio.to_thread(pg_dump, dump_program, empty.admin)
    assert shuffled == await asyncio.to_thread(pg_dump, dump_program, postgres.admin)


async def test_changed_file_of_the_same_revision_is_applied(empty, monkeypatch: pytest.MonkeyPatch):
    await apply_migrations(empty.owner)
    changed = replace(claim_file(), text=claim_file().text + "COMMENT ON FUNCTION runs_claim IS 'changed';\n")
    monkeypatch.setattr(RUNNER, "shipped_functions", lambda: with_one(changed))
    async with Database.connect(empty.app) as database:
        assert await database.has_pending_migrations()
    assert await apply_migrations(empty.owner) == [changed]
    assert await empty.as_owner("SELECT obj_description('runs_claim'::regproc) AS it") == [("changed",)]
    assert await apply_migrations(empty.owner) == []


async def test_higher_revision_is_applied_and_recorded(empty, monkeypatch: pytest.MonkeyPatch):
    await apply_migrations(empty.owner)
    text = claim_file().text.replace("-- revision: 1\n", "-- revision: 2\n")
    changed = replace(claim_file(), revision=2, text=text)
    monkeypatch.setattr(RUNNER, "shipped_functions", lambda: with_one(changed))
    assert await apply_migrations(empty.owner) == [changed]
    assert await empty.as_owner("SELECT path FROM db_functions WHERE revision = 2") == [(FILE,)]


async def test_lower_revision_is_refused(empty):
    await apply_migrations(empty.owner)
    await empty.as_owner("UPDATE db_functions SET revision = 9, sha256 = 'x' WHERE path = $1", FILE)
    await empty.as_owner("UPDATE db_compatibility SET oldest_program = 9999")
    assert f"revision 9 of {FILE}" in await refusal(empty)


async def test_unknown_function_file_is_refused(empty):
    await apply_migrations(empty.owner)
    await empty.as_owner(
        "INSERT INTO db_functions (path, revision, sha256) VALUES ('mail/sql/a.sql', 1, 'x')"
    )
    await empty.as_owner("UPDATE db_compatibility SET oldest_program = 9999")
    assert "mail/sql/a.sql is unknown to this version" in await refusal(empty)


async def test_failing_function_file_leaves_the_functions_as_they_were(
    empty, monkeypatch: pytest.MonkeyPatch
):
    bad = FunctionFile("web/sql/bad.sql", 1, "-- revision: 1\nSELECT 1 / 0;\n")
    with monkeypatch.context() as patch:
        patch.setattr(RUNNER, "shipped_functions", lambda: [*shipped_functions(), bad])
        with pytest.raises(asyncpg.DivisionByZeroError):
            await apply_migrations(empty.owner)
    assert await functions_of(empty) == []
    assert await apply_migrations(empty.owner) == shipped_functions()


async def test_process_killed_while_it_applies_functions_leaves_none(
    empty, eventually, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        patch.setattr(RUNNER, "shipped_functions", list)
        assert await apply_migrations(empty.owner) == shipped_migrations()
    other = await asyncpg.connect(empty.owner)
    transaction = other.transaction()
    await transaction.start()
    # The triggers come last, after all functions, and this blocks the first of them.
    await other.execute("LOCK TABLE people_sessions IN ROW EXCLUSIVE MODE")
    process = start_migrating(empty.owner)
    assert await eventually(lambda: empty.migrators("wait_event_type = 'Lock'"))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    await transaction.rollback()
    await other.close()

    async def has_ended() -> bool:
        return not await empty.migrators()

    assert await eventually(has_ended)
    assert await functions_of(empty) == []
    assert await empty.as_owner("SELECT FROM db_functions") == []
    assert await apply_migrations(empty.owner) == shipped_functions()


def test_triggers_come_last():
    order = [file.path.endswith("/triggers.sql") for file in shipped_functions()]
    assert order == sorted(order)
    assert any(order)


def test_file_without_a_revision_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "web/sql").mkdir(parents=True)
    (tmp_path / "web/sql/a.sql").write_text("SELECT 1;\n")
    monkeypatch.setattr(sys.modules[db.FunctionFile.__module__], "files", lambda _: tmp_path)
    with pytest.raises(ValueError, match=r"web/sql/a\.sql does not begin with a line “-- revision: 1”"):
        shipped_functions()


def test_wheel_contains_migrations_and_function_files(tmp_path: Path):
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    names = set(ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    assert names >= {f"daybreak/{file.path}" for file in shipped_functions()}
    assert names >= {f"daybreak/db/migrations/{migration.label}.sql" for migration in shipped_migrations()}


def test_function_file_that_has_changed_since_the_last_release_has_a_higher_revision():
    def git(*arguments: str) -> str:
        command = ["git", "-C", str(ROOT), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    tag = git("tag", "--list", "v*", "--sort=-version:refname").partition("\n")[0]
    unchanged = []
    for file in shipped_functions():
        released = git("show", f"{tag}:src/daybreak/{file.path}") if tag else ""
        if released and released != file.text:
            before = re.match(r"-- revision: (\d+)\n", released)
            if before and int(before[1]) >= file.revision:
                unchanged.append(file.path)
    assert unchanged == []
