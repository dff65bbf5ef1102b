"""Input and output models of the agenda's API."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from daybreak.agenda.decisions import PastDecision
from daybreak.agenda.forms import EventForm, PhaseForm, TaskForm
from daybreak.agenda.manual_entries import EventDraft, NoteDraft, PhaseDraft, TaskDraft
from daybreak.agenda.model import Decision, Phase, Priority, SourceKind, TaskStatus, Verdict
from daybreak.agenda.read_models import Card, EventCard, NoteCard, ProjectCard
from daybreak.agenda.sources.service import SourceOverview
from daybreak.runs import Run, Status
from daybreak.web import Clock, Day, Id, Order, Resource

Words = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Text = Annotated[str, StringConstraints(max_length=100_000)]
Importance = Literal["low", "normal", "high", "highest"]
Moment = date | datetime
_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_DAY = "2026-03-31"


class DecisionView(Resource):
    """A decision about a task, made in Daybreak."""

    verdict: Verdict
    return_on: date | None = Field(description="The date on which a snoozed task returns.")
    made_at: datetime
    made_by: UUID


class PastDecisionView(Resource):
    """A decision in the history of a task."""

    decision: DecisionView
    ended_at: datetime | None
    ended_as: str | None = Field(description="`undone`, `replaced` or `overtaken` (changed in its source).")

    @classmethod
    def of(cls, past: PastDecision) -> Self:
        """Return the output for a past decision."""
        return cls(decision=_decision(past.decision), ended_at=past.ended_at, ended_as=past.ended_as)


class TaskView(Resource):
    """A task with its owner's decision applied."""

    id: UUID
    title: str = Field(examples=["Water the plants"])
    details: str
    status: TaskStatus
    priority: Importance
    start: Moment | None
    due: Moment | None
    completed: Moment | None
    estimate_minutes: int | None
    project_id: UUID | None
    project: str | None
    phase: str | None
    source_id: UUID | None = Field(description="Null for a task added in Daybreak.")
    source: str | None
    place: str = Field(description="The position in its source, like `plan.md:2`.")
    tags: tuple[str, ...]
    decision: DecisionView | None

    @classmethod
    def of(cls, card: Card) -> Self:
        """Return the output for a task."""
        task = card.task
        return cls(
            id=task.id,
            title=task.title,
            details=card.details,
            status=task.status,
            priority=IMPORTANCE[task.priority],
            start=task.start,
            due=task.due,
            completed=task.completed,
            estimate_minutes=task.estimate_minutes,
            project_id=task.project_id,
            project=card.project,
            phase=card.phase,
            source_id=task.source_id,
            source=card.source,
            place=task.place,
            tags=card.tags,
            decision=_decision(task.decision) if task.decision else None,
        )


IMPORTANCE: dict[Priority, Importance] = {
    Priority.LOW: "low",
    Priority.NORMAL: "normal",
    Priority.HIGH: "high",
    Priority.HIGHEST: "highest",
}


class TaskOrder(Order):
    """A task to create or replace."""

    title: Words = Field(examples=["Water the plants"])
    details: Text = ""
    project_id: Id | None = None
    status: TaskStatus = Field(TaskStatus.OPEN, strict=False)
    priority: Importance = "normal"
    start: Day | None = None
    due: Day | None = Field(None, examples=[_DAY])
    due_time: Clock | None = Field(None, description="Local time in the owner's zone.", examples=["14:30"])
    estimate_minutes: Annotated[int, Field(ge=1, le=100_000)] | None = None

    def draft(self) -> TaskDraft:
        """Return the task to save.

        Raises:
            InvalidInput: there is a time and no date.
        """
        said = self.model_dump(exclude={"priority"})
        priority = next(one for one, name in IMPORTANCE.items() if name == self.priority)
        return TaskForm(**said, priority=priority).draft()


class SnoozeOrder(Order):
    """The date until which to snooze a task."""

    return_on: Day = Field(examples=["2026-04-03"])


class ProjectView(Resource):
    """A project."""

    id: UUID
    name: str = Field(examples=["Garden"])
    description: str
    source_id: UUID | None
    source: str | None

    @classmethod
    def of(cls, card: ProjectCard) -> Self:
        """Return the output for a project."""
        one = card.project
        return cls(
            id=one.id,
            name=one.name,
            description=one.description,
            source_id=one.source_id,
            source=card.source,
        )


class ProjectLine(ProjectView):
    """A project in a list."""

    open: int
    late: int

    @classmethod
    def of(cls, card: ProjectCard) -> Self:
        """Return the output for a project with its counts."""
        return cls(**ProjectView.of(card).model_dump(), open=card.open, late=card.late)


class PhaseView(Resource):
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


class ProjectOrder(Order):
    """A project to create or replace."""

    name: Words = Field(examples=["Garden"])
    description: Text = ""


class PhaseOrder(Order):
    """A phase to add to a project; both dates are inclusive."""

    name: Words = Field(examples=["Spring"])
    start_on: Day | None = None
    end_on: Day | None = None

    def draft(self) -> PhaseDraft:
        """Return the phase to save."""
        return PhaseForm(**self.model_dump()).draft()


class NoteView(Resource):
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
    def of(cls, card: NoteCard) -> Self:
        """Return the output for a note."""
        note = card.note
        return cls(
            id=note.id,
            title=note.title,
            body=note.body,
            noted_at=note.noted_at,
            project_id=note.project_id,
            project=card.project,
            source_id=note.source_id,
            source=card.source,
        )


class NoteOrder(Order):
    """A note to create or replace."""

    title: Words = Field(examples=["Soil"])
    body: Text = ""
    project_id: Id | None = None

    def draft(self) -> NoteDraft:
        """Return the note to save."""
        return NoteDraft(title=self.title, body=self.body, project_id=self.project_id)


class EventView(Resource):
    """An event; the end is exclusive; dates mean whole days, times without a zone are in the owner's zone."""

    id: UUID
    title: str = Field(examples=["Dentist"])
    location: str
    start: Moment
    end: Moment
    busy: bool
    tentative: bool
    source_id: UUID | None
    source: str | None

    @classmethod
    def of(cls, card: EventCard) -> Self:
        """Return the output for an event."""
        event = card.event
        return cls(
            id=event.id,
            title=event.title,
            location=event.location,
            start=event.start,
            end=event.end,
            busy=event.busy,
            tentative=event.tentative,
            source_id=event.source_id,
            source=card.source,
        )


class EventOrder(Order):
    """An event to create or replace; without times it is an all-day event."""

    title: Words = Field(examples=["Dentist"])
    location: Annotated[str, StringConstraints(max_length=1000)] = ""
    day: Day = Field(examples=[_DAY])
    last_day: Day | None = Field(None, description="Inclusive; null for the same day.")
    begins: Clock | None = Field(None, examples=["10:00"])
    ends: Clock | None = Field(None, examples=["10:45"])

    def draft(self) -> EventDraft:
        """Return the event to save.

        Raises:
            InvalidInput: it has an end time and no start time.
        """
        return EventForm(**self.model_dump()).draft()


class SourceView(Resource):
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
    tasks: int
    events: int
    notes: int
    warnings: int

    @classmethod
    def of(cls, found: SourceOverview) -> Self:
        """Return the output for a source."""
        one = found.source
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
            tasks=found.tasks,
            events=found.events,
            notes=found.notes,
            warnings=found.warnings,
        )


class WarningView(Resource):
    """A part of a source that could not be read."""

    path: str
    line: int | None
    message: str


class AddressOrder(Order):
    """The URL of a calendar to add."""

    address: Annotated[str, StringConstraints(min_length=1, max_length=4000)] = Field(
        examples=["https://calendar.example/my.ics"]
    )
    name: Annotated[str, StringConstraints(max_length=200)] = ""


class ReadingView(Resource):
    """A run that reads sources; `/api/v1/runs/{run}` returns its progress."""

    run: UUID = Field(examples=[_ID])
    status: Status

    @classmethod
    def of(cls, run: Run) -> Self:
        """Return the output for a run."""
        return cls(run=run.id, status=run.status)


def _decision(made: Decision) -> DecisionView:
    return DecisionView.model_validate(made)
