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
from daybreak.agenda import FOLDERS_CHANNEL
from daybreak.errors import DaybreakError
from daybreak.runs import Worker
from daybreak.schedule import ScheduleSettings
from daybreak.settings import Settings
from daybreak.supervision import end_with_supervisor, stop_on_signals, supervise
from daybreak.threads import exit_if_busy

_GC_THRESHOLDS = (50_000, 20, 20)


def run_worker(on_ready: Callable[[], None] | None = None) -> None:
    """Execute runs in this process until it is drained.

    Args:
        on_ready: called once the worker consumes jobs.

    Raises:
        Misconfigured: a setting, the role or the schema is wrong.
        Unavailable: the database does not answer.
        Outdated: a newer program has migrated the database; the worker has drained.
    """
    current = wiring.load_settings()
    telemetry.configure(current.log_level)
    telemetry.capture_stdlib_logging()
    # uvloop spends a third less time than asyncio's default loop on the same runs.
    with (
        wiring.postgres(current, long_running=True) as addresses,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_run_worker(current, addresses, on_ready))


async def _run_worker(
    current: Settings, database_urls: wiring.DatabaseUrls, on_ready: Callable[[], None] | None
) -> None:
    async with wiring.open_database(database_urls) as database:
        watcher = wiring.folder_watcher(database, current)
        worker = Worker(
            database_urls.app,
            wiring.kinds(),
            compatibility=database.compatibility,
            listeners={FOLDERS_CHANNEL: watcher.wake},
        )
        tune_gc()
        stop_on_signals(worker.drain)
        background = [asyncio.create_task(_announce_ready(worker.ready, on_ready))]
        if ScheduleSettings.load().in_worker:
            background.append(asyncio.create_task(wiring.scheduler(database).run()))
        background.append(asyncio.create_task(watcher.run()))
        try:
            await worker.run()
        finally:
            await _cancel_all(background)


def tune_gc() -> None:
    """Collect garbage less often, and exclude all objects that exist at startup.

    With Python's default thresholds, garbage collection takes a quarter of the time of composing a brief.
    """
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)


def run_scheduler(on_ready: Callable[[], None] | None = None) -> None:
    """Run the scheduler in this process until it is stopped.

    Args:
        on_ready: called once the first tick is complete.

    Raises:
        Misconfigured: a setting, the role or the schema is wrong.
        Unavailable: the database does not answer.
        Outdated: a newer program has migrated the database.
    """
    current = wiring.load_settings()
    telemetry.configure(current.log_level)
    telemetry.capture_stdlib_logging()
    with wiring.postgres(current, long_running=True) as addresses:
        asyncio.run(_run_scheduler(addresses, on_ready))


async def _run_scheduler(database_urls: wiring.DatabaseUrls, on_ready: Callable[[], None] | None) -> None:
    async with wiring.open_database(database_urls) as database:
        scheduler = wiring.scheduler(database)
        stop_on_signals(scheduler.stop)
        announcing = asyncio.create_task(_announce_ready(scheduler.ready, on_ready))
        try:
            await scheduler.run()
        finally:
            await _cancel_all([announcing])


async def _cancel_all(tasks: list[asyncio.Task[None]]) -> None:
    # A cancelled tick rolls back one batch; the next tick of any scheduler continues there.
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _check_database(database_urls: wiring.DatabaseUrls) -> None:
    """Raise for a database that no worker could use; migrate the embedded database."""
    async with wiring.open_database(database_urls, connections=1):
        return


async def _announce_ready(ready: asyncio.Event, on_ready: Callable[[], None] | None) -> None:
    await ready.wait()
    if on_ready:
        on_ready()


def run_workers(process_count: int) -> None:
    """Run this many worker processes, restarting each that exits, until stopped; then wait for them.

    Raises:
        Misconfigured: a setting, the role or the schema is wrong.
        Unavailable: the database does not answer.
    """
    current = wiring.load_settings()
    telemetry.configure(current.log_level)
    telemetry.capture_stdlib_logging()
    with wiring.postgres(current, long_running=True) as addresses:
        asyncio.run(_run_workers(addresses, process_count))


async def _run_workers(database_urls: wiring.DatabaseUrls, process_count: int) -> None:
    await _check_database(database_urls)
    stop = asyncio.Event()
    stop_on_signals(stop.set)
    await supervise([(sys.executable, "-m", __name__)] * process_count, stop)


def main() -> None:
    """Run a worker process for a supervisor, and exit with the code of its error."""
    code = 0
    try:
        run_worker()
    except DaybreakError as error:
        sys.stderr.write(f"daybreak: {error}\n")
        code = error.exit_code
    exit_if_busy(code)
    sys.exit(code)


if __name__ == "__main__":
    end_with_supervisor()
    main()
