from datetime import UTC, datetime

import pytest

from daybreak.agenda.parsed import ImportedTask, ParsedFile
from daybreak.agenda.rows import ParsedSourceFile
from daybreak.agenda.sources.exported_pages import merge_exported_pages

ID, OTHER_ID = "0123456789abcdef" * 2, "fedcba9876543210" * 2


def file(path, *titles, details=""):
    tasks = tuple(
        ImportedTask(external_id=f"{path}#{title}", title=title, source_ref=f"{path}:1", details=details)
        for title in titles
    )
    return ParsedSourceFile(path, datetime(2026, 3, 29, tzinfo=UTC), ParsedFile(tasks=tasks))


def titles_of(files):
    return {one.path: [task.title for task in one.parsed.tasks] for one in files}


@pytest.mark.parametrize(
    ("table", "page"),
    [
        (f"Tasks {ID}.csv", f"Tasks {ID}/Buy milk {OTHER_ID}.md"),
        (f"Tasks {ID}_all.csv", f"Tasks/Buy milk {OTHER_ID}.md"),
        (f"Export/Home/Tasks {ID}.csv", f"Export/Home/Tasks {ID}/Buy milk {OTHER_ID}.md"),
        ("Tasks.csv", "Tasks/Buy milk.md"),
    ],
)
def test_a_page_of_a_table_is_one_task_with_the_text_of_the_page(table, page):
    merged = merge_exported_pages(
        [file(page, "Buy milk", "Ask Bob", details="Two litres."), file(table, "Buy Milk", "Sow")]
    )
    assert titles_of(merged) == {page: ["Ask Bob"], table: ["Buy Milk", "Sow"]}
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
def test_other_pages_keep_their_task(table, page, title):
    files = [file(page, title), file(table, "Buy milk")]
    assert titles_of(merge_exported_pages(files)) == titles_of(files)
