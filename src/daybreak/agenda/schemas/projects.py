"""Input and output models of projects and their phases."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import Field

from daybreak.agenda.forms import PhaseForm
from daybreak.agenda.manual_entries import PhaseInput
from daybreak.agenda.model import Phase
from daybreak.agenda.read_models import ProjectDetail
from daybreak.agenda.schemas.fields import LongText, TitleText
from daybreak.web import Day, Id, InputModel, OutputModel


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
