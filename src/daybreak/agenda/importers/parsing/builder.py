"""The builder that collects the entries of one file while an importer parses it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from daybreak.agenda.importers.parsing.date_fields import DateFields, DateStyle, FieldDate, is_start
from daybreak.agenda.importers.parsing.dates import parse_minutes, parse_moment
from daybreak.agenda.importers.parsing.decoding import decode, is_cut_in_character
from daybreak.agenda.importers.parsing.people import clean_assignee
from daybreak.agenda.importers.parsing.signatures import (
    BINARY_DATA,
    CUT_IN_CHARACTER,
    WEB_PAGE,
    is_web_page,
)
from daybreak.agenda.importers.parsing.someday import add_someday_tag
from daybreak.agenda.importers.parsing.text import (
    MAX_ID_LENGTH,
    clean_block,
    clean_line,
    quote_value,
    slugify,
)
from daybreak.agenda.importers.parsing.waiting_list import add_waiting_tag
from daybreak.agenda.importers.parsing.warning_list import WarningList
from daybreak.agenda.model import Moment, Priority, TaskStatus
from daybreak.agenda.parsed import (
    ImportContext,
    ImportedNote,
    ImportedPhase,
    ImportedProject,
    ImportedTask,
    ParsedFile,
    SourceFile,
)


@dataclass(slots=True, kw_only=True)
class RawTask:
    """A task as its format spells it, neither cleaned nor truncated yet.

    ``native_id`` is the format's own id, if any; `ParsedFileBuilder.assign_external_id` sets ``external_id``.
    ``project_line`` is where the project is named, if that is not the line of the task.
    """

    line: int
    title: str = ""
    native_id: str | None = None
    external_id: str | None = None
    project: str | None = None
    project_line: int | None = None
    phase: str | None = None
    details: str = ""
    status: TaskStatus = TaskStatus.OPEN
    priority: Priority = Priority.NORMAL
    start: Moment | None = None
    due: Moment | None = None
    completed: Moment | None = None
    estimate_minutes: int | None = None
    assignee: str | None = None
    tags: list[str] = field(default_factory=list)
    recurrence: str | None = None
    blocked_by: list[str] = field(default_factory=list)
    touched_at: datetime | None = None


class ParsedFileBuilder:
    """A builder that cleans and numbers the entries of a file and limits its warnings.

    A task's external id does not change when its line moves: it is the format's own or derived from the
    title.

    Attributes:
        text: the decoded text of the file; empty if the file has none, or is a web page in place of a list.
        incomplete: why the file is not the whole list; None for a whole file.
    """

    def __init__(self, file: SourceFile, context: ImportContext) -> None:
        self.file = file
        self.context = context
        self._dates = DateFields(file, context)
        self._projects: dict[str, ImportedProject] = {}
        self._phases: dict[tuple[str, str], ImportedPhase] = {}
        self._tasks: list[ImportedTask] = []
        self._notes: list[ImportedNote] = []
        self._warnings = WarningList(file.path)
        self._id_counts: dict[str, int] = {}
        self._used_ids: set[str] = set()
        self.incomplete: str | None = None
        self.text, warning = decode(file.content)
        if is_web_page(self.text):
            self.text, warning = "", WEB_PAGE
        if warning in {WEB_PAGE, BINARY_DATA}:
            self.incomplete = warning
        elif is_cut_in_character(file.content):
            self.incomplete = CUT_IN_CHARACTER
        if warning:
            self.warn(warning)

    def source_ref(self, line: int) -> str:
        """Return the source reference of a line."""
        return f"{self.file.path}:{line}"

    def warn(self, message: str, line: int | None = None, count: int = 1) -> None:
        """Add a warning that speaks for a number of entries, as `WarningList.add` does."""
        self._warnings.add(message, line, count)

    def parse_moment(
        self, text: str | None, line: int, label: str, *, day_first: bool | None = None
    ) -> Moment | None:
        """Return the moment that a text spells; add a warning and return None if it spells none.

        Of a range or a period it is the first one for a start, else the last one.
        """
        if text is None or not text.strip():
            return None
        if moment := parse_moment(text, self.context.tz, day_first=day_first):
            return moment
        found = self._dates.read(text, line, label, DateStyle(day_first=day_first))
        return (is_start(label) and found.start) or found.moment

    def parse_date_field(
        self, text: str | None, line: int, label: str, style: DateStyle | None = None
    ) -> FieldDate:
        """Return all that a field for a date states; add a warning if it states no date."""
        if text is None or not text.strip():
            return FieldDate()
        return self._dates.read(text, line, label, style or DateStyle())

    def measure_date(self, text: str) -> int:
        """Return the length of the date with which a text begins, as `DateFields.measure_date` does."""
        return self._dates.measure_date(text)

    def parse_minutes(self, text: str | None, line: int) -> int | None:
        """Return the minutes that an estimate spells; add a warning and return None if it spells none."""
        if text is None or not text.strip():
            return None
        minutes = parse_minutes(text)
        if minutes is None:
            self.warn(f"The estimate {quote_value(text)} is not valid; write it like 2h or 30m.", line)
        return minutes

    def mark_incomplete(self, reason: str) -> None:
        """Record why the file is not the whole list; the first reason counts."""
        self.incomplete = self.incomplete or reason

    def add_project(self, name: str, line: int, description: str = "") -> str | None:
        """Record the mention of a project and return its name.

        Of several mentions the first with a description counts, else the first.
        """
        name, description = clean_line(name), clean_block(description)
        if not name:
            return None
        known = self._projects.get(name.casefold())
        if known is None or (description and not known.description):
            known = ImportedProject(name=name, source_ref=self.source_ref(line), description=description)
            self._projects[name.casefold()] = known
        return known.name

    def add_phase(
        self,
        project: str,
        name: str,
        line: int,
        dates: tuple[date | None, date | None] = (None, None),
        description: str = "",
    ) -> str | None:
        """Record the mention of a phase of a project and return its name as it was first spelt."""
        owner, name = self.add_project(project, line), clean_line(name)
        if owner is None or not name:
            return None
        start_on, end_on = dates
        phase = ImportedPhase(
            project=owner,
            name=name,
            source_ref=self.source_ref(line),
            description=clean_block(description),
            start_on=start_on,
            end_on=end_on,
            position=len(self._phases),
        )
        return self._phases.setdefault((owner.casefold(), name.casefold()), phase).name

    def add_task(self, task: RawTask) -> None:
        """Add a task, its project and its phase; add none of the three for a task without a title."""
        title = clean_line(task.title)
        if not title:
            return
        project = self.add_project(task.project, task.project_line or task.line) if task.project else None
        phase = self.add_phase(project, task.phase, task.line) if project and task.phase else None
        self._tasks.append(
            ImportedTask(
                external_id=self.assign_external_id(task),
                title=title,
                source_ref=self.source_ref(task.line),
                project=project,
                phase=phase,
                details=clean_block(task.details),
                status=task.status,
                priority=task.priority,
                start=task.start,
                due=task.due,
                completed=task.completed,
                estimate_minutes=task.estimate_minutes,
                assignee=clean_assignee(task.assignee),
                tags=_distinct_names(_add_tags_of_lists(task, title)),
                recurrence=clean_line(task.recurrence or "") or None,
                blocked_by=_distinct_names(task.blocked_by),
                touched_at=task.touched_at,
                native_id=clean_line(task.native_id or "", MAX_ID_LENGTH) or None,
                position=len(self._tasks),
            )
        )

    def add_note(self, note: ImportedNote, project_line: int | None = None) -> None:
        """Add a note, and its project, which is named in that line."""
        project = self.add_project(note.project, project_line or 1) if note.project else None
        self._notes.append(replace(note, project=project))

    def assign_external_id(self, task: RawTask) -> str:
        """Return the task's external id, assigned on the first call and unique within the file."""
        if task.external_id is None:
            own = clean_line(task.native_id or "", MAX_ID_LENGTH)
            task.external_id = self._unique_id(own or f"{self.file.path}#{slugify(clean_line(task.title))}")
        return task.external_id

    def _unique_id(self, candidate: str) -> str:
        number = self._id_counts.get(candidate, 0) + 1
        while (unique := candidate if number == 1 else f"{candidate}~{number}") in self._used_ids:
            number += 1
        self._id_counts[candidate] = number
        self._used_ids.add(unique)
        return unique

    def build(self) -> ParsedFile:
        """Return everything that was collected."""
        for message, line, count in self._dates.list_warnings():
            self.warn(message, line, count)
        return ParsedFile(
            projects=tuple(self._projects.values()),
            phases=tuple(self._phases.values()),
            tasks=tuple(self._tasks),
            notes=tuple(self._notes),
            warnings=self._warnings.build(),
            incomplete=self.incomplete,
        )


def _add_tags_of_lists(task: RawTask, title: str) -> list[str]:
    names = (task.project, task.phase)
    return add_waiting_tag(add_someday_tag(task.tags, names, title), names, title)


def _distinct_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (clean_line(name, MAX_ID_LENGTH) for name in names))))
