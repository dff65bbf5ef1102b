"""The meaning of a table's columns; column names in lower case, the first filled one counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

Names = tuple[str, ...]

_SECOND = 1 / 60
_HOUR = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The column names of one kind of export.

    Attributes:
        required: a table is of this kind if it has one column of each of these.
        estimates: column to the minutes that a bare number in it means; 0 if it needs a unit.
        completed: a date, or a yes or no.
        status: the first known word counts.
        ids_are_global: its ids are unique beyond the file.
    """

    required: tuple[Names, ...]
    title: Names
    own_id: Names = ()
    project: Names = ()
    phase: Names = ()
    status: Names = ()
    resolution: Names = ()
    priority: Names = ()
    start: Names = ()
    due: Names = ()
    completed: Names = ()
    touched_at: Names = ()
    estimates: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    assignee: Names = ()
    details: Names = ()
    tags: Names = ()
    parent: Names = ()
    blocked_by: Names = ()
    ids_are_global: bool = True

    def dates(self) -> Names:
        """Return every column that may contain a date."""
        return (*self.start, *self.due, *self.completed, *self.touched_at)

    def fit(self, headers: list[str]) -> bool:
        """Return whether a table with these headers is of this kind."""
        return all(any(name in headers for name in names) for names in self.required)


ASANA: Final = Columns(
    required=(("task id",), ("name",), ("section/column", "created at", "completed at")),
    title=("name",),
    own_id=("task id",),
    project=("projects",),
    phase=("section/column",),
    priority=("priority",),
    start=("start date",),
    due=("due date",),
    completed=("completed at",),
    touched_at=("last modified",),
    estimates=MappingProxyType({"estimated time": 1.0}),
    assignee=("assignee", "assignee email"),
    details=("notes",),
    tags=("tags",),
    parent=("parent task",),
    blocked_by=("blocked by (dependencies)",),
)

JIRA: Final = Columns(
    required=(("summary",), ("issue key", "key", "issue id"), ("status", "issue type")),
    title=("summary",),
    own_id=("issue key", "key", "issue id"),
    project=("project name", "project", "project key"),
    status=("status", "status category"),
    resolution=("resolution",),
    priority=("priority",),
    start=("start date", "custom field (start date)"),
    due=("due date", "due"),
    completed=("resolved",),
    touched_at=("updated",),
    estimates=MappingProxyType({"remaining estimate": _SECOND, "original estimate": _SECOND}),
    assignee=("assignee",),
    details=("description",),
    tags=("labels",),
    blocked_by=("inward issue link (blocks)",),
)

_TASK: Final = ("task", "task name", "to do", "todo")
_TITLE: Final = ("title", "summary", "name")
_DUE: Final = ("due", "due date", "due on", "deadline", "end date")
_COMPLETED: Final = (
    *("completed", "completed at", "completed on", "completion date"),
    *("done", "done on", "finished"),
)
PLAIN: Final = Columns(
    required=((*_TASK, *_TITLE), (*_TASK, *_DUE, *_COMPLETED, "status", "priority", "project")),
    title=(*_TITLE, *_TASK),
    own_id=("id", "task id", "key", "uuid"),
    project=("project", "project name", "list"),
    phase=("phase", "milestone", "stage", "section"),
    status=("status", "state"),
    priority=("priority",),
    start=("start", "start date", "starts", "scheduled", "begin"),
    due=_DUE,
    completed=_COMPLETED,
    touched_at=("modified", "last modified", "updated", "updated at"),
    estimates=MappingProxyType(
        {
            "estimate": 0.0,
            "effort": 0.0,
            "duration": 0.0,
            "estimate minutes": 1.0,
            "estimate (min)": 1.0,
            "estimate (minutes)": 1.0,
            "minutes": 1.0,
            "estimate hours": _HOUR,
            "estimate (h)": _HOUR,
            "estimate (hours)": _HOUR,
            "hours": _HOUR,
        }
    ),
    assignee=("assignee", "assigned to", "owner", "responsible", "who"),
    details=("notes", "details", "description", "comment", "comments"),
    tags=("tags", "labels"),
    parent=("parent", "parent task"),
    blocked_by=("blocked by", "depends on", "depends", "dependencies", "waiting for"),
    ids_are_global=False,
)

KINDS: Final = (ASANA, JIRA, PLAIN)
UNDERSTOOD: Final = (
    "This table does not look like a task list, so it was skipped; its header needs “task”, or “title” "
    "beside one of “due”, “status”, “priority”, “project” and “done” (“phase”, “start”, “estimate”, "
    "“assignee”, “notes”, “id” and “blocked by” are read as well), or to be that of "
    "an export from Todoist, Asana or Jira."
)
