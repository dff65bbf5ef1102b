"""Tests that no run is stuck or duplicated by slow workers, wrong clocks or an unavailable database."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from daybreak.db import Database, apply_migrations, embedded
from daybreak.runs import Effects, Status, Worker, store, testing
from daybreak.runs.worker.executor import Executor

from .sample_kinds import ALL, EFFECTS, ScriptedResult, ScriptedWork, make_kind
from .worker_cluster import FAST_SETTINGS, LONG_LEASE_SETTINGS, WorkerCluster

pytestmark = pytest.mark.integration

TEN_MINUTES = 600.0
NEXT_WEEK = (
    "SELECT 'runs_partitions.runs_*_' || to_char(now() AT TIME ZONE 'UTC' + interval '7 days', 'IYYY_IW')"
)
PRUNE = "SELECT (runs_prune('0s', '28 days', '90 days', 100) -> 'partitions_made')::int"


async def test_handler_that_blocks_its_process_past_the_lease_loses_its_runs(cluster, owner):
    blocked = cluster.start_process()
    # When the blocked process continues, other attempts are in progress: its late commits are rejected.
    runs = await cluster.enqueue_many(
        owner, [ScriptedWork(sleep_seconds=2.5, block_seconds=4.0), ScriptedWork(sleep_seconds=3.0)]
    )
    for run in runs:
        await cluster.wait_for_status(run, Status.RUNNING)
    cluster.start_worker()
    ended = [await cluster.wait_until_ended(run) for run in runs]
    assert [(run.status, run.attempts) for run in ended] == [(Status.SUCCEEDED, 2)] * 2
    blocked.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(asyncio.to_thread(blocked.wait), 60) == 0
    assert await cluster.list_written_attempts(*runs) == [2, 2]


async def test_worker_frozen_in_its_commit_loses_its_run_after_the_lease(cluster, owner):
    frozen = cluster.start_process()
    run = await cluster.enqueue(owner, ScriptedWork(stop_process=True))
    await cluster.wait_until(lambda: asyncio.to_thread(is_stopped, frozen.pid))
    cluster.start_worker()
    ended = await cluster.wait_until_ended(run)
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 2)
    frozen.send_signal(signal.SIGCONT)
    frozen.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(asyncio.to_thread(frozen.wait), 60) == 0
    assert await cluster.list_written_attempts(run) == [2]


def is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


async def test_leases_are_independent_of_worker_clocks(cluster, owner):
    fast = cluster.start_process(clock_ahead=TEN_MINUTES, settings=LONG_LEASE_SETTINGS)
    first = await cluster.enqueue(owner, ScriptedWork(sleep_seconds=30), key="first")
    await cluster.wait_for_status(first, Status.RUNNING)
    slow = cluster.start_process(clock_ahead=-TEN_MINUTES, settings=LONG_LEASE_SETTINGS)
    later = await cluster.enqueue(owner, key="later", delay=timedelta(seconds=1))
    again = await cluster.enqueue(owner, ScriptedWork(fail="unavailable", fail_until=1), key="again")
    done = [await cluster.wait_until_ended(run) for run in (later, again)]
    assert [(run.status, run.attempts) for run in done] == [(Status.SUCCEEDED, 1), (Status.SUCCEEDED, 2)]
    assert done[0].started_at - done[0].created_at >= timedelta(seconds=1)
    # The slow worker has run its rescuer many times by now, without rescuing the run of the fast one.
    assert (await cluster.get(first)).attempts == 1
    fast.kill()
    fast.wait()
    await testing.advance_clock(cluster.database, owner, LONG_LEASE_SETTINGS.lease_time)
    await cluster.wait_until(lambda: has_started_again(cluster, first))
    assert slow.poll() is None


async def has_started_again(shared_cluster, run) -> bool:
    return (await shared_cluster.get(run)).attempts == 2


async def test_open_transaction_delays_pruning_and_blocks_no_run(cluster, owner):
    await cluster.as_owner.execute("UPDATE runs_maintenance_state SET pruned_at = NULL")
    week = await cluster.as_owner.fetchval(NEXT_WEEK)
    await cluster.as_owner.execute(
        f"DROP TABLE {week.replace('*', 'finished')}, {week.replace('*', 'events')}"
    )
    watching = await asyncpg.connect(cluster.app)
    async with watching.transaction(isolation="repeatable_read"):
        # Reading a list locks its partitions against changes until the transaction ends.
        await watching.execute("SET LOCAL daybreak.owner_ids = '{}'")
        assert await watching.fetchval("SELECT count(*) FROM runs_all") == 0
        cluster.start_worker()
        for _ in range(2):
            for run in await cluster.enqueue_many(owner, [ScriptedWork() for _ in range(50)]):
                assert (await cluster.wait_until_ended(run)).status is Status.SUCCEEDED
        assert await watching.fetchval("SELECT count(*) FROM runs_workers") == 0
    await watching.close()
    assert await cluster.as_owner.fetchval(PRUNE) == 2


async def test_worker_survives_a_database_restart(owner):
    with temporary_home() as home, ExitStack() as stack:
        stack.callback(embedded.stop, home)
        server = stack.enter_context(embedded.attach(home, fsync=False))
        await apply_migrations(server.dsn("daybreak_owner"))
        async with cluster_on(server) as before:
            await before.as_owner.execute(EFFECTS)
            worker = Worker(before.app, ALL, settings=FAST_SETTINGS)
            working = asyncio.create_task(worker.run())
            runs = await before.enqueue_many(owner, [ScriptedWork(sleep_seconds=1.0) for _ in range(20)])
            await before.wait_for_status(runs[0], Status.RUNNING)
            os.kill(server.pid, signal.SIGINT)
        await asyncio.sleep(2 * FAST_SETTINGS.lease_seconds)
        again = stack.enter_context(embedded.attach(home, fsync=False))
        async with cluster_on(again) as after:
            ended = [await after.wait_until_ended(run) for run in runs]
            assert {run.status for run in ended} == {Status.SUCCEEDED}
            assert len(await after.list_written_attempts(*runs)) == 20
        worker.drain()
        await asyncio.wait_for(working, 60)


async def test_worker_stops_in_time_and_reports_it_while_the_database_is_down(owner):
    with temporary_home() as home, ExitStack() as stack:
        stack.callback(embedded.stop, home)
        server = stack.enter_context(embedded.attach(home, fsync=False))
        await apply_migrations(server.dsn("daybreak_owner"))
        settings = FAST_SETTINGS.model_copy(update={"lease_seconds": 3.0})
        async with cluster_on(server) as before:
            await before.as_owner.execute(EFFECTS)
            process = before.start_process(settings=settings, stdout=subprocess.PIPE)
            stack.callback(process.kill)
            run = await before.enqueue(owner, ScriptedWork(sleep_seconds=30))
            await before.wait_for_status(run, Status.RUNNING)
            os.kill(server.pid, signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        output, _ = await asyncio.to_thread(process.communicate, timeout=60)
        assert process.returncode == 0
        assert b"claim the open runs when their leases expire" in output


@contextmanager
def temporary_home() -> Iterator[Path]:
    with TemporaryDirectory(prefix="daybreak-away-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@asynccontextmanager
async def cluster_on(server: embedded.EmbeddedServer) -> AsyncIterator[WorkerCluster]:
    app, owner = server.dsn("daybreak_app"), await asyncpg.connect(server.dsn("daybreak_owner"))
    try:
        async with Database.connect(app) as database:
            yield WorkerCluster(app, database, owner)
    finally:
        owner.terminate()  # the server may have stopped already


async def test_events_written_while_a_handler_ends_are_not_lost(cluster, owner, monkeypatch):
    write_progress, writing = store.write_progress, asyncio.Event()

    async def record_event(context) -> Effects[ScriptedResult]:
        context.record_event("counted", number=1)
        await writing.wait()

        async def write(_tx) -> ScriptedResult:
            return ScriptedResult(context.attempt)

        return Effects(write)

    async def write_slowly(tx, progress) -> None:
        writing.set()
        # Long enough for the run to end in the meantime, unless it is prevented.
        await asyncio.wait({attempt}, timeout=0.5)
        await write_progress(tx, progress)

    monkeypatch.setattr(store, "write_progress", write_slowly)
    recording = make_kind("test.recording", handler=record_event)
    run = await cluster.enqueue(owner, kind=recording)
    async with Executor(cluster.database, [recording], FAST_SETTINGS).run_loops() as started:
        (running,) = await started.claim([(owner, run.id)])
        attempt = asyncio.create_task(started.execute(running))
        await attempt
    names = [event.name for event in await cluster.list_events(run)]
    assert names == ["running", "counted", "succeeded"]
