"""Tests of network partitions: a disconnected worker stops, and others claim its runs."""

import asyncio
from functools import partial

import pytest

from daybreak import runs
from daybreak.runs import Effects, Status

from .sample_kinds import Order, Receipt, kind
from .tcp_proxy import proxied
from .worker_cluster import QUICK

pytestmark = pytest.mark.integration


async def test_worker_with_hanging_connections_stops_its_runs(engine_room, owner):
    stopped = asyncio.Event()

    async def patient(task) -> Effects[Receipt]:
        try:
            await asyncio.sleep(30 if task.attempt == 1 else 0)
        except asyncio.CancelledError:
            stopped.set()
            raise
        return Effects(partial(receipt, task.attempt))

    waiting = kind("test.waiting", handler=patient)
    async with proxied(engine_room.app) as proxy:
        engine_room.worker([waiting], QUICK, proxy.dsn)
        run = await engine_room.start(owner, kind=waiting)
        await engine_room.status(run, Status.RUNNING)
        proxy.hang()
        other = engine_room.worker([waiting])
        await asyncio.wait_for(stopped.wait(), 60)
        ended = await engine_room.ended(run)
        assert (ended.status, ended.result) == (Status.SUCCEEDED, {"attempt": 2})
        await engine_room.drain(other)
        proxy.go_on()
        # The worker claims runs again as soon as it is connected.
        again = await engine_room.start(owner, key="again", kind=waiting)
        await engine_room.status(again, Status.RUNNING)
        await engine_room.verb(runs.cancel, again)
        assert (await engine_room.ended(again)).status is Status.CANCELLED
        await engine_room.stop_all()


async def receipt(attempt: int, _tx: object) -> Receipt:
    return Receipt(attempt)


async def test_worker_reconnects_when_connections_are_silently_dead(engine_room, owner):
    async with proxied(engine_room.app) as proxy:
        engine_room.worker(settings=QUICK, at=proxy.dsn)
        run = await engine_room.start(owner, Order(nap=1.0))
        await engine_room.status(run, Status.RUNNING)
        proxy.hang_what_is_open()
        ended = await engine_room.ended(run)
        assert ended.status is Status.SUCCEEDED
        await engine_room.stop_all()
