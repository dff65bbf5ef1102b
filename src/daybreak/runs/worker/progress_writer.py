"""Progress and events of running attempts, written in batches at most once a second."""

import asyncio

from daybreak.db import Database
from daybreak.runs import store
from daybreak.runs.worker.registry import Registry, Running
from daybreak.telemetry import log

_EVERY = 1.0
_AT_ONCE = 100


class Reporter:
    """Writer of reported progress and events, fenced like all writes of a run."""

    def __init__(self, database: Database, registry: Registry) -> None:
        self._database = database
        self._registry = registry
        self._writing: set[Running] = set()
        self._lock = asyncio.Lock()

    async def run(self) -> None:
        """Write pending progress every second until cancelled."""
        while True:
            await asyncio.sleep(_EVERY)
            await self.flush()

    async def flush(self) -> None:
        """Write all pending progress."""
        untold = [running for running in self._registry if running.news.untold and not running.settling]
        untold.sort(key=lambda running: running.claim.place)
        for start in range(0, len(untold), _AT_ONCE):
            async with self._lock:
                await self._write([one for one in untold[start : start + _AT_ONCE] if not one.settling])

    async def quiet(self, running: Running) -> None:
        """Stop writing progress of this attempt; afterwards the rest of its buffer is certainly unwritten."""
        running.settling = True
        if running in self._writing:
            async with self._lock:
                return

    async def _write(self, group: list[Running]) -> None:
        if not group:
            return
        taken = [(running, running.news.take()) for running in group]
        self._writing.update(group)
        try:
            async with self._database.transaction({running.claim.owner_id for running in group}) as tx:
                await store.report(tx, [(running.claim, news) for running, news in taken])
        except Exception as error:  # noqa: BLE001 - written again next time
            log.warning("runs.report_failed", runs=len(group), error=type(error).__name__)
            for running, news in taken:
                running.news.put_back(news)
        else:
            for running, news in taken:
                running.news.written(news)
        finally:
            self._writing.difference_update(group)
