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
from daybreak.runs.store import Settlement
from daybreak.runs.worker import outcomes
from daybreak.runs.worker.notifier import Teller
from daybreak.runs.worker.outcomes import Cancelled, Done, Failed, GivenBack, Outcome
from daybreak.runs.worker.registry import Running
from daybreak.telemetry import log

# PostgreSQL flushes its log once for all transactions that commit at the same time.
_AT_ONCE = 6
_TRIES_WHEN_CROWDED = 5
_AWAY_FOR = 60.0
_CROWDED = (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError, asyncpg.SerializationError)


@dataclass(eq=False, slots=True)
class _Entry:
    running: Running
    outcome: Outcome
    settled: asyncio.Future[Status] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def settle(self, status: Status) -> None:
        if not self.settled.done():
            self.settled.set_result(status)

    def refuse(self, error: Exception) -> None:
        if not self.settled.done():
            self.settled.set_exception(error)


class _Refused(Exception):
    """Effects that raised `Unavailable` themselves, while the database was available."""

    def __init__(self, reason: Unavailable) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Committer:
    """Completion of attempts, in batches."""

    def __init__(self, database: Database, settings: RunsSettings, teller: Teller) -> None:
        self._database = database
        self._settings = settings
        self._teller = teller
        self._ready: deque[_Entry] = deque()
        self._wake = asyncio.Event()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._room = asyncio.Semaphore(_AT_ONCE * settings.commit_group)

    def room(self) -> AbstractAsyncContextManager[None]:
        """Return a slot for one completion; there are as many as can be committed at the same time."""
        return self._room

    async def settle(self, running: Running, outcome: Outcome) -> Status:
        """Write the outcome of an attempt and return the new status of its run.

        Raises:
            StaleFence: another worker has claimed the run in the meantime; nothing was written.
        """
        entry = _Entry(running, outcome)
        self._ready.append(entry)
        self._wake.set()
        return await entry.settled

    async def run(self) -> None:
        """Commit pending completions until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._wake.wait()
                await self._turns.acquire()
                if len(self._ready) < self._settings.commit_group:
                    await asyncio.sleep(self._settings.commit_linger)
                group.create_task(self._commit_and_make_room(self._next_group()))

    def _next_group(self) -> list[_Entry]:
        size = min(len(self._ready), self._settings.commit_group)
        entries = [self._ready.popleft() for _ in range(size)]
        if not self._ready:
            self._wake.clear()
        return sorted(entries, key=lambda entry: entry.running.claim.place)

    async def _commit_and_make_room(self, entries: list[_Entry]) -> None:
        try:
            await self._commit(entries)
        finally:
            self._turns.release()

    async def _commit(self, entries: list[_Entry]) -> None:
        if len(entries) == 1:
            await self._commit_one(entries[0])
            return
        try:
            settled = await self._write(entries)
        except Exception as error:  # noqa: BLE001 - after any error each run is committed alone
            log.info("runs.group_redone", runs=len(entries), error=type(error).__name__)
            for entry in entries:
                await self._commit_one(entry)
        else:
            self._announce(entries, settled)

    async def _commit_one(self, entry: _Entry) -> None:
        tries, clock = 0, asyncio.get_running_loop().time
        began = clock()
        while not entry.settled.done():
            tries += 1
            try:
                self._announce([entry], await self._write([entry]))
            except Exception as error:  # noqa: BLE001 - becomes the error of the run
                if isinstance(error, _Refused):
                    entry.outcome = Failed(error.reason)
                elif pause := _pause(error, tries, clock() - began):
                    await asyncio.sleep(pause)
                elif isinstance(entry.outcome, Done):
                    entry.outcome = Failed(error)
                else:
                    entry.refuse(error)

    def _announce(self, entries: list[_Entry], settled: dict[UUID, Status]) -> None:
        for entry in entries:
            # Lost runs are notified, too: an earlier commit may have succeeded although its answer was lost.
            self._teller.tell(entry.running.claim.topics)
            if status := settled.get(entry.running.claim.id):
                entry.settle(status)
            else:
                entry.refuse(StaleFence("Another worker has claimed the run in the meantime."))

    async def _write(self, entries: list[_Entry]) -> dict[UUID, Status]:
        claims = [entry.running.claim for entry in entries]
        async with self._database.transaction({claim.owner_id for claim in claims}) as tx:
            held = await store.hold(tx, claims)
            ours = [entry for entry in entries if entry.running.claim.id in held]
            settlements = [
                await self._decide(tx, entry, cancelled=held[entry.running.claim.id]) for entry in ours
            ]
            if settlements:
                await store.settle(tx, settlements)
        return {settlement.claim.id: settlement.status for settlement in settlements}

    async def _decide(self, tx: asyncpg.Connection, entry: _Entry, *, cancelled: bool) -> Settlement:
        claim, kind, said = entry.running.claim, entry.running.kind, entry.running.news
        if cancelled:
            return outcomes.cancelled(claim, said)
        match entry.outcome:
            case Done(effects):
                try:
                    result = await effects.write(tx)
                except Unavailable as error:
                    raise _Refused(error) from error
                return outcomes.done(claim, kind, effects, result, said, self._settings.window)
            case Skipped(reason):
                return outcomes.skipped(claim, reason, said)
            case Failed(error):
                return outcomes.failed(claim, kind, error, said)
            case GivenBack() | Cancelled():
                # Only the row decides whether the run is cancelled: anyone could send the notification.
                return outcomes.given_back(claim, said)


def _pause(error: Exception, tries: int, lasted: float) -> float | None:
    """Return the seconds before the next attempt at a commit, or None for a permanent error.

    The fence shows whether a commit without an answer was written.
    """
    if isinstance(error, Unavailable) and lasted < _AWAY_FOR:
        return 1.0
    if isinstance(error, _CROWDED) and tries < _TRIES_WHEN_CROWDED:
        return 0.1 * tries
    return None
