"""Tests of network partitions: a disconnected worker stops, and others claim its runs."""

import asyncio
from functools import partial

import pytest

from daybreak import runs
from daybreak.runs import Effects, Status

from .sample_kinds import ScriptedResult, ScriptedWork, make_kind
from .tcp_proxy import run_proxy
from .worker_cluster import FAST_SETTINGS

pytestmark = pytest.mark.integration


async def test_worker_with_hanging_connections_stops_its_runs(cluster, owner):
    stopped = asyncio.Event()

    async def patient(context) -> Effects[ScriptedResult]:
        try:
            await asyncio.sleep(30 if context.attempt == 1 else 0)
        except asyncio.CancelledError:
            stopped.set()
            raise
        return Effects(partial(work_result, context.attempt))

    waiting = make_kind("test.waiting", handler=patient)
    async with run_proxy(cluster.app) as proxy:
        cluster.start_worker([waiting], FAST_SETTINGS, proxy.dsn)
        run = await cluster.enqueue(owner, kind=waiting)
        await cluster.wait_for_status(run, Status.RUNNING)
        proxy.stall()
        other = cluster.start_worker([waiting])
        await asyncio.wait_for(stopped.wait(), 60)
        ended = await cluster.wait_until_ended(run)
        assert (ended.status, ended.result) == (Status.SUCCEEDED, {"attempt": 2})
        await cluster.drain(other)
        proxy.resume()
        # The worker claims runs again as soon as it is connected.
        again = await cluster.enqueue(owner, key="again", kind=waiting)
        await cluster.wait_for_status(again, Status.RUNNING)
        await cluster.apply(runs.cancel, again)
        assert (await cluster.wait_until_ended(again)).status is Status.CANCELLED
        await cluster.stop_all()


async def work_result(attempt: int, _tx: object) -> ScriptedResult:
    return ScriptedResult(attempt)


async def test_worker_reconnects_when_connections_are_silently_dead(cluster, owner):
    async with run_proxy(cluster.app) as proxy:
        cluster.start_worker(settings=FAST_SETTINGS, dsn=proxy.dsn)
        run = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=1.0))
        await cluster.wait_for_status(run, Status.RUNNING)
        proxy.stall_open_connections()
        ended = await cluster.wait_until_ended(run)
        assert ended.status is Status.SUCCEEDED
        await cluster.stop_all()
