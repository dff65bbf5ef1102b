"""Tests that decisions follow their tasks, and never reach another one, through imports of a folder."""

from datetime import timedelta

import pytest

from daybreak import agenda
from daybreak.agenda import DecisionKind, Task, decisions

from .workspace import DAY, UserWorkspace

LATER = DAY + timedelta(30)


async def snooze(workspace: UserWorkspace, title: str) -> Task:
    task = await workspace.get_task(title)
    async with workspace.reader.database.transaction([workspace.reader.user.id]) as tx:
        await decisions.snooze(tx, workspace.reader.user.id, [task.id], return_on=LATER, today=DAY)
    return task


async def complete(workspace: UserWorkspace, title: str) -> Task:
    task = await workspace.get_task(title)
    async with workspace.reader.database.transaction([workspace.reader.user.id]) as tx:
        await decisions.complete(tx, workspace.reader.user.id, [task.id])
    return task


async def deferred_titles(workspace: UserWorkspace) -> list[str]:
    return [task.title for task in (await workspace.load_agenda()).deferred]


async def list_kinds(workspace: UserWorkspace, task: Task) -> list[DecisionKind]:
    async with workspace.reader.database.transaction([workspace.reader.user.id]) as tx:
        found = await decisions.list_decisions(tx, workspace.reader.user.id, task.id)
    return [one.decision.kind for one in found]


async def test_decisions_and_history_follow_a_moved_file(workspace: UserWorkspace):
    lines = ("# Move", "- [ ] Pack the books", "- [ ] Cancel the gas", "- [ ] Book the van")
    workspace.write_file("inbox/Move.md", *lines, days_old=3)
    await workspace.import_folder()
    snoozed = await snooze(workspace, "Pack the books")
    ticked = await complete(workspace, "Cancel the gas")
    before = await workspace.get_task("Book the van")
    (workspace.folder / "inbox/Move.md").unlink()
    workspace.write_file("projects/Relocation.md", "", *lines)
    changes = (await workspace.import_folder()).changes
    assert (changes.added, changes.removed) == (0, 0)
    assert await deferred_titles(workspace) == ["Pack the books"]
    assert not (await workspace.get_task("Cancel the gas")).is_open
    assert await list_kinds(workspace, snoozed) == [DecisionKind.SNOOZED]
    assert await list_kinds(workspace, ticked) == [DecisionKind.DONE]
    after = await workspace.get_task("Book the van")
    assert (after.id, after.path) == (before.id, "projects/Relocation.md")
    assert after.touched_at == before.touched_at


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("Move house id:1", "Plan the party id:1", "Plan the party"),
        ("🧹", "🛒", "🛒"),
        ("Buy bread due:2026-04-01", "Buy milk due:2026-04-01", "Buy milk"),
        ("Water rec:1d due:2026-03-29", "Water rec:1d due:2026-03-30", "Water"),
        ("Follow up due:2026-03-30\nFollow up due:2026-04-04", "Follow up due:2026-04-04", "Follow up"),
    ],
)
async def test_snooze_does_not_reach_another_task(workspace: UserWorkspace, before, after, shown):
    workspace.write_file("todo.txt", before)
    await workspace.import_folder()
    first = min((await workspace.load_agenda()).tasks, key=lambda task: task.source_ref)
    owner = workspace.reader.user.id
    async with workspace.reader.database.transaction([owner]) as tx:
        await decisions.snooze(tx, owner, [first.id], return_on=LATER, today=DAY)
    workspace.write_file("todo.txt", after)
    await workspace.import_folder()
    assert await deferred_titles(workspace) == []
    assert (await workspace.get_task(shown)).id != first.id
    assert (await workspace.import_folder()).changes.has_any is False


async def test_tick_does_not_reach_the_next_occurrence(workspace: UserWorkspace):
    workspace.write_file("a.md", "- [ ] Water 🔁 every day 📅 2026-03-29")
    await workspace.import_folder()
    ticked = await complete(workspace, "Water")
    workspace.write_file(
        "a.md",
        "- [ ] Water 🔁 every day 📅 2026-03-30",
        "- [x] Water 🔁 every day 📅 2026-03-29 ✅ 2026-03-29",
    )
    await workspace.import_folder()
    found = {task.is_open: task for task in (await workspace.load_agenda()).tasks}
    assert found[False].id == ticked.id
    assert found[True].id != ticked.id


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Wirte to the bank", "Write to the bank"),
        ("Call Anna", "Call Anna about the offer"),
        ("Pay rent due:2026-04-01", "Pay rent due:2026-04-03"),
        ("Pay rent", "(A) Pay rent @home"),
    ],
)
async def test_snooze_stays_with_a_changed_task(workspace: UserWorkspace, before, after):
    workspace.write_file("todo.txt", "Sort the books", before)
    await workspace.import_folder()
    owner = workspace.reader.user.id
    (task,) = [one for one in (await workspace.load_agenda()).tasks if one.source_ref.endswith(":2")]
    async with workspace.reader.database.transaction([owner]) as tx:
        await decisions.snooze(tx, owner, [task.id], return_on=LATER, today=DAY)
    workspace.write_file("todo.txt", "Paint", after, "Sort the books")
    await workspace.import_folder()
    assert [one.id for one in (await workspace.load_agenda()).deferred] == [task.id]


async def test_restored_file_brings_back_the_snooze(workspace: UserWorkspace):
    workspace.write_file("a.md", "# Move", "- [ ] Pack", "- [ ] Book")
    await workspace.import_folder()
    await snooze(workspace, "Pack")
    (workspace.folder / "a.md").rename(workspace.folder / "a.bin")
    await workspace.import_folder()
    (workspace.folder / "a.bin").rename(workspace.folder / "b.md")
    await workspace.import_folder()
    assert await deferred_titles(workspace) == ["Pack"]


async def test_blockers_follow_the_ids(workspace: UserWorkspace):
    workspace.write_file("todo.txt", "Paint id:1", "Book a van id:2 dep:1")
    await workspace.import_folder()
    workspace.write_file("todo.txt", "Plan the party id:1", "Book a van id:2 dep:1")
    await workspace.import_folder()
    party = await workspace.get_task("Plan the party")
    assert (await workspace.get_task("Book a van")).blocked_by == (party.id,)


async def test_many_similar_titles_are_compared_in_bounded_time(workspace: UserWorkspace):
    count = 2_000
    workspace.write_file("todo.txt", *(f"Check the report of item {at}" for at in range(count)))
    await workspace.import_folder()
    workspace.write_file("todo.txt", *(f"Check the new report of item {at}" for at in range(count)))
    changes = (await workspace.import_folder()).changes
    assert changes == agenda.ChangeCounts(updated=count)


WEEKLY = "- [{}] Pack 🔁 every week 📅 2026-0{}-{:02}"


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("plan.md", [*["- [ ] Pack"] * 12, "## Attic", *["- [ ] Pack"] * 12, "- [ ] Sort", "- [ ] Pack"]),
        (
            "weekly.md",
            [WEEKLY.format(box, month, day) for box, month in (" 4", "x3") for day in range(1, 12)],
        ),
        ("todo.txt", [*["Pack +Move"] * 12, *["Pack"] * 3, "Book id:1", "Pack dep:1"]),
        ("list.csv", ["Title,Due", *["Pack,2026-04-01"] * 12, *["Pack,"] * 3]),
    ],
)
async def test_rows_of_an_earlier_version_are_the_same_tasks(workspace: UserWorkspace, name: str, lines):
    workspace.write_file(name, *lines)
    await workspace.import_folder()

    async def ids_by_line() -> list[tuple[str, str]]:
        return sorted((task.source_ref, str(task.id)) for task in (await workspace.load_agenda()).tasks)

    known, owner = await ids_by_line(), workspace.reader.user.id
    async with workspace.reader.database.transaction([owner]) as tx:
        await tx.execute(
            "UPDATE agenda_tasks SET position = 0, native_id = NULL,"
            " fingerprint = decode(md5(id::text), 'hex') WHERE owner_id = $1",
            owner,
        )
    await workspace.import_folder()
    assert await ids_by_line() == known
