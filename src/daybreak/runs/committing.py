"""The one way for a run to write: fenced commits, several runs at a time.

What is ready within a few milliseconds shares a transaction: one statement checks all fences, the effects
are written one after the other, one statement settles all runs. If anything in it fails, it is redone one by
one, so that a poisoned run hurts nobody.
"""

import asyncio
from collections import deque
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from daybreak.db import Database
from daybreak.errors import Unavailable
from daybreak.runs import outcomes, store
from daybreak.runs.model import StaleFence, Status
from daybreak.runs.outcomes import Cancelled, Done, Failed, GivenBack, Outcome
from daybreak.runs.running import Running
from daybreak.runs.settings import RunsSettings
from daybreak.runs.store import Settlement
from daybreak.runs.tasks import Skipped
from daybreak.runs.telling import Teller
from daybreak.telemetry import log

# PostgreSQL writes its log to disk once for all who commit meanwhile.
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
    """Effects that said themselves that something is not available: the database was."""

    def __init__(self, reason: Unavailable) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Committer:
    """Ends attempts, in groups."""

    def __init__(self, database: Database, settings: RunsSettings, teller: Teller) -> None:
        self._database = database
        self._settings = settings
        self._teller = teller
        self._ready: deque[_Entry] = deque()
        self._wake = asyncio.Event()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._room = asyncio.Semaphore(_AT_ONCE * settings.commit_group)

    def room(self) -> AbstractAsyncContextManager[None]:
        """Room for a run that is to be settled; there is some for as many as are committed at once."""
        return self._room

    async def settle(self, running: Running, outcome: Outcome) -> Status:
        """Write what an attempt has come to; gives where the run stands then.

        Raises:
            StaleFence: somebody else has the run meanwhile; nothing was written.
        """
        entry = _Entry(running, outcome)
        self._ready.append(entry)
        self._wake.set()
        return await entry.settled

    async def run(self) -> None:
        """Commit what is ready, until cancelled."""
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
        except Exception as error:  # noqa: BLE001 - whatever it was, each is tried alone
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
            except Exception as error:  # noqa: BLE001 - it becomes the run's own error
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
            # Also of those that are not ours any more: a commit may have been written whose answer was lost.
            self._teller.tell(entry.running.claim.topics)
            if status := settled.get(entry.running.claim.id):
                entry.settle(status)
            else:
                entry.refuse(StaleFence("The run was claimed by somebody else meanwhile."))

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
                # Only the row says that it is cancelled: a notification could be anybody's.
                return outcomes.given_back(claim, said)


def _pause(error: Exception, tries: int, lasted: float) -> float | None:
    """Seconds until the same commit may succeed; whether a lost one was written, the fence tells."""
    if isinstance(error, Unavailable) and lasted < _AWAY_FOR:
        return 1.0
    if isinstance(error, _CROWDED) and tries < _TRIES_WHEN_CROWDED:
        return 0.1 * tries
    return None
