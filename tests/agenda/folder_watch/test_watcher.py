"""Tests of the watcher with real events of real folders; every wait is bounded by a minute."""

import asyncio
import os
import shutil
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from daybreak import agenda, runs
from daybreak.agenda import ChangeDetection, FolderWatcher
from daybreak.agenda.folder_watch import change_stream, pace, watched_folder, watcher
from daybreak.agenda.folder_watch.lease import WatcherLock
from daybreak.agenda.sources import parser_pool
from daybreak.db import Database
from daybreak.errors import Unavailable
from daybreak.intake import IntakeSettings
from daybreak.people import User
from daybreak.runs import testing

from ..conftest import InProcessPool  # noqa: TID252 - tests are no package that could be named

LIMIT_SECONDS = 60


@dataclass
class WatchedWorkspace:
    """A folder source of a user, and its watcher."""

    database: Database
    user: User
    folder: Path
    home: Path

    def write(self, name: str, *tasks: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"- [ ] {task}\n" for task in tasks), encoding="utf-8")
        return path

    async def add(self, folder: Path | None = None) -> agenda.Source:
        """Add a folder as a source and read it."""
        source = await agenda.add_folder(self.database, self.user, folder or self.folder)
        await self.read(source)
        return source

    async def read(self, source: agenda.Source) -> None:
        await self.enqueue_and_run([source.id])

    async def enqueue_and_run(self, ids) -> None:
        async with self.database.transaction([self.user.id]) as tx:
            await agenda.enqueue_refresh(tx, self.user.id, ids)
        await self.run_due()

    async def run_due(self) -> None:
        await testing.run_all_due(self.database, agenda.kinds(), self.user.id)

    async def list_runs(self) -> list[runs.Run]:
        async with self.database.transaction([self.user.id]) as tx:
            return list(await runs.list_runs(tx, self.user.id, kinds=["agenda.refresh"]))

    async def count_tasks(self) -> int:
        return sum(one.tasks for one in await agenda.list_sources(self.database, self.user))

    async def find_detection(self) -> list[ChangeDetection | None]:
        return [one.change_detection for one in await agenda.list_sources(self.database, self.user)]

    @asynccontextmanager
    async def watch(self, **settings: int) -> AsyncIterator[FolderWatcher]:
        """Watch all sources during the block."""
        limits = IntakeSettings(**settings)
        watching = FolderWatcher(self.database, limits, self.home)
        task = asyncio.create_task(watching.run())
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                await watching.watching.wait()
            yield watching
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def wait_until(self, is_done: Callable[[], object]) -> None:
        async with asyncio.timeout(LIMIT_SECONDS):
            while not await is_done():  # noqa: ASYNC110 - the other side is the database
                await asyncio.sleep(0.05)

    async def wait_for_run(self, after: int) -> None:
        """Wait until another run than these is enqueued, and execute it."""

        async def is_enqueued() -> bool:
            return len(await self.list_runs()) > after

        await self.wait_until(is_enqueued)
        await self.run_due()


@pytest.fixture
async def workspace(database, user, tmp_path, monkeypatch) -> AsyncIterator[WatchedWorkspace]:
    monkeypatch.setattr(parser_pool, "BoundedPool", InProcessPool)
    # As in production, in less time: a second of quiet, and five between two readings.
    monkeypatch.setattr(change_stream, "QUIET_MS", 200)
    monkeypatch.setattr(pace, "_SHORTEST_SECONDS", 0.2)
    monkeypatch.setattr(watcher, "_BUSY_SECONDS", 0.2)
    # The folders of earlier tests are sources, too.
    async with database.without_owner() as connection:
        rows = await connection.fetch("SELECT owner_id, id FROM agenda_folder_sources(FALSE, 5000)")
    for row in rows:
        async with database.transaction([row["owner_id"]]) as tx:
            await agenda.sources.service.delete_source(tx, row["owner_id"], row["id"])
    folder, home = tmp_path / "papers", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    return WatchedWorkspace(database, user, folder, home)


def truncate_and_write(path: Path) -> None:
    path.write_text("- [ ] One\n- [ ] Two\n", encoding="utf-8")


def write_and_rename(path: Path) -> None:
    beside = path.with_name(f".{path.name}.swp")
    beside.write_text("- [ ] One\n- [ ] Two\n", encoding="utf-8")
    beside.replace(path)


def delete_and_create(path: Path) -> None:
    path.unlink()
    path.write_text("- [ ] One\n- [ ] Two\n", encoding="utf-8")


def back_up_and_write(path: Path) -> None:
    path.rename(path.with_name(f"{path.name}~"))
    path.write_text("- [ ] One\n- [ ] Two\n", encoding="utf-8")


def append(path: Path) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("- [ ] Two\n")


@pytest.mark.parametrize(
    "save", [truncate_and_write, write_and_rename, delete_and_create, back_up_and_write, append]
)
async def test_file_saved_by_an_editor_is_read(workspace, save):
    path = workspace.write("plan.md", "One")
    await workspace.add()
    async with workspace.watch():
        save(path)
        await workspace.wait_for_run(after=1)
    assert await workspace.count_tasks() == 2


def move_folder_in(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "more.md").write_text("- [ ] Two\n", encoding="utf-8")
    outside.rename(folder / "moved")


def create_deep_folders(folder: Path) -> None:
    (folder / "a/b/c").mkdir(parents=True)
    (folder / "a/b/c/more.md").write_text("- [ ] Two\n", encoding="utf-8")


def copy_folder(folder: Path) -> None:
    shutil.copytree(folder / "old", folder / "new")
    (folder / "new/plan.md").write_text("- [ ] Two\n", encoding="utf-8")


def rename_folder(folder: Path) -> None:
    (folder / "old").rename(folder / "renamed")
    (folder / "renamed/more.md").write_text("- [ ] Two\n", encoding="utf-8")


@pytest.mark.parametrize("change", [move_folder_in, create_deep_folders, copy_folder, rename_folder])
async def test_changed_subfolders_are_read_and_watched(workspace, change):
    workspace.write("old/plan.md", "One")
    await workspace.add()
    async with workspace.watch():
        change(workspace.folder)

        async def is_read() -> bool:
            await workspace.run_due()
            return await workspace.count_tasks() == 2

        await workspace.wait_until(is_read)
        deepest = max(
            (Path(path) for path, _, _ in os.walk(workspace.folder)), key=lambda path: len(path.parts)
        )
        (deepest / "late.md").write_text("- [ ] Three\n", encoding="utf-8")

        async def is_late_read() -> bool:
            await workspace.run_due()
            return await workspace.count_tasks() == 3

        await workspace.wait_until(is_late_read)
    assert await workspace.count_tasks() == 3


async def test_mass_change_is_one_reading(workspace, monkeypatch):
    monkeypatch.setattr(change_stream, "QUIET_MS", 1000)
    await workspace.add()
    async with workspace.watch():
        for number in range(1000):
            workspace.write(f"{number % 10}/{number}.md", f"Task {number}")
        await workspace.wait_for_run(after=1)
        assert await workspace.count_tasks() == 1000
        workspace.write("last.md", "Last")
        await workspace.wait_for_run(after=2)
    assert len(await workspace.list_runs()) == 3


async def test_change_while_a_reading_is_in_progress_is_read_after_it(workspace):
    source = await workspace.add()
    async with workspace.watch():
        async with workspace.database.transaction([workspace.user.id]) as tx:
            run = await agenda.enqueue_refresh(tx, workspace.user.id, [source.id])
        # The run has its item, which may have listed the files already.
        await testing.run_inline(workspace.database, agenda.kinds(), run)
        workspace.write("plan.md", "One")
        await workspace.run_due()
        await workspace.wait_for_run(after=2)
    assert await workspace.count_tasks() == 1


async def test_changes_made_while_no_watcher_ran_are_read_at_its_start(workspace):
    workspace.write("plan.md", "One")
    await workspace.add()
    workspace.write("plan.md", "One", "Two")
    async with workspace.watch():
        await workspace.wait_for_run(after=1)
    assert await workspace.count_tasks() == 2


async def test_unchanged_folder_is_not_read_at_the_start(workspace):
    workspace.write("plan.md", "One")
    await workspace.add()
    async with workspace.watch():
        pass
    assert len(await workspace.list_runs()) == 1


async def test_hidden_and_temporary_files_cause_no_reading(workspace):
    workspace.write(".git/objects/pack.md", "Hidden")
    workspace.write("node_modules/readme.md", "Tool")
    await workspace.add()
    async with workspace.watch():
        for name in (
            ".git/HEAD.md",
            "node_modules/more.md",
            "plan.md~",
            ".plan.md.swp",
            "plan.tmp",
            "~$plan.docx",
        ):
            workspace.write(name, "Ignored")
        await asyncio.to_thread(os.sync)
        workspace.write("plan.md", "One")
        await workspace.wait_for_run(after=1)
    assert (len(await workspace.list_runs()), await workspace.count_tasks()) == (2, 1)


async def test_added_and_removed_sources_are_followed(workspace):
    async with workspace.watch() as watching:
        source = await workspace.add()
        watching.wake()
        await workspace.wait_until(lambda: _has_detection(workspace, ChangeDetection.EVENTS))
        workspace.write("plan.md", "One")
        await workspace.wait_for_run(after=1)
        await agenda.delete_source_by_reference(workspace.database, workspace.user, str(source.id))
        watching.wake()
        await workspace.wait_until(lambda: _is_unwatched(watching))


async def _has_detection(workspace: WatchedWorkspace, *expected: ChangeDetection) -> bool:
    return await workspace.find_detection() == list(expected)


async def _is_unwatched(watching: FolderWatcher) -> bool:
    return watching._stream is None


def delete_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def rename_away(folder: Path) -> None:
    folder.rename(folder.with_name("renamed"))


def rename_parent(folder: Path) -> None:
    folder.parent.rename(folder.parent.with_name("renamed parent"))


def replace_by_a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to("nowhere")


@pytest.mark.parametrize("lose", [delete_folder, rename_away, rename_parent, replace_by_a_file])
async def test_lost_folder_keeps_its_items_and_is_read_again_when_it_returns(workspace, lose):
    folder = workspace.folder / "inner" / "papers"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub/plan.md").write_text("- [ ] One\n", encoding="utf-8")
    await workspace.add(folder)
    async with workspace.watch() as watching:
        lose(folder)
        watching.wake()
        await workspace.wait_for_run(after=1)
        (source,) = await agenda.list_sources(workspace.database, workspace.user)
        assert source.source.error
        assert source.tasks == 1
        folder.unlink(missing_ok=True)
        folder.mkdir(parents=True)
        (folder / "plan.md").write_text("- [ ] One\n- [ ] Two\n", encoding="utf-8")
        watching.wake()
        await workspace.wait_for_run(after=2)
        await workspace.wait_until(lambda: _has_detection(workspace, ChangeDetection.EVENTS))
        (folder / "plan.md").write_text("- [ ] One\n- [ ] Two\n- [ ] Three\n", encoding="utf-8")
        await workspace.wait_for_run(after=3)
    assert await workspace.count_tasks() == 3


async def test_large_tree_is_left_to_maintenance_and_small_ones_are_watched(workspace):
    for number in range(20):
        workspace.write(f"{number}/plan.md", f"Task {number}")
    await workspace.add()
    small = workspace.folder.with_name("small")
    small.mkdir()
    await workspace.add(small)
    async with workspace.watch(max_watched_folders=5) as watching:
        # The list is sorted by name: papers, small.
        assert await workspace.find_detection() == [ChangeDetection.MAINTENANCE, ChangeDetection.EVENTS]
        assert watching._stream.folders == {str(small)}
    assert await workspace.find_detection() == [ChangeDetection.MAINTENANCE] * 2


@pytest.mark.parametrize("name", [b"caf\xe9", b"\xff", b"sub/\xc3\x28"])
async def test_folder_with_a_name_in_another_encoding_leaves_the_others_watched(workspace, name):
    (workspace.folder / os.fsdecode(name)).mkdir(parents=True)
    await workspace.add()
    other = workspace.folder.with_name("zother")
    other.mkdir()
    await workspace.add(other)
    async with workspace.watch() as watching:
        assert await workspace.find_detection() == [ChangeDetection.MAINTENANCE, ChangeDetection.EVENTS]
        assert watching._stream.folders == {str(other)}


async def test_nothing_is_watched_if_the_limit_is_zero(workspace):
    await workspace.add()
    async with workspace.watch(max_watched_folders=0) as watching:
        assert watching._stream is None
        assert await workspace.find_detection() == [ChangeDetection.MAINTENANCE]


async def test_limit_of_the_operating_system_is_respected(workspace, monkeypatch):
    for number in range(40):
        workspace.write(f"{number}/plan.md", f"Task {number}")
    await workspace.add()
    small = workspace.folder.with_name("small")
    small.mkdir()
    await workspace.add(small)
    start = change_stream.ChangeStream.start

    async def start_few(stream) -> None:
        if len(stream.folders) > 20:
            raise change_stream.WatchLimitReached
        await start(stream)

    monkeypatch.setattr(change_stream.ChangeStream, "start", start_few)
    async with workspace.watch(max_watched_folders=80):
        assert await workspace.find_detection() == [ChangeDetection.MAINTENANCE, ChangeDetection.EVENTS]


async def test_network_folder_is_compared_periodically(workspace, monkeypatch):
    monkeypatch.setattr(watcher, "_RECONCILE_SECONDS", 0.5)
    monkeypatch.setattr(watcher, "find_remote_folders", lambda: (workspace.folder,))
    workspace.write("sub/plan.md", "One")
    await workspace.add()
    async with workspace.watch() as watching:
        assert await workspace.find_detection() == [ChangeDetection.POLLING]
        assert watching._stream is None
        workspace.write("sub/plan.md", "One", "Two")
        await workspace.wait_for_run(after=1)
    assert await workspace.count_tasks() == 2


async def test_change_in_a_folder_that_does_not_answer_is_read_once_it_does(workspace, monkeypatch):
    monkeypatch.setattr(watcher, "_COMPARE_SECONDS", 0.2)
    workspace.write("plan.md", "One")
    await workspace.add()
    compare, is_answering = watched_folder.WatchedFolder.compare, threading.Event()

    def compare_slowly(*arguments) -> object:
        is_answering.wait(LIMIT_SECONDS)
        return compare(*arguments)

    async def is_given_up() -> bool:
        return any(one["event"] == "agenda.folder_does_not_answer" for one in logged)

    with capture_logs() as logged:
        async with workspace.watch():
            monkeypatch.setattr(watched_folder.WatchedFolder, "compare", compare_slowly)
            workspace.write("plan.md", "One", "Two")
            await workspace.wait_until(is_given_up)
            is_answering.set()
            await workspace.wait_for_run(after=1)
    assert await workspace.count_tasks() == 2


async def test_failed_stream_is_started_again(workspace, monkeypatch):
    monkeypatch.setattr(watcher, "_RESTART_SECONDS", 0.1)
    await workspace.add()
    async with workspace.watch() as watching:
        failed = watching._stream
        watching._note_changes(None)

        async def is_started_again() -> bool:
            return watching._stream not in {None, failed}

        await workspace.wait_until(is_started_again)
        workspace.write("plan.md", "One")
        await workspace.wait_for_run(after=1)
        await failed.close()
    assert await workspace.count_tasks() == 1


async def test_watcher_continues_after_an_error_of_the_database(workspace, monkeypatch):
    monkeypatch.setattr(watcher, "_RETRY_SECONDS", 0.1)
    await workspace.add()
    async with workspace.watch() as watching:
        enqueue, failures = watching._enqueue, []

        async def fail_once(*arguments):
            if not failures:
                failures.append(1)
                raise Unavailable("The database does not answer.")
            return await enqueue(*arguments)

        watching._enqueue = fail_once
        workspace.write("plan.md", "One")
        watching.wake()
        await workspace.wait_for_run(after=1)
    assert failures
    assert await workspace.count_tasks() == 1


async def test_one_process_of_a_machine_watches(workspace):
    first, second = WatcherLock(workspace.home), WatcherLock(workspace.home)
    assert (first.acquire(), first.acquire(), second.acquire()) == (True, True, False)
    first.release()
    assert second.acquire()
    second.release()
    assert WatcherLock(workspace.home / "missing").acquire()


async def test_two_watchers_enqueue_one_reading(workspace):
    await workspace.add()
    other = FolderWatcher(workspace.database, IntakeSettings(), workspace.home / "missing")
    task = asyncio.create_task(other.run())
    async with workspace.watch() as watching:
        await other.watching.wait()
        workspace.write("plan.md", "One")
        folders = [next(iter(one._folders.values())) for one in (watching, other)]

        async def have_noticed() -> bool:
            return all(one.read_digest == one.digest != before for one in folders)

        before = folders[0].digest
        await workspace.wait_until(have_noticed)
        assert len(await workspace.list_runs()) == 2
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
