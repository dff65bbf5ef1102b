"""Input and output models of tasks and their decisions."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field

from daybreak.agenda.decisions import PastDecision
from daybreak.agenda.forms import TaskForm
from daybreak.agenda.manual_entries import TaskInput
from daybreak.agenda.model import DecisionKind, Holder, Priority, TaskStatus
from daybreak.agenda.read_models import TaskDetail
from daybreak.agenda.schemas.fields import EXAMPLE_DAY, LongText, Moment, TitleText
from daybreak.web import Day, Id, InputModel, LocalTime, OutputModel

PriorityName = Literal["low", "normal", "medium", "high", "highest"]
PRIORITY_NAMES: dict[Priority, PriorityName] = {
    Priority.LOW: "low",
    Priority.NORMAL: "normal",
    Priority.MEDIUM: "medium",
    Priority.HIGH: "high",
    Priority.HIGHEST: "highest",
}


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
        return cls(
            decision=DecisionOut.model_validate(past.decision), ended_at=past.ended_at, ended_as=past.ended_as
        )


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
            decision=DecisionOut.model_validate(task.decision) if task.decision else None,
        )


class TaskIn(InputModel):
    """A task to create or replace."""

    title: TitleText = Field(examples=["Water the plants"])
    details: LongText = ""
    project_id: Id | None = None
    status: TaskStatus = Field(TaskStatus.OPEN, strict=False)
    priority: PriorityName = "normal"
    start: Day | None = None
    due: Day | None = Field(None, examples=[EXAMPLE_DAY])
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
