"""The forms of the agenda's pages."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from daybreak.agenda.local_calendar import Wall
from daybreak.agenda.manual_entries import EventDraft, NoteDraft, PhaseDraft, TaskDraft
from daybreak.agenda.model import Moment, Priority, TaskStatus
from daybreak.agenda.read_models import Card, EventCard, NoteCard
from daybreak.errors import InvalidInput


def _blank(value: object) -> object:
    return None if value == "" else value


Title = Annotated[str, Field(min_length=1, max_length=500)]
Day = Annotated[date | None, BeforeValidator(_blank)]
At = Annotated[time | None, BeforeValidator(_blank)]
Row = Annotated[UUID | None, BeforeValidator(_blank)]
Minutes = Annotated[Annotated[int, Field(ge=1, le=100_000)] | None, BeforeValidator(_blank)]
STATUSES = (
    (TaskStatus.OPEN.value, "To do"),
    (TaskStatus.IN_PROGRESS.value, "In progress"),
    (TaskStatus.BLOCKED.value, "Blocked"),
    (TaskStatus.DONE.value, "Done"),
    (TaskStatus.CANCELLED.value, "Cancelled"),
)
PRIORITIES = tuple((str(one.value), one.name.capitalize()) for one in reversed(Priority))


class TaskForm(BaseModel):
    """The form for a task."""

    title: Title
    details: str = ""
    project_id: Row = None
    status: TaskStatus = TaskStatus.OPEN
    priority: Priority = Priority.NORMAL
    start: Day = None
    due: Day = None
    due_time: At = None
    estimate_minutes: Minutes = None

    def draft(self) -> TaskDraft:
        """Return the task to save.

        Raises:
            InvalidInput: there is a time and no date.
        """
        if self.due_time and not self.due:
            raise InvalidInput("Enter a due date, or clear the time.")
        return TaskDraft(
            title=self.title,
            details=self.details,
            project_id=self.project_id,
            status=self.status,
            priority=self.priority,
            start=self.start,
            due=_moment(self.due, self.due_time),
            estimate_minutes=self.estimate_minutes,
        )

    @staticmethod
    def values(card: Card, wall: Wall) -> Mapping[str, str]:
        """Return the field values for an existing task."""
        task = card.task
        return {
            "title": task.title,
            "details": card.details,
            "project_id": _text(task.project_id),
            "status": task.status.value,
            "priority": str(task.priority.value),
            "start": _text(wall.on(task.start) if task.start else None),
            "due": _text(wall.on(task.due) if task.due else None),
            "due_time": wall.time(task.due) if task.due else "",
            "estimate_minutes": _text(task.estimate_minutes),
        }


class NoteForm(BaseModel):
    """The form for a note."""

    title: Title
    body: str = ""
    project_id: Row = None

    def draft(self) -> NoteDraft:
        """Return the note to save."""
        return NoteDraft(title=self.title, body=self.body, project_id=self.project_id)

    @staticmethod
    def values(card: NoteCard) -> Mapping[str, str]:
        """Return the field values for an existing note."""
        note = card.note
        return {"title": note.title, "body": note.body, "project_id": _text(note.project_id)}


class EventForm(BaseModel):
    """The form for an event; without times it is an all-day event."""

    title: Title
    location: str = ""
    day: date
    last_day: Day = None
    begins: At = None
    ends: At = None

    def draft(self) -> EventDraft:
        """Return the event to save.

        Raises:
            InvalidInput: it has an end time and no start time.
        """
        if self.ends and not self.begins:
            raise InvalidInput("Enter a start time, or clear both times for an all-day event.")
        last = self.last_day or self.day
        start = _moment(self.day, self.begins) or self.day
        end = _moment(last, self.ends or self.begins) or last
        return EventDraft(title=self.title, location=self.location, start=start, end=end)

    @staticmethod
    def values(card: EventCard, wall: Wall) -> Mapping[str, str]:
        """Return the field values for an existing event."""
        event, (first, _) = card.event, wall.days(card.event)
        last = wall.days(event)[1] if event.all_day else wall.on(event.end)
        return {
            "title": event.title,
            "location": event.location,
            "day": _text(first),
            "last_day": _text(last) if last != first else "",
            "begins": wall.time(event.start),
            "ends": wall.time(event.end),
        }


class ProjectForm(BaseModel):
    """The form for a project."""

    name: Title
    description: str = ""


class PhaseForm(BaseModel):
    """The form for a phase of a project."""

    name: Title
    start_on: Day = None
    end_on: Day = None

    def draft(self) -> PhaseDraft:
        """Return the phase to save."""
        return PhaseDraft(name=self.name, start_on=self.start_on, end_on=self.end_on)


class Back(BaseModel):
    """The form field with the local path to return to."""

    next: str = "/agenda"


class SnoozeForm(Back):
    """The form for snoozing a task until a date."""

    return_on: date


class AddressForm(BaseModel):
    """The form for the URL of a calendar."""

    address: Annotated[str, Field(min_length=1, max_length=4000)]
    name: Annotated[str, Field(max_length=200)] = ""


def _moment(day: date | None, at: time | None) -> Moment | None:
    return datetime.combine(day, at) if day and at else day


def _text(value: Any) -> str:  # noqa: ANN401 - any value of a field
    return "" if value is None else str(value)
