"""Super Productivity: the JSON of its backups and exports."""

from datetime import UTC, datetime, timedelta

from daybreak.agenda.importers.json_lists.objects import FoundObjects, JsonObject, JsonValues, index_lines
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.text import clean_line
from daybreak.agenda.importers.parsing.vocabulary import is_default_list
from daybreak.agenda.model import Moment, TaskStatus

_OWN_KEYS = (
    *(b'"crossModelVersion"', b'"workStart"', b'"taskIds"', b'"subTaskIds"', b'"timeSpentOnDay"'),
    *(b'"isHiddenFromMenu"', b'"breakTime"', b'"backlogTaskIds"'),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_MILLISECONDS = 7_000_000_000_000
_MILLISECONDS_PER_MINUTE = 60_000


class SuperProductivityFormat:
    """The data of the program: tasks, projects and tags by id. Archived tasks are not read."""

    def matches(self, head: bytes) -> bool:
        """Return whether the head has the tables of the program."""
        return b'"ids"' in head and b'"entities"' in head and any(key in head for key in _OWN_KEYS)

    def rebuild(self, found: FoundObjects) -> object:
        """Return the tasks of which these objects are left, without the names of projects and tags."""
        tasks = {str(one.get("id")): one for one in found.complete if self.is_task(one)}
        return {"task": {"entities": tasks}}

    def is_task(self, values: JsonValues) -> bool:
        """Return whether the members are those of a task."""
        return "title" in values and "isDone" in values

    def add_tasks(self, document: object, text: str, builder: ParsedFileBuilder) -> bool:
        """Add the tasks of the program's data."""
        root = JsonObject(document if isinstance(document, dict) else {}, 1, builder)
        data = root if "task" in root.values else root.get_object("data")
        tasks = data.get_object("task").get_object("entities").values
        lines = index_lines(text, max(0, text.find('"task"')))
        projects, tags = _names(data, "project"), _names(data, "tag")
        titles = {key: value.get("title") for key, value in tasks.items() if isinstance(value, dict)}
        for key, values in tasks.items():
            if isinstance(values, dict):
                task = JsonObject(values, lines.get(key, 1), builder)
                _add_task(task, projects, tags, titles.get(task.get_text("parentId") or ""))
        return bool(data.values)


def _names(data: JsonObject, table: str) -> dict[str, str]:
    entities = data.get_object(table).get_object("entities")
    named = ((key, entities.get_object(key).get_text("title")) for key in entities.values)
    return {key: name for key, name in named if name}


def _add_task(task: JsonObject, projects: dict[str, str], tags: dict[str, str], parent: object) -> None:
    if task.get_text("title") is None:
        task.builder.warn("This task has no title, so it was skipped.", task.line)
        return
    is_done = task.values.get("isDone") is True
    project = projects.get(task.get_text("projectId") or "", "")
    part = f"Part of “{clean_line(parent)}”." if isinstance(parent, str) else ""
    estimate = task.values.get("timeEstimate")
    task.builder.add_task(
        RawTask(
            line=task.line,
            title=task.get_text("title") or "",
            native_id=task.get_text("id"),
            project=None if is_default_list(project) else project or None,
            details="\n".join(filter(None, (part, task.get_text("notes")))),
            status=TaskStatus.DONE if is_done else TaskStatus.OPEN,
            due=_instant(task, "dueWithTime") or task.get_date_or_moment("dueDay"),
            completed=_instant(task, "doneOn") if is_done else None,
            estimate_minutes=estimate // _MILLISECONDS_PER_MINUTE or None
            if isinstance(estimate, int)
            else None,
            tags=[tags[tag] for tag in task.get_texts("tagIds") if tag in tags and tag != "TODAY"],
        )
    )


def _instant(task: JsonObject, key: str) -> Moment | None:
    value = task.values.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < _MAX_MILLISECONDS:
        return None
    return _EPOCH + timedelta(milliseconds=value)
