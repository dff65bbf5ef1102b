"""Tests of files that are not read: conflict copies, temporary files and templates."""

import zlib
from datetime import timedelta

import pytest

from daybreak import clock
from daybreak.agenda import decisions
from daybreak.agenda.parsed import SourceFile
from daybreak.agenda.sources import parser_pool
from daybreak.agenda.sources.uploads import _is_supported

from .workspace import DAY, UserWorkspace

CONFLICT_COPIES = [
    "todo.sync-conflict-20261129-181500-ABCDEFG.txt",
    "todo (Anna's conflicted copy 2026-11-29).txt",
    "todo (Konfliktkopie von Anna 2026-11-29).txt",
    "todo-DESKTOP-ABC123.txt",
]
TRANSIENT = [
    "#todo.txt#",
    "todo.txt~",
    "~$tasks.csv",
    "~syncthing~tasks.csv.tmp",
    "calendar.ics.bak",
    "a.ics.part",
]
CALENDAR = ("BEGIN:VCALENDAR", "BEGIN:VTODO", "UID:t", "SUMMARY:From a backup", "END:VTODO", "END:VCALENDAR")


@pytest.mark.parametrize("name", CONFLICT_COPIES)
async def test_conflict_copy_is_one_warning_and_neither_task_nor_note(workspace: UserWorkspace, name: str):
    workspace.write_file("todo.txt", "Send the offer due:2026-04-01", "Buy bread")
    workspace.write_file(name, "Send the offer due:2026-04-01", "Buy jam")
    report = await workspace.import_folder()
    assert await workspace.titles() == {"Send the offer", "Buy bread"}
    assert len((await workspace.load_agenda()).tasks) == 2
    (warning,) = report.warnings
    assert warning.startswith(f"{name}: is a conflict copy of “todo.txt”")


async def test_several_conflict_copies_are_one_warning_that_names_them(workspace: UserWorkspace):
    workspace.write_file("todo.txt", "Buy bread")
    for name in CONFLICT_COPIES:
        workspace.write_file(name, "Buy jam")
    (warning,) = (await workspace.import_folder()).warnings
    assert all(name in warning for name in CONFLICT_COPIES)
    assert await workspace.titles() == {"Buy bread"}


@pytest.mark.parametrize("name", TRANSIENT)
async def test_temporary_file_is_ignored_without_a_word(workspace: UserWorkspace, name: str):
    workspace.write_file("todo.txt", "Buy bread")
    workspace.write_file(name, *CALENDAR)
    report = await workspace.import_folder()
    assert await workspace.titles() == {"Buy bread"}
    assert report.warnings == ()
    assert not _is_supported(f"folder/{name}", b"BEGIN:VCALENDAR")


TEMPLATE = ("# {{date}}", "- [ ] Plan the day 📅 {{date:YYYY-MM-DD}}", "- [ ] Pack")


@pytest.mark.parametrize(
    ("settings", "folder"),
    [
        ({".obsidian/templates.json": '{"folder":"Bits/Daily"}'}, "Bits/Daily"),
        ({".obsidian/plugins/templater-obsidian/data.json": '{"templates_folder":"tp/"}'}, "tp"),
        ({"Vault/.obsidian/templates.json": '{"folder":"/Snippets"}'}, "Vault/Snippets"),
        ({}, "Templates"),
        ({}, "99 Vorlagen/Reise"),
    ],
)
async def test_folder_of_templates_holds_no_tasks(workspace: UserWorkspace, settings, folder: str):
    for path, content in settings.items():
        workspace.write_file(path, content)
    workspace.write_file(f"{folder}/daily.md", *TEMPLATE)
    workspace.write_file(f"{folder}/plain.md", "# Checklist", "- [ ] Upload invoices")
    workspace.write_file("Vault/Work.md", "# Work", "- [ ] Call Mia")
    report = await workspace.import_folder()
    found = await workspace.load_agenda()
    assert [task.title for task in found.tasks] == ["Call Mia"]
    assert [project.name for project in found.projects] == ["Work"]
    assert (found.notes, report.warnings) == ((), ())


@pytest.mark.parametrize(
    ("settings", "template"),
    [
        ({".obsidian/daily-notes.json": '{"template":"Bits/Day"}'}, "Bits/Day.md"),
        ({".obsidian/daily-notes.json": '{"template":"/Day.md"}'}, "Day.md"),
        ({"V/.obsidian/daily-notes.json": '{"template":"Day"}'}, "V/Day.md"),
        (
            {".obsidian/plugins/periodic-notes/data.json": '{"daily":{},"weekly":{"template":"Bits/W"}}'},
            "Bits/W.md",
        ),
    ],
)
async def test_template_of_daily_notes_holds_no_tasks(workspace: UserWorkspace, settings, template: str):
    for path, content in settings.items():
        workspace.write_file(path, content)
    workspace.write_file(template, "# Day", "- [ ] Plan the day")
    workspace.write_file("Bits/Work.md", "# Work", "- [ ] Call Mia")
    report = await workspace.import_folder()
    assert await workspace.titles() == {"Call Mia"}
    assert report.warnings == ()


@pytest.mark.parametrize(
    "content",
    [
        '{"folder":""}',
        '{"folder":"/"}',
        '{"folder":"../.."}',
        '{"folder":7}',
        "[]",
        "{",
        "",
        '{"folder":"No"}',
    ],
)
async def test_unusable_settings_of_obsidian_leave_out_nothing(workspace: UserWorkspace, content: str):
    workspace.write_file(".obsidian/templates.json", content)
    workspace.write_file("Work.md", "# Work", "- [ ] Call Mia")
    await workspace.import_folder()
    assert await workspace.titles() == {"Call Mia"}


async def test_settings_behind_a_link_are_not_followed(workspace: UserWorkspace):
    secret = workspace.folder.with_name("secret.json")
    secret.write_text('{"folder":"Work"}')
    (workspace.folder / ".obsidian").mkdir()
    (workspace.folder / ".obsidian/templates.json").symlink_to(secret)
    workspace.write_file("Work/Work.md", "# Work", "- [ ] Call Mia")
    await workspace.import_folder()
    assert await workspace.titles() == {"Call Mia"}


async def test_upload_follows_the_same_rules(workspace: UserWorkspace):
    texts = {
        "todo.txt": "Buy bread",
        CONFLICT_COPIES[0]: "Buy jam",
        "Templates/daily.md": "\n".join(TEMPLATE),
        "tasks.csv": "Task,Due\nPay,2026-04-01\nCall,2026-04-02",
        "tasks (1).csv": "Task,Due\nPay,2026-04-03",
    }
    rows = [
        {"path": path, "content": zlib.compress(text.encode()), "modified_at": clock.now()}
        for path, text in texts.items()
    ]
    files = (SourceFile(row["path"], zlib.decompress(row["content"]), row["modified_at"]) for row in rows)
    contents = parser_pool.read_files(files, workspace.reader.context, workspace.reader.limits)
    assert [file.path for file in contents.files] == ["todo.txt", "tasks.csv", "tasks (1).csv"]
    assert "conflict copy" in str(contents.notices[0])


async def test_copy_of_a_list_replaces_it_when_it_is_newer(workspace: UserWorkspace):
    workspace.write_file("todo.txt", "Send the offer due:2026-04-01", "Buy bread", days_old=3)
    workspace.write_file("todo (1).txt", "Send the offer due:2026-04-05", "Buy bread", days_old=1)
    report = await workspace.import_folder()
    tasks = (await workspace.load_agenda()).tasks
    assert sorted((task.title, str(task.due)) for task in tasks) == [
        ("Buy bread", "None"),
        ("Send the offer", "2026-04-05"),
    ]
    assert "“todo.txt” is an older copy of this list" in report.warnings[0]


async def test_snooze_stays_when_a_newer_export_replaces_the_list(workspace: UserWorkspace):
    header = "Task,Due"
    workspace.write_file("tasks.csv", header, "Pay the rent,2026-04-01", "Call Anna,2026-04-01", days_old=3)
    await workspace.import_folder()
    task, user = await workspace.get_task("Call Anna"), workspace.reader.user
    async with workspace.reader.database.transaction([user.id]) as tx:
        until = DAY + timedelta(days=9)
        await decisions.snooze(tx, user.id, [task.id], return_on=until, today=DAY)
    workspace.write_file(
        "tasks (1).csv", header, "Pay the rent,2026-04-01", "Call Anna,2026-04-09", days_old=1
    )
    await workspace.import_folder()
    found = await workspace.load_agenda()
    assert [one.title for one in found.tasks] == ["Pay the rent"]
    assert [(one.id, str(one.due)) for one in found.deferred] == [(task.id, "2026-04-09")]
