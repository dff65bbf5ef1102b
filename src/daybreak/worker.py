"""The background processes: a worker executes runs, a scheduler enqueues due briefs.

SIGTERM and Ctrl-C drain a worker: it claims no more runs, waits a limited time for those in progress, and
releases the rest.
"""

import asyncio
import gc
import sys
from collections.abc import Callable

import uvloop

from daybreak import telemetry, wiring
from daybreak.runs import Worker
from daybreak.schedule import ScheduleSettings
from daybreak.supervision import keep_going, on_signals

_GARBAGE = (50_000, 20, 20)


def work(ready: Callable[[], None] | None = None) -> None:
    """Execute runs in this process until it is drained.

    Args:
        ready: called once the worker consumes jobs.

    Raises:
        Misconfigured: a setting, the role or the schema is wrong.
        Unavailable: the database does not answer.
    """
    current = wiring.load_settings()
    telemetry.configure(current.log_level)
    telemetry.adopt_libraries()
    # uvloop spends a third less time than asyncio's default loop on the same runs.
    with (
        wiring.postgres(current) as addresses,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_work(addresses, ready))


async def _work(addresses: wiring.Addresses, ready: Callable[[], None] | None) -> None:
    async with wiring.open_database(addresses) as database:
        worker = Worker(addresses.app, wiring.kinds())
        collect_garbage_seldom()
        on_signals(worker.drain)
        beside = [asyncio.create_task(_tell(worker.ready, ready))]
        if ScheduleSettings.load().in_worker:
            beside.append(asyncio.create_task(wiring.scheduler(database).run()))
        try:
            await worker.run()
        finally:
            await _end(beside)


def collect_garbage_seldom() -> None:
    """Collect garbage less often, and exclude all objects that exist at startup.

    With Python's default thresholds, garbage collection takes a quarter of the time of composing a brief.
    """
    gc.freeze()
    gc.set_threshold(*_GARBAGE)


def keep_schedule(ready: Callable[[], None] | None = None) -> None:
    """Run the scheduler in this process until it is stopped.

    Args:
        ready: called once the first tick is complete.

    Raises:
        Misconfigured: a setting, the role or the schema is wrong.
        Unavailable: the database does not answer.
    """
    current = wiring.load_settings()
    telemetry.configure(current.log_level)
    with wiring.postgres(current) as addresses:
        asyncio.run(_keep_schedule(addresses, ready))


async def _keep_schedule(addresses: wiring.Addresses, ready: Callable[[], None] | None) -> None:
    async with wiring.open_database(addresses) as database:
        scheduler = wiring.scheduler(database)
        on_signals(scheduler.stop)
        telling = asyncio.create_task(_tell(scheduler.ready, ready))
        try:
            await scheduler.run()
        finally:
            await _end([telling])


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    # A cancelled tick rolls back one batch; the next tick of any scheduler continues there.
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _check(addresses: wiring.Addresses) -> None:
    """Raise for a database that no worker could use; migrate the embedded database."""
    async with wiring.open_database(addresses, connections=1):
        return


async def _tell(begun: asyncio.Event, ready: Callable[[], None] | None) -> None:
    await begun.wait()
    if ready:
        ready()


def supervise(processes: int) -> None:
    """Run this many worker processes, restarting each that exits, until stopped; then wait for them.

    Raises:
        Misconfigured: a setting, the role or the schema is wrong.
        Unavailable: the database does not answer.
    """
    current = wiring.load_settings()
    telemetry.configure(current.log_level)
    with wiring.postgres(current) as addresses:
        asyncio.run(_supervise(addresses, processes))


async def _supervise(addresses: wiring.Addresses, processes: int) -> None:
    await _check(addresses)
    stop = asyncio.Event()
    on_signals(stop.set)
    await keep_going([(sys.executable, "-m", __name__)] * processes, stop)


if __name__ == "__main__":
    work()
