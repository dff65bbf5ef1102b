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

from daybreak.db import Database, embedded, migrate
from daybreak.runs import Effects, Status, Worker, store, testing
from daybreak.runs.worker.executor import Engine

from .sample_kinds import ALL, EFFECTS, Order, Receipt, kind
from .worker_cluster import PATIENT, QUICK, Station

pytestmark = pytest.mark.integration

TEN_MINUTES = 600.0
NEXT_WEEK = (
    "SELECT 'runs_partitions.runs_*_' || to_char(now() AT TIME ZONE 'UTC' + interval '7 days', 'IYYY_IW')"
)
UPKEEP = "SELECT (runs_upkeep('0s', '28 days', '90 days', 100) -> 'partitions_made')::int"


async def test_handler_that_blocks_its_process_past_the_lease_loses_its_runs(engine_room, owner):
    blocked = engine_room.process()
    # When the blocked process continues, other attempts are in progress: its late commits are rejected.
    runs = await engine_room.start_many(owner, [Order(nap=2.5, block=4.0), Order(nap=3.0)])
    for run in runs:
        await engine_room.status(run, Status.RUNNING)
    engine_room.worker()
    ended = [await engine_room.ended(run) for run in runs]
    assert [(run.status, run.attempts) for run in ended] == [(Status.SUCCEEDED, 2)] * 2
    blocked.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(asyncio.to_thread(blocked.wait), 60) == 0
    assert await engine_room.attempts_written(*runs) == [2, 2]


async def test_worker_frozen_in_its_commit_loses_its_run_after_the_lease(engine_room, owner):
    frozen = engine_room.process()
    run = await engine_room.start(owner, Order(freeze=True))
    await engine_room.until(lambda: asyncio.to_thread(is_stopped, frozen.pid))
    engine_room.worker()
    ended = await engine_room.ended(run)
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 2)
    frozen.send_signal(signal.SIGCONT)
    frozen.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(asyncio.to_thread(frozen.wait), 60) == 0
    assert await engine_room.attempts_written(run) == [2]


def is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


async def test_leases_are_independent_of_worker_clocks(engine_room, owner):
    fast = engine_room.process(ahead=TEN_MINUTES, settings=PATIENT)
    first = await engine_room.start(owner, Order(nap=30), key="first")
    await engine_room.status(first, Status.RUNNING)
    slow = engine_room.process(ahead=-TEN_MINUTES, settings=PATIENT)
    later = await engine_room.start(owner, key="later", delay=timedelta(seconds=1))
    again = await engine_room.start(owner, Order(fail="unavailable", fail_until=1), key="again")
    done = [await engine_room.ended(run) for run in (later, again)]
    assert [(run.status, run.attempts) for run in done] == [(Status.SUCCEEDED, 1), (Status.SUCCEEDED, 2)]
    assert done[0].started_at - done[0].created_at >= timedelta(seconds=1)
    # The slow worker has run its rescuer many times by now, without rescuing the run of the fast one.
    assert (await engine_room.get(first)).attempts == 1
    fast.kill()
    fast.wait()
    await testing.move_clock(engine_room.database, owner, PATIENT.lease_time)
    await engine_room.until(lambda: begun_again(engine_room, first))
    assert slow.poll() is None


async def begun_again(station, run) -> bool:
    return (await station.get(run)).attempts == 2


async def test_open_transaction_delays_pruning_and_blocks_no_run(engine_room, owner):
    await engine_room.as_owner.execute("UPDATE runs_sweeps SET upkept_at = NULL")
    week = await engine_room.as_owner.fetchval(NEXT_WEEK)
    await engine_room.as_owner.execute(
        f"DROP TABLE {week.replace('*', 'finished')}, {week.replace('*', 'events')}"
    )
    watching = await asyncpg.connect(engine_room.app)
    async with watching.transaction(isolation="repeatable_read"):
        # Reading a list locks its partitions against changes until the transaction ends.
        await watching.execute("SET LOCAL daybreak.owner_ids = '{}'")
        assert await watching.fetchval("SELECT count(*) FROM runs_all") == 0
        engine_room.worker()
        for _ in range(2):
            for run in await engine_room.start_many(owner, [Order() for _ in range(50)]):
                assert (await engine_room.ended(run)).status is Status.SUCCEEDED
        assert await watching.fetchval("SELECT count(*) FROM runs_workers") == 0
    await watching.close()
    assert await engine_room.as_owner.fetchval(UPKEEP) == 2


async def test_worker_survives_a_database_restart(owner):
    with home_of_its_own() as home, ExitStack() as stack:
        stack.callback(embedded.stop, home)
        server = stack.enter_context(embedded.attach(home, fsync=False))
        await migrate(server.dsn("daybreak_owner"))
        async with station_on(server) as before:
            await before.as_owner.execute(EFFECTS)
            worker = Worker(before.app, ALL, settings=QUICK)
            working = asyncio.create_task(worker.run())
            runs = await before.start_many(owner, [Order(nap=1.0) for _ in range(20)])
            await before.status(runs[0], Status.RUNNING)
            os.kill(server.pid, signal.SIGINT)
        await asyncio.sleep(2 * QUICK.lease)
        again = stack.enter_context(embedded.attach(home, fsync=False))
        async with station_on(again) as after:
            ended = [await after.ended(run) for run in runs]
            assert {run.status for run in ended} == {Status.SUCCEEDED}
            assert len(await after.attempts_written(*runs)) == 20
        worker.drain()
        await asyncio.wait_for(working, 60)


async def test_worker_stops_in_time_and_reports_it_while_the_database_is_down(owner):
    with home_of_its_own() as home, ExitStack() as stack:
        stack.callback(embedded.stop, home)
        server = stack.enter_context(embedded.attach(home, fsync=False))
        await migrate(server.dsn("daybreak_owner"))
        settings = QUICK.model_copy(update={"lease": 3.0})
        async with station_on(server) as before:
            await before.as_owner.execute(EFFECTS)
            process = before.process(settings=settings, stdout=subprocess.PIPE)
            stack.callback(process.kill)
            run = await before.start(owner, Order(nap=30))
            await before.status(run, Status.RUNNING)
            os.kill(server.pid, signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        words, _ = await asyncio.to_thread(process.communicate, timeout=60)
        assert process.returncode == 0
        assert b"claim the open runs when their leases expire" in words


@contextmanager
def home_of_its_own() -> Iterator[Path]:
    with TemporaryDirectory(prefix="daybreak-away-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@asynccontextmanager
async def station_on(server: embedded.Server) -> AsyncIterator[Station]:
    app, owner = server.dsn("daybreak_app"), await asyncpg.connect(server.dsn("daybreak_owner"))
    try:
        async with Database.connect(app) as database:
            yield Station(app, database, owner)
    finally:
        owner.terminate()  # the server may have stopped already


async def test_events_written_while_a_handler_ends_are_not_lost(engine_room, owner, monkeypatch):
    report, reporting = store.report, asyncio.Event()

    async def talkative(task) -> Effects[Receipt]:
        task.event("counted", number=1)
        await reporting.wait()

        async def write(_tx) -> Receipt:
            return Receipt(task.attempt)

        return Effects(write)

    async def slow_report(tx, news) -> None:
        reporting.set()
        # Long enough for the run to end in the meantime, unless it is prevented.
        await asyncio.wait({attempt}, timeout=0.5)
        await report(tx, news)

    monkeypatch.setattr(store, "report", slow_report)
    talking = kind("test.talking", handler=talkative)
    run = await engine_room.start(owner, kind=talking)
    async with Engine(engine_room.database, [talking], QUICK).started() as started:
        (running,) = await started.claim([(owner, run.id)])
        attempt = asyncio.create_task(started.execute(running))
        await attempt
    names = [event.name for event in await engine_room.events(run)]
    assert names == ["running", "counted", "succeeded"]
