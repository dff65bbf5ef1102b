"""The worker's process: it does runs until it is told to stop.

SIGTERM and Ctrl-C drain it: nothing more begins, what runs may end in its time, the rest is given back.
"""

import asyncio
import sys
from collections.abc import Callable

from daybreak import telemetry, wiring
from daybreak.processes import keep_going, on_signals
from daybreak.runs import Worker


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
    with wiring.postgres(current) as addresses:
        asyncio.run(_work(addresses, ready))


async def _work(addresses: wiring.Addresses, ready: Callable[[], None] | None) -> None:
    await _check(addresses)
    worker = Worker(addresses.app, wiring.kinds())
    on_signals(worker.drain)
    telling = asyncio.create_task(_tell(worker, ready))
    try:
        await worker.run()
    finally:
        telling.cancel()


async def _check(addresses: wiring.Addresses) -> None:
    """Refuse what no worker could work with; the embedded database gets this version's schema."""
    async with wiring.open_database(addresses, connections=1):
        return


async def _tell(worker: Worker, ready: Callable[[], None] | None) -> None:
    await worker.ready.wait()
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
