"""Input and output models of the agenda's API."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from daybreak.agenda.decisions import PastDecision
from daybreak.agenda.forms import EventForm, PhaseForm, TaskForm
from daybreak.agenda.manual_entries import EventInput, NoteInput, PhaseInput, TaskInput
from daybreak.agenda.model import (
    ChangeDetection,
    Decision,
    DecisionKind,
    Holder,
    Phase,
    Priority,
    SourceKind,
    TaskStatus,
    UnassignedTasks,
)
from daybreak.agenda.read_models import EventDetail, NoteDetail, ProjectDetail, TaskDetail
from daybreak.agenda.sources.folders import Subfolders
from daybreak.agenda.sources.service import SourceOverview
from daybreak.runs import Run, Status
from daybreak.web import Day, Id, InputModel, LocalTime, OutputModel

TitleText = Annotated[str, StringConstraints(min_length=1, max_length=500)]
LongText = Annotated[str, StringConstraints(max_length=100_000)]
PriorityName = Literal["low", "normal", "medium", "high", "highest"]
Moment = date | datetime
_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_DAY = "2026-03-31"
_UNASSIGNED = (
    "Whose the unassigned tasks of its team boards are. "
    "A team board is a file in which at least two people have tasks."
)


class DecisionOut(OutputModel):
    """A decision about a task, made in Daybreak."""

    kind: DecisionKind
    return_on: date | None = Field(description="The date on which a snoozed task returns.")
    made_at: datetime
    made_by: UUID


class PastDecisionOut(OutputModel):
    """A decision in the history of a task."""

    decision: DecisionOut
    ended_at: datetime | None
    ended_as: str | None = Field(description="`undone`, `replaced` or `overtaken` (changed in its source).")

    @classmethod
    def of(cls, past: PastDecision) -> Self:
        """Return the output for a past decision."""
        return cls(decision=_decision_out(past.decision), ended_at=past.ended_at, ended_as=past.ended_as)


class TaskOut(OutputModel):
    """A task with its owner's decision applied."""

    id: UUID
    title: str = Field(examples=["Water the plants"])
    details: str
    status: TaskStatus
    priority: PriorityName
    start: Moment | None
    due: Moment | None
    completed: Moment | None
    estimate_minutes: int | None
    project_id: UUID | None
    project: str | None
    phase: str | None
    source_id: UUID | None = Field(description="Null for a task added in Daybreak.")
    source: str | None
    source_ref: str = Field(description="The position in its source, like `plan.md:2`.")
    assignee: str | None = Field(description="The person or people to whom the source assigns it.")
    holder: Holder = Field(description="Whose it is: yours, another person’s, or not assigned in a team.")
    tags: tuple[str, ...]
    decision: DecisionOut | None

    @classmethod
    def of(cls, detail: TaskDetail) -> Self:
        """Return the output for a task."""
        task = detail.task
        return cls(
            id=task.id,
            title=task.title,
            details=detail.details,
            status=task.status,
            priority=PRIORITY_NAMES[task.priority],
            start=task.start,
            due=task.due,
            completed=task.completed,
            estimate_minutes=task.estimate_minutes,
            project_id=task.project_id,
            project=detail.project,
            phase=detail.phase,
            source_id=task.source_id,
            source=detail.source,
            source_ref=task.source_ref,
            assignee=task.assignee,
            holder=task.holder,
            tags=detail.tags,
            decision=_decision_out(task.decision) if task.decision else None,
        )


PRIORITY_NAMES: dict[Priority, PriorityName] = {
    Priority.LOW: "low",
    Priority.NORMAL: "normal",
    Priority.MEDIUM: "medium",
    Priority.HIGH: "high",
    Priority.HIGHEST: "highest",
}


class TaskIn(InputModel):
    """A task to create or replace."""

    title: TitleText = Field(examples=["Water the plants"])
    details: LongText = ""
    project_id: Id | None = None
    status: TaskStatus = Field(TaskStatus.OPEN, strict=False)
    priority: PriorityName = "normal"
    start: Day | None = None
    due: Day | None = Field(None, examples=[_DAY])
    due_time: LocalTime | None = Field(
        None, description="Local time in the owner's zone.", examples=["14:30"]
    )
    estimate_minutes: Annotated[int, Field(ge=1, le=100_000)] | None = None

    def to_input(self) -> TaskInput:
        """Return the task to save.

        Raises:
            InvalidInput: there is a time and no date.
        """
        fields = self.model_dump(exclude={"priority"})
        priority = next(one for one, name in PRIORITY_NAMES.items() if name == self.priority)
        return TaskForm(**fields, priority=priority).to_input()


class SnoozeIn(InputModel):
    """The date until which to snooze a task."""

    return_on: Day = Field(examples=["2026-04-03"])


class MergedProjectOut(OutputModel):
    """A project that is shown under another one."""

    id: UUID
    name: str = Field(examples=["garden-2026"])
    source: str | None


class ProjectOut(OutputModel):
    """A project."""

    id: UUID
    name: str = Field(examples=["Garden"])
    description: str
    source_id: UUID | None
    source: str | None
    merged_into: UUID | None = Field(description="The project under which its items are shown, if any.")
    merged: list[MergedProjectOut] = Field(description="The projects whose items are shown under it.")

    @classmethod
    def of(cls, detail: ProjectDetail) -> Self:
        """Return the output for a project."""
        one = detail.project
        return cls(
            id=one.id,
            name=one.name,
            description=one.description,
            source_id=one.source_id,
            source=detail.source,
            merged_into=one.canonical_id,
            merged=[
                MergedProjectOut(id=other.project.id, name=other.project.name, source=other.source)
                for other in detail.merged
            ],
        )


class ProjectMergeIn(InputModel):
    """The project into which another one is merged."""

    into: Id


class ProjectSummary(ProjectOut):
    """A project in a list, with the numbers of your open and overdue tasks."""

    open: int
    overdue: int

    @classmethod
    def of(cls, detail: ProjectDetail) -> Self:
        """Return the output for a project with its counts."""
        return cls(**ProjectOut.of(detail).model_dump(), open=detail.open, overdue=detail.overdue)


class PhaseOut(OutputModel):
    """A phase of a project; both dates are inclusive."""

    id: UUID
    name: str
    description: str
    start_on: date | None
    end_on: date | None

    @classmethod
    def of(cls, phase: Phase) -> Self:
        """Return the output for a phase."""
        return cls.model_validate(phase, extra="ignore")


class ProjectIn(InputModel):
    """A project to create or replace."""

    name: TitleText = Field(examples=["Garden"])
    description: LongText = ""


class PhaseIn(InputModel):
    """A phase to add to a project; both dates are inclusive."""

    name: TitleText = Field(examples=["Spring"])
    start_on: Day | None = None
    end_on: Day | None = None

    def to_input(self) -> PhaseInput:
        """Return the phase to save."""
        return PhaseForm(**self.model_dump()).to_input()


class NoteOut(OutputModel):
    """A note."""

    id: UUID
    title: str = Field(examples=["Soil"])
    body: str
    noted_at: datetime
    project_id: UUID | None
    project: str | None
    source_id: UUID | None
    source: str | None

    @classmethod
    def of(cls, detail: NoteDetail) -> Self:
        """Return the output for a note."""
        note = detail.note
        return cls(
            id=note.id,
            title=note.title,
            body=note.body,
            noted_at=note.noted_at,
            project_id=note.project_id,
            project=detail.project,
            source_id=note.source_id,
            source=detail.source,
        )


class NoteIn(InputModel):
    """A note to create or replace."""

    title: TitleText = Field(examples=["Soil"])
    body: LongText = ""
    project_id: Id | None = None

    def to_input(self) -> NoteInput:
        """Return the note to save."""
        return NoteInput(title=self.title, body=self.body, project_id=self.project_id)


class EventOut(OutputModel):
    """An event; the end is exclusive; dates mean whole days, times without a zone are in the owner's zone."""

    id: UUID
    title: str = Field(examples=["Dentist"])
    location: str
    start: Moment
    end: Moment
    busy: bool
    tentative: bool
    declined: bool = Field(description="Whether you have declined it; briefs leave it out.")
    source_id: UUID | None
    source: str | None

    @classmethod
    def of(cls, detail: EventDetail) -> Self:
        """Return the output for an event."""
        event = detail.event
        return cls(
            id=event.id,
            title=event.title,
            location=event.location,
            start=event.start,
            end=event.end,
            busy=event.busy,
            tentative=event.tentative,
            declined=event.declined,
            source_id=event.source_id,
            source=detail.source,
        )


class EventIn(InputModel):
    """An event to create or replace; without times it is an all-day event."""

    title: TitleText = Field(examples=["Dentist"])
    location: Annotated[str, StringConstraints(max_length=1000)] = ""
    day: Day = Field(examples=[_DAY])
    last_day: Day | None = Field(None, description="Inclusive; null for the same day.")
    begins: LocalTime | None = Field(None, examples=["10:00"])
    ends: LocalTime | None = Field(None, examples=["10:45"])

    def to_input(self) -> EventInput:
        """Return the event to save.

        Raises:
            InvalidInput: it has an end time and no start time.
        """
        return EventForm(**self.model_dump()).to_input()


class SourceOut(OutputModel):
    """A source with the counts of its items and warnings."""

    id: UUID
    kind: SourceKind
    name: str = Field(examples=["Team"])
    locator: str
    last_read_at: datetime | None
    last_changed_at: datetime | None
    uploaded_at: datetime | None = Field(description="When its files were uploaded; null for other kinds.")
    failing_since: datetime | None
    error: str | None
    retry_at: datetime | None = Field(description="Until when the server of a calendar URL wants no request.")
    unassigned: UnassignedTasks = Field(description=_UNASSIGNED)
    tasks: int
    events: int
    notes: int
    warnings: int
    absent: int = Field(description="How many of these items its last reading did not find.")
    change_detection: ChangeDetection | None = Field(
        description="How changes of a folder are noticed: by events within seconds, by polling every minute, "
        "or by maintenance every 15 minutes; null for other kinds."
    )

    @classmethod
    def of(cls, overview: SourceOverview) -> Self:
        """Return the output for a source."""
        one = overview.source
        return cls(
            id=one.id,
            kind=one.kind,
            name=one.name,
            locator=one.locator,
            last_read_at=one.last_read_at,
            last_changed_at=one.last_changed_at,
            uploaded_at=one.uploaded_at,
            failing_since=one.failing_since,
            error=one.error,
            retry_at=one.retry_at,
            unassigned=one.unassigned,
            tasks=overview.tasks,
            events=overview.events,
            notes=overview.notes,
            warnings=overview.warnings,
            absent=overview.absent,
            change_detection=overview.change_detection,
        )


class SourceIn(InputModel):
    """The settings of a source to change."""

    unassigned: UnassignedTasks = Field(strict=False, description=_UNASSIGNED)


class SourceWarningOut(OutputModel):
    """A part of a source that could not be read."""

    path: str
    line: int | None
    message: str


_UserName = Annotated[
    str, StringConstraints(max_length=500), Field(description="For the server of the URL; stored encrypted.")
]
_Password = Annotated[
    str,
    StringConstraints(max_length=1000),
    Field(description="Stored encrypted, and never returned.", json_schema_extra={"format": "password"}),
]


class AddressIn(InputModel):
    """The URL of a calendar to add."""

    address: Annotated[str, StringConstraints(min_length=1, max_length=4000)] = Field(
        examples=["https://calendar.example/my.ics"]
    )
    name: Annotated[str, StringConstraints(max_length=200)] = ""
    user_name: _UserName = ""
    password: _Password = ""
    private_addresses: Annotated[list[str], Field(max_length=20)] = Field(
        default=[],
        description="Confirms that these addresses of your own network may be read: those of the error’s "
        "`private_addresses`. Only for administrators of `daybreak up`, on its machine.",
        examples=[["192.168.1.10"]],
    )


class CredentialsIn(InputModel):
    """The user name and the password for the server of a calendar URL; both empty removes them."""

    user_name: _UserName = ""
    password: _Password = ""


class FolderIn(InputModel):
    """A folder or file of the server to add."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=4000)] = Field(
        examples=["/home/anna/plans"]
    )
    name: Annotated[str, StringConstraints(max_length=200)] = ""


class FolderSourceOut(SourceOut):
    """A folder that was added, and the run that reads it; `/api/v1/runs/{run}` returns its progress."""

    run: UUID = Field(examples=[_ID])


class SubfoldersOut(OutputModel):
    """A folder of the server with its subfolders."""

    path: str = Field(description="The folder; empty for the list of the allowed folders.")
    parent: str | None = Field(description="The folder above it; null for the list of the allowed folders.")
    subfolders: list[str] = Field(
        description="Paths of its subfolders, at most 200; hidden ones are omitted."
    )
    is_complete: bool = Field(description="Whether these are all subfolders.")

    @classmethod
    def of(cls, listed: Subfolders) -> Self:
        """Return the output for a listed folder."""
        return cls(
            path=listed.path,
            parent=listed.parent,
            subfolders=list(listed.paths),
            is_complete=listed.is_complete,
        )


class RefreshRunOut(OutputModel):
    """A run that reads sources; `/api/v1/runs/{run}` returns its progress."""

    run: UUID = Field(examples=[_ID])
    status: Status

    @classmethod
    def of(cls, run: Run) -> Self:
        """Return the output for a run."""
        return cls(run=run.id, status=run.status)


def _decision_out(made: Decision) -> DecisionOut:
    return DecisionOut.model_validate(made)
