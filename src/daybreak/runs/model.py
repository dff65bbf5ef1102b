"""A run as it can be seen, and the words for where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from daybreak.errors import DaybreakError

NOBODY = UUID(int=0)
"""Whose runs are those that an installation does for itself."""


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
    SKIPPED = "skipped"

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
    """One unit of background work, open or ended; or one item of it.

    Attributes:
        part_of: the run that it is an item of; None for a run.
        key: what it is about; one run at a time is open for (owner, kind, key), one item in (run, kind, key).
        parameters: as the kind declares them.
        result: as the kind declares it; None until the run has ended well.
        gaps: the names of what is missing from the result.
        done: of `total`, as are `failed` and `skipped`; none of them falls within an epoch.
        pace: seconds that a step takes now, as measured; None until there was one.
        paced_at: when the last step was made.
        reached: the greatest percentage of this epoch; None while there was none.
        cancel: somebody asked for it to be cancelled, and it has not ended yet.
        wait_seconds: for how long it could have been under way but was not, over all attempts.
        run_seconds: for how long it was under way, over all attempts.
    """

    owner_id: UUID
    id: UUID
    part_of: UUID | None
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
    pace: float | None
    paced_at: datetime | None
    result: Any
    gaps: Sequence[str]
    errors: Sequence[Attempt]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    not_before: datetime | None
    cancel: bool
    wait_seconds: float
    run_seconds: float
    reached: int | None

    @property
    def current(self) -> int:
        """How many of `total` steps are behind it, however they ended."""
        return self.done + self.failed + self.skipped

    @property
    def percentage(self) -> int | None:
        """Whole percent of the steps that are known; None while there are none.

        It does not fall within an epoch, even if items add items.
        """
        if not self.total:
            return None
        return max(self.reached or 0, min(100, 100 * self.current // self.total))

    @property
    def eta(self) -> datetime | None:
        """When it will have ended at its present pace; None when that cannot be told."""
        if self.status.ended or not self.total or self.pace is None or self.paced_at is None:
            return None
        return self.paced_at + timedelta(seconds=self.pace * (self.total - self.current))

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
class WorkerSeen:
    """A worker as the database last heard of it.

    Attributes:
        alive: it was seen within a lease.
        draining: it begins nothing more.
        doing: how many runs of each kind it holds.
    """

    id: UUID
    name: str
    alive: bool
    draining: bool
    started_at: datetime
    seen_at: datetime
    doing: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """What came of a run's items, when all have ended.

    Attributes:
        gaps: the keys of those that failed or have gaps, a hundred at most.
        result: what fanning out gave.
    """

    total: int
    done: int
    failed: int
    skipped: int
    gaps: Sequence[str]
    result: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A run that this worker holds, until its lease ends or its fence is passed.

    Attributes:
        part_of: the run that it is an item of.
        fence: rises at every claim; what is written with an older one is refused.
        event_number: that of the event which tells of this claim.
        waited: seconds from when it could have begun until it was claimed.
        items: what came of its items, if it has had some and is to be finished.
    """

    owner_id: UUID
    id: UUID
    part_of: UUID | None
    kind: str
    lane: Lane
    key: str
    parameters: str
    epoch: int
    attempt: int
    max_attempts: int
    fence: int
    event_number: int
    waited: float
    items: Items | None

    @property
    def place(self) -> tuple[UUID, UUID]:
        """Where it stands in the order in which rows are locked."""
        return self.owner_id, self.id

    @property
    def topics(self) -> set[UUID]:
        """What somebody may follow in which this run is seen: itself, its run, all runs of its owner."""
        return {self.owner_id, self.id, self.part_of or self.id}
