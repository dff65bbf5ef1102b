"""Tests of Notion's exports: a database is two tables and a folder of pages, and each row is one task."""

from datetime import UTC, date, datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import pytest

from daybreak.agenda.importers import find_importer
from daybreak.agenda.model import TaskStatus
from daybreak.agenda.parsed import ImportContext, ImportedTask, ParsedFile, SourceFile
from daybreak.agenda.rows import ParsedSourceFile
from daybreak.agenda.sources.notion_exports import merge_notion_exports

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
ID, PAGE_ID = "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "00112233445566778899aabbccddeeff"
CONTEXT = ImportContext(
    tz=ZoneInfo("Europe/Berlin"),
    today=date(2026, 3, 29),
    expand_from=date(2026, 1, 1),
    expand_until=date(2027, 1, 1),
)
VIEW = "Name,Status\nPaint the hall,In progress\nSand the door,Done\n"
WHOLE = (
    "Name,Due,Project,Status\n"
    'Paint the hall,"March 30, 2026",House,In progress\nSand the door,,House,Done\n'
    "Oil the gate,,Garden,Not started\n"
)
PAGE = "# Paint the hall\n\nStatus: In progress\nDue: March 30, 2026\n\nTwo coats, please.\n"
CHECK_LIST = "# Oil the gate\n\nStatus: Not started\n\n- [ ] Buy oil\n- [x] Find the brush\n"


def parse(path: str, content: str) -> ParsedSourceFile:
    importer = find_importer(PurePosixPath(path), content.encode())
    assert importer is not None
    return ParsedSourceFile(path, NOON, importer.read(SourceFile(path, content.encode(), NOON), CONTEXT))


def merge(files: dict[str, str]):
    return merge_notion_exports(parse(path, content) for path, content in files.items())


def tasks_by_title(files):
    tasks = [task for file in files for task in file.parsed.tasks]
    found = {task.title: task for task in tasks}
    assert len(found) == len(tasks)
    return found


@pytest.mark.parametrize(
    ("table", "folder", "page"),
    [
        (f"Tasks {ID}", f"Tasks {ID}", f"Paint the hall {PAGE_ID}.md"),
        (f"Tasks {ID}", "Tasks", f"Paint the hall {PAGE_ID}.md"),
        ("Tasks", "Tasks", "Paint the hall.md"),
        (f"Home/My list {ID}", "Home/My list", "Paint.md"),
        (f"Aufgaben {ID}", f"Aufgaben {ID}", f"Paint the h {PAGE_ID}.md"),
    ],
)
def test_row_its_copy_and_its_page_are_one_task(table, folder, page):
    files = merge({f"{table}.csv": VIEW, f"{table}_all.csv": WHOLE, f"{folder}/{page}": PAGE})
    tasks = tasks_by_title(files)
    assert set(tasks) == {"Paint the hall", "Sand the door", "Oil the gate"}
    hall = tasks["Paint the hall"]
    assert (hall.due, hall.status) == (date(2026, 3, 30), TaskStatus.IN_PROGRESS)
    assert hall.details == "Two coats, please."
    assert hall.source_ref == f"{table}_all.csv:2"
    assert [file.parsed.notes for file in files] == [(), (), ()]


def test_check_list_of_a_page_belongs_to_the_project_of_its_row():
    files = merge({"Tasks.csv": WHOLE, "Tasks/Oil the gate.md": CHECK_LIST})
    tasks = tasks_by_title(files)
    assert (tasks["Buy oil"].project, tasks["Buy oil"].details) == ("Garden", "Part of “Oil the gate”.")
    assert tasks["Find the brush"].status is TaskStatus.DONE
    assert [project.name for project in files[1].parsed.projects] == []


@pytest.mark.parametrize("order", [1, -1])
def test_order_of_files_does_not_matter(order):
    names = {f"Tasks {ID}.csv": VIEW, f"Tasks {ID}_all.csv": WHOLE, f"Tasks {ID}/Paint.md": PAGE}
    files = merge(dict(list(names.items())[::order]))
    assert tasks_by_title(files)["Paint the hall"].details == "Two coats, please."


@pytest.mark.parametrize(
    "files",
    [
        {"Tasks.csv": VIEW, "Other_all.csv": WHOLE},
        {"Tasks.csv": VIEW, "old/Tasks_all.csv": WHOLE},
        {"Tasks.csv": "Name,Status\nCall Anna,Done\nWrite to Tom,Done\n", "Tasks_all.csv": WHOLE},
        {"Tasks.csv": VIEW, "Notes/Paint the hall.md": PAGE},
        {"Tasks.csv": VIEW, "Tasks/Ideas.md": "# Ideas\n\nA new lamp\n"},
    ],
)
def test_other_files_are_unchanged(files):
    parsed = [parse(path, content) for path, content in files.items()]
    assert merge_notion_exports(parsed) == parsed


def test_row_that_only_the_view_has_stays():
    view = VIEW + "Call Anna,Not started\n"
    tasks = tasks_by_title(merge({"Tasks.csv": view, "Tasks_all.csv": WHOLE}))
    assert set(tasks) == {"Paint the hall", "Sand the door", "Oil the gate", "Call Anna"}


def test_text_of_a_page_without_properties_is_whole():
    page = "# Paint the hall\nNote: two coats\nand sand it first\n"
    files = merge({"Tasks.csv": WHOLE, "Tasks/Paint the hall.md": page})
    assert tasks_by_title(files)["Paint the hall"].details == "Note: two coats\nand sand it first"


@pytest.mark.parametrize(
    ("table", "page"),
    [
        (f"Tasks {ID}.csv", f"Tasks {ID}/Buy milk {PAGE_ID}.md"),
        (f"Tasks {ID}_all.csv", f"Tasks/Buy milk {PAGE_ID}.md"),
        (f"Export/Home/Tasks {ID}.csv", f"Export/Home/Tasks {ID}/Buy milk {PAGE_ID}.md"),
        ("Tasks.csv", "Tasks/Buy milk.md"),
    ],
)
def test_page_that_is_a_task_itself_is_its_row(table: str, page: str):
    merged = merge_notion_exports(
        [make_file(page, "Buy milk", "Ask Bob", details="Two litres."), make_file(table, "Buy Milk", "Sow")]
    )
    assert list_titles(merged) == {page: ["Ask Bob"], table: ["Buy Milk", "Sow"]}
    assert [task.details for task in merged[1].parsed.tasks] == ["Two litres.", ""]


@pytest.mark.parametrize(
    ("table", "page", "title"),
    [
        ("Tasks.csv", "Other/Buy milk.md", "Buy milk"),
        ("Tasks.csv", "Buy milk.md", "Buy milk"),
        ("Tasks.csv", "Tasks/Buy bread.md", "Buy bread"),
        ("Tasks.csv", "Tasks/More/Buy milk.md", "Buy milk"),
        ("Home/Tasks.csv", "Work/Tasks/Buy milk.md", "Buy milk"),
    ],
)
def test_other_pages_keep_their_task(table: str, page: str, title: str):
    files = [make_file(page, title), make_file(table, "Buy milk")]
    assert list_titles(merge_notion_exports(files)) == list_titles(files)


def make_file(path: str, *titles: str, details: str = "") -> ParsedSourceFile:
    tasks = tuple(
        ImportedTask(external_id=f"{path}#{title}", title=title, source_ref=f"{path}:1", details=details)
        for title in titles
    )
    return ParsedSourceFile(path, NOON, ParsedFile(tasks=tasks))


def list_titles(files: list[ParsedSourceFile]) -> dict[str, list[str]]:
    return {one.path: [task.title for task in one.parsed.tasks] for one in files}
