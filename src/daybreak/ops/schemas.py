"""The response bodies of the API of runs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from daybreak.runs import DurationStats, KindDurations, KindStats, Queue, Run, Status, WorkerInfo
from daybreak.web import OutputModel

_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_AT = "2026-03-29T05:00:00Z"


class FailedAttemptOut(OutputModel):
    """An attempt that did not succeed."""

    epoch: int = Field(description="Counts retries of the whole run.", examples=[1])
    attempt: int = Field(description="Counts claims within the epoch.", examples=[1])
    at: AwareDatetime = Field(examples=[_AT])
    error_class: str = Field(description="The class of the error.", examples=["Unavailable"])
    message: str = Field(examples=["The provider did not answer."])
    retryable: bool = Field(description="Whether the error is temporary.")


class ProgressOut(OutputModel):
    """The progress of a run; for a run with items, the steps are its items."""

    current: int = Field(description="Number of completed steps, with any result.", examples=[12])
    total: int = Field(description="Number of steps; 0 while it is unknown.", examples=[40])
    done: int = Field(examples=[11])
    failed: int = Field(examples=[1])
    skipped: int = Field(examples=[0])
    percentage: int | None = Field(ge=0, le=100, examples=[30])
    phase: str = Field(examples=["sections"])
    eta: AwareDatetime | None = Field(
        description="Estimated end at the current pace; null if unknown.",
        examples=[_AT],
    )


class RunOut(OutputModel):
    """A unit of background work, or one item of it."""

    id: UUID = Field(examples=[_ID])
    parent_id: UUID | None = Field(description="The run of which it is an item.", examples=[None])
    kind: str = Field(examples=["briefs.compose"])
    queue: Queue
    key: str = Field(
        description="The subject of the run: at most one run per kind and key is open.",
        examples=["2026-03-29/standard"],
    )
    status: Status
    cancel_requested: bool = Field(
        description="Whether a cancel was requested and the run has not ended yet."
    )
    progress: ProgressOut
    epoch: int = Field(examples=[1])
    attempts: int = Field(examples=[1])
    max_attempts: int = Field(examples=[3])
    gaps: Sequence[str] = Field(description="The parts that are missing from the result.", examples=[[]])
    errors: Sequence[FailedAttemptOut]
    parameters: Mapping[str, Any] = Field(examples=[{"date": "2026-03-29"}])
    result: Any = Field(description="The result of its kind; null until it has succeeded.", examples=[None])
    created_at: AwareDatetime = Field(examples=[_AT])
    started_at: AwareDatetime | None = Field(examples=[_AT])
    finished_at: AwareDatetime | None = Field(examples=[None])
    wait_seconds: float = Field(examples=[0.02])
    run_seconds: float = Field(examples=[3.4])

    @classmethod
    def of(cls, run: Run) -> "RunOut":
        """Return the body of a run."""
        return cls.model_validate(
            {name: getattr(run, name) for name in cls.model_fields if hasattr(run, name)}
            | {"cancel_requested": run.cancel_requested, "progress": ProgressOut.model_validate(run)}
        )


class RunEventOut(OutputModel):
    """An event of a run."""

    number: int = Field(description="Without gaps, in the order of commits.", examples=[4])
    at: AwareDatetime = Field(examples=[_AT])
    name: str = Field(examples=["running"])
    data: Mapping[str, Any] = Field(examples=[{"epoch": 1, "attempt": 1, "worker": "host-1"}])


class RunCountOut(OutputModel):
    """The number of runs of one kind and status."""

    kind: str = Field(examples=["briefs.compose"])
    status: Status
    runs: int = Field(examples=[28])


class KindStatsOut(RunCountOut):
    """The number of runs of one kind and status, and their durations."""

    mean_wait_seconds: float = Field(examples=[0.03])
    mean_run_seconds: float = Field(examples=[2.9])
    oldest: AwareDatetime = Field(description="When the oldest of them was created.", examples=[_AT])
    newest: AwareDatetime = Field(examples=[_AT])

    @classmethod
    def of(cls, stats: KindStats) -> "KindStatsOut":
        """Return the body of a kind's statistics."""
        return cls(
            kind=stats.kind,
            status=stats.status,
            runs=stats.runs,
            mean_wait_seconds=stats.wait_seconds,
            mean_run_seconds=stats.run_seconds,
            oldest=stats.oldest,
            newest=stats.newest,
        )


class RunStatsOut(OutputModel):
    """Statistics of your runs."""

    by_kind: Sequence[KindStatsOut]
    runs: int = Field(description="Total number of runs.", examples=[28])
    is_complete: bool = Field(description="Whether all runs are counted, or only the newest.")


class DurationStatsOut(OutputModel):
    """The distribution of durations in seconds; percentiles are rounded up, by at most 19 %."""

    mean: float = Field(examples=[2.9])
    p50: float = Field(examples=[2.4])
    p95: float = Field(examples=[6.7])
    p99: float = Field(examples=[8.0])

    @classmethod
    def of(cls, stats: DurationStats) -> "DurationStatsOut":
        """Return the body of a distribution."""
        return cls.model_validate(stats)


class KindDurationsOut(OutputModel):
    """Queue times and run times of a kind in the last week."""

    kind: str = Field(examples=["briefs.compose"])
    runs: int = Field(examples=[412])
    wait: DurationStatsOut
    run: DurationStatsOut

    @classmethod
    def of(cls, kind: str, durations: KindDurations) -> "KindDurationsOut":
        """Return the body of a kind's durations."""
        return cls(
            kind=kind,
            runs=durations.runs,
            wait=DurationStatsOut.of(durations.wait),
            run=DurationStatsOut.of(durations.run),
        )


class WorkerOut(OutputModel):
    """A worker with its last heartbeat."""

    id: UUID = Field(examples=[_ID])
    name: str = Field(examples=["host-1"])
    alive: bool
    draining: bool = Field(description="Whether it is stopping and claims no more runs.")
    started_at: AwareDatetime = Field(examples=[_AT])
    last_heartbeat_at: AwareDatetime = Field(examples=[_AT])
    running: Mapping[str, int] = Field(
        description="Number of runs that it is executing, by kind.", examples=[{"briefs.compose": 4}]
    )
    error: str = Field(description="A wrong clock of its machine; empty if there is none.", examples=[""])

    @classmethod
    def of(cls, worker: WorkerInfo) -> "WorkerOut":
        """Return the body of a worker."""
        return cls.model_validate(worker)


class OperationsOut(OutputModel):
    """The operations overview."""

    workers: Sequence[WorkerOut]
    counts: Sequence[RunCountOut]
    durations: Sequence[KindDurationsOut]
    last_maintenance: datetime | None = Field(description="When old runs were last pruned.", examples=[_AT])
