"""Input and output models of notes."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from daybreak.agenda.manual_entries import NoteInput
from daybreak.agenda.read_models import NoteDetail
from daybreak.agenda.schemas.fields import LongText, TitleText
from daybreak.web import Id, InputModel, OutputModel


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
