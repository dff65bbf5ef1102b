from datetime import timedelta
from uuid import uuid4

import pytest

from daybreak.errors import InvalidInput
from daybreak.runs import Status

from .sample_kinds import Order
from .worker_cluster import QUICK

MALFORMED = r"parameters of a run “test\.work” are malformed"


async def test_run_is_executed_once_and_stores_its_result(engine_room, owner):
    engine_room.worker()
    run = await engine_room.start(owner)
    assert (run.status, run.parameters["nap"]) == (Status.QUEUED, 0.0)
    ended = await engine_room.ended(run)
    assert (ended.status, ended.result, ended.attempts) == (Status.SUCCEEDED, {"attempt": 1}, 1)
    assert await engine_room.attempts_written(run) == [1]


async def test_enqueue_rejects_parameters_of_another_type(engine_room, owner):
    with pytest.raises(InvalidInput, match=MALFORMED):
        await engine_room.start(owner, Order(nap="long"))
    with pytest.raises(InvalidInput, match=MALFORMED):
        await engine_room.start(owner, "order")


async def test_incompatible_stored_parameters_fail_the_run_without_retry(engine_room, owner):
    run = await engine_room.start(owner)
    await engine_room.as_owner.execute('UPDATE runs_open SET parameters = \'{"nap": "long"}\'')
    engine_room.worker()
    ended = await engine_room.ended(run)
    assert (ended.status, ended.attempts, ended.errors[0].kind) == (Status.FAILED, 1, "InvalidInput")


async def test_enqueue_with_an_open_key_returns_the_open_run(engine_room, owner):
    first = await engine_room.start(owner, key="today")
    assert (await engine_room.start(owner, Order(nap=1), key="today")).id == first.id
    assert (await engine_room.start(owner, key="tomorrow")).id != first.id
    assert (await engine_room.start(uuid4(), key="today")).id != first.id
    engine_room.worker()
    await engine_room.ended(first)
    assert (await engine_room.start(owner, key="today")).id != first.id


async def test_gaps_end_the_run_as_partial_and_are_recorded(engine_room, owner):
    engine_room.worker()
    run = await engine_room.start(owner, Order(gaps=["Garden"]))
    assert (await engine_room.ended(run)).status is Status.PARTIAL
    assert (await engine_room.events(run))[-1].data["gaps"] == ["Garden"]


async def test_delayed_run_starts_when_due(engine_room, owner):
    engine_room.worker(settings=QUICK.model_copy(update={"poll": 600.0, "sweep": 600.0}))
    run = await engine_room.start(owner, delay=timedelta(seconds=0.4))
    ended = await engine_room.ended(run)
    assert ended.started_at - ended.created_at >= timedelta(seconds=0.4)
