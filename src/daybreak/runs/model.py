"""A run as it can be seen, and the words for where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from daybreak.errors import DaybreakError


class Lane(StrEnum):
    """Who waits for a run; each lane has places of its own, so that none delays another."""

    PEOPLE = "people"
    BRIEFS = "briefs"
    BULK = "bulk"


class Status(StrEnum):
    """Where a run stands; docs/states.md draws the moves."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens unless somebody asks for a retry."""
        return self not in {Status.QUEUED, Status.RUNNING}


class StaleFence(DaybreakError):
    """Somebody else has claimed the run meanwhile: nothing of this attempt may be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt that did not succeed.

    Attributes:
        epoch: counts retries of the whole run.
        attempt: counts claims within the epoch.
        at: when it was over, by the database's clock.
        kind: the name of the error's class.
        message: one sentence, without secrets.
        retryable: whether another attempt could help.
    """

    epoch: int
    attempt: int
    at: datetime
    kind: str
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One unit of background work, open or ended.

    Attributes:
        key: what it is about; one run at a time is open for (owner, kind, key).
        parameters: as the kind declares them.
        result: as the kind declares it; None until the run has ended well.
        done: of `total`, as are `failed` and `skipped`; none of them falls within an epoch.
        cancel: somebody asked for it to be cancelled, and it has not ended yet.
    """

    owner_id: UUID
    id: UUID
    kind: str
    lane: Lane
    key: str
    parameters: Mapping[str, Any]
    status: Status
    epoch: int
    attempts: int
    max_attempts: int
    phase: str
    total: int
    done: int
    failed: int
    skipped: int
    result: Any
    errors: Sequence[Attempt]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    not_before: datetime | None
    cancel: bool

    @property
    def cursor(self) -> "Cursor":
        """The place in a list from which to go on after this run."""
        return Cursor(self.created_at, self.id)


class Cursor(NamedTuple):
    """A place in a list of runs, newest first."""

    created_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a run; numbers have no gaps and follow the order of commits."""

    number: int
    at: datetime
    name: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A run that this worker holds, until its lease ends or its fence is passed.

    Attributes:
        fence: rises at every claim; what is written with an older one is refused.
        waited: seconds from when it could have begun until it was claimed.
    """

    owner_id: UUID
    id: UUID
    kind: str
    lane: Lane
    key: str
    parameters: str
    epoch: int
    attempt: int
    max_attempts: int
    fence: int
    waited: float

    @property
    def place(self) -> tuple[UUID, UUID]:
        """Where it stands in the order in which rows are locked."""
        return self.owner_id, self.id
