"""Tests that a run is found by primary key while the planner statistics are stale, after many claims."""

from datetime import timedelta
from uuid import uuid4

import pytest

from daybreak.runs import Lane, store
from daybreak.runs.model import Status
from daybreak.runs.progress_buffer import News
from daybreak.runs.store import Settlement

from .sample_kinds import WORK, Order

MANY = 200
READ = "SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'runs_open'"


@pytest.fixture
async def claims(engine_room, owner):
    runs = await engine_room.start_many(owner, [Order()] * MANY, window=MANY)
    await engine_room.as_owner.execute("ANALYZE runs_open")
    pairs = sorted((owner, run.id) for run in runs)
    async with engine_room.database.transaction([owner]) as tx:
        return await store.claim(tx, pairs, [WORK.name], uuid4(), timedelta(minutes=1))


async def _hold(tx, claim):
    assert await store.hold(tx, [claim])


async def _settle(tx, claim):
    await store.settle(tx, [Settlement(claim=claim, status=Status.SUCCEEDED, events=[])])


async def _report(tx, claim):
    await store.report(tx, [(claim, News(claim.event_number))])


async def _pass_on(tx, claim):
    await store.pass_on(tx, Lane.BULK, [claim.place], urgency=0)


@pytest.mark.parametrize("do", [_hold, _settle, _report, _pass_on])
async def test_statement_for_one_run_reads_no_other_rows(engine_room, owner, claims, do):
    async with engine_room.database.transaction([owner]) as tx:
        before = await tx.fetchval(READ)
        await do(tx, claims[MANY // 2])
        assert await tx.fetchval(READ) - before < 10
