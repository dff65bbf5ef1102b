"""Progress and events of running attempts, written in batches at most once a second."""

import asyncio

from daybreak.db import Database, log_failure
from daybreak.runs import store
from daybreak.runs.worker.registry import AttemptRegistry, RunningAttempt

_INTERVAL_SECONDS = 1.0
_BATCH_SIZE = 100


class ProgressWriter:
    """Writer of reported progress and events, fenced like all writes of a run."""

    def __init__(self, database: Database, registry: AttemptRegistry) -> None:
        self._database = database
        self._registry = registry
        self._writing: set[RunningAttempt] = set()
        self._lock = asyncio.Lock()

    async def run(self) -> None:
        """Write pending progress every second until cancelled."""
        while True:
            await asyncio.sleep(_INTERVAL_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Write all pending progress."""
        pending = [
            running
            for running in self._registry
            if running.progress_buffer.is_dirty and not running.is_completing
        ]
        pending.sort(key=lambda running: running.claim.lock_key)
        for start in range(0, len(pending), _BATCH_SIZE):
            async with self._lock:
                await self._write(
                    [one for one in pending[start : start + _BATCH_SIZE] if not one.is_completing]
                )

    async def detach(self, running: RunningAttempt) -> None:
        """Stop writing progress of this attempt; afterwards the rest of its buffer is certainly unwritten."""
        running.is_completing = True
        if running in self._writing:
            async with self._lock:
                return

    async def _write(self, attempts: list[RunningAttempt]) -> None:
        if not attempts:
            return
        drained = [(running, running.progress_buffer.drain()) for running in attempts]
        self._writing.update(attempts)
        try:
            async with self._database.transaction({running.claim.owner_id for running in attempts}) as tx:
                await store.write_progress(tx, [(running.claim, news) for running, news in drained])
        except Exception as error:  # noqa: BLE001 - written again next time
            log_failure("runs.progress_write_failed", error, runs=len(attempts))
            for running, news in drained:
                running.progress_buffer.restore(news)
        else:
            for running, news in drained:
                running.progress_buffer.mark_written(news)
        finally:
            self._writing.difference_update(attempts)
