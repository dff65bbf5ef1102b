"""Conversion of parsed files to rows: names become ids, files merge into one source, moments become columns.

Pure. A row's id is derived from its source and external id; `sync.resolution` replaces it by the id of the
stored row that is the same item. A row's fingerprint is the hash of its content in the source.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from daybreak.agenda.comparison.fingerprints import make_fingerprint, make_task_fingerprint
from daybreak.agenda.comparison.native_ids import is_permanent
from daybreak.agenda.comparison.titles import agrees, fold_title
from daybreak.agenda.model import Moment, to_instant
from daybreak.agenda.parsed import (
    ImportedEvent,
    ImportedNote,
    ImportedPhase,
    ImportedProject,
    ImportedRevision,
    ImportedTask,
    ParsedFile,
    ReadWarning,
)

Row = dict[str, Any]
KINDS = ("projects", "phases", "tasks", "events", "notes")
"""The kinds of rows, referenced kinds first."""

_MAX_ESTIMATE_MINUTES = 1_000_000
_MIN_DATE, _MAX_DATE = date(1, 1, 8), date(9999, 12, 24)


@dataclass(frozen=True, slots=True)
class ParsedSourceFile:
    """The items parsed from one file of a source, and when the file was last modified."""

    path: str
    modified_at: datetime
    parsed: ParsedFile


@dataclass(frozen=True, slots=True)
class SourceRows:
    """All rows of one source by id, one field per table, in the order of writing.

    Attributes:
        cancellations: the cancellations of events, which are no items of the agenda.
    """

    projects: dict[UUID, Row] = field(default_factory=dict)
    phases: dict[UUID, Row] = field(default_factory=dict)
    tasks: dict[UUID, Row] = field(default_factory=dict)
    events: dict[UUID, Row] = field(default_factory=dict)
    notes: dict[UUID, Row] = field(default_factory=dict)
    cancellations: dict[UUID, Row] = field(default_factory=dict)
    warnings: list[ReadWarning] = field(default_factory=list)

    def tables(self) -> Iterator[tuple[str, dict[UUID, Row]]]:
        """Yield the name and rows of each table of items, referenced tables first."""
        yield from (
            ("projects", self.projects),
            ("phases", self.phases),
            ("tasks", self.tasks),
            ("events", self.events),
            ("notes", self.notes),
        )


def derive_id(source_id: UUID, kind: str, external_id: str) -> UUID:
    """Return the id that a new row of a kind gets for its external id."""
    return uuid5(source_id, f"{kind.removesuffix('s')}:{strip_unstorable(external_id)}")


def build_rows(source_id: UUID, files: Iterable[ParsedSourceFile], tz: ZoneInfo) -> SourceRows:
    """Build the rows of a source from all its files; the first file that names an item wins.

    Args:
        source_id: the source of the files.
        files: its parsed files in a stable order.
        tz: the owner's zone, for times in task lists without a zone.
    """
    builder = _RowBuilder(source_id, tz)
    for file in files:
        builder.add(file)
    return builder.rows


class _RowBuilder:
    """A builder of rows; `add` appends the items of one parsed file."""

    def __init__(self, source_id: UUID, tz: ZoneInfo) -> None:
        self._source_id = source_id
        self._tz = tz
        self._path = ""
        self.rows = SourceRows()

    def add(self, file: ParsedSourceFile) -> None:
        parsed, self._path = file.parsed, file.path
        for project in parsed.projects:
            self._add_project(project)
        for phase in parsed.phases:
            self._add_phase(phase)
        ids = {task.external_id: self._task_id(task) for task in parsed.tasks}
        for task in parsed.tasks:
            self._add_task(task, ids, file.modified_at)
        for event in parsed.events:
            self._add_event(event)
        for note in parsed.notes:
            self._add_note(note)
        for revision in (*parsed.revisions, *parsed.exclusions):
            if revision.is_cancelled and not revision.is_task:
                self._add_cancellation(revision)
        for warning in parsed.warnings:
            path, message = strip_unstorable(warning.path), strip_unstorable(warning.message)
            self.rows.warnings.append(replace(warning, path=path, message=message))

    def _add_project(self, project: ImportedProject) -> None:
        content = {
            "name": project.name,
            "description": project.description,
            "source_ref": project.source_ref,
        }
        row = self._add_row(self.rows.projects, ("project", project.name.casefold()), content)
        if project.description and not row["description"]:
            self._replace_content(row, content)

    def _project_id(self, name: str | None, source_ref: str) -> UUID | None:
        if name is None:
            return None
        project_id = self._row_id("project", name.casefold())
        if project_id not in self.rows.projects:
            self._add_project(ImportedProject(name=name, source_ref=source_ref))
        return project_id

    def _add_phase(self, phase: ImportedPhase) -> None:
        content = {
            "project_id": self._project_id(phase.project, phase.source_ref),
            "name": phase.name,
            "description": phase.description,
            "start_on": phase.start_on,
            "end_on": phase.end_on,
            "position": phase.position,
            "source_ref": phase.source_ref,
        }
        row = self._add_row(self.rows.phases, ("phase", f"{phase.project}\n{phase.name}".casefold()), content)
        values = {name: content[name] for name in ("description", "start_on", "end_on")}
        if any(values.values()) and not any(row[name] for name in values):
            self._replace_content(row, content)

    def _phase_id(self, project: str | None, name: str | None, source_ref: str) -> UUID | None:
        if project is None or name is None:
            return None
        phase_id = self._row_id("phase", f"{project}\n{name}".casefold())
        if phase_id not in self.rows.phases:
            self._add_phase(ImportedPhase(project=project, name=name, source_ref=source_ref))
        return phase_id

    def _task_id(self, task: ImportedTask) -> str:
        """Return the task's external id, or a longer one if another file uses it for a different task."""
        known = self.rows.tasks.get(self._row_id("task", task.external_id))
        is_copy = known is None or self._is_copy(task, known)
        return task.external_id if is_copy else f"{self._path}#{task.external_id}"

    def _is_copy(self, task: ImportedTask, known: Row) -> bool:
        """Return whether the task is a copy of one in another file that has the same external id."""
        # Two servers may have a project of one key, such as WEB.
        projects = {known["project_id"], task.project and self._row_id("project", task.project.casefold())}
        if is_permanent(task.native_id or "") and len(projects - {None}) <= 1:
            return True
        return agrees(fold_title(strip_unstorable(task.title)), fold_title(known["title"]))

    def _add_task(self, task: ImportedTask, ids: Mapping[str, str], modified_at: datetime) -> None:
        content = {
            "project_id": self._project_id(task.project, task.source_ref),
            "phase_id": self._phase_id(task.project, task.phase, task.source_ref),
            "title": task.title,
            "details": task.details,
            "status": task.status,
            "priority": task.priority.code,
            **self._date_or_instant("start", task.start),
            **self._date_or_instant("due", task.due),
            **self._date_or_instant("completed", task.completed),
            "estimate_minutes": min(task.estimate_minutes or 0, _MAX_ESTIMATE_MINUTES) or None,
            "assignee": task.assignee,
            "tags": task.tags,
            "recurrence": task.recurrence,
            "blocked_by": [self._row_id("task", ids.get(blocker, blocker)) for blocker in task.blocked_by],
            "source_touched_at": task.touched_at and _to_stored_utc(task.touched_at),
            "source_ref": task.source_ref,
            "native_id": task.native_id,
            "position": task.position,
        }
        row = self._add_row(self.rows.tasks, ("task", ids[task.external_id]), content)
        # Not in the fingerprint: a file's modification time changes with each of its lines.
        row["file_changed_at"] = _to_stored_utc(modified_at)

    def _add_event(self, event: ImportedEvent) -> None:
        content = {
            "title": event.title,
            "location": event.location,
            "all_day": not isinstance(event.start, datetime),
            "floating": isinstance(event.start, datetime) and event.start.tzinfo is None,
            "starts_at": _to_stored_utc(event.start),
            "ends_at": max(_to_stored_utc(event.start), _to_stored_utc(event.end)),
            "busy": event.busy,
            "tentative": event.tentative,
            "organizer": event.organizer,
            "source_ref": event.source_ref,
            "uid": event.uid,
            "recurrence_id": event.recurrence_id,
            "sequence": event.sequence,
            "declined_by": event.declined_by,
            "tentative_by": event.tentative_by,
        }
        row = self._add_row(self.rows.events, ("event", event.external_id), content)
        # Not in the fingerprint: many calendars stamp all their events each time they are read.
        row.setdefault("stamped_at", event.stamped_at and _to_stored_utc(event.stamped_at))

    def _add_note(self, note: ImportedNote) -> None:
        content = {
            "project_id": self._project_id(note.project, note.source_ref),
            "title": note.title,
            "body": note.body,
            "noted_at": _to_stored_utc(note.noted_at),
            "source_ref": note.source_ref,
        }
        self._add_row(self.rows.notes, ("note", note.external_id), content)

    def _add_cancellation(self, revision: ImportedRevision) -> None:
        kind = "exclusion" if revision.is_exclusion else "cancellation"
        row_id = self._row_id(kind, f"{revision.uid}\n{revision.recurrence_id or ''}")
        content: Row = {
            "id": row_id,
            "path": self._path,
            "uid": revision.uid,
            "occurrence_at": revision.recurrence_id and _to_stored_utc(_parse_iso(revision.recurrence_id)),
            "occurrence_day": self._day_of(revision.recurrence_id),
            "and_future": revision.and_future,
            "is_exclusion": revision.is_exclusion,
            "sequence": revision.sequence,
        }
        stamped_at = revision.stamped_at and _to_stored_utc(revision.stamped_at)
        # An export may stamp all its entries each time it is read; the stamp of a message is its own.
        stamp = {"stamped_at": stamped_at} if revision.is_message else {}
        row = _set_fingerprint({name: strip_unstorable(value) for name, value in (content | stamp).items()})
        row["stamped_at"] = stamped_at
        known = self.rows.cancellations.get(row_id)
        if known is None or _version(known) < _version(row):
            self.rows.cancellations[row_id] = row

    def _day_of(self, recurrence_id: str | None) -> str | None:
        """Return the range of instants of a date, as which it names the timed occurrences of its day."""
        if recurrence_id is None or "T" in recurrence_id:
            return None
        day = date.fromisoformat(recurrence_id)
        first, last = (to_instant(_clamp(one), self._tz) for one in (day, _clamp(day) + timedelta(days=1)))
        return f"[{first.isoformat()},{last.isoformat()})"

    def _add_row(self, table: dict[UUID, Row], key: tuple[str, str], content: Row) -> Row:
        row_id = self._row_id(*key)
        if row_id not in table:
            row = {"id": row_id, "external_id": key[1], "path": self._path, **content}
            table[row_id] = _set_fingerprint({name: strip_unstorable(value) for name, value in row.items()})
        return table[row_id]

    def _replace_content(self, row: Row, content: Row) -> None:
        """Replace the content of a row with that of the current file, which it then cites."""
        row |= {name: strip_unstorable(value) for name, value in {"path": self._path, **content}.items()}
        _set_fingerprint(row)

    def _row_id(self, kind: str, external_id: str) -> UUID:
        return derive_id(self._source_id, kind, external_id)

    def _date_or_instant(self, name: str, moment: Moment | None) -> Row:
        if not isinstance(moment, datetime):
            return {f"{name}_on": moment and _clamp(moment), f"{name}_at": None}
        return {f"{name}_on": None, f"{name}_at": to_instant(_clamp(moment), self._tz)}


def _parse_iso(text: str) -> Moment:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _version(row: Row) -> tuple[int, datetime]:
    return row["sequence"], row["stamped_at"] or datetime.min.replace(tzinfo=UTC)


def _set_fingerprint(row: Row) -> Row:
    row.pop("fingerprint", None)
    row["fingerprint"] = make_task_fingerprint(row) if "native_id" in row else make_fingerprint(row)
    return row


def strip_unstorable(value: Any) -> Any:  # noqa: ANN401 - any value of a row
    """Remove what PostgreSQL cannot store in a text: NUL and lone surrogates."""
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return value
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    return [strip_unstorable(one) for one in value] if isinstance(value, (tuple, list)) else value


def _to_stored_utc(moment: Moment) -> datetime:
    moment = _clamp(moment)
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _clamp(moment: Moment) -> Moment:
    # Near the ends of Python's calendar a conversion between zones overflows.
    if _MIN_DATE <= (moment.date() if isinstance(moment, datetime) else moment) <= _MAX_DATE:
        return moment
    day = _MIN_DATE if moment.year == _MIN_DATE.year else _MAX_DATE
    return datetime.combine(day, moment.timetz()) if isinstance(moment, datetime) else day
