from daybreak import runs
from daybreak.runs import Status

from .sample_kinds import TIME_LIMITED, ScriptedWork


async def test_retryable_error_is_retried_and_recorded(cluster, owner):
    cluster.start_worker()
    run = await cluster.enqueue(owner, ScriptedWork(fail="unavailable", fail_until=1))
    ended = await cluster.wait_until_ended(run)
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 2)
    assert [(one.attempt, one.error_class, one.retryable) for one in ended.errors] == [
        (1, "Unavailable", True)
    ]


async def test_permanent_error_fails_the_run_with_its_message(cluster, owner):
    cluster.start_worker()
    ended = await cluster.wait_until_ended(await cluster.enqueue(owner, ScriptedWork(fail="invalid")))
    assert (ended.status, ended.attempts) == (Status.FAILED, 1)
    assert ended.errors[0].message == "It failed as requested."


async def test_failing_run_stops_after_max_attempts_without_leaking_secrets(cluster, owner):
    cluster.start_worker()
    poisoned = await cluster.enqueue(owner, ScriptedWork(fail="unexpected"), key="poisoned")
    others = await cluster.enqueue_many(owner, [ScriptedWork() for _ in range(20)])
    for run in others:
        assert (await cluster.wait_until_ended(run)).status is Status.SUCCEEDED
    ended = await cluster.wait_until_ended(poisoned)
    assert (ended.status, ended.attempts) == (Status.FAILED, 3)
    assert [one.attempt for one in ended.errors] == [1, 2, 3]
    assert {one.message for one in ended.errors} == {
        "Unexpected error (ZeroDivisionError); see the log for details."
    }


async def test_run_that_breaks_a_batch_commit_does_not_affect_others(cluster, owner):
    # All start before any commits, so they share a transaction.
    orders = [ScriptedWork(sleep_seconds=0.3, break_transaction=n == 5) for n in range(10)]
    many = await cluster.enqueue_many(owner, orders)
    cluster.start_worker()
    ended = [await cluster.wait_until_ended(run) for run in many]
    assert [run.status for run in ended] == [Status.FAILED if n == 5 else Status.SUCCEEDED for n in range(10)]
    assert len(await cluster.list_written_attempts(*many)) == 9
    assert [one.error_class for one in ended[5].errors] == ["DivisionByZeroError"] * 3


async def test_attempt_exceeding_the_time_limit_is_stopped(cluster, owner):
    cluster.start_worker()
    run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=30), kind=TIME_LIMITED)
    ended = await cluster.wait_until_ended(run)
    assert (ended.status, ended.attempts) == (Status.FAILED, 3)
    assert ended.errors[0].message == "Timed out after 0.2 seconds."
    assert await cluster.list_written_attempts(run) == []


async def test_retry_of_a_failed_run_starts_a_new_epoch(cluster, owner):
    worker = cluster.start_worker()
    run = await cluster.enqueue(owner, ScriptedWork(fail="invalid"))
    assert (await cluster.wait_until_ended(run)).status is Status.FAILED
    await cluster.drain(worker)

    again = await cluster.apply(runs.retry, run)
    assert (again.status, again.epoch, again.attempts) == (Status.QUEUED, 2, 0)
    await cluster.as_owner.execute("UPDATE runs_open SET parameters = parameters - 'fail'")
    cluster.start_worker()
    ended = await cluster.wait_until_ended(run)
    assert (ended.status, ended.epoch, ended.attempts) == (Status.SUCCEEDED, 2, 1)
    assert [(one.epoch, one.attempt) for one in ended.errors] == [(1, 1)]
    names = [event.name for event in await cluster.list_events(run)]
    assert names == ["running", "failed", "queued", "running", "succeeded"]
