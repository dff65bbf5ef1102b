"""The processes in the background: a worker does runs, a scheduler keeps the schedule, until told to stop.

SIGTERM and Ctrl-C drain it: nothing more begins, what runs may end in its time, the rest is given back.
"""

import asyncio
import gc
import sys
from collections.abc import Callable

import uvloop

from daybreak import telemetry, wiring
from daybreak.processes import keep_going, on_signals
from daybreak.runs import Worker
from daybreak.schedule import ScheduleSettings

_GARBAGE = (50_000, 20, 20)


def work(ready: Callable[[], None] | None = None) -> None:
    """Do runs in this process until it is drained.

    Args:
        ready: called once it answers doorbells.

    Raises:
        Misconfigured: a setting, the role or the schema is wrong.
        Unavailable: the database does not answer.
    """
    current = wiring.load_settings()
    telemetry.configure(current.log_level)
    telemetry.adopt_libraries()
    # This loop spends a third less time than asyncio's own on the same runs.
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
    """Look through what runs leave behind, less often, and never again through what is there to stay.

    By Python's own thresholds that takes a quarter of the time of composing a brief.
    """
    gc.freeze()
    gc.set_threshold(*_GARBAGE)


def keep_schedule(ready: Callable[[], None] | None = None) -> None:
    """Keep the schedule in this process until told to stop.

    Args:
        ready: called once the first tick is over.

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
    # A tick that is cut off rolls one chunk back, and whoever ticks next goes on there.
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _check(addresses: wiring.Addresses) -> None:
    """Refuse what no worker could work with; the embedded database gets this version's schema."""
    async with wiring.open_database(addresses, connections=1):
        return


async def _tell(begun: asyncio.Event, ready: Callable[[], None] | None) -> None:
    await begun.wait()
    if ready:
        ready()


def supervise(processes: int) -> None:
    """Keep so many workers going, each a process of its own, until told to stop; then wait for them.

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
