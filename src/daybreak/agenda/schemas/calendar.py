"""Input and output models of events."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from daybreak.agenda.forms import EventForm
from daybreak.agenda.manual_entries import EventInput
from daybreak.agenda.read_models import EventDetail
from daybreak.agenda.schemas.fields import EXAMPLE_DAY, Moment, TitleText
from daybreak.web import Day, InputModel, LocalTime, OutputModel


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
    day: Day = Field(examples=[EXAMPLE_DAY])
    last_day: Day | None = Field(None, description="Inclusive; null for the same day.")
    begins: LocalTime | None = Field(None, examples=["10:00"])
    ends: LocalTime | None = Field(None, examples=["10:45"])

    def to_input(self) -> EventInput:
        """Return the event to save.

        Raises:
            InvalidInput: it has an end time and no start time.
        """
        return EventForm(**self.model_dump()).to_input()
