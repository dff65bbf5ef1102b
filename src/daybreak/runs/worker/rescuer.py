"""Rescues runs of dead workers, re-dispatches lost jobs, admits waiting runs and creates partitions."""

import asyncio
import random
from datetime import timedelta

from daybreak.db import Database, load, log_failure
from daybreak.runs.settings import RunsSettings
from daybreak.telemetry import log

_sql = load("daybreak.runs")
_BATCH_SIZE = 5000
_MAX_PASSES = 10
_RESCUES_PER_FOLD = 6
_PRUNE_INTERVAL = timedelta(minutes=10)
_PARTITIONS_AHEAD = timedelta(weeks=4)


class Rescuer:
    """The rescuer of every worker; an advisory lock of the database lets one run at a time."""

    def __init__(self, database: Database, settings: RunsSettings) -> None:
        self._database = database
        self._settings = settings

    async def run(self) -> None:
        """Rescue, fold counters and prune periodically, until cancelled."""
        passes = 0
        while True:
            try:
                for _ in range(_MAX_PASSES):
                    if not await self.run_once():
                        break
                if passes % _RESCUES_PER_FOLD == 0:
                    await self.fold_counters()
                    await self.prune()
                passes += 1
            except Exception as error:  # noqa: BLE001 - the next pass finds the same
                await self._database.examine_error(error)
                log_failure("runs.rescue_failed", error)
            await asyncio.sleep(self._settings.rescue_seconds * random.uniform(0.8, 1.0))  # noqa: S311 - not a secret

    async def run_once(self) -> bool:
        """Run one pass; return whether more is left than one pass can process."""
        settings = self._settings
        async with self._database.without_owner() as connection:
            redispatch_after = timedelta(seconds=settings.redispatch_seconds)
            found = await connection.fetchrow(
                _sql.rescue,
                settings.max_dispatched_per_user,
                redispatch_after,
                settings.lease_time,
                _BATCH_SIZE,
            )
        if found is None:
            return False
        counts = {name: found[name] for name in ("expired", "redispatched", "dispatched", "recounted")}
        if any(counts.values()):
            log.info("runs.rescued", **counts)
        return bool(
            found["expired"] == _BATCH_SIZE
            or found["redispatched"] >= _BATCH_SIZE
            or found["checked"] == _BATCH_SIZE
        )

    async def fold_counters(self) -> None:
        """Fold the counters, so that reading them stays fast."""
        async with self._database.without_owner() as connection:
            await connection.execute(_sql.fold_counters)

    async def prune(self) -> None:
        """Delete expired rows and create future partitions, unless a worker did so within 10 minutes."""
        keep = timedelta(days=self._settings.retention_days)
        async with self._database.without_owner() as connection:
            await connection.execute(_sql.prune, _PRUNE_INTERVAL, _PARTITIONS_AHEAD, keep, 10 * _BATCH_SIZE)
