from daybreak import runs
from daybreak.runs import Status

from .sample_kinds import BRIEF, Order


async def test_retryable_error_is_retried_and_recorded(engine_room, owner):
    engine_room.worker()
    run = await engine_room.start(owner, Order(fail="unavailable", fail_until=1))
    ended = await engine_room.ended(run)
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 2)
    assert [(one.attempt, one.kind, one.retryable) for one in ended.errors] == [(1, "Unavailable", True)]


async def test_permanent_error_fails_the_run_with_its_message(engine_room, owner):
    engine_room.worker()
    ended = await engine_room.ended(await engine_room.start(owner, Order(fail="invalid")))
    assert (ended.status, ended.attempts) == (Status.FAILED, 1)
    assert ended.errors[0].message == "It failed as requested."


async def test_failing_run_stops_after_max_attempts_without_leaking_secrets(engine_room, owner):
    engine_room.worker()
    poisoned = await engine_room.start(owner, Order(fail="unexpected"), key="poisoned")
    others = await engine_room.start_many(owner, [Order() for _ in range(20)])
    for run in others:
        assert (await engine_room.ended(run)).status is Status.SUCCEEDED
    ended = await engine_room.ended(poisoned)
    assert (ended.status, ended.attempts) == (Status.FAILED, 3)
    assert [one.attempt for one in ended.errors] == [1, 2, 3]
    assert {one.message for one in ended.errors} == {
        "Unexpected error (ZeroDivisionError); see the log for details."
    }


async def test_run_that_breaks_a_batch_commit_does_not_affect_others(engine_room, owner):
    # All start before any commits, so they share a transaction.
    orders = [Order(nap=0.3, spoil=n == 5) for n in range(10)]
    many = await engine_room.start_many(owner, orders)
    engine_room.worker()
    ended = [await engine_room.ended(run) for run in many]
    assert [run.status for run in ended] == [Status.FAILED if n == 5 else Status.SUCCEEDED for n in range(10)]
    assert len(await engine_room.attempts_written(*many)) == 9
    assert [one.kind for one in ended[5].errors] == ["DivisionByZeroError"] * 3


async def test_attempt_exceeding_the_time_limit_is_stopped(engine_room, owner):
    engine_room.worker()
    run = await engine_room.start(owner, Order(nap=30), kind=BRIEF)
    ended = await engine_room.ended(run)
    assert (ended.status, ended.attempts) == (Status.FAILED, 3)
    assert ended.errors[0].message == "Timed out after 0.2 seconds."
    assert await engine_room.attempts_written(run) == []


async def test_retry_of_a_failed_run_starts_a_new_epoch(engine_room, owner):
    worker = engine_room.worker()
    run = await engine_room.start(owner, Order(fail="invalid"))
    assert (await engine_room.ended(run)).status is Status.FAILED
    await engine_room.drain(worker)

    again = await engine_room.verb(runs.retry, run)
    assert (again.status, again.epoch, again.attempts) == (Status.QUEUED, 2, 0)
    await engine_room.as_owner.execute("UPDATE runs_open SET parameters = parameters - 'fail'")
    engine_room.worker()
    ended = await engine_room.ended(run)
    assert (ended.status, ended.epoch, ended.attempts) == (Status.SUCCEEDED, 2, 1)
    assert [(one.epoch, one.attempt) for one in ended.errors] == [(1, 1)]
    names = [event.name for event in await engine_room.events(run)]
    assert names == ["running", "failed", "queued", "running", "succeeded"]
