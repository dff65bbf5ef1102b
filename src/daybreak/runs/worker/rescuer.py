"""Rescues runs of dead workers, re-dispatches lost jobs, admits waiting runs and creates partitions."""

import asyncio
import random
from datetime import timedelta

from daybreak.db import Database, load
from daybreak.runs.settings import RunsSettings
from daybreak.telemetry import log

_sql = load("daybreak.runs")
_BATCH = 5000
_PASSES_AT_ONCE = 10
_SWEEPS_TO_FOLD = 6
_UPKEEP_EVERY = timedelta(minutes=10)
_AHEAD = timedelta(weeks=4)


class Sweep:
    """The rescuer of every worker; an advisory lock of the database lets one run at a time."""

    def __init__(self, database: Database, settings: RunsSettings) -> None:
        self._database = database
        self._settings = settings

    async def run(self) -> None:
        """Rescue, fold counters and prune periodically, until cancelled."""
        sweeps = 0
        while True:
            try:
                for _ in range(_PASSES_AT_ONCE):
                    if not await self.once():
                        break
                if sweeps % _SWEEPS_TO_FOLD == 0:
                    await self.fold()
                    await self.upkeep()
                sweeps += 1
            except Exception as error:  # noqa: BLE001 - the next pass finds the same
                log.warning("runs.sweep_failed", error=type(error).__name__)
            await asyncio.sleep(self._settings.sweep * random.uniform(0.8, 1.0))  # noqa: S311 - not a secret

    async def once(self) -> bool:
        """Run one pass; return whether more is left than one pass can process."""
        settings = self._settings
        async with self._database.ownerless() as connection:
            grace = timedelta(seconds=settings.grace)
            found = await connection.fetchrow(_sql.sweep, settings.window, grace, settings.lease_time, _BATCH)
        if found is None:
            return False
        mended = {name: found[name] for name in ("expired", "rung", "admitted", "recounted")}
        if any(mended.values()):
            log.info("runs.swept", **mended)
        return bool(found["expired"] == _BATCH or found["rung"] >= _BATCH or found["looked"] == _BATCH)

    async def fold(self) -> None:
        """Fold the counters, so that reading them stays fast."""
        async with self._database.ownerless() as connection:
            await connection.execute(_sql.fold)

    async def upkeep(self) -> None:
        """Delete expired rows and create future partitions, unless a worker did so within 10 minutes."""
        keep = timedelta(days=self._settings.keep_days)
        async with self._database.ownerless() as connection:
            await connection.execute(_sql.upkeep, _UPKEEP_EVERY, _AHEAD, keep, 10 * _BATCH)
