"""Tests of repeated imports of a folder."""

import asyncio
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from daybreak import agenda, clock, people
from daybreak.agenda import TaskStatus, read_models
from daybreak.agenda.read_models import TaskFilter
from daybreak.errors import InvalidInput, NotFound
from daybreak.intake import IntakeSettings

from .workspace import DAY, UserWorkspace

CALENDAR = (
    "BEGIN:VCALENDAR",
    "BEGIN:VEVENT",
    "UID:daily",
    "SUMMARY:Stand-up",
    "DTSTART;TZID=America/New_York:20260301T203000",
    "DTEND;TZID=America/New_York:20260301T204500",
    "RRULE:FREQ=DAILY",
    "END:VEVENT",
    "BEGIN:VEVENT",
    "UID:old",
    "SUMMARY:Long ago",
    "DTSTART:20190301T090000Z",
    "DTEND:20190301T100000Z",
    "END:VEVENT",
    "BEGIN:VEVENT",
    "UID:far",
    "SUMMARY:Far ahead",
    "DTSTART;VALUE=DATE:20290301",
    "END:VEVENT",
    "END:VCALENDAR",
)


async def test_import_of_unchanged_files_writes_no_row(workspace: UserWorkspace, child_processes):
    workspace.write_file("calendar.ics", *CALENDAR)
    workspace.write_file("todo.txt", "Call Berta +House due:2026-04-01", "x 2026-03-28 Pay +House")
    workspace.write_file("work.md", "# Move", "- [ ] Pack the books", "- [x] Sort the books")
    workspace.write_file("note.txt", "A thought")
    first = await workspace.import_folder()
    written = await workspace.row_versions()
    second = await workspace.import_folder()
    assert first.changes.added == len(written)
    assert second.changes == agenda.ChangeCounts(unchanged=len(written))
    assert await workspace.row_versions() == written


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Pago_Pago"])
async def test_later_imports_add_occurrences_and_remove_none(
    workspace: UserWorkspace, database, workspace_of, zone
):
    person = await add_user(database, zone)
    workspace = workspace_of(person)
    workspace.write_file("calendar.ics", *CALENDAR)
    await workspace.import_folder()
    for days in (1, 2, 0):
        changes = (await workspace.at_date(DAY + timedelta(days=days)).import_folder()).changes
        assert (changes.removed, changes.updated) == (0, 0)
        assert changes.added == (1 if days else 0)


async def add_user(database, zone: str):
    return await people.create_user(database, f"{uuid4().hex}@example.org", timezone=zone)


async def test_only_changed_rows_are_written(workspace: UserWorkspace):
    workspace.write_file("todo.txt", "Call Berta id:1", "Pay the rent id:2")
    await workspace.import_folder()
    before = await workspace.row_versions()
    workspace.write_file("todo.txt", "Call Berta today id:1", "Pay the rent id:2")
    changes = (await workspace.import_folder()).changes
    after = await workspace.row_versions()
    assert (changes.added, changes.updated, changes.unchanged) == (0, 1, 1)
    assert sum(before[row] != after[row] for row in after) == 1
    assert await workspace.titles() == {"Call Berta today", "Pay the rent"}


async def test_removed_task_returns_with_the_same_id(workspace: UserWorkspace):
    workspace.write_file("todo.txt", "Call Berta", "Pay the rent")
    await workspace.import_folder()
    berta = await workspace.get_task("Call Berta")
    workspace.write_file("todo.txt", "Pay the rent")
    assert (await workspace.import_folder()).changes.removed == 1
    assert await workspace.titles() == {"Pay the rent"}
    assert (await workspace.import_folder()).changes.removed == 0
    workspace.write_file("todo.txt", "Call Berta", "Pay the rent")
    await workspace.import_folder()
    assert (await workspace.get_task("Call Berta")).id == berta.id


async def test_unreadable_file_retains_its_tasks(workspace: UserWorkspace):
    workspace.write_file("todo.txt", "Call Berta")
    workspace.write_file("deep/er/todo.txt", "Pay the rent")
    await workspace.import_folder()
    (workspace.folder / "todo.txt").write_bytes(b"x" * 40_000_000)
    (workspace.folder / "deep").rename(workspace.folder / "kept")
    (workspace.folder / "deep").symlink_to("/nonexistent")
    report = await workspace.import_folder()
    assert report.changes.removed == 0
    assert len(report.warnings) == 2
    assert await workspace.titles() == {"Call Berta", "Pay the rent"}
    assert len((await workspace.load_agenda()).warnings) == 2


async def test_missing_folder_retains_its_tasks_and_records_the_error(workspace: UserWorkspace):
    workspace.write_file("todo.txt", "Call Berta")
    source = (await workspace.import_folder()).source
    workspace.folder.rename(workspace.folder.with_name("elsewhere"))
    with pytest.raises(InvalidInput, match="cannot be read"):
        await agenda.read_source(workspace.reader, source)
    found = await workspace.load_agenda()
    assert [task.title for task in found.tasks] == ["Call Berta"]
    assert "cannot be read" in found.sources[0].error
    assert found.sources[0].failing_since == clock.now()


async def test_failing_source_does_not_prevent_the_import_of_others(workspace: UserWorkspace):
    workspace.write_file("todo.txt", "Call Berta")
    good = await agenda.add_folder(workspace.reader.database, workspace.reader.user, workspace.folder)
    other = workspace.folder.with_name("other")
    other.mkdir()
    bad = await agenda.add_folder(workspace.reader.database, workspace.reader.user, other)
    other.rmdir()
    report = await agenda.refresh_sources(workspace.reader, [bad, good])
    assert [one.source.id for one in report] == [good.id]


async def test_concurrent_imports_of_one_source_write_once(workspace: UserWorkspace, child_processes):
    workspace.write_file("todo.txt", *(f"Task {number}" for number in range(50)))
    results = await asyncio.gather(*(workspace.import_folder() for _ in range(3)))
    assert sorted(result.changes.added for result in results) == [0, 0, 50]
    assert len((await workspace.load_agenda()).tasks) == 50


async def test_folder_added_concurrently_is_one_source(workspace: UserWorkspace):
    for number in range(10):
        folder = workspace.folder / f"{number}"
        folder.mkdir()
        adding = (
            agenda.add_folder(workspace.reader.database, workspace.reader.user, folder) for _ in range(20)
        )
        assert len({source.id for source in await asyncio.gather(*adding)}) == 1


async def test_folder_with_several_paths_is_one_source(workspace: UserWorkspace, monkeypatch):
    workspace.write_file("todo.txt", "Call Berta")
    link = workspace.folder.with_name("link")
    link.symlink_to(workspace.folder)
    monkeypatch.chdir(workspace.folder.parent)
    (workspace.folder / "sub").mkdir()
    paths = [
        workspace.folder,
        link,
        workspace.folder / "sub/..",
        workspace.folder.relative_to(workspace.folder.parent),
    ]
    sources = {(await workspace.import_folder(path)).source.id for path in paths}
    assert len(sources) == 1
    assert len(await agenda.list_sources(workspace.reader.database, workspace.reader.user)) == 1


async def test_two_users_have_separate_sources_for_one_folder(
    workspace: UserWorkspace, workspace_of, other_user
):
    workspace.write_file("todo.txt", "Call Berta")
    theirs = workspace_of(other_user)
    assert (await workspace.import_folder()).source.id != (await theirs.import_folder()).source.id
    assert (await workspace.get_task("Call Berta")).id != (await theirs.get_task("Call Berta")).id


async def test_undated_completion_has_the_time_of_the_import_as_seen_and_no_time_of_its_own(
    workspace: UserWorkspace, monkeypatch
):
    workspace.write_file("work.md", "# Move", "- [ ] Pack", "- [ ] Rest")
    await workspace.import_folder()
    noticed = clock.now()
    workspace.write_file("work.md", "# Move", "- [x] Pack", "- [ ] Rest")
    await workspace.import_folder()
    packed = await workspace.get_task("Pack")
    assert (packed.completed, packed.completion_seen_at) == (None, noticed)
    monkeypatch.setattr(clock, "now", lambda: noticed + timedelta(days=3))
    workspace.write_file("work.md", "# Move", "", "- [x] Pack #heavy", "- [ ] Rest")
    assert (await workspace.import_folder()).changes.updated == 2
    packed = next(task for task in (await workspace.load_agenda()).tasks if task.status is TaskStatus.DONE)
    assert (packed.completed, packed.completion_seen_at) == (None, noticed)


# The state of a file before and after, and the completion that the source states.
COMPLETIONS = {
    "markdown": ("a.md", "- [ ] Pack", "- [x] Pack", None),
    "markdown with date": ("a.md", "- [ ] Pack", "- [x] Pack ✅ 2026-03-27", date(2026, 3, 27)),
    "todo.txt": ("todo.txt", "Pack id:1", "x Pack id:1", None),
    "todo.txt with date": ("todo.txt", "Pack id:1", "x 2026-03-26 2026-03-01 Pack id:1", date(2026, 3, 26)),
    "plain table": ("a.csv", "Task,Done\nPack,no", "Task,Done\nPack,yes", None),
    "plain table with date": ("a.csv", "Task,Done\nPack,", "Task,Done\nPack,2026-03-20", date(2026, 3, 20)),
    "jira": (
        "a.csv",
        "Summary,Issue key,Status,Resolved\nPack,AB-1,To Do,",
        "Summary,Issue key,Status,Resolved\nPack,AB-1,Done,",
        None,
    ),
    "jira with time": (
        "a.csv",
        "Summary,Issue key,Status,Resolved\nPack,AB-1,To Do,",
        "Summary,Issue key,Status,Resolved\nPack,AB-1,Done,2026-03-20 10:00",
        datetime(2026, 3, 20, 9, tzinfo=UTC),
    ),
    "asana": (
        "a.csv",
        "Task ID,Name,Completed At,Section/Column\n1,Pack,,",
        "Task ID,Name,Completed At,Section/Column\n1,Pack,2026-03-21,",
        date(2026, 3, 21),
    ),
    "taskwarrior": (
        "a.json",
        '[{"uuid":"1","entry":"20260301T080000Z","status":"pending","description":"Pack"}]',
        '[{"uuid":"1","entry":"20260301T080000Z","status":"completed","description":"Pack"}]',
        None,
    ),
    "taskwarrior with time": (
        "a.json",
        '[{"uuid":"1","entry":"20260301T080000Z","status":"pending","description":"Pack"}]',
        '[{"uuid":"1","entry":"20260301T080000Z","status":"completed","description":"Pack","end":"20260320T100000Z"}]',
        datetime(2026, 3, 20, 10, tzinfo=UTC),
    ),
}


@pytest.mark.parametrize(("path", "before", "after", "completed"), COMPLETIONS.values(), ids=COMPLETIONS)
async def test_completion_is_what_the_source_states(
    workspace: UserWorkspace, database, workspace_of, path, before, after, completed
):
    workspace = workspace_of(await add_user(database, "Europe/Berlin"))
    workspace.write_file(path, before)
    await workspace.import_folder()
    workspace.write_file(path, after)
    await workspace.import_folder()
    (task,) = (await workspace.load_agenda()).tasks
    assert (task.status, task.completed) == (TaskStatus.DONE, completed)
    assert task.latest_completion == completed or (completed is None and task.completion_seen_at)


async def test_finished_tasks_are_listed_by_completion_or_time_found(workspace, monkeypatch):
    now = clock.now()
    for days, third in ((0, "Three id:3"), (1, "x Three id:3")):
        monkeypatch.setattr(clock, "now", lambda at=now + timedelta(days=days): at)
        workspace.write_file(
            "todo.txt", "x 2020-01-01 One id:1", third, "x 2099-01-01 Two id:2", days_old=900
        )
        await workspace.import_folder()
    async with workspace.reader.database.transaction([workspace.reader.user.id]) as tx:
        listed = await read_models.list_finished_tasks(tx, workspace.reader.user.id, TaskFilter(today=DAY))
    assert [one.task.title for one in listed] == ["Two", "Three", "One"]


async def test_completion_date_that_is_added_later_counts(workspace: UserWorkspace):
    for line in ("Pack id:1", "x Pack id:1", "x 2026-03-20 Pack id:1"):
        workspace.write_file("todo.txt", line)
        await workspace.import_folder()
    (task,) = (await workspace.load_agenda()).tasks
    assert (task.completed, task.latest_completion) == (date(2026, 3, 20), date(2026, 3, 20))


async def test_task_completed_in_daybreak_keeps_that_time_when_its_file_follows(
    workspace: UserWorkspace, database, monkeypatch
):
    workspace.write_file("a.md", "- [ ] Pack")
    await workspace.import_folder()
    decided, owner = clock.now(), workspace.reader.user.id
    task = await workspace.get_task("Pack")
    async with database.transaction([owner]) as tx:
        await agenda.complete(tx, owner, [task.id])
    assert (await workspace.get_task("Pack")).completed == decided
    monkeypatch.setattr(clock, "now", lambda: decided + timedelta(days=2))
    workspace.write_file("a.md", "- [x] Pack")
    await workspace.import_folder()
    task = await workspace.get_task("Pack")
    assert (task.completed, task.completion_seen_at) == (None, decided)


async def test_task_already_done_at_its_first_import_is_not_in_the_agenda(workspace: UserWorkspace):
    workspace.write_file("work.md", "# Move", "- [x] Pack")
    assert (await workspace.import_folder()).changes.added == 2
    assert await workspace.titles() == set()


async def test_reopened_task_is_open(workspace: UserWorkspace):
    for mark in (" ", "x", " "):
        workspace.write_file("work.md", "# Move", f"- [{mark}] Pack")
        await workspace.import_folder()
    packed = await workspace.get_task("Pack")
    assert (packed.status, packed.completed, packed.completion_seen_at) == (TaskStatus.OPEN, None, None)


async def test_completion_date_stays_a_date(workspace: UserWorkspace):
    workspace.write_file("todo.txt", "x 2026-03-28 Pay the rent")
    await workspace.import_folder()
    assert (await workspace.get_task("Pay the rent")).completed == DAY - timedelta(days=1)


async def test_move_to_another_line_does_not_touch_a_task(workspace: UserWorkspace):
    workspace.write_file("work.md", "# Move", "- [/] Pack", days_old=20)
    await workspace.import_folder()
    touched = (await workspace.get_task("Pack")).touched_at
    workspace.write_file("work.md", "# Move", "", "- [ ] New", "- [/] Pack", days_old=1)
    await workspace.import_folder()
    moved = await workspace.get_task("Pack")
    assert (moved.touched_at, moved.source_ref) == (touched, "work.md:4")
    workspace.write_file("work.md", "# Move", "", "- [ ] New", "- [ ] Pack", days_old=1)
    await workspace.import_folder()
    assert (await workspace.get_task("Pack")).touched_at > touched


async def test_update_time_of_the_source_sets_touched_at(workspace: UserWorkspace):
    workspace.write_file(
        "jira.csv", "Issue key,Summary,Status,Updated", "NL-1,Pack,In Progress,2026-03-10 09:00"
    )
    await workspace.import_folder()
    workspace.write_file(
        "jira.csv", "Issue key,Summary,Status,Updated", "NL-1,Pack,In Progress,2026-03-28 09:00"
    )
    await workspace.import_folder()
    assert (await workspace.get_task("Pack")).touched_at.date() == date(2026, 3, 28)
    workspace.write_file("jira.csv", "Issue key,Summary,Status", "NL-1,Pack,In Progress")
    await workspace.import_folder()
    assert (await workspace.get_task("Pack")).touched_at.date() == date(2026, 3, 28)


async def test_ten_thousand_tasks_are_imported_at_once(workspace: UserWorkspace, child_processes):
    workspace.write_file("todo.txt", *(f"Task {number} +Project{number % 20}" for number in range(10_000)))
    assert (await workspace.import_folder()).changes.added == 10_020
    workspace.write_file("todo.txt", *(f"Task {number} +Project{number % 20}" for number in range(1, 10_000)))
    changes = (await workspace.import_folder()).changes
    assert (changes.added, changes.removed) == (0, 1)


async def test_source_removed_during_an_import_is_not_restored(workspace: UserWorkspace):
    workspace.write_file("todo.txt", "Call Berta")
    source = await agenda.add_folder(workspace.reader.database, workspace.reader.user, workspace.folder)
    await agenda.delete_source_by_reference(workspace.reader.database, workspace.reader.user, source.name)
    with pytest.raises(NotFound, match="has been removed"):
        await agenda.read_source(workspace.reader, source)
    assert await agenda.list_sources(workspace.reader.database, workspace.reader.user) == []


async def test_absurd_modification_time_is_clamped(workspace: UserWorkspace):
    os.utime(workspace.write_file("todo.txt", "Call Berta"), (-(10**10), -(10**10)))
    await workspace.import_folder()
    assert (await workspace.get_task("Call Berta")).touched_at == datetime(1970, 1, 1, tzinfo=UTC)


async def test_unsupported_files_are_counted_and_do_not_use_up_the_size_limit(workspace: UserWorkspace):
    (workspace.folder / "film.mp4").write_bytes(b"\0" * 5000)
    workspace.write_file("todo.txt", "Water the plants")
    narrow = replace(workspace, reader=replace(workspace.reader, limits=IntakeSettings(max_file_size=1000)))
    done = await narrow.import_folder()
    assert (done.files, done.ignored, done.warnings) == (1, 1, ())


async def test_import_past_the_time_limit_retains_tasks_of_skipped_files(workspace: UserWorkspace):
    workspace.write_file("a.todo.txt", "One")
    workspace.write_file("b.todo.txt", "Two")
    await workspace.import_folder()
    hasty = replace(
        workspace, reader=replace(workspace.reader, limits=IntakeSettings(folder_seconds=0.000001))
    )
    done = await hasty.import_folder()
    assert ["so the rest was skipped" in warning for warning in done.warnings] == [True]
    assert done.changes.removed == 0
    assert await workspace.titles() == {"One", "Two"}


async def test_path_that_was_never_readable_does_not_become_a_source(workspace: UserWorkspace):
    with pytest.raises(InvalidInput):
        await agenda.import_folder(workspace.reader, workspace.folder / "missing")
    assert await agenda.list_sources(workspace.reader.database, workspace.reader.user) == []
