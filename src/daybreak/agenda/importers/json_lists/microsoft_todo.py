"""Microsoft To Do: the JSON of its programming interface, one list or several; a list is a project."""

import re
from datetime import UTC, datetime
from html import unescape
from zoneinfo import ZoneInfo

from daybreak import clock
from daybreak.agenda.importers.json_lists.objects import (
    FoundObjects,
    JsonObject,
    JsonValues,
    format_item,
    index_lines,
    list_objects,
)
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.dates import midnight_to_date, to_instant
from daybreak.agenda.importers.parsing.vocabulary import is_default_list, parse_status
from daybreak.agenda.model import Moment, Priority, TaskStatus
from daybreak.errors import InvalidInput

_TASK_LISTS = ("tasks", "value", "lists", "items")
_PRIORITIES = {"high": Priority.HIGH, "low": Priority.LOW}
_DATES = (b'"lastModifiedDateTime"', b'"dueDateTime"', b'"createdDateTime"', b'"isReminderOn"')
_TAG = re.compile(r"<[^<>]{1,500}>")
_FRACTION = re.compile(r"\.\d+")


class MicrosoftToDoFormat:
    """The tasks of Microsoft Graph, as programs for backups store them.

    Importance is the priority. Dates are days in their time zone. The items of a checklist are details.
    """

    def matches(self, head: bytes) -> bool:
        """Return whether the head has the members of Microsoft's tasks or lists."""
        if b'"wellknownListName"' in head or b'"wellKnownListName"' in head:
            return True
        has_task = b'"title"' in head and b'"status"' in head and b'"importance"' in head
        return has_task and any(name in head for name in _DATES)

    def rebuild(self, found: FoundObjects) -> object:
        """Return the lists of which these objects are left; a task follows the head of its list."""
        lists: list[JsonValues] = []
        for one in found.objects:
            values, is_complete = one.values, one.is_complete
            if "displayName" in values and not self.is_task(values):
                lists.append(values if is_complete else {**values, "tasks": []})
            elif is_complete and self.is_task(values):
                if not lists or not isinstance(lists[-1].get("tasks"), list):
                    lists.append({"tasks": []})
                lists[-1]["tasks"].append(values)
        return lists

    def is_task(self, values: JsonValues) -> bool:
        """Return whether the members are those of a task."""
        return "title" in values and ("status" in values or "importance" in values)

    def add_tasks(self, document: object, text: str, builder: ParsedFileBuilder) -> bool:
        """Add the tasks of a list, or of several lists."""
        lines = index_lines(text)
        return self._add_level(document, None, lines, builder, depth=0)

    def _add_level(
        self,
        value: object,
        project: str | None,
        lines: dict[str, int],
        builder: ParsedFileBuilder,
        *,
        depth: int,
    ) -> bool:
        """Add the tasks of a list of tasks, or of the lists in a list; return whether there is any list."""
        is_list = False
        for values in list_objects(value if isinstance(value, list) else [value]):
            one = JsonObject(values, lines.get(str(values.get("id")), 1), builder)
            if self.is_task(values):
                _add_task(one, project)
                is_list = True
                continue
            name = one.get_text("displayName", "title", "name")
            for key in _TASK_LISTS:
                if isinstance(values.get(key), list) and depth < len(_TASK_LISTS):
                    self._add_level(values[key], name or project, lines, builder, depth=depth + 1)
                    is_list = True
        return is_list or isinstance(value, list)


def _add_task(task: JsonObject, project: str | None) -> None:
    title = task.get_text("title")
    if title is None:
        task.builder.warn("This task has no title, so it was skipped.", task.line)
        return
    status = parse_status(task.get_text("status") or "") or TaskStatus.OPEN
    recurrence = task.get_object("recurrence").get_object("pattern").get_text("type")
    tz = task.builder.context.tz
    task.builder.add_task(
        RawTask(
            line=task.line,
            title=title,
            native_id=task.get_text("id"),
            project=None if is_default_list(project or "") else project,
            details="\n".join(filter(None, (_body(task), _format_items(task)))),
            status=status,
            priority=_PRIORITIES.get((task.get_text("importance") or "").casefold(), Priority.NORMAL),
            start=_day(task, "startDateTime"),
            due=_day(task, "dueDateTime"),
            completed=_day(task, "completedDateTime") if status is TaskStatus.DONE else None,
            tags=task.get_texts("categories"),
            recurrence=recurrence,
            touched_at=to_instant(task.get_moment("lastModifiedDateTime"), tz),
        )
    )


def _day(task: JsonObject, key: str) -> Moment | None:
    """Return the date of a member such as ``{"dateTime": …, "timeZone": …}``, in its zone."""
    member = task.get_object(key)
    text = member.get_text("dateTime") or task.get_text(key)
    if text is None:
        return None
    zone = _find_zone(member.get_text("timeZone"))
    plain = _FRACTION.sub("", text)
    has_offset = re.search(r"(?:Z|[+-]\d{2}:?\d{2})$", plain[10:]) is not None
    moment = task.builder.parse_moment(
        plain if has_offset or zone is None else f"{plain}Z", task.line, f"“{key}” date"
    )
    if zone is None or has_offset or not isinstance(moment, datetime):
        return midnight_to_date(moment, task.builder.context.tz)
    wall = moment.replace(tzinfo=None)
    if wall == datetime.combine(wall.date(), datetime.min.time()):
        return wall.date()
    instant = clock.first_instant(wall.date(), wall.time(), zone).astimezone(UTC)
    return midnight_to_date(instant, task.builder.context.tz)


def _find_zone(name: str | None) -> ZoneInfo | None:
    try:
        return clock.parse_timezone(name) if name else None
    except InvalidInput:
        return None


def _body(task: JsonObject) -> str:
    body = task.get_object("body")
    text = body.get_text("content") or ""
    is_html = (body.get_text("contentType") or "").casefold() == "html"
    return unescape(_TAG.sub("", text)).strip() if is_html else text


def _format_items(task: JsonObject) -> str:
    named = ((item, item.get_text("displayName")) for item in task.list_objects("checklistItems"))
    return "\n".join(
        format_item(name, is_done=item.values.get("isChecked") is True) for item, name in named if name
    )
