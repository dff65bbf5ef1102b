"""The meaning of a table's columns; column names in lower case, the first filled one counts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from daybreak.agenda.model import Priority, TaskStatus

ColumnNames = tuple[str, ...]

_MINUTES_PER_HOUR = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """The column names of one kind of export.

    Attributes:
        required: a table is of this kind if it has one column of each of these.
        estimates: column to the minutes that a bare number in it means; 0 if it needs a unit.
        completed: a date, or a yes or no.
        status: the first known word counts.
        statuses: the program's own codes of a status, in lower case.
        priorities: the program's own codes of a priority, in lower case.
        archived: a date, or a yes or no: such a task is not open.
        cancelled: the date of the cancellation.
        progress: a percentage.
        flagged: a yes is a high priority.
        details: all filled columns count.
        zone: the IANA zone of the dates of a row.
        day_hour: the local hour at which the program puts a day without a time.
        row_ids: what a parent is named by, beside its id and title.
        kind, excluded_kinds: the column of a row's kind, and the kinds that are no tasks with their names.
        project_kinds: the kinds of rows that are projects.
        has_preamble: whether the program writes lines about itself above the header.
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
    statuses: Mapping[str, TaskStatus] = field(default_factory=lambda: MappingProxyType({}))
    priorities: Mapping[str, Priority] = field(default_factory=lambda: MappingProxyType({}))
    archived: ColumnNames = ()
    cancelled: ColumnNames = ()
    progress: ColumnNames = ()
    flagged: ColumnNames = ()
    zone: ColumnNames = ()
    day_hour: int = 0
    row_ids: ColumnNames = ()
    kind: ColumnNames = ()
    excluded_kinds: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    project_kinds: Collection[str] = ()
    has_preamble: bool = False
    ids_are_global: bool = True

    def date_columns(self) -> ColumnNames:
        """Return every column that may contain a date."""
        return (*self.start, *self.due, *self.completed, *self.touched_at)

    def matches(self, headers: Collection[str]) -> bool:
        """Return whether a table with these headers is of this kind."""
        return all(any(name in headers for name in names) for names in self.required)

    def restrict(self, headers: Collection[str]) -> "ColumnMapping":
        """Return the mapping without the columns that a table lacks, so that rows are read fast."""
        present = {
            name: tuple(column for column in getattr(self, name) if column in headers)
            for name in _READ_FIELDS
        }
        estimates = {column: value for column, value in self.estimates.items() if column in headers}
        return replace(self, estimates=MappingProxyType(estimates), **present)  # type: ignore[arg-type]

    def list_columns(self) -> frozenset[str]:
        """Return every column that is read."""
        names = (getattr(self, name) for name in _READ_FIELDS)
        return frozenset(name for columns in names for name in columns) | self.estimates.keys()


_READ_FIELDS: Final = (
    *("title", "native_id", "project", "phase", "status", "resolution", "priority", "start", "due"),
    *("completed", "touched_at", "assignee", "assignee_address", "details", "tags", "parent", "blocked_by"),
    *("archived", "cancelled", "progress", "flagged", "zone", "row_ids", "kind"),
)
_TASK_COLUMNS: Final = ("task", "task name", "to do", "todo")
_TITLE_COLUMNS: Final = ("title", "summary", "name", "subject")
_DUE_COLUMNS: Final = ("due", "due date", "due on", "due at", "deadline", "end date")
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
    project=("project", "project name", "list", "list name", "board", "board name"),
    phase=("phase", "milestone", "stage", "section", "bucket", "bucket name", "column", "group"),
    status=("status", "state", "progress"),
    priority=("priority",),
    start=("start", "start date", "starts", "scheduled", "begin"),
    due=(*_DUE_COLUMNS, "date"),
    completed=_COMPLETED_COLUMNS,
    touched_at=("modified", "last modified", "updated", "updated at", "last edited time"),
    archived=("archived", "deleted", "cancelled", "canceled"),
    progress=("% complete", "% done", "percent complete", "progress"),
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
    assignee=("assignee", "assignees", "assigned to", "assign", "owner", "responsible", "person", "who"),
    assignee_address=("assignee email", "owner email"),
    details=("notes", "note", "details", "description", "comment", "comments"),
    tags=("tags", "labels", "tag", "label", "categories", "category"),
    parent=("parent", "parent task"),
    blocked_by=("blocked by", "depends on", "depends", "dependencies", "waiting for"),
    ids_are_global=False,
)
