"""What mends the rest: runs of dead workers, lost doorbells, places left free, weeks without partitions."""

import asyncio
import random
from datetime import timedelta

from daybreak.db import Database, load
from daybreak.runs.settings import RunsSettings
from daybreak.telemetry import log

_sql = load(__package__)
_BATCH = 5000
_PASSES_AT_ONCE = 10
_AHEAD = timedelta(weeks=4)
_SWEEPS_TO_TIDY = 6
_SWEEPS_TO_RENEW_PARTITIONS = 360


class Sweep:
    """Every worker sweeps; the database lets one do so at a time."""

    def __init__(self, database: Database, settings: RunsSettings) -> None:
        self._database = database
        self._settings = settings

    async def run(self) -> None:
        """Sweep, until cancelled."""
        sweeps = 0
        while True:
            try:
                for _ in range(_PASSES_AT_ONCE):
                    if not await self.once():
                        break
                if sweeps % _SWEEPS_TO_TIDY == 0:
                    await self.tidy()
                if sweeps % _SWEEPS_TO_RENEW_PARTITIONS == 0:
                    await self.renew_partitions()
                sweeps += 1
            except Exception as error:  # noqa: BLE001 - the next pass finds the same
                log.warning("runs.sweep_failed", error=type(error).__name__)
            await asyncio.sleep(self._settings.sweep * random.uniform(0.8, 1.0))  # noqa: S311 - not a secret

    async def once(self) -> bool:
        """One pass; gives whether there is more than one pass can do."""
        settings = self._settings
        async with self._database.ownerless() as connection:
            grace = timedelta(seconds=settings.grace)
            found = await connection.fetchrow(_sql.sweep, settings.window, grace, settings.lease_time, _BATCH)
        if found is None:
            return False
        if found["expired"] or found["rung"] or found["admitted"]:
            log.info("runs.swept", expired=found["expired"], rung=found["rung"], admitted=found["admitted"])
        return bool(found["expired"] == _BATCH or found["rung"] >= _BATCH or found["looked"] == _BATCH)

    async def tidy(self) -> None:
        """Prune what nobody needs."""
        async with self._database.ownerless() as connection:
            await connection.execute(_sql.tidy, 10 * _BATCH)

    async def renew_partitions(self) -> None:
        """Make the weeks to come, drop those that are over for long enough."""
        async with self._database.ownerless() as connection:
            await connection.execute(_sql.make_partitions, _AHEAD)
            await connection.execute(_sql.drop_partitions, timedelta(days=self._settings.keep_days))
