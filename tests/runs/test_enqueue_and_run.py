from datetime import timedelta
from uuid import uuid4

import pytest

from daybreak.errors import InvalidInput
from daybreak.runs import Status

from .sample_kinds import ScriptedWork
from .worker_cluster import FAST_SETTINGS

MALFORMED = r"parameters of a run “test\.work” are malformed"


async def test_run_is_executed_once_and_stores_its_result(cluster, owner):
    cluster.start_worker()
    run = await cluster.enqueue(owner)
    assert (run.status, run.parameters["sleep_seconds"]) == (Status.QUEUED, 0.0)
    ended = await cluster.wait_until_ended(run)
    assert (ended.status, ended.result, ended.attempts) == (Status.SUCCEEDED, {"attempt": 1}, 1)
    assert await cluster.list_written_attempts(run) == [1]


async def test_enqueue_rejects_parameters_of_another_type(cluster, owner):
    with pytest.raises(InvalidInput, match=MALFORMED):
        await cluster.enqueue(owner, ScriptedWork(sleep_seconds="long"))
    with pytest.raises(InvalidInput, match=MALFORMED):
        await cluster.enqueue(owner, "order")


async def test_incompatible_stored_parameters_fail_the_run_without_retry(cluster, owner):
    run = await cluster.enqueue(owner)
    await cluster.as_owner.execute('UPDATE runs_open SET parameters = \'{"sleep_seconds": "long"}\'')
    cluster.start_worker()
    ended = await cluster.wait_until_ended(run)
    assert (ended.status, ended.attempts, ended.errors[0].error_class) == (Status.FAILED, 1, "InvalidInput")


async def test_enqueue_with_an_open_key_returns_the_open_run(cluster, owner):
    first = await cluster.enqueue(owner, key="today")
    assert (await cluster.enqueue(owner, ScriptedWork(sleep_seconds=1), key="today")).id == first.id
    assert (await cluster.enqueue(owner, key="tomorrow")).id != first.id
    assert (await cluster.enqueue(uuid4(), key="today")).id != first.id
    cluster.start_worker()
    await cluster.wait_until_ended(first)
    assert (await cluster.enqueue(owner, key="today")).id != first.id


async def test_gaps_end_the_run_as_partial_and_are_recorded(cluster, owner):
    cluster.start_worker()
    run = await cluster.enqueue(owner, ScriptedWork(gaps=["Garden"]))
    assert (await cluster.wait_until_ended(run)).status is Status.PARTIAL
    assert (await cluster.list_events(run))[-1].data["gaps"] == ["Garden"]


async def test_delayed_run_starts_when_due(cluster, owner):
    cluster.start_worker(
        settings=FAST_SETTINGS.model_copy(update={"poll_seconds": 600.0, "rescue_seconds": 600.0})
    )
    run = await cluster.enqueue(owner, delay=timedelta(seconds=0.4))
    ended = await cluster.wait_until_ended(run)
    assert ended.started_at - ended.created_at >= timedelta(seconds=0.4)
