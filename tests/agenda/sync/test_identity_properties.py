"""Property tests of identity: folders that change between two readings, with the truth known by lines.

Each generated task has an entry in one line of a file, so that the task of every parsed row is known without
a mark in its text.
"""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .memory_source import MemorySource

SETTINGS = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
VERBS = ("Call", "Paint", "Order", "Return", "Discuss", "Follow up with")
NOUNS = ("Anna", "the kitchen", "chairs", "🧹", "🛒", "Büro", "牛奶", "invoice 4711", "invoice 4712")
FORMATS = ("todo.txt", "md", "json", "csv")


@dataclass(frozen=True)
class Entry:
    """A task of a generated folder; ``number`` is its true identity."""

    number: int
    title: str
    project: str
    due: date | None
    done: bool
    file: str

    @property
    def text(self) -> tuple:
        """All that a reader sees of the task, besides its place."""
        return (self.title, self.due, self.done)


def entries(*, unique_titles: bool) -> st.SearchStrategy[list[Entry]]:
    """Return lists of tasks in three files; without unique titles many are equal."""
    verbs, nouns = (VERBS, NOUNS) if unique_titles else (VERBS[:2], NOUNS[:2])
    titles = st.builds(lambda verb, noun: f"{verb} {noun}", st.sampled_from(verbs), st.sampled_from(nouns))
    days = st.none() | st.integers(0, 3).map(lambda days: date(2026, 12, 1) + timedelta(days))
    one = st.tuples(
        titles, st.sampled_from(("Home", "Work", "Oak")), days, st.booleans(), st.sampled_from("abc")
    )
    key = (lambda values: values[0]) if unique_titles else None
    listed = st.lists(one, min_size=1, max_size=14, unique_by=key)
    return listed.map(lambda found: [Entry(number, *values) for number, values in enumerate(found)])


def render(tasks: list[Entry], form: str) -> tuple[dict[str, str], dict[str, Entry]]:
    """Return the files, and the task of each source reference."""
    files: dict[str, list[str]] = {}
    truth = {}
    for task in sorted(tasks, key=lambda one: one.project) if form == "md" else tasks:
        path = f"{task.file}.{form}"
        lines = files.setdefault(path, ["Title,Project,Due,Status"] if form == "csv" else [])
        if form == "md" and f"# {task.project}" not in lines:
            lines.append(f"# {task.project}")
        lines.append(RENDERERS[form](task))
        truth[f"{path}:{len(lines)}"] = task
    return {path: "\n".join(lines) for path, lines in files.items()}, truth


def render_todotxt(task: Entry) -> str:
    due = f" due:{task.due}" if task.due else ""
    return f"{'x 2026-11-30 ' if task.done else ''}{task.title} +{task.project}{due}"


def render_markdown(task: Entry) -> str:
    return f"- [{'x' if task.done else ' '}] {task.title}{f' 📅 {task.due}' if task.due else ''}"


def render_csv(task: Entry) -> str:
    return f"{task.title},{task.project},{task.due or ''},{'done' if task.done else 'open'}"


def render_taskwarrior(task: Entry) -> str:
    values = {"uuid": str(UUID(int=task.number + 1, version=4)), "description": task.title}
    values |= {"project": task.project, "status": "completed" if task.done else "pending"}
    values |= {"entry": "20261101T080000Z"}
    return json.dumps(values | ({"due": f"{task.due:%Y%m%d}T120000Z"} if task.due else {}))


RENDERERS = {
    "todo.txt": render_todotxt,
    "md": render_markdown,
    "csv": render_csv,
    "json": render_taskwarrior,
}


class Folder:
    """A generated folder that is read repeatedly."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._source = MemorySource()

    def read(self, tasks: list[Entry]) -> dict[UUID, Entry]:
        """Return the task of each id."""
        files, truth = render(tasks, self._form)
        found = self._source.read(files)
        assert found.keys() == truth.keys()
        assert len(set(found.values())) == len(found)
        return {row_id: truth[ref] for ref, row_id in found.items()}


def numbers(found: dict[UUID, Entry]) -> dict[UUID, int]:
    return {row_id: task.number for row_id, task in found.items()}


def texts(found: dict[UUID, Entry]) -> dict[UUID, tuple]:
    return {row_id: task.text for row_id, task in found.items()}


def move(tasks: list[Entry], data: st.DataObject) -> list[Entry]:
    """Return the tasks in another order and in other files: renamed, split or merged."""
    kind = data.draw(st.sampled_from(("renamed", "swapped", "split", "merged", "shuffled")))
    names = data.draw(st.permutations("abc"))
    files = {
        "renamed": dict(zip("abc", "def", strict=True)),
        "swapped": dict(zip("abc", names, strict=True)),
        "merged": dict.fromkeys("abc", "a"),
        "shuffled": {},
    }
    if kind == "split":
        return [replace(one, file=data.draw(st.sampled_from("adef"))) for one in tasks]
    ordered = data.draw(st.permutations(tasks)) if kind == "shuffled" else tasks
    return [replace(one, file=files[kind].get(one.file, one.file)) for one in ordered]


@pytest.mark.parametrize("form", FORMATS)
@SETTINGS
@given(tasks=entries(unique_titles=True), data=st.data())
def test_moved_tasks_keep_their_ids(form, tasks, data):
    folder = Folder(form)
    before = numbers(folder.read(tasks))
    assert numbers(folder.read(move(tasks, data))) == before


@pytest.mark.parametrize("form", FORMATS)
@SETTINGS
@given(tasks=entries(unique_titles=False), data=st.data())
def test_moved_tasks_with_equal_titles_exchange_no_ids(form, tasks, data):
    folder = Folder(form)
    before = texts(folder.read(tasks))
    assert texts(folder.read(move(tasks, data))) == before


@pytest.mark.parametrize("form", FORMATS)
@SETTINGS
@given(tasks=entries(unique_titles=False), data=st.data())
def test_deleted_and_moved_tasks_with_equal_titles_exchange_no_ids(form, tasks, data):
    folder = Folder(form)
    before = texts(folder.read(tasks))
    rest = [task for task in tasks if data.draw(st.booleans())]
    after = texts(folder.read(move(rest, data)))
    assert after == {row_id: text for row_id, text in before.items() if row_id in after}


@pytest.mark.parametrize("form", FORMATS)
@SETTINGS
@given(tasks=entries(unique_titles=False))
def test_tasks_of_an_emptied_folder_return_with_their_ids(form, tasks):
    folder = Folder(form)
    before = texts(folder.read(tasks))
    folder.read([])
    assert texts(folder.read(tasks)) == before


@pytest.mark.parametrize("form", FORMATS)
@SETTINGS
@given(tasks=entries(unique_titles=True), data=st.data())
def test_new_tasks_never_get_the_id_of_deleted_ones(form, tasks, data):
    folder = Folder(form)
    size = len(tasks) // 2 or 1
    deleted, rest = tasks[:size], tasks[size:]
    before = numbers(folder.read([*deleted, *rest]))
    known = {task.title for task in tasks}
    fresh = [
        replace(task, number=100 + task.number)
        for task in data.draw(entries(unique_titles=True))
        if task.title not in known
    ]
    after = numbers(folder.read(data.draw(st.permutations([*rest, *fresh]))))
    kept = {row_id: number for row_id, number in after.items() if number < 100}
    assert kept == {row_id: number for row_id, number in before.items() if number >= size}
    assert not before.keys() & {row_id for row_id, number in after.items() if number >= 100}


@pytest.mark.parametrize("form", FORMATS)
@SETTINGS
@given(tasks=entries(unique_titles=True), data=st.data())
def test_changed_tasks_keep_their_ids(form, tasks, data):
    folder = Folder(form)
    before = numbers(folder.read(tasks))
    changed = [data.draw(st.sampled_from(CHANGES))(task) for task in tasks]
    assert numbers(folder.read(changed)) == before


def _add_words(task: Entry) -> Entry:
    return replace(task, title=f"{task.title} again soon")


def _misspell(task: Entry) -> Entry:
    return replace(task, title=task.title.replace("Return", "Retrun").replace("Discuss", "Discus"))


def _postpone(task: Entry) -> Entry:
    return replace(task, due=task.due and task.due + timedelta(10))


def _complete(task: Entry) -> Entry:
    return replace(task, done=True)


CHANGES = (_add_words, _misspell, _postpone, _complete)
