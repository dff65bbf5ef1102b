"""The scheduler: a loop that ticks and enqueues maintenance, in its own process or inside a worker."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress

from daybreak import clock
from daybreak.db import Database, log_failure
from daybreak.errors import public_message
from daybreak.schedule.heartbeat import SchedulerHeartbeat
from daybreak.schedule.maintenance.tasks import MaintenanceTask, PeriodicEnqueuer
from daybreak.schedule.settings import ScheduleSettings
from daybreak.schedule.tick import Ticker
from daybreak.telemetry import log

_PAUSED = "This scheduler does not tick."


class Scheduler:
    """The scheduling loop of one process; any number of schedulers may run at once.

    Decisions are final, so they go by the clock of the database. While the clock of this machine deviates
    from it by more than a minute, the scheduler does not tick.
    """

    def __init__(
        self,
        database: Database,
        settings: ScheduleSettings,
        maintenance_tasks: Sequence[MaintenanceTask] = (),
        ticker: Ticker | None = None,
    ) -> None:
        """Create a scheduler; it does nothing before `run`.

        Args:
            database: the database of this process.
            settings: tick interval and batch size.
            maintenance_tasks: maintenance tasks to enqueue by their cron lines.
            ticker: the ticker, whose clock counts; None for that of the database.
        """
        self._settings = settings
        self._database = database
        self._ticker = ticker or Ticker(database, settings)
        self._periodic_enqueuer = PeriodicEnqueuer(database, maintenance_tasks)
        self._heartbeat = SchedulerHeartbeat(database)
        self._stop = asyncio.Event()
        self.ready = asyncio.Event()

    def stop(self) -> None:
        """Stop after the current tick; then `run` returns."""
        self._stop.set()

    async def run(self) -> None:
        """Tick and enqueue due maintenance until stopped; a failure is retried at the next tick.

        Raises:
            Outdated: a newer program has migrated the database.
        """
        self._database.compatibility.on_outdated(self.stop)
        try:
            while not self._stop.is_set():
                await self._run_once()
                await self._pause()
        finally:
            await self._heartbeat.deregister()
        self._database.compatibility.raise_if_outdated()

    async def _run_once(self) -> None:
        try:
            work = await self._ticker.read_work()
            if deviation := clock.describe_deviation(work.clock_ahead):
                await self._heartbeat.send(f"{deviation} {_PAUSED}")
                return
            await self._ticker.tick(work.now, work)
            await self._periodic_enqueuer.enqueue_due(work.now)
            await self._heartbeat.send()
            self._log_started()
        except Exception as error:  # noqa: BLE001 - rows stay due, so the next tick finds the same
            await self._database.examine_error(error)
            log_failure("schedule.tick_failed", error, exc_info=True)
            await self._report_error(error)

    async def _report_error(self, error: Exception) -> None:
        # The write probably fails for the same reason, which is in the log already.
        with suppress(Exception):
            await self._heartbeat.send(public_message(error))

    def _log_started(self) -> None:
        if not self.ready.is_set():
            log.info("schedule.scheduler_started", tick_seconds=self._settings.tick_seconds)
            self.ready.set()

    async def _pause(self) -> None:
        # Jitter, so that several schedulers do not tick at the same instant.
        seconds = self._settings.tick_seconds * random.uniform(0.8, 1.0)  # noqa: S311 - not a secret
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
