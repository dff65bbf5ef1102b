"""Notes that are one task each: of TaskNotes by their front matter, of Notion by lines below their title."""

import re
from pathlib import PurePosixPath

from daybreak.agenda.importers.markdown.inline import strip_markup
from daybreak.agenda.importers.markdown.task_fields import parse_priority_field
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.front_matter import FrontMatter
from daybreak.agenda.importers.parsing.someday import SOMEDAY_TAG, is_someday
from daybreak.agenda.importers.parsing.text import normalize_spaces
from daybreak.agenda.importers.parsing.vocabulary import parse_status
from daybreak.agenda.model import Moment, Priority, TaskStatus

_DUE_KEYS = ("due", "due date", "duedate", "deadline")
_KIND_KEYS = ("type", "kind", "category", "class")
_PLAN_KEYS = ("scheduled", "start", "start date")
_DONE_KEYS = ("completeddate", "completed", "done", "completion")
_ARCHIVED_TAG = "archived"
# Notes of these kinds have a status and a deadline, too.
_OTHER_KINDS = frozenset(
    {
        *("project", "projects", "area", "areas", "goal", "goals", "meeting", "meetings", "person", "people"),
        *("projekt", "projekte", "projet", "proyecto", "progetto", "projeto", "book", "epic", "okr"),
    }
)
_TITLE = re.compile(r"#\s+(\S.*)")
_PROPERTY = re.compile(r"([A-Z][\w /-]{0,40}):\s+(\S.*)")
_NOTION_ID = re.compile(r"\s[0-9a-f]{32}$|\s[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_MAX_PROPERTIES = 60
_PLAIN_MINUTES = re.compile(r"\d{1,5}")


def parse_task_note(metadata: FrontMatter, builder: ParsedFileBuilder) -> RawTask | None:
    """Return the task that a note is; None if it is only a note.

    It is a task if it has the tag “task” and a status, a priority or a date, or if it has a known status and
    a due or scheduled date, and neither a tag nor a type such as “project”.
    """
    tags = [tag.lstrip("#").strip() for key in ("tags", "tag") for tag in metadata.get_list(key)]
    if not _is_task(metadata, [tag.casefold() for tag in tags]):
        return None
    stem = _NOTION_ID.sub("", PurePosixPath(builder.file.path).stem)
    task = RawTask(
        line=metadata.line_of("title") or 1,
        title=strip_markup(metadata.get_first("title") or stem),
        status=_status_of(metadata, tags),
        priority=parse_priority_field(metadata.get_first("priority") or "") or Priority.NORMAL,
        project=_project_of(metadata),
        project_line=metadata.line_of("projects") or metadata.line_of("project"),
        assignee=metadata.get_first("assignee", "assign", "owner"),
        recurrence=metadata.get_first("recurrence"),
        tags=[tag for tag in (*tags, *metadata.get_list("contexts")) if tag.casefold() != "task"],
    )
    if is_someday(metadata.get_first("status") or ""):
        task.tags.append(SOMEDAY_TAG)
    _add_times(task, metadata, builder)
    return task


def parse_property_lines(content: list[str]) -> FrontMatter:
    """Return the properties that a page of Notion has below its title, with the lines up to their end.

    The title is one of them. There are none unless the page begins with a title and such lines.
    """
    title = _TITLE.fullmatch(content[0].strip()) if content else None
    if title is None:
        return FrontMatter({}, 0)
    values, lines, at = {"title": title[1]}, {"title": 1}, 1
    while at < len(content) and not content[at].strip():
        at += 1
    while at < min(len(content), _MAX_PROPERTIES) and (pair := _PROPERTY.fullmatch(content[at].strip())):
        at += 1
        values.setdefault(pair[1].lower(), pair[2].strip())
        lines.setdefault(pair[1].lower(), at)
    if len(values) == 1 or (at < len(content) and content[at].strip()):
        return FrontMatter({}, 0)
    return FrontMatter(values, at, lines)


def _is_task(metadata: FrontMatter, tags: list[str]) -> bool:
    status = metadata.get_first("status")
    dated = metadata.get_first(*_DUE_KEYS, *_PLAN_KEYS)
    if "task" in tags:
        return bool(status or dated or metadata.get_first("priority"))
    if not (status and dated and (parse_status(status) or is_someday(status))):
        return False
    named = [kind for key in _KIND_KEYS for kind in metadata.get_list(key)]
    kinds = {kind.lstrip("#").split("/")[0].strip().casefold() for kind in (*tags, *named)}
    return not kinds & _OTHER_KINDS


def _status_of(metadata: FrontMatter, tags: list[str]) -> TaskStatus:
    status = parse_status(metadata.get_first("status") or "") or TaskStatus.OPEN
    is_over = status in (TaskStatus.DONE, TaskStatus.CANCELLED)
    return TaskStatus.CANCELLED if _ARCHIVED_TAG in tags and not is_over else status


def _project_of(metadata: FrontMatter) -> str | None:
    named = next(iter((*metadata.get_list("projects"), *metadata.get_list("project"))), "")
    path, _, alias = named.removeprefix("[[").removesuffix("]]").partition("|")
    return strip_markup(alias or PurePosixPath(path).name.removesuffix(".md")) or None


def _add_times(task: RawTask, metadata: FrontMatter, builder: ParsedFileBuilder) -> None:
    def moment(keys: tuple[str, ...], label: str) -> Moment | None:
        key = next((key for key in keys if metadata.values.get(key)), "")
        text = normalize_spaces(metadata.values.get(key, "")).removeprefix("[[").removesuffix("]]")
        return builder.parse_moment(text, metadata.lines.get(key, task.line), label)

    task.due = moment(_DUE_KEYS, "due date")
    task.start = moment(_PLAN_KEYS, "scheduled date")
    if task.status is TaskStatus.DONE:
        task.completed = moment(_DONE_KEYS, "completion date")
    estimate = metadata.get_first("timeestimate", "estimate") or ""
    line = metadata.line_of("timeestimate") or task.line
    is_number = _PLAIN_MINUTES.fullmatch(estimate)
    task.estimate_minutes = builder.parse_minutes(f"{estimate}m" if is_number else estimate, line)
