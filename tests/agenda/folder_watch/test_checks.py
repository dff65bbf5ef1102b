"""Tests of the periodic check of folder sources."""

import os
import shutil
from datetime import timedelta

import pytest

from daybreak import agenda, clock, runs
from daybreak.agenda.folder_watch import checks
from daybreak.runs import testing


@pytest.fixture
def move_clock(monkeypatch):
    """Return a function that moves the clock ahead."""

    def move(by: timedelta) -> None:
        later = clock.now() + by
        monkeypatch.setattr(clock, "now", lambda: later)

    return move


@pytest.fixture
def check(database, user, workspace):
    """Return a function that checks all folders and returns the number of this user's new readings."""

    async def count() -> int:
        async with database.transaction([user.id]) as tx:
            return len(await runs.list_runs(tx, user.id, kinds=["agenda.refresh"]))

    async def run_check() -> int:
        before = await count()
        await agenda.enqueue_changed_folders(database)
        await testing.run_all_due(database, agenda.kinds(), user.id)
        return await count() - before

    return run_check


def edit(workspace) -> None:
    workspace.write_file("plan.md", "- [ ] One", "- [ ] Two")


def touch(workspace) -> None:
    workspace.set_file_age(workspace.folder / "plan.md", 5)


def add_file(workspace) -> None:
    workspace.write_file("deep/down/more.md", "- [ ] Two")


def remove_file(workspace) -> None:
    (workspace.folder / "plan.md").unlink()


def rename_file(workspace) -> None:
    (workspace.folder / "plan.md").rename(workspace.folder / "plans.md")


@pytest.mark.parametrize("change", [edit, touch, add_file, remove_file, rename_file])
async def test_changed_folder_is_read_once(workspace, check, change):
    workspace.write_file("plan.md", "- [ ] One", days_old=1)
    await workspace.import_folder()
    assert await check() == 0
    change(workspace)
    assert await check() == 1
    assert await check() == 0


def write_hidden(workspace) -> None:
    workspace.write_file(".git/HEAD", "ref")


def write_temporary(workspace) -> None:
    workspace.write_file("plan.md~", "- [ ] Old")


def write_tool(workspace) -> None:
    workspace.write_file("node_modules/x/readme.md", "- [ ] Tool")


def read_file(workspace) -> None:
    (workspace.folder / "plan.md").read_text(encoding="utf-8")
    os.utime(workspace.folder)


@pytest.mark.parametrize("change", [write_hidden, write_temporary, write_tool, read_file])
async def test_folder_without_a_change_that_counts_is_not_read(workspace, check, change):
    workspace.write_file("plan.md", "- [ ] One")
    await workspace.import_folder()
    change(workspace)
    assert await check() == 0


async def test_folder_is_read_once_a_day_since_its_dates_move_on(workspace, check, move_clock):
    await workspace.import_folder()
    move_clock(timedelta(hours=23))
    assert await check() == 0
    move_clock(timedelta(hours=2))
    assert await check() == 1


async def test_absence_is_confirmed_after_an_hour(workspace, check, move_clock):
    workspace.write_file("plan.md", *(f"- [ ] Task {number}" for number in range(6)))
    await workspace.import_folder()
    workspace.write_file("plan.md", "- [ ] Task 0")
    await workspace.import_folder()
    assert await check() == 0
    move_clock(timedelta(minutes=61))
    assert await check() == 1
    (source,) = await agenda.list_sources(workspace.reader.database, workspace.reader.user)
    assert (source.tasks, source.absent) == (1, 0)


async def test_missing_folder_is_read_once_and_again_when_it_returns(workspace, check):
    workspace.write_file("plan.md", "- [ ] One")
    await workspace.import_folder()
    moved = workspace.folder.with_name("moved")
    workspace.folder.rename(moved)
    assert await check() == 1
    (source,) = await agenda.list_sources(workspace.reader.database, workspace.reader.user)
    assert (source.tasks, bool(source.source.error)) == (1, True)
    assert await check() == 0
    moved.rename(workspace.folder)
    assert await check() == 1
    (source,) = await agenda.list_sources(workspace.reader.database, workspace.reader.user)
    assert source.source.error is None


async def test_check_ends_after_its_time_and_continues_the_next_time(workspace, check, monkeypatch):
    workspace.write_file("plan.md", "- [ ] One")
    await workspace.import_folder()
    edit(workspace)
    monkeypatch.setattr(checks, "_CHECK_SECONDS", -1)
    assert await check() == 0
    monkeypatch.setattr(checks, "_CHECK_SECONDS", 600)
    assert await check() == 1


async def test_removed_folder_with_a_single_file_source(workspace, check):
    path = workspace.write_file("team.md", "- [ ] One")
    await workspace.import_folder(path)
    workspace.write_file("beside.md", "- [ ] Other")
    assert await check() == 0
    workspace.write_file("team.md", "- [ ] One", "- [ ] Two")
    assert await check() == 1
    shutil.rmtree(workspace.folder)
    assert await check() == 1
