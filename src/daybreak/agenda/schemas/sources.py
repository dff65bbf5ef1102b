"""Input and output models of sources."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from daybreak.agenda.model import ChangeDetection, SourceKind, UnassignedTasks
from daybreak.agenda.schemas.fields import EXAMPLE_ID
from daybreak.agenda.sources.service import SourceOverview
from daybreak.runs import Run, Status
from daybreak.web import InputModel, OutputModel

_UNASSIGNED = (
    "Whose the unassigned tasks of its team boards are. "
    "A team board is a file in which at least two people have tasks."
)
_UserName = Annotated[
    str, StringConstraints(max_length=500), Field(description="For the server of the URL; stored encrypted.")
]
_Password = Annotated[
    str,
    StringConstraints(max_length=1000),
    Field(description="Stored encrypted, and never returned.", json_schema_extra={"format": "password"}),
]


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


class RefreshRunOut(OutputModel):
    """A run that reads sources; `/api/v1/runs/{run}` returns its progress."""

    run: UUID = Field(examples=[EXAMPLE_ID])
    status: Status

    @classmethod
    def of(cls, run: Run) -> Self:
        """Return the output for a run."""
        return cls(run=run.id, status=run.status)
