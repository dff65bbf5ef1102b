"""Exports of Notion: a database is a table, often a second table with all rows, and a folder of pages.

A row, its copy in the second table and its page are one task.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from daybreak.agenda.comparison.titles import fold_title
from daybreak.agenda.parsed import ImportedTask, ParsedFile
from daybreak.agenda.rows import ParsedSourceFile

_TABLE_SUFFIX = ".csv"
_PAGE_SUFFIX = ".md"
_ALL = "_all"
_PAGE_ID = re.compile(r"(.+?)[ _-]?[0-9a-f]{32}", re.DOTALL)
_PROPERTY = re.compile(r"[^:\n]{1,60}: [^\n]*")

# The folder and the name of a database.
_Place = tuple[str, str]


def merge_notion_exports(files: Iterable[ParsedSourceFile]) -> list[ParsedSourceFile]:
    """Return the files with each row of a database once, in their order.

    The table with all rows counts, and not the view beside it. The text of a page becomes details of its row,
    and the check list of a page belongs to the project of the row.
    """
    given = list(files)
    tables, pages = _find_tables(given), _find_pages(given)
    merged: dict[str, ParsedFile] = {}
    for place, found in tables.items():
        whole = next((file for file in found if _is_whole(file)), found[0])
        for file in found:
            if _is_whole(whole) and file is not whole:
                merged[file.path] = _drop_rows(file.parsed, whole.parsed)
        if place in pages:
            _merge_pages(pages[place], whole, merged)
    if not merged:
        return given
    return [replace(file, parsed=merged.get(file.path, file.parsed)) for file in given]


def _find_tables(files: list[ParsedSourceFile]) -> dict[_Place, list[ParsedSourceFile]]:
    """Return the tables of tasks by their folder and name."""
    tables: dict[_Place, list[ParsedSourceFile]] = defaultdict(list)
    for file in files:
        if file.path.lower().endswith(_TABLE_SUFFIX) and file.parsed.tasks:
            path = PurePosixPath(file.path)
            stem = path.stem
            tables[str(path.parent), _plain_name(stem.removesuffix(_ALL))].append(file)
    return tables


def _find_pages(files: list[ParsedSourceFile]) -> dict[_Place, list[ParsedSourceFile]]:
    """Return the pages by the folder and the name of the database whose folder has them."""
    pages: dict[_Place, list[ParsedSourceFile]] = defaultdict(list)
    for file in files:
        if file.path.lower().endswith(_PAGE_SUFFIX):
            folder = PurePosixPath(file.path).parent
            pages[str(folder.parent), _plain_name(folder.name)].append(file)
    return pages


def _plain_name(name: str) -> str:
    found = _PAGE_ID.fullmatch(name)
    return fold_title(found[1] if found else name)


def _is_whole(file: ParsedSourceFile) -> bool:
    return PurePosixPath(file.path).stem.endswith(_ALL)


def _drop_rows(view: ParsedFile, whole: ParsedFile) -> ParsedFile:
    """Return a view without the rows of the whole table, if at least half of its rows are in that table."""
    titles = {fold_title(task.title) for task in whole.tasks}
    rest = tuple(task for task in view.tasks if fold_title(task.title) not in titles)
    if 2 * len(rest) > len(view.tasks):
        return view
    if rest:
        return replace(view, tasks=rest)
    return replace(view, tasks=(), projects=(), phases=(), warnings=())


def _merge_pages(
    pages: list[ParsedSourceFile], table: ParsedSourceFile, merged: dict[str, ParsedFile]
) -> None:
    """Merge the pages of a database with the rows of the same title, and record the files that change."""
    rows = list(table.parsed.tasks)
    numbers: dict[str, int] = {}
    for at, row in enumerate(rows):
        numbers.setdefault(fold_title(row.title), at)
    for page in pages:
        title = next((one for one in _list_titles(page.parsed) if fold_title(one) in numbers), None)
        if title is not None:
            number = numbers[fold_title(title)]
            rows[number] = _add_text(rows[number], page.parsed, title)
            merged[page.path] = _merge_page(page.parsed, rows[number], title)
    if tuple(rows) != table.parsed.tasks:
        merged[table.path] = replace(table.parsed, tasks=tuple(rows))


def _list_titles(page: ParsedFile) -> Iterator[str]:
    """Yield what may be the heading of a page: a task, the title of a note, the project of a check list."""
    yield from (task.title for task in page.tasks[:1])
    yield from (note.title for note in page.notes)
    yield from (project.name for project in page.projects)


def _add_text(row: ImportedTask, page: ParsedFile, title: str) -> ImportedTask:
    bodies = [_strip_properties(note.body) for note in page.notes if note.title == title]
    bodies += [task.details for task in page.tasks[:1] if task.title == title]
    texts = [text for text in bodies if text and text not in row.details]
    return replace(row, details="\n".join(filter(None, (row.details, *texts)))) if texts else row


def _strip_properties(body: str) -> str:
    """Return the text of a page below the properties, which are the columns of its row."""
    lines = body.split("\n")
    count = next((at for at, line in enumerate(lines) if not _PROPERTY.fullmatch(line)), len(lines))
    is_separate = count == len(lines) or not lines[count].strip()
    return "\n".join(lines[count:] if is_separate else lines).strip("\n")


def _merge_page(page: ParsedFile, row: ImportedTask, title: str) -> ParsedFile:
    """Return a page without the task or note that is its row; its check list is in the project of the row."""
    key = fold_title(title)
    check_list = page.tasks[1:] if page.tasks and page.tasks[0].title == title else page.tasks
    tasks = (
        replace(
            task,
            project=row.project,
            phase=task.phase if row.project else None,
            details="\n".join(filter(None, (f"Part of “{row.title}”.", task.details))),
        )
        if task.project is None or fold_title(task.project) == key
        else task
        for task in check_list
    )
    return replace(
        page,
        tasks=tuple(tasks),
        notes=tuple(note for note in page.notes if note.title != title),
        projects=tuple(project for project in page.projects if fold_title(project.name) != key),
        phases=tuple(phase for phase in page.phases if fold_title(phase.project) != key),
    )
