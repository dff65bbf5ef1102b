"""The brief of a folder: it has a memory of its own, and leaves the day's brief alone."""

import asyncpg
import pytest

from .database_server import count_editions, lock_table, wait_for_lock

pytestmark = pytest.mark.integration

SUNDAY, MONDAY, TUESDAY = "2026-03-29", "2026-03-30", "2026-03-31"
TABLES = """
SELECT oid::regclass::text AS name FROM pg_class
WHERE relkind = 'r' AND relnamespace IN ('public'::regnamespace, 'pgq'::regnamespace)
"""
MEMORIES = """
SELECT e::text AS row FROM briefs_editions AS e UNION SELECT s::text FROM briefs_snapshots AS s
UNION SELECT f::text FROM briefs_folder_snapshots AS f ORDER BY 1
"""


def ask(daybreak, *arguments, day: str = SUNDAY) -> str:
    answer = daybreak("brief", *arguments, "--date", day, "--tz", "Europe/Berlin")
    assert (answer.code, answer.err) == (0, ""), answer
    return answer.out


def changed(daybreak, *arguments, day: str) -> set[str]:
    """Return the titles of the tasks that a brief has as changed."""
    answer = daybreak("brief", *arguments, "--date", day, "--tz", "Europe/Berlin", "--format", "json")
    brief = answer.json()
    cited = {fact for entry in brief["since_last"]["entries"] for fact in entry["facts"]}
    return {brief["facts"][fact]["title"] for fact in cited if brief["facts"][fact]["kind"] == "task"}


async def dump_rows(admin: asyncpg.Connection) -> dict[str, list[asyncpg.Record]]:
    """Return all rows of all tables."""
    tables = [row["name"] for row in await admin.fetch(TABLES)]
    assert "briefs_folder_snapshots" in tables
    return {
        table: await admin.fetch(f"SELECT t::text FROM {table} AS t ORDER BY 1")  # noqa: S608 - a name from above
        for table in tables
    }


async def test_folder_has_a_memory_of_its_own_and_the_day_a_brief_of_its_own(daybreak, folder, admin):
    user = ("--user", "folder@example.org")
    (folder / "todo.txt").write_text("Water the cactus due:2026-04-03\n")
    assert changed(daybreak, folder, *user, day=SUNDAY) == set()
    (folder / "todo.txt").write_text("Water the cactus due:2026-04-03\nBuy soil due:2026-03-30\n")
    assert changed(daybreak, folder, *user, day=MONDAY) == {"Buy soil"}
    assert "Buy soil. Due today, new" in ask(daybreak, folder, *user, day=MONDAY)
    assert await count_editions(admin, "folder@example.org") == 0
    assert daybreak("runs", "list", *user, "--json").json() == []
    # The brief of all sources was never received before; then it is the one that counts for its next.
    assert changed(daybreak, *user, day=MONDAY) == set()
    (folder / "todo.txt").write_text("Water the cactus due:2026-04-03\n")
    assert changed(daybreak, folder, *user, day=TUESDAY) == {"Buy soil"}
    assert changed(daybreak, *user, day=TUESDAY) == {"Buy soil"}
    assert await count_editions(admin, "folder@example.org") == 2


async def test_brief_that_is_not_kept_leaves_nothing_behind(daybreak, folder, admin):
    known, unknown = folder / "known", folder / "unknown"
    for place in (known, unknown):
        place.mkdir()
        (place / "todo.txt").write_text("Water the cactus due:2026-03-29\n")
    ask(daybreak, known, "--user", "kept@example.org")
    ask(daybreak, "--user", "kept@example.org")
    (known / "todo.txt").write_text("Buy soil due:2026-03-30\n")
    before = await dump_rows(admin)
    assert changed(daybreak, known, "--no-keep", "--user", "kept@example.org", day=MONDAY) == {
        "Buy soil",
        "Water the cactus",
    }
    assert "Water the cactus" in ask(daybreak, unknown, "--no-keep", "--user", "kept@example.org")
    assert "Water the cactus" in ask(daybreak, unknown / "todo.txt", "--no-keep", "--user", "new@example.org")
    assert await dump_rows(admin) == before


async def test_killed_command_leaves_the_memory_of_the_folder_and_the_brief_of_the_day(
    daybreak, folder, admin
):
    user = ("--user", "killed@example.org")
    (folder / "todo.txt").write_text("Water the cactus due:2026-04-03\n")
    ask(daybreak, folder, *user)
    ask(daybreak, *user)
    (folder / "todo.txt").write_text("Water the cactus due:2026-04-03\nBuy soil due:2026-03-30\n")
    before = await admin.fetch(MEMORIES)
    async with lock_table(admin, "briefs_folder_snapshots"):
        command = daybreak.start("brief", folder, *user, "--date", MONDAY)
        await wait_for_lock(admin, "briefs_folder_snapshots")
        command.kill()
        command.communicate(timeout=60)
    after = await admin.fetch(MEMORIES)
    assert after == before
    assert changed(daybreak, folder, *user, day=MONDAY) == {"Buy soil"}


def test_length_is_that_of_the_profile_unless_given(daybreak, sample):
    user = ("--user", "length@example.org")
    shown = {
        length: ask(daybreak, sample, *user, "--length", length) for length in ("glance", "standard", "full")
    }
    assert ask(daybreak, sample, *user) == shown["standard"]
    lines = {length: text.count("\n") for length, text in shown.items()}
    assert lines["glance"] < lines["standard"] < lines["full"]
    assert daybreak("users", "set", "length@example.org", "--length", "full").code == 0
    assert ask(daybreak, sample, *user) == shown["full"]
