"""Tests of the state machine of docs/states.md: only legal transitions, for any order of actions."""

from datetime import timedelta
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daybreak import runs
from daybreak.errors import Conflict
from daybreak.runs import RunsSettings, Status, testing
from daybreak.runs.worker.executor import Executor

from .sample_kinds import ALL

ACTIONS = ["attempt", "attempt badly", "attempt in vain", "claim", "lose", "cancel", "retry"]
FENCE = """
SELECT fence FROM runs_open WHERE id = $1 UNION ALL SELECT fence FROM runs_finished WHERE id = $1
"""


def expected_state(
    status: Status, attempts: int, action: str, *, cancel_requested: bool
) -> tuple[Status, int]:
    """Return the expected status and number of attempts after an action."""
    moves = {
        (Status.QUEUED, "cancel"): (Status.CANCELLED, attempts),
        (Status.QUEUED, "claim"): (Status.RUNNING, attempts + 1),
        (Status.QUEUED, "attempt"): (Status.SUCCEEDED, attempts + 1),
        (Status.QUEUED, "attempt badly"): (Status.FAILED, attempts + 1),
        (Status.QUEUED, "attempt in vain"): (status_after_lost_attempt(attempts + 1), attempts + 1),
        (Status.RUNNING, "lose"): (
            Status.CANCELLED if cancel_requested else status_after_lost_attempt(attempts),
            attempts,
        ),
        (Status.FAILED, "retry"): (Status.QUEUED, 0),
        (Status.CANCELLED, "retry"): (Status.QUEUED, 0),
    }
    return moves.get((status, action), (status, attempts))


def status_after_lost_attempt(attempts: int) -> Status:
    return Status.QUEUED if attempts < 3 else Status.FAILED


async def apply_action(shared_cluster, run, action: str) -> None:
    orders = {"attempt": "", "attempt badly": "invalid", "attempt in vain": "unavailable"}
    if action in orders:
        await shared_cluster.as_owner.execute(
            "UPDATE runs_open SET parameters = jsonb_build_object('fail', $2::text) WHERE id = $1",
            run.id,
            orders[action],
        )
        await testing.run_inline(shared_cluster.database, ALL, run)
    elif action == "claim":
        await Executor(shared_cluster.database, ALL, RunsSettings()).claim([(run.owner_id, run.id)])
    elif action == "lose":
        await testing.advance_clock(shared_cluster.database, run.owner_id, timedelta(hours=1))
        await shared_cluster.as_owner.execute("SELECT runs_rescue(50, '15s', '30s', 100)")
    else:
        try:
            await shared_cluster.apply(getattr(runs, action), run)
        except Conflict:
            assert action == "retry"


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(asks=st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=12))
async def test_run_makes_only_documented_transitions(cluster, asks):
    run = await cluster.enqueue(uuid4())
    fence = 0
    for ask in asks:
        before = await cluster.get(run)
        await apply_action(cluster, run, ask)
        now = await cluster.get(run)
        moved = expected_state(before.status, before.attempts, ask, cancel_requested=before.cancel_requested)
        assert (now.status, now.attempts) == moved, (before.status, ask)
        risen = await cluster.as_owner.fetchval(FENCE, run.id)
        assert risen >= fence
        fence = risen
    numbers = [event.number for event in await cluster.list_events(run)]
    assert numbers == list(range(1, len(numbers) + 1))
