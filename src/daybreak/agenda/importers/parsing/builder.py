"""The builder that collects the entries of one file while an importer parses it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from daybreak.agenda.importers.parsing.dates import is_ambiguous, parse_minutes, parse_moment
from daybreak.agenda.importers.parsing.decoding import decode
from daybreak.agenda.importers.parsing.text import LONGEST_ID, block, one_line, quote, slug
from daybreak.agenda.model import Moment, Priority, TaskStatus
from daybreak.agenda.parsed import (
    Harvest,
    ImportContext,
    ImportedNote,
    ImportedPhase,
    ImportedProject,
    ImportedTask,
    ReadWarning,
    SourceFile,
)

MOST_WARNINGS = 20


@dataclass(slots=True, kw_only=True)
class TaskDraft:
    """A task as its format spells it, neither cleaned nor truncated yet.

    ``native_id`` is the format's own id, if any; `ParsedFileBuilder.assign_external_id` sets ``external_id``.
    """

    line: int
    title: str = ""
    own_id: str | None = None
    external_id: str | None = None
    project: str | None = None
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


class Gathering:
    """A builder that cleans and numbers the entries of a file and limits its warnings.

    A task's external id does not change when its line moves: it is the format's own or derived from the
    title.

    Attributes:
        text: the decoded text of the file; empty if the file has none.
    """

    def __init__(self, file: SourceFile, context: ImportContext) -> None:
        self.file = file
        self.context = context
        self._projects: dict[str, ImportedProject] = {}
        self._phases: dict[tuple[str, str], ImportedPhase] = {}
        self._tasks: list[ImportedTask] = []
        self._notes: list[ImportedNote] = []
        self._warnings: list[ReadWarning] = []
        self._unsaid = 0
        self._counts: dict[str, int] = {}
        self._taken: set[str] = set()
        self.text, warning = decode(file.content)
        if warning:
            self.warn(warning)

    def place(self, line: int) -> str:
        """Return the source reference of a line."""
        return f"{self.file.path}:{line}"

    def warn(self, message: str, line: int | None = None) -> None:
        """Add a warning, or only count it once the limit is reached."""
        if len(self._warnings) >= MOST_WARNINGS:
            self._unsaid += 1
            return
        self._warnings.append(ReadWarning(path=self.file.path, line=line, message=message))

    def moment(
        self, text: str | None, line: int, what: str, *, day_first: bool | None = None
    ) -> Moment | None:
        """Return the moment that a text spells; add a warning and return None if it spells none."""
        if text is None or not text.strip():
            return None
        moment = parse_moment(text, self.context.tz, day_first=day_first)
        if moment is None:
            fault = "could be two different days" if is_ambiguous(text) else "is not a valid date"
            self.warn(f"The {what} {quote(text)} {fault}; write it like 2026-03-29.", line)
        return moment

    def minutes(self, text: str | None, line: int) -> int | None:
        """Return the minutes that an estimate spells; add a warning and return None if it spells none."""
        if text is None or not text.strip():
            return None
        minutes = parse_minutes(text)
        if minutes is None:
            self.warn(f"The estimate {quote(text)} is not valid; write it like 2h or 30m.", line)
        return minutes

    def add_project(self, name: str, line: int, description: str = "") -> str | None:
        """Record the mention of a project and return its name as it was first spelt."""
        name = one_line(name)
        if not name:
            return None
        known = self._projects.setdefault(
            name.casefold(),
            ImportedProject(name=name, place=self.place(line), description=block(description)),
        )
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
        owner, name = self.add_project(project, line), one_line(name)
        if owner is None or not name:
            return None
        start_on, end_on = dates
        phase = ImportedPhase(
            project=owner,
            name=name,
            place=self.place(line),
            description=block(description),
            start_on=start_on,
            end_on=end_on,
            position=len(self._phases),
        )
        return self._phases.setdefault((owner.casefold(), name.casefold()), phase).name

    def add_task(self, draft: TaskDraft) -> None:
        """Add a task, its project and its phase; add none of the three for a task without a title."""
        title = one_line(draft.title)
        if not title:
            return
        project = self.add_project(draft.project, draft.line) if draft.project else None
        phase = self.add_phase(project, draft.phase, draft.line) if project and draft.phase else None
        self._tasks.append(
            ImportedTask(
                external_id=self.identify(draft),
                title=title,
                place=self.place(draft.line),
                project=project,
                phase=phase,
                details=block(draft.details),
                status=draft.status,
                priority=draft.priority,
                start=draft.start,
                due=draft.due,
                completed=draft.completed,
                estimate_minutes=draft.estimate_minutes,
                assignee=one_line(draft.assignee or "") or None,
                tags=_distinct(draft.tags),
                recurrence=one_line(draft.recurrence or "") or None,
                blocked_by=_distinct(draft.blocked_by),
                touched_at=draft.touched_at,
            )
        )

    def add_note(self, note: ImportedNote) -> None:
        """Add a note, and its project."""
        project = self.add_project(note.project, 1) if note.project else None
        self._notes.append(replace(note, project=project))

    def identify(self, draft: TaskDraft) -> str:
        """Return the task's external id, assigned on the first call and unique within the file."""
        if draft.external_id is None:
            own = one_line(draft.own_id or "", LONGEST_ID)
            draft.external_id = self._unique(own or f"{self.file.path}#{slug(one_line(draft.title))}")
        return draft.external_id

    def _unique(self, wanted: str) -> str:
        number = self._counts.get(wanted, 0) + 1
        while (unique := wanted if number == 1 else f"{wanted}~{number}") in self._taken:
            number += 1
        self._counts[wanted] = number
        self._taken.add(unique)
        return unique

    def harvest(self) -> Harvest:
        """Return everything that was collected."""
        if self._unsaid:
            rest = f"{self._unsaid} more problems were found in it; fix those above and import it again."
            self._warnings.append(ReadWarning(path=self.file.path, message=rest))
            self._unsaid = 0
        return Harvest(
            projects=tuple(self._projects.values()),
            phases=tuple(self._phases.values()),
            tasks=tuple(self._tasks),
            notes=tuple(self._notes),
            warnings=tuple(sorted(self._warnings, key=lambda warning: warning.line or 0)),
        )


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (one_line(name, LONGEST_ID) for name in names))))
