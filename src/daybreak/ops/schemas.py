"""The response bodies of the API of runs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from daybreak.runs import Lane, Run, Spread, Status, Sum, Times, WorkerSeen
from daybreak.web import Resource

_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_AT = "2026-03-29T05:00:00Z"


class AttemptView(Resource):
    """An attempt that did not succeed."""

    epoch: int = Field(description="Counts retries of the whole run.", examples=[1])
    attempt: int = Field(description="Counts claims within the epoch.", examples=[1])
    at: AwareDatetime = Field(examples=[_AT])
    kind: str = Field(description="The class of the error.", examples=["Unavailable"])
    message: str = Field(examples=["The provider did not answer."])
    retryable: bool = Field(description="Whether the error is temporary.")


class Progress(Resource):
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


class RunView(Resource):
    """A unit of background work, or one item of it."""

    id: UUID = Field(examples=[_ID])
    part_of: UUID | None = Field(description="The run of which it is an item.", examples=[None])
    kind: str = Field(examples=["briefs.compose"])
    lane: Lane
    key: str = Field(
        description="The subject of the run: at most one run per kind and key is open.",
        examples=["2026-03-29/standard"],
    )
    status: Status
    cancelling: bool = Field(description="Whether a cancel was requested and the run has not ended yet.")
    progress: Progress
    epoch: int = Field(examples=[1])
    attempts: int = Field(examples=[1])
    max_attempts: int = Field(examples=[3])
    gaps: Sequence[str] = Field(description="The parts that are missing from the result.", examples=[[]])
    errors: Sequence[AttemptView]
    parameters: Mapping[str, Any] = Field(examples=[{"date": "2026-03-29"}])
    result: Any = Field(description="The result of its kind; null until it has succeeded.", examples=[None])
    created_at: AwareDatetime = Field(examples=[_AT])
    started_at: AwareDatetime | None = Field(examples=[_AT])
    finished_at: AwareDatetime | None = Field(examples=[None])
    wait_seconds: float = Field(examples=[0.02])
    run_seconds: float = Field(examples=[3.4])

    @classmethod
    def of(cls, run: Run) -> "RunView":
        """Return the body of a run."""
        return cls.model_validate(
            {name: getattr(run, name) for name in cls.model_fields if hasattr(run, name)}
            | {"cancelling": run.cancel, "progress": Progress.model_validate(run)}
        )


class EventView(Resource):
    """An event of a run."""

    number: int = Field(description="Without gaps, in the order of commits.", examples=[4])
    at: AwareDatetime = Field(examples=[_AT])
    name: str = Field(examples=["running"])
    data: Mapping[str, Any] = Field(examples=[{"epoch": 1, "attempt": 1, "worker": "host-1"}])


class CountView(Resource):
    """The number of runs of one kind and status."""

    kind: str = Field(examples=["briefs.compose"])
    status: Status
    runs: int = Field(examples=[28])


class SumView(CountView):
    """The number of runs of one kind and status, and their durations."""

    mean_wait_seconds: float = Field(examples=[0.03])
    mean_run_seconds: float = Field(examples=[2.9])
    oldest: AwareDatetime = Field(description="When the oldest of them was created.", examples=[_AT])
    newest: AwareDatetime = Field(examples=[_AT])

    @classmethod
    def of(cls, one: Sum) -> "SumView":
        """Return the body of a kind's statistics."""
        return cls(
            kind=one.kind,
            status=one.status,
            runs=one.runs,
            mean_wait_seconds=one.wait_seconds,
            mean_run_seconds=one.run_seconds,
            oldest=one.oldest,
            newest=one.newest,
        )


class StatsView(Resource):
    """Statistics of your runs."""

    sums: Sequence[SumView]
    runs: int = Field(description="Total number of runs.", examples=[28])
    is_complete: bool = Field(description="Whether all runs are counted, or only the newest.")


class SpreadView(Resource):
    """The distribution of durations in seconds; percentiles are rounded up, by at most 19 %."""

    mean: float = Field(examples=[2.9])
    p50: float = Field(examples=[2.4])
    p95: float = Field(examples=[6.7])
    p99: float = Field(examples=[8.0])

    @classmethod
    def of(cls, spread: Spread) -> "SpreadView":
        """Return the body of a distribution."""
        return cls.model_validate(spread)


class TimesView(Resource):
    """Queue times and run times of a kind in the last week."""

    kind: str = Field(examples=["briefs.compose"])
    runs: int = Field(examples=[412])
    wait: SpreadView
    run: SpreadView

    @classmethod
    def of(cls, kind: str, times: Times) -> "TimesView":
        """Return the body of a kind's durations."""
        return cls(kind=kind, runs=times.runs, wait=SpreadView.of(times.wait), run=SpreadView.of(times.run))


class WorkerView(Resource):
    """A worker with its last heartbeat."""

    id: UUID = Field(examples=[_ID])
    name: str = Field(examples=["host-1"])
    alive: bool
    draining: bool = Field(description="Whether it is stopping and claims no more runs.")
    started_at: AwareDatetime = Field(examples=[_AT])
    seen_at: AwareDatetime = Field(examples=[_AT])
    doing: Mapping[str, int] = Field(
        description="Number of runs that it is executing, by kind.", examples=[{"briefs.compose": 4}]
    )

    @classmethod
    def of(cls, worker: WorkerSeen) -> "WorkerView":
        """Return the body of a worker."""
        return cls.model_validate(worker)


class OperationsView(Resource):
    """The operations overview."""

    workers: Sequence[WorkerView]
    counts: Sequence[CountView]
    times: Sequence[TimesView]
    last_upkeep: datetime | None = Field(description="When old runs were last pruned.", examples=[_AT])
