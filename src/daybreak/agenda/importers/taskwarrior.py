"""Taskwarrior: the output of ``task export``, an array of objects or one object per line."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from daybreak.agenda.importers.parsing.builder import Gathering, TaskDraft
from daybreak.agenda.importers.parsing.dates import as_instant, parse_minutes, whole_day_at_midnight
from daybreak.agenda.importers.parsing.text import newlines_only
from daybreak.agenda.model import Moment, Priority, TaskStatus
from daybreak.agenda.parsed import Harvest, ImportContext, SourceFile

_ENDINGS = {".json", ".jsonl", ".ndjson"}
_BEFORE_OBJECT = re.compile(r"[\s,\[\]\ufeff]*")
_NEXT_OBJECT = re.compile(r"\n[ \t]*\{")
_MOST_FAULTS = 200
_STATUSES = {
    "pending": TaskStatus.OPEN,
    "waiting": TaskStatus.OPEN,
    "completed": TaskStatus.DONE,
    "deleted": TaskStatus.CANCELLED,
}
_PRIORITIES = {"H": Priority.HIGH, "M": Priority.NORMAL, "L": Priority.LOW}
_ESTIMATES = ("estimate", "est", "estimated", "duration")


class TaskwarriorImporter:
    """The importer of the JSON that ``task export`` prints.

    A started task is in progress; ``scheduled``, else ``wait``, is its start. A recurring task is imported
    through its instances, not its template. Moments at midnight in the owner's zone are days.
    """

    name = "taskwarrior"

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:
        """Return whether the file is JSON whose first objects resemble Taskwarrior's."""
        if path.suffix.lower() not in _ENDINGS:
            return False
        plain = head.replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \t\r\n")
        names = (b'"uuid"', b'"entry"', b'"status"')
        return (
            plain[:1] in {b"[", b"{"} and b'"description"' in plain and any(name in plain for name in names)
        )

    def read(self, file: SourceFile, context: ImportContext) -> Harvest:
        """Return one task per object."""
        gathering = Gathering(file, context)
        for line, value in _objects(newlines_only(gathering.text), gathering):
            _add(_Fields(value, line, gathering))
        return gathering.harvest()


def _objects(text: str, gathering: Gathering) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield every object with its line; after a malformed one, resume at the next line that starts with {."""
    decoder = json.JSONDecoder()
    at, line, counted, faults = 0, 1, 0, 0
    while (at := _skip(text, at)) < len(text):
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            gathering.warn("This task is malformed JSON, so it was skipped.", line)
            faults += 1
            following = _NEXT_OBJECT.search(text, at) if faults < _MOST_FAULTS else None
            at = following.end() - 1 if following else len(text)
        else:
            if isinstance(value, dict):
                yield line, value
            else:
                gathering.warn("This is not a task in Taskwarrior's export format, so it was skipped.", line)


def _skip(text: str, at: int) -> int:
    match = _BEFORE_OBJECT.match(text, at)
    return match.end() if match else at


@dataclass(frozen=True, slots=True)
class _Fields:
    """One object; a value of an unexpected type counts as missing."""

    values: dict[str, Any]
    line: int
    gathering: Gathering

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        return value if isinstance(value, str) and value.strip() else None

    def texts(self, key: str) -> list[str]:
        """Return a list of texts, or the parts of one text with commas, as older versions wrote it."""
        value = self.values.get(key)
        if isinstance(value, str):
            return [part.strip() for part in value.split(",")]
        return [part for part in value if isinstance(part, str)] if isinstance(value, list) else []

    def moment(self, key: str) -> Moment | None:
        return self.gathering.moment(self.text(key), self.line, f"“{key}” date")

    def day_or_moment(self, key: str) -> Moment | None:
        return whole_day_at_midnight(self.moment(key), self.gathering.context.tz)


def _add(fields: _Fields) -> None:
    if fields.values.get("status") == "recurring":
        return
    title = fields.text("description")
    if title is None:
        fields.gathering.warn("This task has no description, so it was skipped.", fields.line)
        return
    status = _status(fields)
    fields.gathering.add_task(
        TaskDraft(
            line=fields.line,
            title=title,
            own_id=fields.text("uuid"),
            project=fields.text("project"),
            details=_annotations(fields),
            status=status,
            priority=_PRIORITIES.get(fields.text("priority") or "", Priority.NORMAL),
            start=fields.day_or_moment("scheduled") or fields.day_or_moment("wait"),
            due=fields.day_or_moment("due"),
            completed=fields.moment("end") if status is TaskStatus.DONE else None,
            estimate_minutes=_estimate(fields),
            assignee=fields.text("assignee") or fields.text("owner"),
            tags=fields.texts("tags"),
            recurrence=fields.text("recur"),
            blocked_by=fields.texts("depends"),
            touched_at=as_instant(fields.moment("modified"), fields.gathering.context.tz),
        )
    )


def _status(fields: _Fields) -> TaskStatus:
    status = _STATUSES.get(fields.text("status") or "", TaskStatus.OPEN)
    return TaskStatus.IN_PROGRESS if status is TaskStatus.OPEN and fields.text("start") else status


def _annotations(fields: _Fields) -> str:
    found = fields.values.get("annotations")
    notes = [note for note in found if isinstance(note, dict)] if isinstance(found, list) else []
    texts = (note.get("description") for note in notes)
    return "\n".join(text for text in texts if isinstance(text, str))


def _estimate(fields: _Fields) -> int | None:
    texts = (fields.text(key) for key in _ESTIMATES)
    return next((minutes for text in texts if text and (minutes := parse_minutes(text))), None)
