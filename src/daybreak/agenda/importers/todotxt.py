"""todo.txt: one task per line, as todotxt.org describes it, with the customary ``key:value`` extensions."""

import re
from pathlib import PurePosixPath

from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.markers import strip_markers
from daybreak.agenda.importers.parsing.someday import is_someday
from daybreak.agenda.importers.parsing.text import normalize_spaces, split_lines
from daybreak.agenda.importers.parsing.vocabulary import parse_status
from daybreak.agenda.model import Priority, TaskStatus
from daybreak.agenda.parsed import ImportContext, ParsedFile, SourceFile
from daybreak.intake import split_copy_marker

_DATE = r"\d{4}-\d{2}-\d{2}"
_LINE = re.compile(
    rf"(?:(?P<done>x)\s+)?(?:\((?P<priority>[A-Z])\)\s+)?"
    rf"(?:(?P<first>{_DATE})(?:\s+|$))?(?(done)(?:(?P<created>{_DATE})(?:\s+|$))?)(?P<text>.*)",
    re.ASCII,
)
_KEY_VALUE = re.compile(
    r"(?<!\S)(due|t|rec|id|uuid|p|dep|est|status|pri|h):([^\s:/][^\s]*)(?!\S)", re.IGNORECASE
)
_MARKER = re.compile(r"[+@]([^\s+@]\S*)")
_PRIORITIES = {"A": Priority.HIGHEST, "B": Priority.HIGH, "C": Priority.NORMAL}
# iCloud names the second file of a name “todo 2.txt”.
_FILE_NAME = re.compile(r"(?:todo|done)(?: \d{1,2})?\.txt")
# Sleek writes a line break within a task as this control character.
_LINE_BREAK = "\x10"
_SUFFIXES = (".todo.txt", ".done.txt", ".todotxt")


class TodoTxtImporter:
    """The importer of ``todo.txt`` and similar files.

    Priority A is the highest, B high, C normal, everything below low. The first ``+project`` is the project,
    ``@contexts`` are tags. ``due:``, ``t:`` (start), ``rec:``, ``id:`` or ``uuid:``, ``est:`` (``2h``),
    ``status:`` and ``dep:`` (ids of its blockers) are read; ``p:`` names the task that this one blocks. A
    hidden task (``h:1``) is skipped. ``@someday``, ``+someday`` and ``status:someday`` mean someday,
    ``@waiting`` that it waits for another person.
    """

    name = "todotxt"

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:  # noqa: ARG002  the name decides
        """Return whether the name is one that todo.txt programs use, or that of a copy of it."""
        name = f"{split_copy_marker(path.stem)[0]}{path.suffix}".lower()
        return _FILE_NAME.fullmatch(name) is not None or name.endswith(_SUFFIXES)

    def read(self, file: SourceFile, context: ImportContext) -> ParsedFile:
        """Return one task per line."""
        builder = ParsedFileBuilder(file, context)
        entries = [
            _parse_line(text, number, builder)
            for number, line in enumerate(split_lines(builder.text), start=1)
            if (text := normalize_spaces(line.replace(_LINE_BREAK, " ")).strip())
        ]
        tasks = [task for task, keys in entries if keys.get("h") != "1"]
        for task in tasks:
            builder.assign_external_id(task)
        _block_parents(entries)
        for task in tasks:
            builder.add_task(task)
        return builder.build()


def _parse_line(text: str, line: int, builder: ParsedFileBuilder) -> tuple[RawTask, dict[str, str]]:
    match = _LINE.fullmatch(text)
    if match is None:
        return RawTask(line=line, title=text), {}
    keys = {found[1].lower(): found[2] for found in _KEY_VALUE.finditer(match["text"])}
    task = _make_task(match, keys, line, builder)
    task.title = strip_markers(_KEY_VALUE.sub("", match["text"]), _MARKER) or match["text"]
    return task, keys


def _make_task(match: re.Match[str], keys: dict[str, str], line: int, builder: ParsedFileBuilder) -> RawTask:
    projects = _words_with_sign("+", match["text"])
    return RawTask(
        line=line,
        native_id=keys.get("id") or keys.get("uuid"),
        project=projects[0] if projects else None,
        status=TaskStatus.DONE if match["done"] else parse_status(keys.get("status", "")) or TaskStatus.OPEN,
        priority=_priority_of(match["priority"] or keys.get("pri", "")),
        start=builder.parse_moment(keys.get("t"), line, "start date"),
        due=builder.parse_moment(keys.get("due"), line, "due date"),
        completed=builder.parse_moment(match["first"], line, "completion date") if match["done"] else None,
        estimate_minutes=builder.parse_minutes(keys.get("est"), line),
        tags=[*_words_with_sign("@", match["text"]), *filter(is_someday, [keys.get("status", "")])],
        recurrence=keys.get("rec"),
        blocked_by=keys.get("dep", "").split(","),
    )


def _block_parents(entries: list[tuple[RawTask, dict[str, str]]]) -> None:
    """Add the tasks that name a parent with ``p:`` to the blockers of that parent."""
    parents = {task.native_id: task for task, _ in entries if task.native_id}
    for task, keys in entries:
        if (parent := parents.get(keys.get("p", ""))) and task.external_id and parent is not task:
            parent.blocked_by.append(task.external_id)


def _words_with_sign(sign: str, text: str) -> list[str]:
    return [word[1:] for word in text.split() if word.startswith(sign) and _MARKER.fullmatch(word)]


def _priority_of(letter: str) -> Priority:
    if not letter:
        return Priority.NORMAL
    return _PRIORITIES.get(letter.upper(), Priority.LOW)
