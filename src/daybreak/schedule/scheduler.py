"""The scheduler: a loop that ticks and enqueues maintenance, in its own process or inside a worker."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress

from daybreak import clock
from daybreak.db import Database
from daybreak.errors import sentence_of
from daybreak.schedule.heartbeat import Presence
from daybreak.schedule.maintenance.tasks import Caretaker, Upkeep
from daybreak.schedule.settings import ScheduleSettings
from daybreak.schedule.tick import Ticker
from daybreak.telemetry import log


class Scheduler:
    """The scheduling loop of one process; any number of schedulers may run at once."""

    def __init__(
        self, database: Database, settings: ScheduleSettings, upkeeps: Sequence[Upkeep] = ()
    ) -> None:
        """Create a scheduler; it does nothing before `run`.

        Args:
            database: the database of this process.
            settings: tick interval and batch size.
            upkeeps: maintenance tasks to enqueue by their cron lines.
        """
        self._settings = settings
        self._ticker = Ticker(database, settings)
        self._caretaker = Caretaker(database, upkeeps)
        self._presence = Presence(database)
        self._stop = asyncio.Event()
        self.ready = asyncio.Event()

    def stop(self) -> None:
        """Stop after the current tick; then `run` returns."""
        self._stop.set()

    async def run(self) -> None:
        """Tick and enqueue due maintenance until stopped; a failure is retried at the next tick."""
        try:
            while not self._stop.is_set():
                await self._turn()
                await self._pause()
        finally:
            await self._presence.leave()

    async def _turn(self) -> None:
        try:
            await self._ticker.tick(clock.now())
            await self._caretaker.start_due(clock.now())
            await self._presence.say()
            self._tell_of_the_start()
        except Exception as error:  # noqa: BLE001 - rows stay due, so the next tick finds the same
            log.warning("schedule.tick_failed", error=type(error).__name__, exc_info=True)
            await self._say_trouble(error)

    async def _say_trouble(self, error: Exception) -> None:
        # The write probably fails for the same reason, which is in the log already.
        with suppress(Exception):
            await self._presence.say(sentence_of(error))

    def _tell_of_the_start(self) -> None:
        if not self.ready.is_set():
            log.info("schedule.started", interval=self._settings.interval)
            self.ready.set()

    async def _pause(self) -> None:
        # Jitter, so that several schedulers do not tick at the same instant.
        seconds = self._settings.interval * random.uniform(0.8, 1.0)  # noqa: S311 - not a secret
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
