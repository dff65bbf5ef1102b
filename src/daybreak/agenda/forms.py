"""What people fill in on the pages of the agenda."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from daybreak.agenda.cards import Card, EventCard, NoteCard
from daybreak.agenda.model import Moment, Priority, TaskStatus
from daybreak.agenda.own import EventDraft, NoteDraft, PhaseDraft, TaskDraft
from daybreak.agenda.wall import Wall
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
    """A task."""

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
        """What is said of it.

        Raises:
            InvalidInput: there is a time and no date.
        """
        if self.due_time and not self.due:
            raise InvalidInput("A time needs a date: say on which day it is due.")
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
        """What stands in the fields for a task."""
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
    """A note."""

    title: Title
    body: str = ""
    project_id: Row = None

    def draft(self) -> NoteDraft:
        """What is said in it."""
        return NoteDraft(title=self.title, body=self.body, project_id=self.project_id)

    @staticmethod
    def values(card: NoteCard) -> Mapping[str, str]:
        """What stands in the fields for a note."""
        note = card.note
        return {"title": note.title, "body": note.body, "project_id": _text(note.project_id)}


class EventForm(BaseModel):
    """An event; without times it takes whole days."""

    title: Title
    location: str = ""
    day: date
    last_day: Day = None
    begins: At = None
    ends: At = None

    def draft(self) -> EventDraft:
        """What is said of it.

        Raises:
            InvalidInput: it has an end and no beginning.
        """
        if self.ends and not self.begins:
            raise InvalidInput("Say when it begins, or leave both times out for a whole day.")
        last = self.last_day or self.day
        start = _moment(self.day, self.begins) or self.day
        end = _moment(last, self.ends or self.begins) or last
        return EventDraft(title=self.title, location=self.location, start=start, end=end)

    @staticmethod
    def values(card: EventCard, wall: Wall) -> Mapping[str, str]:
        """What stands in the fields for an event."""
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
    """A project."""

    name: Title
    description: str = ""


class PhaseForm(BaseModel):
    """A phase of a project."""

    name: Title
    start_on: Day = None
    end_on: Day = None

    def draft(self) -> PhaseDraft:
        """What is said of it."""
        return PhaseDraft(name=self.name, start_on=self.start_on, end_on=self.end_on)


class Back(BaseModel):
    """Where one was."""

    next: str = "/agenda"


class SnoozeForm(Back):
    """Until when a task is to be left out."""

    return_on: date


class AddressForm(BaseModel):
    """The address of a calendar."""

    address: Annotated[str, Field(min_length=1, max_length=4000)]
    name: Annotated[str, Field(max_length=200)] = ""


def _moment(day: date | None, at: time | None) -> Moment | None:
    return datetime.combine(day, at) if day and at else day


def _text(value: Any) -> str:  # noqa: ANN401 - whatever a field may show
    return "" if value is None else str(value)
