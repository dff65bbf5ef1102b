from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.ops import build_chart
from daybreak.ops.charts.attempts import CHART_WIDTH
from daybreak.runs import RunEvent

START = datetime(2026, 3, 29, 5, tzinfo=UTC)
RUN, ITEM = UUID(int=1), UUID(int=2)
RUNS = [SimpleNamespace(id=RUN), SimpleNamespace(id=ITEM)]


def happened(seconds: float, name: str, run_id: UUID = RUN, **data) -> RunEvent:
    return RunEvent(run_id=run_id, number=1, at=START + timedelta(seconds=seconds), name=name, data=data)


def began(seconds: float, worker: str = "atlas", run_id: UUID = RUN, attempt: int = 1) -> RunEvent:
    return happened(seconds, "running", run_id, worker=worker, epoch=1, attempt=attempt)


def drawn(*events: RunEvent, now: float = 0):
    return build_chart(RUNS, events, START + timedelta(seconds=now))


def test_queued_run_has_no_chart():
    assert drawn() is None
    assert drawn(happened(0, "cancelled")) is None


def test_attempt_is_a_bar_from_claim_to_end():
    (row,) = drawn(began(0), happened(5, "failed"), began(5, "boreas"), happened(10, "succeeded")).rows
    assert [(span.worker, span.outcome, span.x, span.width) for span in row.spans] == [
        ("atlas", "failed", 0, 500),
        ("boreas", "succeeded", 500, 500),
    ]


def test_lost_attempt_is_distinguished():
    (row,) = drawn(began(0), began(30, "boreas", attempt=2), happened(40, "succeeded")).rows
    assert [span.outcome for span in row.spans] == ["lost", "succeeded"]
    (row,) = drawn(began(0), happened(30, "queued", reason="WorkerDied")).rows
    assert [span.outcome for span in row.spans] == ["lost"]


def test_running_attempt_ends_at_now():
    (row,) = drawn(began(0), happened(5, "items"), began(15), now=20).rows
    assert [(span.outcome, span.x, span.width) for span in row.spans] == [
        ("items", 0, 250),
        ("running", 750, 250),
    ]
    assert row.spans[1].ended_at is None


def test_rows_are_ordered_by_start():
    made = drawn(began(1, run_id=ITEM), began(2), happened(3, "succeeded"), happened(4, "succeeded", ITEM))
    assert [row.run.id for row in made.rows] == [ITEM, RUN]
    assert made.seconds == 3


def test_reopened_run_has_no_attempt():
    assert drawn(happened(0, "running", epoch=2)) is None


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1e6),
            st.sampled_from([RUN, ITEM]),
            st.sampled_from(["running", "failed", "queued", "items"]),
        ),
        max_size=12,
    ),
    st.floats(-10, 1e6),
)
@settings(max_examples=80)
def test_every_bar_fits_the_chart_and_is_visible(events, now):
    happenings = [
        happened(at, name, run_id, worker="atlas") for at, run_id, name in sorted(events, key=lambda e: e[0])
    ]
    made = drawn(*happenings, now=now)
    for span in (span for row in (made.rows if made else ()) for span in row.spans):
        assert span.x >= 0
        assert span.width >= 4
        assert span.x + span.width <= CHART_WIDTH + 4
