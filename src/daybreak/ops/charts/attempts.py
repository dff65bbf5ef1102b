"""The chart of attempts: events of a run and its items become bars on one time axis."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from daybreak.runs import Happening, Run

WIDTH = 1000.0
_NARROWEST = 4.0
_LEAST = timedelta(milliseconds=1)
LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
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
    began: datetime
    ended: datetime | None
    outcome: str
    x: float = 0.0
    width: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A run or item with its attempts, in order."""

    run: Run
    spans: Sequence[Span]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The started runs and items, ordered by start, on an axis from the first to the last instant."""

    rows: Sequence[Row]
    first: datetime
    last: datetime

    @property
    def seconds(self) -> float:
        """The length of the axis in seconds."""
        return (self.last - self.first).total_seconds()


def chart(runs: Sequence[Run], happened: Iterable[Happening], now: datetime) -> Chart | None:
    """Return the chart of the attempts at these runs; None if no attempt has started.

    Args:
        runs: a run and items of it.
        events: their events, in order.
        now: the end of the bars of running attempts.
    """
    spans = _spans(happened)
    if not spans:
        return None
    first = min(span.began for span in spans)
    last = max(first + _LEAST, *(span.ended or max(now, span.began) for span in spans))
    placed = [_placed(span, first, last) for span in spans]
    rows = [Row(run=run, spans=[span for span in placed if span.run_id == run.id]) for run in runs]
    begun = [row for row in rows if row.spans]
    return Chart(rows=sorted(begun, key=lambda row: row.spans[0].began), first=first, last=last)


def _spans(happened: Iterable[Happening]) -> list[Span]:
    done: list[Span] = []
    under_way: dict[UUID, Span] = {}
    for one in happened:
        before = under_way.pop(one.run_id, None)
        if before is not None:
            outcome = LOST if one.name == "running" else _outcome(one)
            done.append(replace(before, ended=one.at, outcome=outcome))
        if one.name == "running" and one.data.get("worker"):
            under_way[one.run_id] = _begun(one.run_id, one.at, one.data)
    return sorted([*done, *under_way.values()], key=lambda span: span.began)


def _outcome(one: Happening) -> str:
    reason = one.data.get("reason")
    return LOST if reason == "WorkerDied" else one.name


def _begun(run_id: UUID, at: datetime, data: Mapping[str, object]) -> Span:
    return Span(
        run_id=run_id,
        epoch=int(str(data.get("epoch", 1))),
        attempt=int(str(data.get("attempt", 1))),
        worker=str(data["worker"]),
        began=at,
        ended=None,
        outcome="running",
    )


def _placed(span: Span, first: datetime, last: datetime) -> Span:
    whole = (last - first) / WIDTH
    x = (span.began - first) / whole
    width = max(_NARROWEST, ((span.ended or last) - span.began) / whole)
    return replace(span, x=round(min(x, WIDTH - _NARROWEST), 1), width=round(min(width, WIDTH), 1))
