"""The meaning of a table's columns; column names in lower case, the first filled one counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

ColumnNames = tuple[str, ...]

_MINUTES_PER_SECOND = 1 / 60
_MINUTES_PER_HOUR = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """The column names of one kind of export.

    Attributes:
        required: a table is of this kind if it has one column of each of these.
        estimates: column to the minutes that a bare number in it means; 0 if it needs a unit.
        completed: a date, or a yes or no.
        status: the first known word counts.
        ids_are_global: its ids are unique beyond the file.
    """

    required: tuple[ColumnNames, ...]
    title: ColumnNames
    native_id: ColumnNames = ()
    project: ColumnNames = ()
    phase: ColumnNames = ()
    status: ColumnNames = ()
    resolution: ColumnNames = ()
    priority: ColumnNames = ()
    start: ColumnNames = ()
    due: ColumnNames = ()
    completed: ColumnNames = ()
    touched_at: ColumnNames = ()
    estimates: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    assignee: ColumnNames = ()
    assignee_address: ColumnNames = ()
    details: ColumnNames = ()
    tags: ColumnNames = ()
    parent: ColumnNames = ()
    blocked_by: ColumnNames = ()
    ids_are_global: bool = True

    def date_columns(self) -> ColumnNames:
        """Return every column that may contain a date."""
        return (*self.start, *self.due, *self.completed, *self.touched_at)

    def matches(self, headers: list[str]) -> bool:
        """Return whether a table with these headers is of this kind."""
        return all(any(name in headers for name in names) for names in self.required)


ASANA: Final = ColumnMapping(
    required=(("task id",), ("name",), ("section/column", "created at", "completed at")),
    title=("name",),
    native_id=("task id",),
    project=("projects",),
    phase=("section/column",),
    priority=("priority",),
    start=("start date",),
    due=("due date",),
    completed=("completed at",),
    touched_at=("last modified",),
    estimates=MappingProxyType({"estimated time": 1.0}),
    assignee=("assignee",),
    assignee_address=("assignee email",),
    details=("notes",),
    tags=("tags",),
    parent=("parent task",),
    blocked_by=("blocked by (dependencies)",),
)

JIRA: Final = ColumnMapping(
    required=(("summary",), ("issue key", "key", "issue id"), ("status", "issue type")),
    title=("summary",),
    native_id=("issue key", "key", "issue id"),
    project=("project name", "project", "project key"),
    status=("status", "status category"),
    resolution=("resolution",),
    priority=("priority",),
    start=("start date", "custom field (start date)"),
    due=("due date", "due"),
    completed=("resolved", "resolution date"),
    touched_at=("updated",),
    estimates=MappingProxyType(
        {"remaining estimate": _MINUTES_PER_SECOND, "original estimate": _MINUTES_PER_SECOND}
    ),
    assignee=("assignee",),
    details=("description",),
    tags=("labels",),
    blocked_by=("inward issue link (blocks)",),
)

_TASK_COLUMNS: Final = ("task", "task name", "to do", "todo")
_TITLE_COLUMNS: Final = ("title", "summary", "name")
_DUE_COLUMNS: Final = ("due", "due date", "due on", "deadline", "end date")
_COMPLETED_COLUMNS: Final = (
    *("completed", "completed at", "completed on", "completion date"),
    *(
        "done",
        "done on",
        "finished",
        "date completed",
        "completed date",
        "resolved",
        "closed at",
        "closed on",
    ),
)
PLAIN: Final = ColumnMapping(
    required=(
        (*_TASK_COLUMNS, *_TITLE_COLUMNS),
        (*_TASK_COLUMNS, *_DUE_COLUMNS, *_COMPLETED_COLUMNS, "status", "priority", "project"),
    ),
    title=(*_TITLE_COLUMNS, *_TASK_COLUMNS),
    native_id=("id", "task id", "key", "uuid"),
    project=("project", "project name", "list"),
    phase=("phase", "milestone", "stage", "section"),
    status=("status", "state"),
    priority=("priority",),
    start=("start", "start date", "starts", "scheduled", "begin"),
    due=_DUE_COLUMNS,
    completed=_COMPLETED_COLUMNS,
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
            "estimate hours": _MINUTES_PER_HOUR,
            "estimate (h)": _MINUTES_PER_HOUR,
            "estimate (hours)": _MINUTES_PER_HOUR,
            "hours": _MINUTES_PER_HOUR,
        }
    ),
    assignee=("assignee", "assigned to", "owner", "responsible", "who"),
    assignee_address=("assignee email", "owner email"),
    details=("notes", "details", "description", "comment", "comments"),
    tags=("tags", "labels"),
    parent=("parent", "parent task"),
    blocked_by=("blocked by", "depends on", "depends", "dependencies", "waiting for"),
    ids_are_global=False,
)

TABLE_KINDS: Final = (ASANA, JIRA, PLAIN)
UNSUPPORTED_TABLE: Final = (
    "This table does not look like a task list, so it was skipped; its header needs “task”, or “title” "
    "beside one of “due”, “status”, “priority”, “project” and “done” (“phase”, “start”, “estimate”, "
    "“assignee”, “notes”, “id” and “blocked by” are read as well), or to be that of "
    "an export from Todoist, Asana or Jira."
)
