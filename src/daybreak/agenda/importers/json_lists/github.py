"""GitHub and GitLab: issues as their programs print them, and the items of a GitHub project."""

import re

from daybreak.agenda.importers.json_lists.objects import (
    FoundObjects,
    JsonObject,
    JsonValues,
    index_lines,
    list_objects,
)
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.dates import to_instant
from daybreak.agenda.importers.parsing.text import quote_value
from daybreak.agenda.importers.parsing.vocabulary import parse_priority, parse_status
from daybreak.agenda.model import Moment, Priority, TaskStatus

_ISSUE_KEYS = (b'"labels"', b'"assignees"', b'"milestone"', b"/issues/", b"/pull/")
_ADDRESS = re.compile(
    r"https?://[^/]+/(?:repos/)?(?P<project>[^?#]+?)(?:/-)?/(?:issues|pull|merge_requests)/\d+"
)
_READ_DATES = frozenset(
    {"due_date", "dueDate", "due date", "closedAt", "closed_at", "updatedAt", "updated_at"}
)
_PAST_DATE = re.compile(r"creat|updat|clos|merg|lock|submit|publish|start|activ", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:T.*)?")
_OPEN_STATES = {"open", "opened", "reopened"}


class GitHubFormat:
    """The output of ``gh issue list --json``, ``gh project item-list``, ``glab issue list``, and of the APIs.

    The repository is the project, the milestone the phase, the due date of the milestone the due date.
    """

    def matches(self, head: bytes) -> bool:
        """Return whether the head has the members of issues, or of the items of a project."""
        if b'"PVTI_' in head or (b'"items"' in head and b'"content"' in head and b'"repository"' in head):
            return True
        is_issue = b'"title"' in head and b'"state"' in head and (b'"number"' in head or b'"iid"' in head)
        return is_issue and any(key in head for key in _ISSUE_KEYS)

    def rebuild(self, found: FoundObjects) -> object:
        """Return the issues of which these objects are left."""
        return [values for values in found.complete if self.is_task(values)]

    def is_task(self, values: JsonValues) -> bool:
        """Return whether the members are those of an issue or an item."""
        is_issue = "state" in values and ("number" in values or "iid" in values)
        return "title" in values and (is_issue or "content" in values)

    def add_tasks(self, document: object, text: str, builder: ParsedFileBuilder) -> bool:
        """Add the issues of a list, or the items of a project."""
        root = document.get("items", [document]) if isinstance(document, dict) else document
        lines = index_lines(text)
        for values in list_objects(root):
            key = values.get("id") or values.get("iid") or values.get("number")
            if self.is_task(values):
                _add_issue(JsonObject(values, lines.get(str(key), 1), builder))
        return isinstance(root, list)


def _add_issue(issue: JsonObject) -> None:
    title = issue.get_text("title")
    content = issue.get_object("content")
    if title is None:
        issue.builder.warn("This issue has no title, so it was skipped.", issue.line)
        return
    _warn_about_unread_dates(issue)
    address = issue.get_text("url", "html_url", "web_url") or content.get_text("url") or ""
    milestone = issue.get_object("milestone")
    labels = _names(issue, "labels", "name")
    status = _status(issue)
    closed = issue.get_moment("closedAt") or issue.get_moment("closed_at")
    updated = issue.get_moment("updatedAt") or issue.get_moment("updated_at")
    issue.builder.add_task(
        RawTask(
            line=issue.line,
            title=title,
            native_id=_native_id(issue, address),
            project=_project(issue, content, address),
            phase=milestone.get_text("title"),
            details=issue.get_text("body", "description") or content.get_text("body") or "",
            status=status,
            priority=_priority(issue, labels),
            due=_due(issue, milestone),
            completed=closed if status is TaskStatus.DONE else None,
            assignee=", ".join(_names(issue, "assignees", "login", "username", "name")),
            tags=labels,
            touched_at=to_instant(updated, issue.builder.context.tz),
        )
    )


def _warn_about_unread_dates(issue: JsonObject) -> None:
    """Add a warning about each field of a project with a date that is not read, such as “target date”."""
    for key, value in issue.values.items():
        is_date = isinstance(value, str) and _DAY.fullmatch(value) is not None
        if is_date and key not in _READ_DATES and not _PAST_DATE.search(key):
            issue.builder.warn(f"The field {quote_value(key)} is not read.", issue.line)


def _native_id(issue: JsonObject, address: str) -> str | None:
    """Return the address, which no other issue has; API addresses and pages of an issue are one."""
    found = _ADDRESS.match(address)
    number = issue.get_id("number") or issue.get_id("iid")
    if found is None or number is None:
        return issue.get_text("id")
    return f"{found['project']}/issues/{number}@{address.split('/')[2].removeprefix('api.')}"


def _project(issue: JsonObject, content: JsonObject, address: str) -> str | None:
    repository = issue.get_object("repository").get_text("nameWithOwner", "full_name", "name")
    found = _ADDRESS.match(address)
    return repository or content.get_text("repository") or (found["project"] if found else None)


def _status(issue: JsonObject) -> TaskStatus:
    state = (issue.get_text("state") or "").casefold()
    if not state or state in _OPEN_STATES:
        word = issue.get_text("status") or ""
        status = parse_status(word)
        if word and status is None:
            message = f"The status {quote_value(word)} is unknown, so such tasks count as open."
            issue.builder.warn(message, issue.line)
        return status or TaskStatus.OPEN
    reason = (issue.get_text("stateReason", "state_reason") or "").casefold()
    return TaskStatus.CANCELLED if reason in {"not_planned", "duplicate"} else TaskStatus.DONE


def _priority(issue: JsonObject, labels: list[str]) -> Priority:
    """Return the priority of a field, or of a label such as ``priority: high``."""
    words = [issue.get_text("priority") or ""]
    words += [re.split(r"[:/]+", label)[-1] for label in labels if label.casefold().startswith("prio")]
    return next(filter(None, map(parse_priority, words)), Priority.NORMAL)


def _due(issue: JsonObject, milestone: JsonObject) -> Moment | None:
    """Return the due date of the issue, else that of its milestone, which is a day."""
    for key in ("due_date", "dueDate", "due date"):
        if found := issue.get_date_or_moment(key):
            return found
    text = milestone.get_text("dueOn", "due_on", "due_date")
    return issue.builder.parse_moment(text[:10], issue.line, "due date") if text else None


def _names(issue: JsonObject, key: str, *members: str) -> list[str]:
    values = issue.values.get(key)
    if isinstance(values, dict):
        values = values.get("nodes")
    if not isinstance(values, list):
        return []
    texts = [value for value in values if isinstance(value, str)]
    objects = (JsonObject(value, issue.line, issue.builder) for value in list_objects(values))
    return texts + [name for one in objects if (name := one.get_text(*members))]
