"""Runs, items, claims, events and workers, and the statuses of a run."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from daybreak.errors import DaybreakError

SYSTEM_OWNER_ID = UUID(int=0)
"""Owner of the runs that belong to the installation and to no user."""


class Queue(StrEnum):
    """The queue of a run; each queue has its own concurrency, so that none delays another."""

    INTERACTIVE = "interactive"
    SCHEDULED = "scheduled"
    BULK = "bulk"


class Status(StrEnum):
    """The status of a run; docs/states.md shows the transitions."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"

    @property
    def ended(self) -> bool:
        """Whether the status is final unless a retry is requested."""
        return self not in {Status.QUEUED, Status.RUNNING}


class StaleFence(DaybreakError):
    """A claim by another worker in the meantime: nothing of this attempt may be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedAttempt:
    """An attempt that did not succeed.

    Attributes:
        epoch: number of the epoch; every retry starts a new one.
        attempt: number of the claim within the epoch.
        at: end of the attempt, by the clock of the database.
        error_class: class name of the error.
        message: one sentence without secrets.
        retryable: whether another attempt may succeed.
    """

    epoch: int
    attempt: int
    at: datetime
    error_class: str
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One unit of background work, open or ended, or one item of it.

    Attributes:
        parent_id: the run that contains this item; None for a run.
        key: the subject; at most one open run exists per (owner, kind, key), one item per (run, kind, key).
        parameters: as declared by the kind.
        result: as declared by the kind; None until the run has succeeded, fully or partly.
        gaps: names of the parts that are missing from the result.
        done: completed steps of `total`, as are `failed` and `skipped`; none of them falls within an epoch.
        seconds_per_step: measured duration of a step; None before the first step.
        last_step_at: time of the last step.
        highest_percentage: maximum percentage of this epoch; None before the first one.
        cancel_requested: a cancel was requested, and the run has not ended yet.
        wait_seconds: time in which the run was due but not running, over all attempts.
        run_seconds: time in which the run was running, over all attempts.
    """

    owner_id: UUID
    id: UUID
    parent_id: UUID | None
    kind: str
    queue: Queue
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
    seconds_per_step: float | None
    last_step_at: datetime | None
    result: Any
    gaps: Sequence[str]
    errors: Sequence[FailedAttempt]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    scheduled_at: datetime | None
    cancel_requested: bool
    wait_seconds: float
    run_seconds: float
    highest_percentage: int | None

    @property
    def current(self) -> int:
        """Number of ended steps of `total`, with any status."""
        return self.done + self.failed + self.skipped

    @property
    def percentage(self) -> int | None:
        """Ended steps in whole percent of the known steps; None while no step is known.

        It does not fall within an epoch, even if items add items.
        """
        if not self.total:
            return None
        return max(self.highest_percentage or 0, min(100, 100 * self.current // self.total))

    @property
    def eta(self) -> datetime | None:
        """Estimated end at the current pace; None if there is no estimate."""
        if self.status.ended or not self.total or self.seconds_per_step is None or self.last_step_at is None:
            return None
        return self.last_step_at + timedelta(seconds=self.seconds_per_step * (self.total - self.current))

    @property
    def cursor(self) -> "RunCursor":
        """The cursor for the page after this run."""
        return RunCursor(self.created_at, self.id)


class RunCursor(NamedTuple):
    """A cursor in a list of runs, newest first."""

    created_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent:
    """An event of a run or item; numbers have no gaps and follow the order of commits."""

    run_id: UUID
    number: int
    at: datetime
    name: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerInfo:
    """A worker according to its last heartbeat.

    Attributes:
        alive: the last heartbeat is not older than the lease.
        draining: the worker claims no more runs.
        running: number of claimed runs by kind.
        error: a wrong clock of its machine; empty if there is none.
    """

    id: UUID
    name: str
    alive: bool
    draining: bool
    started_at: datetime
    last_heartbeat_at: datetime
    running: Mapping[str, int]
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsSummary:
    """The outcome of a run's items after all have ended.

    Attributes:
        gaps: keys of the items that failed or have gaps, at most 100.
        result: the result of the fan-out.
    """

    total: int
    done: int
    failed: int
    skipped: int
    gaps: Sequence[str]
    result: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedRun:
    """A run claimed by this worker, until the lease expires or another claim increments the fence.

    Attributes:
        parent_id: the run that contains this item; None for a run.
        fence: incremented by every claim; writes with an older fence are rejected.
        last_event_number: number of the event that records this claim.
        wait_seconds: seconds from the time when the run was due until the claim.
        items: the outcome of its items, if the run has fanned out and must be finished.
    """

    owner_id: UUID
    id: UUID
    parent_id: UUID | None
    kind: str
    queue: Queue
    key: str
    parameters: str
    epoch: int
    attempt: int
    max_attempts: int
    fence: int
    last_event_number: int
    wait_seconds: float
    items: ItemsSummary | None

    @property
    def lock_key(self) -> tuple[UUID, UUID]:
        """Sort key of the order in which rows are locked."""
        return self.owner_id, self.id

    @property
    def topics(self) -> set[UUID]:
        """Notification topics of this run: the run itself, its parent, and all runs of its owner."""
        return {self.owner_id, self.id, self.parent_id or self.id}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """The filter of a search.

    Attributes:
        kinds: kinds of the runs; None for all.
        statuses: statuses of the runs; None for all.
        text: a part of the key, or the beginning of the id.
    """

    kinds: Collection[str] | None = None
    statuses: Collection[Status] | None = None
    text: str = ""
