"""Google Tasks: the file Tasks.json of Google Takeout; a list is a project."""

import re
from datetime import datetime

from daybreak.agenda.importers.json_lists.objects import (
    FoundObjects,
    JsonObject,
    JsonValues,
    index_lines,
    list_objects,
)
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.dates import to_instant
from daybreak.agenda.importers.parsing.text import clean_line
from daybreak.agenda.importers.parsing.vocabulary import is_default_list
from daybreak.agenda.model import Moment, Priority, TaskStatus

_TASK_KIND = "tasks#task"
_TASK_OBJECT = re.compile(r'"kind"\s*:\s*"tasks#task"')
_UNLISTED = "Some of its tasks are in no list, so they were skipped; export the lists again."
_TIME = slice(10, 19)
_NO_TIME = {"", "T00:00:00"}


class GoogleTasksFormat:
    """The export of all lists of an account.

    The day of ``due`` counts: the program writes midnight in UTC for a day. A deleted task is left; a task
    with a star has a high priority.
    """

    def matches(self, head: bytes) -> bool:
        """Return whether the head has the kinds of Google's objects."""
        return b'"tasks#' in head

    def rebuild(self, found: FoundObjects) -> object:
        """Return the lists of which these objects are left; a task follows the head of its list."""
        lists: list[JsonValues] = []
        for one in found.objects:
            values, is_complete = one.values, one.is_complete
            if values.get("kind") in {"tasks#tasks", "tasks#taskList"}:
                lists.append(values if is_complete else {**values, "items": []})
            elif is_complete and self.is_task(values):
                if not lists:
                    lists.append({"items": []})
                lists[-1].setdefault("items", []).append(values)
        return {"items": lists}

    def is_task(self, values: JsonValues) -> bool:
        """Return whether the members are those of a task."""
        return values.get("kind") == _TASK_KIND

    def add_tasks(self, document: object, text: str, builder: ParsedFileBuilder) -> bool:
        """Add the tasks of all lists; the file may also be one list."""
        root = document if isinstance(document, dict) else {"items": document}
        items = list_objects(root.get("items"))
        lists = [root] if any(self.is_task(item) for item in items) else items
        lines = index_lines(text)
        for one in lists:
            _add_list(JsonObject(one, lines.get(str(one.get("id")), 1), builder), lines)
        listed = sum(self.is_task(item) for one in lists for item in list_objects(one.get("items")))
        if (unlisted := len(_TASK_OBJECT.findall(text)) - listed) > 0:
            builder.warn(_UNLISTED, count=unlisted)
            builder.mark_incomplete(_UNLISTED)
        return isinstance(root.get("items"), list)


def _add_list(one: JsonObject, lines: dict[str, int]) -> None:
    name = one.get_text("title") or ""
    values = list_objects(one.values.get("items"))
    tasks = [JsonObject(value, lines.get(str(value.get("id")), 1), one.builder) for value in values]
    titles = {task.get_text("id"): task.get_text("title") for task in tasks}
    for task in tasks:
        if task.values.get("deleted") is True:
            continue
        if task.get_text("title") is None:
            _warn_about_untitled(task)
            continue
        project = None if is_default_list(name) else name or None
        _add_task(task, project, one.line, titles.get(task.get_text("parent")))


def _warn_about_untitled(task: JsonObject) -> None:
    """Add a warning about a task without a title that has anything else; the program keeps empty lines."""
    if task.get_text("notes", "due"):
        task.builder.warn("This task has no title, so it was skipped.", task.line)


def _add_task(task: JsonObject, project: str | None, project_line: int, parent: str | None) -> None:
    is_done = task.get_text("status") == "completed" or task.values.get("hidden") is True
    part = f"Part of “{clean_line(parent)}”." if parent else ""
    tz = task.builder.context.tz
    task.builder.add_task(
        RawTask(
            line=task.line,
            title=task.get_text("title") or "",
            native_id=task.get_text("id"),
            project=project,
            project_line=project_line,
            details="\n".join(filter(None, (part, task.get_text("notes")))),
            status=TaskStatus.DONE if is_done else TaskStatus.OPEN,
            priority=Priority.HIGH if task.values.get("starred") is True else Priority.NORMAL,
            due=_due(task),
            completed=task.get_moment("completed") if is_done else None,
            touched_at=to_instant(task.get_moment("updated"), tz),
        )
    )


def _due(task: JsonObject) -> Moment | None:
    """Return the scheduled time if there is one, else the day of ``due`` as it is written."""
    for scheduled in task.list_objects("scheduled_time"):
        start = scheduled.get_text("start") or ""
        if scheduled.values.get("current") is not False and start[_TIME] not in _NO_TIME:
            return scheduled.get_date_or_moment("start")
    text = task.get_text("due") or ""
    if text[_TIME] in _NO_TIME and text:
        moment = task.builder.parse_moment(text[:10], task.line, "“due” date")
        return moment.date() if isinstance(moment, datetime) else moment
    return task.get_date_or_moment("due")
