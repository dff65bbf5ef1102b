"""The chart of attempts: events of a run and its items become bars on one time axis."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from daybreak.runs import Run, RunEvent

CHART_WIDTH = 1000.0
_MIN_WIDTH = 4.0
_MIN_DURATION = timedelta(milliseconds=1)
LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSpan:
    """One attempt, from its claim to its end.

    Attributes:
        ended_at: None while it is running.
        outcome: a status, “items” for fanning out, “lost” if its worker died, or “running”.
        x: the start of its bar, of `CHART_WIDTH`.
        width: the width of its bar.
    """

    run_id: UUID
    epoch: int
    attempt: int
    worker: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    x: float = 0.0
    width: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartRow:
    """A run or item with its attempts, in order."""

    run: Run
    spans: Sequence[AttemptSpan]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptChart:
    """The started runs and items, ordered by start, on an axis from the first to the last instant."""

    rows: Sequence[ChartRow]
    starts_at: datetime
    ends_at: datetime

    @property
    def seconds(self) -> float:
        """The length of the axis in seconds."""
        return (self.ends_at - self.starts_at).total_seconds()


def build_chart(runs: Sequence[Run], events: Iterable[RunEvent], now: datetime) -> AttemptChart | None:
    """Return the chart of the attempts at these runs; None if no attempt has started.

    Args:
        runs: a run and items of it.
        events: their events, in order.
        now: the end of the bars of running attempts.
    """
    spans = _build_spans(events)
    if not spans:
        return None
    first = min(span.started_at for span in spans)
    last = max(first + _MIN_DURATION, *(span.ended_at or max(now, span.started_at) for span in spans))
    placed = [_with_position(span, first, last) for span in spans]
    rows = [ChartRow(run=run, spans=[span for span in placed if span.run_id == run.id]) for run in runs]
    started = [row for row in rows if row.spans]
    return AttemptChart(
        rows=sorted(started, key=lambda row: row.spans[0].started_at), starts_at=first, ends_at=last
    )


def _build_spans(events: Iterable[RunEvent]) -> list[AttemptSpan]:
    done: list[AttemptSpan] = []
    under_way: dict[UUID, AttemptSpan] = {}
    for one in events:
        before = under_way.pop(one.run_id, None)
        if before is not None:
            outcome = LOST if one.name == "running" else _span_outcome(one)
            done.append(replace(before, ended_at=one.at, outcome=outcome))
        if one.name == "running" and one.data.get("worker"):
            under_way[one.run_id] = _open_span(one.run_id, one.at, one.data)
    return sorted([*done, *under_way.values()], key=lambda span: span.started_at)


def _span_outcome(event: RunEvent) -> str:
    reason = event.data.get("reason")
    return LOST if reason == "WorkerDied" else event.name


def _open_span(run_id: UUID, at: datetime, data: Mapping[str, object]) -> AttemptSpan:
    return AttemptSpan(
        run_id=run_id,
        epoch=int(str(data.get("epoch", 1))),
        attempt=int(str(data.get("attempt", 1))),
        worker=str(data["worker"]),
        started_at=at,
        ended_at=None,
        outcome="running",
    )


def _with_position(span: AttemptSpan, starts_at: datetime, ends_at: datetime) -> AttemptSpan:
    whole = (ends_at - starts_at) / CHART_WIDTH
    x = (span.started_at - starts_at) / whole
    width = max(_MIN_WIDTH, ((span.ended_at or ends_at) - span.started_at) / whole)
    return replace(
        span, x=round(min(x, CHART_WIDTH - _MIN_WIDTH), 1), width=round(min(width, CHART_WIDTH), 1)
    )
