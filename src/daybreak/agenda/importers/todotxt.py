"""todo.txt: one task per line, as todotxt.org describes it, with the customary ``key:value`` extensions."""

import re
from pathlib import PurePosixPath

from daybreak.agenda.importers.parsing.builder import Gathering, TaskDraft
from daybreak.agenda.importers.parsing.markers import without_markers
from daybreak.agenda.importers.parsing.text import lines
from daybreak.agenda.importers.parsing.vocabulary import status_of
from daybreak.agenda.model import Priority, TaskStatus
from daybreak.agenda.parsed import Harvest, ImportContext, SourceFile

_DATE = r"\d{4}-\d{2}-\d{2}"
_LINE = re.compile(
    rf"(?:(?P<done>x)\s+)?(?:\((?P<priority>[A-Z])\)\s+)?"
    rf"(?:(?P<first>{_DATE})(?:\s+|$))?(?(done)(?:(?P<created>{_DATE})(?:\s+|$))?)(?P<text>.*)",
    re.ASCII,
)
_KEYS = re.compile(r"(?<!\S)(due|t|rec|id|uuid|p|dep|est|status|pri|h):([^\s:/][^\s]*)(?!\S)", re.IGNORECASE)
_MARKER = re.compile(r"[+@]([^\s+@]\S*)")
_PRIORITIES = {"A": Priority.HIGHEST, "B": Priority.HIGH, "C": Priority.NORMAL}
_NAMES = {"todo.txt", "done.txt"}
_ENDINGS = (".todo.txt", ".done.txt", ".todotxt")


class TodoTxtImporter:
    """The importer of ``todo.txt`` and similar files.

    Priority A is the highest, B high, C normal, everything below low. The first ``+project`` is the project,
    ``@contexts`` are tags. ``due:``, ``t:`` (start), ``rec:``, ``id:`` or ``uuid:``, ``est:`` (``2h``),
    ``status:`` and ``dep:`` (ids of its blockers) are read; ``p:`` names the task that this one blocks. A
    hidden task (``h:1``) is skipped.
    """

    name = "todotxt"

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:  # noqa: ARG002  the name decides
        """Return whether the name is one that todo.txt programs use."""
        name = path.name.lower()
        return name in _NAMES or name.endswith(_ENDINGS)

    def read(self, file: SourceFile, context: ImportContext) -> Harvest:
        """Return one task per line."""
        gathering = Gathering(file, context)
        entries = [
            _entry(text.strip(), number, gathering)
            for number, text in enumerate(lines(gathering.text), start=1)
            if text.strip()
        ]
        tasks = [task for task, keys in entries if keys.get("h") != "1"]
        for task in tasks:
            gathering.identify(task)
        _let_parents_wait(entries)
        for task in tasks:
            gathering.add_task(task)
        return gathering.harvest()


def _entry(text: str, line: int, gathering: Gathering) -> tuple[TaskDraft, dict[str, str]]:
    match = _LINE.fullmatch(text)
    if match is None:
        return TaskDraft(line=line, title=text), {}
    keys = {found[1].lower(): found[2] for found in _KEYS.finditer(match["text"])}
    task = _task(match, keys, line, gathering)
    task.title = without_markers(_KEYS.sub("", match["text"]), _MARKER) or match["text"]
    return task, keys


def _task(match: re.Match[str], keys: dict[str, str], line: int, gathering: Gathering) -> TaskDraft:
    projects = _words_with("+", match["text"])
    return TaskDraft(
        line=line,
        own_id=keys.get("id") or keys.get("uuid"),
        project=projects[0] if projects else None,
        status=TaskStatus.DONE if match["done"] else status_of(keys.get("status", "")) or TaskStatus.OPEN,
        priority=_priority(match["priority"] or keys.get("pri", "")),
        start=gathering.moment(keys.get("t"), line, "start date"),
        due=gathering.moment(keys.get("due"), line, "due date"),
        completed=gathering.moment(match["first"], line, "completion date") if match["done"] else None,
        estimate_minutes=gathering.minutes(keys.get("est"), line),
        tags=_words_with("@", match["text"]),
        recurrence=keys.get("rec"),
        blocked_by=keys.get("dep", "").split(","),
    )


def _let_parents_wait(entries: list[tuple[TaskDraft, dict[str, str]]]) -> None:
    """Add the tasks that name a parent with ``p:`` to the blockers of that parent."""
    parents = {task.own_id: task for task, _ in entries if task.own_id}
    for task, keys in entries:
        if (parent := parents.get(keys.get("p", ""))) and task.external_id and parent is not task:
            parent.blocked_by.append(task.external_id)


def _words_with(sign: str, text: str) -> list[str]:
    return [word[1:] for word in text.split() if word.startswith(sign) and _MARKER.fullmatch(word)]


def _priority(letter: str) -> Priority:
    if not letter:
        return Priority.NORMAL
    return _PRIORITIES.get(letter.upper(), Priority.LOW)
