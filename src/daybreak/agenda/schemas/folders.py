"""Input and output models of folders of the server."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from daybreak.agenda.schemas.fields import EXAMPLE_ID
from daybreak.agenda.schemas.sources import SourceOut
from daybreak.agenda.sources.folders import Subfolders
from daybreak.web import InputModel, OutputModel


class FolderIn(InputModel):
    """A folder or file of the server to add."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=4000)] = Field(
        examples=["/home/anna/plans"]
    )
    name: Annotated[str, StringConstraints(max_length=200)] = ""


class FolderSourceOut(SourceOut):
    """A folder that was added, and the run that reads it; `/api/v1/runs/{run}` returns its progress."""

    run: UUID = Field(examples=[EXAMPLE_ID])


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
