"""The consumer of one queue in a worker: limited capacity, and the handling of jobs."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

from daybreak.db import log_failure
from daybreak.runs import store
from daybreak.runs.model import Queue
from daybreak.runs.store import RunKey
from daybreak.runs.worker.executor import Executor
from daybreak.runs.worker.registry import RunningAttempt

_CAPACITY_TIMEOUT_SECONDS = 10.0
_LINGER_SECONDS = 0.01
_REDISPATCH_PRIORITY = 1


class Capacity:
    """The free capacity of a queue; waiting for it is the back-pressure on the jobs of a busy queue."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._changed = asyncio.Condition()
        self._acquire_lock = asyncio.Lock()
        self._closed = False

    async def acquire(self, max_count: int, max_wait_seconds: float) -> int:
        """Acquire capacity for 1 to `max_count` runs; return 0 after the timeout or when closed."""
        try:
            async with asyncio.timeout(max_wait_seconds), self._acquire_lock:
                await self._wait_until_free(max_count)
        except TimeoutError:
            return 0
        acquired = 0 if self._closed else min(max_count, self._free)
        self._free -= acquired
        return acquired

    async def _wait_until_free(self, max_count: int) -> None:
        """Wait until a run fits, then briefly for more: runs end together, and a claim is a transaction."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._free or self._closed)
        if self._free < max_count and not self._closed:
            await asyncio.sleep(_LINGER_SECONDS)

    async def release(self, count: int) -> None:
        """Release capacity for this many runs."""
        async with self._changed:
            self._free += count
            self._changed.notify_all()

    async def close(self) -> None:
        """Refuse all further acquisition."""
        async with self._changed:
            self._closed = True
            self._changed.notify_all()


class QueueConsumer:
    """The consumer of a queue: claims the runs that jobs name and starts them within its capacity."""

    def __init__(self, queue: Queue, executor: Executor, task_group: asyncio.TaskGroup) -> None:
        self._queue = queue
        self._executor = executor
        self._task_group = task_group
        concurrency = executor.settings.concurrency(queue)
        self._capacity = Capacity(concurrency)
        # With a concurrency of 1 a run must see the rows that the previous one has committed.
        self._releases_early = concurrency > 1

    async def handle_job(self, run_keys: Sequence[RunKey]) -> None:
        """Claim and execute these runs; never raises, since the rows record all errors."""
        try:
            await self._claim_and_execute(sorted(run_keys))
        except Exception as error:  # noqa: BLE001 - the rescuer dispatches unclaimed runs again
            await self._executor.database.examine_error(error)
            log_failure("runs.claim_failed", error, runs=len(run_keys))

    async def close(self) -> None:
        """Stop claiming runs."""
        await self._capacity.close()

    async def _claim_and_execute(self, run_keys: list[RunKey]) -> None:
        while run_keys:
            acquired = await self._capacity.acquire(len(run_keys), _CAPACITY_TIMEOUT_SECONDS)
            if not acquired:
                await self._redispatch(run_keys)
                return
            attempts: list[RunningAttempt] = []
            try:
                attempts = await self._executor.claim(run_keys[:acquired])
            finally:
                await self._capacity.release(acquired - len(attempts))
            for running in attempts:
                self._task_group.create_task(self._execute(running))
            run_keys = run_keys[acquired:]

    async def _redispatch(self, run_keys: list[RunKey]) -> None:
        """Dispatch the runs again, before later ones: another worker may have capacity."""
        async with self._executor.database.transaction({owner for owner, _ in run_keys}) as tx:
            await store.redispatch(tx, self._queue, run_keys, priority=_REDISPATCH_PRIORITY)

    async def _execute(self, running: RunningAttempt) -> None:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._capacity.release, 1)
            await self._executor.execute(running, stack.aclose if self._releases_early else None)
