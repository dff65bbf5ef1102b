"""Tests that a run is found by primary key while the planner statistics are stale, after many claims."""

from datetime import timedelta
from uuid import uuid4

import pytest

from daybreak.runs import Queue, store
from daybreak.runs.model import Status
from daybreak.runs.progress_buffer import ProgressBuffer
from daybreak.runs.store import Completion

from .sample_kinds import WORK, ScriptedWork

MANY = 200
READ = "SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'runs_open'"


@pytest.fixture
async def claims(cluster, owner):
    runs = await cluster.enqueue_many(owner, [ScriptedWork()] * MANY, max_dispatched=MANY)
    await cluster.as_owner.execute("ANALYZE runs_open")
    pairs = sorted((owner, run.id) for run in runs)
    async with cluster.database.transaction([owner]) as tx:
        return await store.claim(tx, pairs, [WORK.name], uuid4(), timedelta(minutes=1))


async def _lock_claimed(tx, claim):
    assert await store.lock_claimed(tx, [claim])


async def _complete(tx, claim):
    await store.complete(tx, [Completion(claim=claim, status=Status.SUCCEEDED, events=[])])


async def _write_progress(tx, claim):
    await store.write_progress(tx, [(claim, ProgressBuffer(claim.last_event_number))])


async def _redispatch(tx, claim):
    await store.redispatch(tx, Queue.BULK, [claim.lock_key], priority=0)


@pytest.mark.parametrize("do", [_lock_claimed, _complete, _write_progress, _redispatch])
async def test_statement_for_one_run_reads_no_other_rows(cluster, owner, claims, do):
    async with cluster.database.transaction([owner]) as tx:
        before = await tx.fetchval(READ)
        await do(tx, claims[MANY // 2])
        assert await tx.fetchval(READ) - before < 10
