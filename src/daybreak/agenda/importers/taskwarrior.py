"""Taskwarrior: the output of ``task export``, an array of objects or one object per line."""

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from daybreak.agenda.importers.json_lists.objects import JsonObject
from daybreak.agenda.importers.parsing.builder import ParsedFileBuilder, RawTask
from daybreak.agenda.importers.parsing.dates import parse_minutes, to_instant
from daybreak.agenda.importers.parsing.signatures import CUT_OFF, MALFORMED
from daybreak.agenda.importers.parsing.text import normalize_newlines
from daybreak.agenda.model import Priority, TaskStatus
from daybreak.agenda.parsed import ImportContext, ParsedFile, SourceFile

_SUFFIXES = {".json", ".jsonl", ".ndjson"}
# Other programs write descriptions, states and ids, too; only all four show that it is Taskwarrior's file.
_MANDATORY = (b'"description"', b'"entry"', b'"status"', b'"uuid"')
_OBJECT_SEPARATORS = re.compile(r"[\s,\[\]\ufeff]*")
_NEXT_OBJECT = re.compile(r"\n[ \t]*\{")
_MAX_ERRORS = 200
_STATUSES = {
    "pending": TaskStatus.OPEN,
    "waiting": TaskStatus.OPEN,
    "completed": TaskStatus.DONE,
    "deleted": TaskStatus.CANCELLED,
}
_PRIORITIES = {"H": Priority.HIGH, "M": Priority.NORMAL, "L": Priority.LOW}
_ESTIMATE_KEYS = ("estimate", "est", "estimated", "duration")


class TaskwarriorImporter:
    """The importer of the JSON that ``task export`` prints.

    A started task is in progress; ``scheduled``, else ``wait``, is its start. A recurring task is imported
    through its instances, not its template. Moments at midnight in the owner's zone are days.
    """

    name = "taskwarrior"

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:
        """Return whether the file is JSON that begins with the four members of every task."""
        if path.suffix.lower() not in _SUFFIXES:
            return False
        plain = head.replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \t\r\n")
        return plain[:1] in {b"[", b"{"} and all(name in plain for name in _MANDATORY)

    def read(self, file: SourceFile, context: ImportContext) -> ParsedFile:
        """Return one task per object."""
        builder = ParsedFileBuilder(file, context)
        text = normalize_newlines(builder.text)
        for line, value in _iter_objects(text, builder):
            _add_task(JsonObject(value, line, builder))
        if text.lstrip("\ufeff \t\n").startswith("[") and not text.rstrip().endswith("]"):
            builder.mark_incomplete(CUT_OFF)
        return builder.build()


def _iter_objects(text: str, builder: ParsedFileBuilder) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield every object with its line; after a malformed one, resume at the next line that starts with {."""
    decoder = json.JSONDecoder()
    at, line, counted, faults = 0, 1, 0, 0
    while (at := _skip_separators(text, at)) < len(text):
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            builder.warn("This task is malformed JSON, so it was skipped.", line)
            faults += 1
            following = _NEXT_OBJECT.search(text, at) if faults < _MAX_ERRORS else None
            at = following.end() - 1 if following else len(text)
            builder.mark_incomplete(MALFORMED if following else CUT_OFF)
        else:
            if isinstance(value, dict):
                yield line, value
            else:
                builder.warn("This is not a task in Taskwarrior’s export format, so it was skipped.", line)


def _skip_separators(text: str, position: int) -> int:
    match = _OBJECT_SEPARATORS.match(text, position)
    return match.end() if match else position


def _add_task(fields: JsonObject) -> None:
    if fields.values.get("status") == "recurring":
        return
    title = fields.get_text("description")
    if title is None:
        fields.builder.warn("This task has no description, so it was skipped.", fields.line)
        return
    status = _status_of(fields)
    fields.builder.add_task(
        RawTask(
            line=fields.line,
            title=title,
            native_id=fields.get_text("uuid"),
            project=fields.get_text("project"),
            details=_join_annotations(fields),
            status=status,
            priority=_PRIORITIES.get(fields.get_text("priority") or "", Priority.NORMAL),
            start=fields.get_date_or_moment("scheduled") or fields.get_date_or_moment("wait"),
            due=fields.get_date_or_moment("due"),
            completed=fields.get_moment("end") if status is TaskStatus.DONE else None,
            estimate_minutes=_estimate_of(fields),
            assignee=fields.get_text("assignee") or fields.get_text("owner"),
            tags=fields.get_texts("tags"),
            recurrence=fields.get_text("recur"),
            blocked_by=fields.get_texts("depends"),
            touched_at=to_instant(fields.get_moment("modified"), fields.builder.context.tz),
        )
    )


def _status_of(fields: JsonObject) -> TaskStatus:
    status = _STATUSES.get(fields.get_text("status") or "", TaskStatus.OPEN)
    return TaskStatus.IN_PROGRESS if status is TaskStatus.OPEN and fields.get_text("start") else status


def _join_annotations(fields: JsonObject) -> str:
    found = fields.values.get("annotations")
    notes = [note for note in found if isinstance(note, dict)] if isinstance(found, list) else []
    texts = (note.get("description") for note in notes)
    return "\n".join(text for text in texts if isinstance(text, str))


def _estimate_of(fields: JsonObject) -> int | None:
    texts = (fields.get_text(key) for key in _ESTIMATE_KEYS)
    return next((minutes for text in texts if text and (minutes := parse_minutes(text))), None)
