"""The columns of the tables that programs export."""

from types import MappingProxyType
from typing import Final

from daybreak.agenda.importers.csv_tables.columns import PLAIN, ColumnMapping
from daybreak.agenda.model import Priority, TaskStatus

_MINUTES_PER_SECOND = 1 / 60
_MINUTES_PER_MILLISECOND = _MINUTES_PER_SECOND / 1000

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
    completed=("resolved", "resolution date", "done"),
    touched_at=("updated",),
    estimates=MappingProxyType(
        {"remaining estimate": _MINUTES_PER_SECOND, "original estimate": _MINUTES_PER_SECOND}
    ),
    assignee=("assignee",),
    details=("description",),
    tags=("labels",),
    blocked_by=("inward issue link (blocks)",),
)

TRELLO: Final = ColumnMapping(
    required=(("card name",), ("list name", "board name", "card id")),
    title=("card name",),
    native_id=("card id",),
    project=("board name",),
    phase=("list name",),
    start=("start date",),
    due=("due date",),
    completed=("due complete",),
    touched_at=("last activity date",),
    assignee=("members",),
    details=("card description",),
    tags=("labels",),
    archived=("archived",),
)

CLICKUP: Final = ColumnMapping(
    required=(("task name",), ("task id", "task custom id"), ("list name", "space name", "task content")),
    title=("task name",),
    native_id=("task id", "task custom id"),
    project=("list name", "folder name", "folder name/path", "space name"),
    status=("status",),
    priority=("priority",),
    start=("start date", "start date text"),
    due=("due date", "due date text"),
    completed=("date done", "date done text", "date closed", "date closed text"),
    touched_at=("date updated", "date updated text"),
    estimates=MappingProxyType({"time estimated": _MINUTES_PER_MILLISECOND, "time estimated text": 0.0}),
    assignee=("assignees", "assignee"),
    details=("task content", "checklists"),
    tags=("tags",),
    parent=("parent id", "parent name"),
    archived=("archived",),
    day_hour=4,
)

LINEAR: Final = ColumnMapping(
    required=(("title",), ("id",), ("team",), ("cycle name", "cycle number", "project milestone", "triaged")),
    title=("title",),
    native_id=("id",),
    project=("project", "team"),
    phase=("project milestone",),
    status=("status",),
    priority=("priority",),
    due=("due date",),
    completed=("completed",),
    touched_at=("updated",),
    assignee=("assignee",),
    details=("description",),
    tags=("labels",),
    parent=("parent issue",),
    blocked_by=("blocked by",),
    cancelled=("canceled", "cancelled"),
    archived=("archived",),
)

OUTLOOK: Final = ColumnMapping(
    required=(("subject",), ("due date", "start date"), ("% complete", "date completed", "total work")),
    title=("subject",),
    status=("status",),
    priority=("priority",),
    start=("start date",),
    due=("due date",),
    completed=("date completed",),
    details=("notes",),
    tags=("categories",),
    progress=("% complete",),
    ids_are_global=False,
)

PLANNER: Final = ColumnMapping(
    required=(("task name",), ("bucket name",), ("progress",)),
    title=("task name",),
    native_id=("task id",),
    project=("plan name",),
    phase=("bucket name",),
    status=("progress",),
    priority=("priority",),
    start=("start date",),
    due=("due date",),
    completed=("completed date",),
    assignee=("assigned to",),
    details=("description", "checklist items"),
    tags=("labels",),
)

TICKTICK: Final = ColumnMapping(
    required=(("title",), ("list name",), ("folder name", "is check list", "column name")),
    title=("title",),
    project=("list name",),
    phase=("column name",),
    status=("status",),
    statuses=MappingProxyType(
        {
            "0": TaskStatus.OPEN,
            "1": TaskStatus.DONE,
            "2": TaskStatus.DONE,
            "-1": TaskStatus.CANCELLED,
        }
    ),
    priority=("priority",),
    priorities=MappingProxyType(
        {"0": Priority.NORMAL, "1": Priority.LOW, "3": Priority.NORMAL, "5": Priority.HIGH}
    ),
    start=("start date",),
    due=("due date",),
    completed=("completed time",),
    details=("content",),
    tags=("tags",),
    parent=("parentid",),
    row_ids=("taskid",),
    zone=("timezone",),
    kind=("kind",),
    excluded_kinds=MappingProxyType({"note": "note"}),
    has_preamble=True,
    ids_are_global=False,
)

OMNIFOCUS: Final = ColumnMapping(
    required=(("task id",), ("type",), ("name",), ("context", "flagged"), ("completion date",)),
    title=("name",),
    project=("project",),
    status=("status",),
    statuses=MappingProxyType({"on hold": TaskStatus.BLOCKED, "dropped": TaskStatus.CANCELLED}),
    start=("start date", "defer date"),
    due=("due date",),
    completed=("completion date",),
    estimates=MappingProxyType({"duration": 1.0}),
    details=("notes",),
    tags=("tags", "context"),
    flagged=("flagged",),
    kind=("type",),
    project_kinds=("project",),
    ids_are_global=False,
)

TABLE_KINDS: Final = (
    *(ASANA, JIRA, TRELLO, CLICKUP, LINEAR, OUTLOOK, PLANNER, TICKTICK, OMNIFOCUS),
    PLAIN,
)
"""All kinds of tables but Todoist's; the first one that matches counts."""

NOT_IMPORTED: Final = frozenset(
    {
        # Dates and people of a task's making.
        *("created", "created at", "created on", "created by", "created date", "created time", "creator"),
        *(
            "date created",
            "date created text",
            "date added",
            "author",
            "reporter",
            "creator id",
            "reporter id",
        ),
        *("last edited by", "last modified by", "updated by", "completed by", "last viewed", "votes"),
        # Addresses and ids.
        *("url", "link", "card url", "list id", "board id", "project id", "parent id", "uuid", "attachments"),
        *("attachment count", "attachment links", "project lead", "project lead id", "project url"),
        *("project description", "project type", "project key", "assignee id", "issue id", "status category"),
        *("status category changed", "environment", "watchers", "watchers id", "issue type", "item type"),
        # The program's own order, views and measures.
        *("order", "column order", "view mode", "is check list", "is all day", "is floating", "repeat"),
        *("reminder", "reminder on/off", "reminder date", "reminder time", "billing information", "mileage"),
        *("total work", "actual work", "private", "role", "schedule+ priority", "sensitivity", "companies"),
        *("contacts", "sprint", "story points", "estimate", "cycle number", "cycle name", "cycle start"),
        *("cycle end", "started", "triaged", "sla status", "initiatives", "roadmaps", "related to"),
        *("duplicate of", "project milestone id", "time in status (minutes)", "time spent", "time logged"),
        *("rolled up time", "rolled up time text", "time spent text", "comments", "assigned comments"),
        *("date updated text", "start date text", "due date text", "date closed text", "date done text"),
        *("time estimated text", "late", "is recurring", "completed checklist items", "work ratio"),
        *("security level", "blocking (dependencies)", "section", "affects version/s", "fix version/s"),
    }
)
"""The columns of programs that are not read, and of which no warning is made; docs/formats.md lists them."""

UNSUPPORTED_TABLE: Final = (
    "This table does not look like a task list, so it was skipped; its header needs “task”, or “title” "
    "beside one of “due”, “status”, “priority”, “project” and “done” (“phase”, “start”, “estimate”, "
    "“assignee”, “notes”, “id” and “blocked by” are read as well), or to be that of an export that "
    "docs/formats.md lists."
)
CALENDAR_TABLE: Final = (
    "This table is a calendar, so it was skipped; export the calendar as iCalendar (.ics) instead."
)


def is_calendar_table(headers: list[str]) -> bool:
    """Return whether the table is a calendar, as Outlook exports and Google Calendar imports it."""
    names = set(headers)
    return {"subject", "start date"} <= names and bool({"start time", "all day event", "end time"} & names)
