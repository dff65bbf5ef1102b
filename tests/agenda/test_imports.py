"""Tests of repeated imports of a folder."""

import asyncio
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from daybreak import agenda, clock, people
from daybreak.agenda import TaskStatus
from daybreak.errors import InvalidInput, NotFound
from daybreak.intake import IntakeSettings

from .workspace import DAY, Desk

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


async def test_import_of_unchanged_files_writes_no_row(desk: Desk, children):
    desk.put("calendar.ics", *CALENDAR)
    desk.put("todo.txt", "Call Berta +House due:2026-04-01", "x 2026-03-28 Pay +House")
    desk.put("work.md", "# Move", "- [ ] Pack the books", "- [x] Sort the books")
    desk.put("note.txt", "A thought")
    first = await desk.read()
    written = await desk.versions()
    second = await desk.read()
    assert first.changes.added == len(written)
    assert second.changes == agenda.Changes(unchanged=len(written))
    assert await desk.versions() == written


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Pago_Pago"])
async def test_later_imports_add_occurrences_and_remove_none(desk: Desk, database, desk_of, zone):
    person = await agenda_user(database, zone)
    desk = desk_of(person)
    desk.put("calendar.ics", *CALENDAR)
    await desk.read()
    for days in (1, 2, 0):
        changes = (await desk.on(DAY + timedelta(days=days)).read()).changes
        assert (changes.removed, changes.updated) == (0, 0)
        assert changes.added == (1 if days else 0)


async def agenda_user(database, zone: str):
    return await people.add(database, f"{uuid4().hex}@example.org", timezone=zone)


async def test_only_changed_rows_are_written(desk: Desk):
    desk.put("todo.txt", "Call Berta id:1", "Pay the rent id:2")
    await desk.read()
    before = await desk.versions()
    desk.put("todo.txt", "Call Berta today id:1", "Pay the rent id:2")
    changes = (await desk.read()).changes
    after = await desk.versions()
    assert (changes.added, changes.updated, changes.unchanged) == (0, 1, 1)
    assert sum(before[row] != after[row] for row in after) == 1
    assert await desk.titles() == {"Call Berta today", "Pay the rent"}


async def test_removed_task_returns_with_the_same_id(desk: Desk):
    desk.put("todo.txt", "Call Berta", "Pay the rent")
    await desk.read()
    berta = await desk.task("Call Berta")
    desk.put("todo.txt", "Pay the rent")
    assert (await desk.read()).changes.removed == 1
    assert await desk.titles() == {"Pay the rent"}
    assert (await desk.read()).changes.removed == 0
    desk.put("todo.txt", "Call Berta", "Pay the rent")
    await desk.read()
    assert (await desk.task("Call Berta")).id == berta.id


async def test_unreadable_file_retains_its_tasks(desk: Desk):
    desk.put("todo.txt", "Call Berta")
    desk.put("deep/er/todo.txt", "Pay the rent")
    await desk.read()
    (desk.folder / "todo.txt").write_bytes(b"x" * 40_000_000)
    (desk.folder / "deep").rename(desk.folder / "kept")
    (desk.folder / "deep").symlink_to("/nonexistent")
    imported = await desk.read()
    assert imported.changes.removed == 0
    assert len(imported.warnings) == 2
    assert await desk.titles() == {"Call Berta", "Pay the rent"}
    assert len((await desk.stored()).warnings) == 2


async def test_missing_folder_retains_its_tasks_and_records_the_error(desk: Desk):
    desk.put("todo.txt", "Call Berta")
    source = (await desk.read()).source
    desk.folder.rename(desk.folder.with_name("elsewhere"))
    with pytest.raises(InvalidInput, match="cannot be read"):
        await agenda.read_source(desk.reader, source)
    found = await desk.stored()
    assert [task.title for task in found.tasks] == ["Call Berta"]
    assert "cannot be read" in found.sources[0].error
    assert found.sources[0].failing_since == clock.now()


async def test_failing_source_does_not_prevent_the_import_of_others(desk: Desk):
    desk.put("todo.txt", "Call Berta")
    good = await agenda.add_folder(desk.reader.database, desk.reader.user, desk.folder)
    other = desk.folder.with_name("other")
    other.mkdir()
    bad = await agenda.add_folder(desk.reader.database, desk.reader.user, other)
    other.rmdir()
    imported = await agenda.refresh(desk.reader, [bad, good])
    assert [one.source.id for one in imported] == [good.id]


async def test_concurrent_imports_of_one_source_write_once(desk: Desk, children):
    desk.put("todo.txt", *(f"Task {number}" for number in range(50)))
    results = await asyncio.gather(*(desk.read() for _ in range(3)))
    assert sorted(result.changes.added for result in results) == [0, 0, 50]
    assert len((await desk.stored()).tasks) == 50


async def test_folder_added_concurrently_is_one_source(desk: Desk):
    for number in range(10):
        folder = desk.folder / f"{number}"
        folder.mkdir()
        adding = (agenda.add_folder(desk.reader.database, desk.reader.user, folder) for _ in range(20))
        assert len({source.id for source in await asyncio.gather(*adding)}) == 1


async def test_folder_with_several_paths_is_one_source(desk: Desk, monkeypatch):
    desk.put("todo.txt", "Call Berta")
    link = desk.folder.with_name("link")
    link.symlink_to(desk.folder)
    monkeypatch.chdir(desk.folder.parent)
    (desk.folder / "sub").mkdir()
    paths = [desk.folder, link, desk.folder / "sub/..", desk.folder.relative_to(desk.folder.parent)]
    sources = {(await desk.read(path)).source.id for path in paths}
    assert len(sources) == 1
    assert len(await agenda.overview(desk.reader.database, desk.reader.user)) == 1


async def test_two_users_have_separate_sources_for_one_folder(desk: Desk, desk_of, other_user):
    desk.put("todo.txt", "Call Berta")
    theirs = desk_of(other_user)
    assert (await desk.read()).source.id != (await theirs.read()).source.id
    assert (await desk.task("Call Berta")).id != (await theirs.task("Call Berta")).id


async def test_undated_completion_gets_the_time_of_the_import(desk: Desk, monkeypatch):
    desk.put("work.md", "# Move", "- [ ] Pack", "- [ ] Rest")
    await desk.read()
    noticed = clock.now()
    desk.put("work.md", "# Move", "- [x] Pack", "- [ ] Rest")
    await desk.read()
    assert (await desk.task("Pack")).completed == noticed
    monkeypatch.setattr(clock, "now", lambda: noticed + timedelta(days=3))
    desk.put("work.md", "# Move", "", "- [x] Pack #heavy", "- [ ] Rest")
    assert (await desk.read()).changes.updated == 2
    packed = next(task for task in (await desk.stored()).tasks if task.status is TaskStatus.DONE)
    assert packed.completed == noticed


async def test_task_already_done_at_its_first_import_is_not_in_the_agenda(desk: Desk):
    desk.put("work.md", "# Move", "- [x] Pack")
    assert (await desk.read()).changes.added == 2
    assert await desk.titles() == set()


async def test_reopened_task_is_open(desk: Desk):
    for mark in (" ", "x", " "):
        desk.put("work.md", "# Move", f"- [{mark}] Pack")
        await desk.read()
    packed = await desk.task("Pack")
    assert (packed.status, packed.completed) == (TaskStatus.OPEN, None)


async def test_completion_date_stays_a_date(desk: Desk):
    desk.put("todo.txt", "x 2026-03-28 Pay the rent")
    await desk.read()
    assert (await desk.task("Pay the rent")).completed == DAY - timedelta(days=1)


async def test_move_to_another_line_does_not_touch_a_task(desk: Desk):
    desk.put("work.md", "# Move", "- [/] Pack", days_old=20)
    await desk.read()
    touched = (await desk.task("Pack")).touched_at
    desk.put("work.md", "# Move", "", "- [ ] New", "- [/] Pack", days_old=1)
    await desk.read()
    moved = await desk.task("Pack")
    assert (moved.touched_at, moved.place) == (touched, "work.md:4")
    desk.put("work.md", "# Move", "", "- [ ] New", "- [ ] Pack", days_old=1)
    await desk.read()
    assert (await desk.task("Pack")).touched_at > touched


async def test_update_time_of_the_source_sets_touched_at(desk: Desk):
    desk.put("jira.csv", "Issue key,Summary,Status,Updated", "NL-1,Pack,In Progress,2026-03-10 09:00")
    await desk.read()
    desk.put("jira.csv", "Issue key,Summary,Status,Updated", "NL-1,Pack,In Progress,2026-03-28 09:00")
    await desk.read()
    assert (await desk.task("Pack")).touched_at.date() == date(2026, 3, 28)
    desk.put("jira.csv", "Issue key,Summary,Status", "NL-1,Pack,In Progress")
    await desk.read()
    assert (await desk.task("Pack")).touched_at.date() == date(2026, 3, 28)


async def test_ten_thousand_tasks_are_imported_at_once(desk: Desk, children):
    desk.put("todo.txt", *(f"Task {number} +Project{number % 20}" for number in range(10_000)))
    assert (await desk.read()).changes.added == 10_020
    desk.put("todo.txt", *(f"Task {number} +Project{number % 20}" for number in range(1, 10_000)))
    changes = (await desk.read()).changes
    assert (changes.added, changes.removed) == (0, 1)


async def test_source_removed_during_an_import_is_not_restored(desk: Desk):
    desk.put("todo.txt", "Call Berta")
    source = await agenda.add_folder(desk.reader.database, desk.reader.user, desk.folder)
    await agenda.remove(desk.reader.database, desk.reader.user, source.name)
    with pytest.raises(NotFound, match="has been removed"):
        await agenda.read_source(desk.reader, source)
    assert await agenda.overview(desk.reader.database, desk.reader.user) == []


async def test_absurd_modification_time_is_clamped(desk: Desk):
    os.utime(desk.put("todo.txt", "Call Berta"), (-(10**10), -(10**10)))
    await desk.read()
    assert (await desk.task("Call Berta")).touched_at == datetime(1970, 1, 1, tzinfo=UTC)


async def test_unsupported_files_are_counted_and_do_not_use_up_the_size_limit(desk: Desk):
    (desk.folder / "film.mp4").write_bytes(b"\0" * 5000)
    desk.put("todo.txt", "Water the plants")
    narrow = replace(desk, reader=replace(desk.reader, limits=IntakeSettings(max_file_size=1000)))
    done = await narrow.read()
    assert (done.files, done.ignored, done.warnings) == (1, 1, ())


async def test_import_past_the_time_limit_retains_tasks_of_skipped_files(desk: Desk):
    desk.put("a.todo.txt", "One")
    desk.put("b.todo.txt", "Two")
    await desk.read()
    hasty = replace(desk, reader=replace(desk.reader, limits=IntakeSettings(folder_seconds=0.000001)))
    done = await hasty.read()
    assert ["so the rest was skipped" in warning for warning in done.warnings] == [True]
    assert done.changes.removed == 0
    assert await desk.titles() == {"One", "Two"}


async def test_path_that_was_never_readable_does_not_become_a_source(desk: Desk):
    with pytest.raises(InvalidInput):
        await agenda.import_folder(desk.reader, desk.folder / "missing")
    assert await agenda.overview(desk.reader.database, desk.reader.user) == []
