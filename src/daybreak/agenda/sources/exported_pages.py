"""Pages of an exported database: Notion writes a table, and beside it a folder with a page for each row."""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from daybreak.agenda.parsed import ImportedTask
from daybreak.agenda.rows import ParsedSourceFile

_PAGE_SUFFIX = ".md"
_TABLE_SUFFIX = ".csv"
_EXPORT_NAME = re.compile(r"(.*?)(?: [0-9a-f]{32})?(?:_all)?", re.DOTALL)


def merge_exported_pages(files: list[ParsedSourceFile]) -> list[ParsedSourceFile]:
    """Return the files without the tasks of pages that are rows of a table beside their folder.

    The text of such a page becomes the details of its row.
    """
    pages = _find_pages(files)
    if not pages:
        return files
    merged = []
    for file in files:
        of_table = pages.get(_table_key(file.path), {}) if file.path.endswith(_TABLE_SUFFIX) else {}
        tasks = tuple(_with_page(task, of_table.get(task.title.casefold())) for task in file.parsed.tasks)
        merged.append(replace(file, parsed=replace(file.parsed, tasks=tasks)) if of_table else file)
    titles = _titles_of_tables(files)
    return [_without_row(file, titles) for file in merged]


def _find_pages(files: Iterable[ParsedSourceFile]) -> dict[str, dict[str, ImportedTask]]:
    """Return the pages that are one task, by their folder and title, of folders that have a table."""
    tables = {_table_key(file.path) for file in files if file.path.endswith(_TABLE_SUFFIX)}
    pages: dict[str, dict[str, ImportedTask]] = {}
    for file in files if tables else ():
        key = _page_key(file)
        if key in tables:
            task = file.parsed.tasks[0]
            pages.setdefault(key, {})[task.title.casefold()] = task
    return pages


def _page_key(file: ParsedSourceFile) -> str | None:
    folder = PurePosixPath(file.path).parent
    if not file.path.endswith(_PAGE_SUFFIX) or len(file.parsed.tasks) == 0 or not folder.name:
        return None
    return _table_key(f"{folder}{_TABLE_SUFFIX}")


def _table_key(path: str) -> str:
    """Return the path of a table or of its folder without the id and the ending of an export."""
    table = PurePosixPath(path)
    stem = _EXPORT_NAME.fullmatch(table.name.removesuffix(_TABLE_SUFFIX))
    return str(table.parent / (stem[1] if stem else table.name))


def _titles_of_tables(files: Iterable[ParsedSourceFile]) -> dict[str, set[str]]:
    titles: dict[str, set[str]] = {}
    for file in files:
        if file.path.endswith(_TABLE_SUFFIX):
            known = titles.setdefault(_table_key(file.path), set())
            known.update(task.title.casefold() for task in file.parsed.tasks)
    return titles


def _with_page(row: ImportedTask, page: ImportedTask | None) -> ImportedTask:
    return replace(row, details=page.details) if page and not row.details else row


def _without_row(file: ParsedSourceFile, titles: dict[str, set[str]]) -> ParsedSourceFile:
    rows = titles.get(_page_key(file) or "", set())
    tasks = file.parsed.tasks
    if not tasks or tasks[0].title.casefold() not in rows:
        return file
    # Boxes in the page stay: the table does not have them.
    return replace(file, parsed=replace(file.parsed, tasks=tasks[1:]))
