"""The forms of the agenda's pages."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from daybreak.agenda.local_calendar import LocalCalendar
from daybreak.agenda.manual_entries import EventInput, NoteInput, PhaseInput, TaskInput
from daybreak.agenda.model import Moment, Priority, TaskStatus, UnassignedTasks
from daybreak.agenda.read_models import EventDetail, NoteDetail, TaskDetail
from daybreak.errors import InvalidInput


def _blank_to_none(value: object) -> object:
    return None if value == "" else value


Title = Annotated[str, Field(min_length=1, max_length=500)]
OptionalDate = Annotated[date | None, BeforeValidator(_blank_to_none)]
OptionalTime = Annotated[time | None, BeforeValidator(_blank_to_none)]
OptionalId = Annotated[UUID | None, BeforeValidator(_blank_to_none)]
OptionalMinutes = Annotated[Annotated[int, Field(ge=1, le=100_000)] | None, BeforeValidator(_blank_to_none)]
STATUS_CHOICES = (
    (TaskStatus.OPEN.value, "To do"),
    (TaskStatus.IN_PROGRESS.value, "In progress"),
    (TaskStatus.BLOCKED.value, "Blocked"),
    (TaskStatus.DONE.value, "Done"),
    (TaskStatus.CANCELLED.value, "Cancelled"),
)
PRIORITY_CHOICES = tuple((str(one.value), one.name.capitalize()) for one in reversed(Priority))


class TaskForm(BaseModel):
    """The form for a task."""

    title: Title
    details: str = ""
    project_id: OptionalId = None
    status: TaskStatus = TaskStatus.OPEN
    priority: Priority = Priority.NORMAL
    start: OptionalDate = None
    due: OptionalDate = None
    due_time: OptionalTime = None
    estimate_minutes: OptionalMinutes = None

    def to_input(self) -> TaskInput:
        """Return the task to save.

        Raises:
            InvalidInput: there is a time and no date.
        """
        if self.due_time and not self.due:
            raise InvalidInput("Enter a due date, or clear the time.")
        return TaskInput(
            title=self.title,
            details=self.details,
            project_id=self.project_id,
            status=self.status,
            priority=self.priority,
            start=self.start,
            due=_to_moment(self.due, self.due_time),
            estimate_minutes=self.estimate_minutes,
        )

    @staticmethod
    def initial_values(detail: TaskDetail, calendar: LocalCalendar) -> Mapping[str, str]:
        """Return the field values for an existing task."""
        task = detail.task
        return {
            "title": task.title,
            "details": detail.details,
            "project_id": _field_text(task.project_id),
            "status": task.status.value,
            "priority": str(task.priority.value),
            "start": _field_text(calendar.local_date(task.start) if task.start else None),
            "due": _field_text(calendar.local_date(task.due) if task.due else None),
            "due_time": calendar.format_time(task.due) if task.due else "",
            "estimate_minutes": _field_text(task.estimate_minutes),
        }


class NoteForm(BaseModel):
    """The form for a note."""

    title: Title
    body: str = ""
    project_id: OptionalId = None

    def to_input(self) -> NoteInput:
        """Return the note to save."""
        return NoteInput(title=self.title, body=self.body, project_id=self.project_id)

    @staticmethod
    def initial_values(detail: NoteDetail) -> Mapping[str, str]:
        """Return the field values for an existing note."""
        note = detail.note
        return {"title": note.title, "body": note.body, "project_id": _field_text(note.project_id)}


class EventForm(BaseModel):
    """The form for an event; without times it is an all-day event."""

    title: Title
    location: str = ""
    day: date
    last_day: OptionalDate = None
    begins: OptionalTime = None
    ends: OptionalTime = None

    def to_input(self) -> EventInput:
        """Return the event to save.

        Raises:
            InvalidInput: it has an end time and no start time.
        """
        if self.ends and not self.begins:
            raise InvalidInput("Enter a start time, or clear both times for an all-day event.")
        last = self.last_day or self.day
        start = _to_moment(self.day, self.begins) or self.day
        end = _to_moment(last, self.ends or self.begins) or last
        return EventInput(title=self.title, location=self.location, start=start, end=end)

    @staticmethod
    def initial_values(detail: EventDetail, calendar: LocalCalendar) -> Mapping[str, str]:
        """Return the field values for an existing event."""
        event, (first, _) = detail.event, calendar.event_dates(detail.event)
        last = calendar.event_dates(event)[1] if event.all_day else calendar.local_date(event.end)
        return {
            "title": event.title,
            "location": event.location,
            "day": _field_text(first),
            "last_day": _field_text(last) if last != first else "",
            "begins": calendar.format_time(event.start),
            "ends": calendar.format_time(event.end),
        }


class ProjectForm(BaseModel):
    """The form for a project."""

    name: Title
    description: str = ""


class MergeForm(BaseModel):
    """The form that merges a project into another one."""

    into: UUID


class SeparationForm(BaseModel):
    """The form that separates a merged project; members are the ids of projects that go with it."""

    members: Annotated[tuple[UUID, ...], BeforeValidator(str.split)] = ()


class PhaseForm(BaseModel):
    """The form for a phase of a project."""

    name: Title
    start_on: OptionalDate = None
    end_on: OptionalDate = None

    def to_input(self) -> PhaseInput:
        """Return the phase to save."""
        return PhaseInput(name=self.name, start_on=self.start_on, end_on=self.end_on)


class ReturnTo(BaseModel):
    """The form field with the local path to return to."""

    next: str = "/agenda"


class SnoozeForm(ReturnTo):
    """The form for snoozing a task until a date."""

    return_on: date


class CredentialsForm(BaseModel):
    """The form for the user name and the password of a calendar URL."""

    user_name: Annotated[str, Field(max_length=500)] = ""
    password: Annotated[str, Field(max_length=1000)] = ""


class AddressForm(CredentialsForm):
    """The form for the URL of a calendar.

    Attributes:
        private_addresses: the private network addresses that the user confirmed.
        confirmed_for: the URL of the question.
    """

    address: Annotated[str, Field(min_length=1, max_length=4000)]
    name: Annotated[str, Field(max_length=200)] = ""
    private_addresses: Annotated[tuple[str, ...], BeforeValidator(str.split), Field(max_length=20)] = ()
    confirmed_for: str = ""

    @property
    def confirmed_addresses(self) -> tuple[str, ...]:
        """The private addresses that the user confirmed for this very URL."""
        return self.private_addresses if self.confirmed_for == self.address else ()


class FolderForm(BaseModel):
    """The form for a folder of this computer."""

    path: Annotated[str, Field(min_length=1, max_length=4000)]
    name: Annotated[str, Field(max_length=200)] = ""


class UnassignedForm(BaseModel):
    """The form for the holder of the unassigned tasks of a source's team boards."""

    unassigned: UnassignedTasks


class FilesOnlyForm(BaseModel):
    """A form that contains only files."""


def _to_moment(day: date | None, at: time | None) -> Moment | None:
    return datetime.combine(day, at) if day and at else day


def _field_text(value: Any) -> str:  # noqa: ANN401 - any value of a field
    return "" if value is None else str(value)
