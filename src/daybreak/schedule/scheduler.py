"""The scheduler: a loop that ticks and starts upkeep, in a process of its own or inside of a worker."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress

from daybreak import clock
from daybreak.db import Database
from daybreak.errors import sentence_of
from daybreak.schedule.keepers import Presence
from daybreak.schedule.settings import ScheduleSettings
from daybreak.schedule.ticking import Ticker
from daybreak.schedule.upkeep import Caretaker, Upkeep
from daybreak.telemetry import log


class Scheduler:
    """Keeps the schedule until it is told to stop; any number may."""

    def __init__(
        self, database: Database, settings: ScheduleSettings, upkeeps: Sequence[Upkeep] = ()
    ) -> None:
        """Make a scheduler; nothing happens before `run`.

        Args:
            database: where everything is.
            settings: how often, and how much at once.
            upkeeps: what else is done by the clock.
        """
        self._settings = settings
        self._ticker = Ticker(database, settings)
        self._caretaker = Caretaker(database, upkeeps)
        self._presence = Presence(database)
        self._stop = asyncio.Event()
        self.ready = asyncio.Event()

    def stop(self) -> None:
        """Begin no other tick; then `run` returns."""
        self._stop.set()

    async def run(self) -> None:
        """Tick and start upkeep, until told to stop. What fails is tried again at the next turn."""
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
        # Most likely it fails for the same reason, and the log has it.
        with suppress(Exception):
            await self._presence.say(sentence_of(error))

    def _tell_of_the_start(self) -> None:
        if not self.ready.is_set():
            log.info("schedule.started", interval=self._settings.interval)
            self.ready.set()

    async def _pause(self) -> None:
        # Several schedulers soon look at different moments instead of all at once.
        seconds = self._settings.interval * random.uniform(0.8, 1.0)  # noqa: S311 - not a secret
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
