"""The only way for a run to write: fenced commits, several runs per transaction.

Attempts that end within a few milliseconds share a transaction. One statement checks all fences, the effects
are written one after the other, and one statement completes all runs. If the transaction fails, each run is
committed alone, so that a failing run does not affect the others.
"""

import asyncio
from collections import deque
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from daybreak.db import Database
from daybreak.errors import Unavailable
from daybreak.runs import store
from daybreak.runs.kinds import Skipped
from daybreak.runs.model import StaleFence, Status
from daybreak.runs.settings import RunsSettings
from daybreak.runs.store import Completion
from daybreak.runs.worker import outcomes
from daybreak.runs.worker.notifier import Notifier
from daybreak.runs.worker.outcomes import Cancelled, Completed, Failed, Outcome, Released
from daybreak.runs.worker.registry import RunningAttempt
from daybreak.telemetry import log

# PostgreSQL flushes its log once for all transactions that commit at the same time.
_MAX_CONCURRENT_COMMITS = 6
_MAX_CONFLICT_ATTEMPTS = 5
_OUTAGE_RETRY_SECONDS = 60.0
_CONFLICT_ERRORS = (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError, asyncpg.SerializationError)


@dataclass(eq=False, slots=True)
class _PendingCompletion:
    running: RunningAttempt
    outcome: Outcome
    result: asyncio.Future[Status] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def resolve(self, status: Status) -> None:
        if not self.result.done():
            self.result.set_result(status)

    def reject(self, error: Exception) -> None:
        if not self.result.done():
            self.result.set_exception(error)


class _WriteRefused(Exception):
    """Effects that raised `Unavailable` themselves, while the database was available."""

    def __init__(self, reason: Unavailable) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Completer:
    """Completion of attempts, in batches."""

    def __init__(self, database: Database, settings: RunsSettings, notifier: Notifier) -> None:
        self._database = database
        self._settings = settings
        self._notifier = notifier
        self._pending: deque[_PendingCompletion] = deque()
        self._wake = asyncio.Event()
        self._commit_slots = asyncio.Semaphore(_MAX_CONCURRENT_COMMITS)
        self._completion_slots = asyncio.Semaphore(_MAX_CONCURRENT_COMMITS * settings.commit_batch_size)

    def slot(self) -> AbstractAsyncContextManager[None]:
        """Return a slot for one completion; there are as many as can be committed at the same time."""
        return self._completion_slots

    async def complete(self, running: RunningAttempt, outcome: Outcome) -> Status:
        """Write the outcome of an attempt and return the new status of its run.

        Raises:
            StaleFence: another worker has claimed the run in the meantime; nothing was written.
        """
        entry = _PendingCompletion(running, outcome)
        self._pending.append(entry)
        self._wake.set()
        return await entry.result

    async def run(self) -> None:
        """Commit pending completions until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._wake.wait()
                await self._commit_slots.acquire()
                if len(self._pending) < self._settings.commit_batch_size:
                    await asyncio.sleep(self._settings.commit_delay_seconds)
                group.create_task(self._commit_and_release(self._next_batch()))

    def _next_batch(self) -> list[_PendingCompletion]:
        size = min(len(self._pending), self._settings.commit_batch_size)
        entries = [self._pending.popleft() for _ in range(size)]
        if not self._pending:
            self._wake.clear()
        return sorted(entries, key=lambda entry: entry.running.claim.lock_key)

    async def _commit_and_release(self, entries: list[_PendingCompletion]) -> None:
        try:
            await self._commit(entries)
        finally:
            self._commit_slots.release()

    async def _commit(self, entries: list[_PendingCompletion]) -> None:
        if len(entries) == 1:
            await self._commit_one(entries[0])
            return
        try:
            statuses = await self._write(entries)
        except Exception as error:  # noqa: BLE001 - after any error each run is committed alone
            log.info("runs.commit_batch_split", runs=len(entries), error=type(error).__name__)
            for entry in entries:
                await self._commit_one(entry)
        else:
            self._publish_results(entries, statuses)

    async def _commit_one(self, entry: _PendingCompletion) -> None:
        tries, clock = 0, asyncio.get_running_loop().time
        began = clock()
        while not entry.result.done():
            tries += 1
            try:
                self._publish_results([entry], await self._write([entry]))
            except Exception as error:  # noqa: BLE001 - becomes the error of the run
                if isinstance(error, _WriteRefused):
                    entry.outcome = Failed(error.reason)
                elif pause := _retry_delay(error, tries, clock() - began):
                    await asyncio.sleep(pause)
                elif isinstance(entry.outcome, Completed):
                    entry.outcome = Failed(error)
                else:
                    entry.reject(error)

    def _publish_results(self, entries: list[_PendingCompletion], statuses: dict[UUID, Status]) -> None:
        for entry in entries:
            # Lost runs are notified, too: an earlier commit may have succeeded although its answer was lost.
            self._notifier.notify(entry.running.claim.topics)
            if status := statuses.get(entry.running.claim.id):
                entry.resolve(status)
            else:
                entry.reject(StaleFence("Another worker has claimed the run in the meantime."))

    async def _write(self, entries: list[_PendingCompletion]) -> dict[UUID, Status]:
        claims = [entry.running.claim for entry in entries]
        async with self._database.transaction({claim.owner_id for claim in claims}) as tx:
            locked = await store.lock_claimed(tx, claims)
            valid = [entry for entry in entries if entry.running.claim.id in locked]
            completions = [
                await self._build_completion(tx, entry, cancelled=locked[entry.running.claim.id])
                for entry in valid
            ]
            if completions:
                await store.complete(tx, completions)
        return {settlement.claim.id: settlement.status for settlement in completions}

    async def _build_completion(
        self, tx: asyncpg.Connection, entry: _PendingCompletion, *, cancelled: bool
    ) -> Completion:
        claim, kind, buffer = entry.running.claim, entry.running.kind, entry.running.progress_buffer
        if cancelled:
            return outcomes.cancelled(claim, buffer)
        match entry.outcome:
            case Completed(effects):
                try:
                    result = await effects.write(tx)
                except Unavailable as error:
                    raise _WriteRefused(error) from error
                return outcomes.completed(
                    claim, kind, effects, result, buffer, self._settings.max_dispatched_per_user
                )
            case Skipped(reason):
                return outcomes.skipped(claim, reason, buffer)
            case Failed(error):
                return outcomes.failed(claim, kind, error, buffer)
            case Released() | Cancelled():
                # Only the row decides whether the run is cancelled: anyone could send the notification.
                return outcomes.released(claim, buffer)


def _retry_delay(error: Exception, attempts: int, elapsed: float) -> float | None:
    """Return the seconds before the next attempt at a commit, or None for a permanent error.

    The fence shows whether a commit without an answer was written.
    """
    if isinstance(error, Unavailable) and elapsed < _OUTAGE_RETRY_SECONDS:
        return 1.0
    if isinstance(error, _CONFLICT_ERRORS) and attempts < _MAX_CONFLICT_ATTEMPTS:
        return 0.1 * attempts
    return None
