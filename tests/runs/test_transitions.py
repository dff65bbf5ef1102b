"""Tests of the state machine of docs/states.md: only legal transitions, for any order of actions."""

from datetime import timedelta
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daybreak import runs
from daybreak.errors import Conflict
from daybreak.runs import RunsSettings, Status, testing
from daybreak.runs.worker.executor import Engine

from .sample_kinds import ALL

ASKS = ["attempt", "attempt badly", "attempt in vain", "claim", "lose", "cancel", "retry"]
FENCE = """
SELECT fence FROM runs_open WHERE id = $1 UNION ALL SELECT fence FROM runs_finished WHERE id = $1
"""


def expected(status: Status, attempts: int, ask: str, *, cancelling: bool) -> tuple[Status, int]:
    """Return the expected status and number of attempts after an action."""
    moves = {
        (Status.QUEUED, "cancel"): (Status.CANCELLED, attempts),
        (Status.QUEUED, "claim"): (Status.RUNNING, attempts + 1),
        (Status.QUEUED, "attempt"): (Status.SUCCEEDED, attempts + 1),
        (Status.QUEUED, "attempt badly"): (Status.FAILED, attempts + 1),
        (Status.QUEUED, "attempt in vain"): (after_a_loss(attempts + 1), attempts + 1),
        (Status.RUNNING, "lose"): (Status.CANCELLED if cancelling else after_a_loss(attempts), attempts),
        (Status.FAILED, "retry"): (Status.QUEUED, 0),
        (Status.CANCELLED, "retry"): (Status.QUEUED, 0),
    }
    return moves.get((status, ask), (status, attempts))


def after_a_loss(attempts: int) -> Status:
    return Status.QUEUED if attempts < 3 else Status.FAILED


async def do(station, run, ask: str) -> None:
    orders = {"attempt": "", "attempt badly": "invalid", "attempt in vain": "unavailable"}
    if ask in orders:
        await station.as_owner.execute(
            "UPDATE runs_open SET parameters = jsonb_build_object('fail', $2::text) WHERE id = $1",
            run.id,
            orders[ask],
        )
        await testing.run_inline(station.database, ALL, run)
    elif ask == "claim":
        await Engine(station.database, ALL, RunsSettings()).claim([(run.owner_id, run.id)])
    elif ask == "lose":
        await testing.move_clock(station.database, run.owner_id, timedelta(hours=1))
        await station.as_owner.execute("SELECT runs_sweep(50, '15s', '30s', 100)")
    else:
        try:
            await station.verb(getattr(runs, ask), run)
        except Conflict:
            assert ask == "retry"


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(asks=st.lists(st.sampled_from(ASKS), min_size=1, max_size=12))
async def test_run_makes_only_documented_transitions(engine_room, asks):
    run = await engine_room.start(uuid4())
    fence = 0
    for ask in asks:
        before = await engine_room.get(run)
        await do(engine_room, run, ask)
        now = await engine_room.get(run)
        moved = expected(before.status, before.attempts, ask, cancelling=before.cancel)
        assert (now.status, now.attempts) == moved, (before.status, ask)
        risen = await engine_room.as_owner.fetchval(FENCE, run.id)
        assert risen >= fence
        fence = risen
    numbers = [event.number for event in await engine_room.events(run)]
    assert numbers == list(range(1, len(numbers) + 1))
