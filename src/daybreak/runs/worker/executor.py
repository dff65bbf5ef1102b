"""The executor: claims runs, runs their handlers and completes them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from typing import Any, Self
from uuid import UUID, uuid4

import asyncpg
import structlog

from daybreak.db import Database
from daybreak.errors import Bug, Unavailable
from daybreak.runs import store
from daybreak.runs.kinds import AnyKind, Effects, Skipped, Task, by_name
from daybreak.runs.model import Claim, Items, StaleFence, Status
from daybreak.runs.settings import RunsSettings
from daybreak.runs.store import Pair
from daybreak.runs.worker.completer import Committer
from daybreak.runs.worker.notifier import Teller
from daybreak.runs.worker.outcomes import Cancelled, Done, Failed, GivenBack, Outcome
from daybreak.runs.worker.progress_writer import Reporter
from daybreak.runs.worker.registry import Registry, Running, Stop
from daybreak.telemetry import log

Handled = Callable[[], Awaitable[None]]
_TO_UNWIND = 5.0


class TookTooLong(Unavailable):
    """An attempt that exceeded the time limit of its kind."""


class Engine:
    """The core of every worker, without job consumption."""

    def __init__(self, database: Database, kinds: Iterable[AnyKind], settings: RunsSettings) -> None:
        self.id: UUID = uuid4()
        self.database = database
        self.kinds = by_name(kinds)
        self.settings = settings
        self.registry = Registry()
        self._teller = Teller(database)
        self._committer = Committer(database, settings, self._teller)
        self._reporter = Reporter(database, self.registry)
        self._rooms: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def started(self) -> AsyncIterator[Self]:
        """Run the completer, progress writer and notifier during the block."""
        # If one of them failed, no run would ever end: the task group cancels the block and raises the error.
        async with asyncio.TaskGroup() as group:
            parts = (self._committer, self._reporter, self._teller)
            loops = [group.create_task(part.run()) for part in parts]
            try:
                yield self
                await self._teller.flush()
            finally:
                for loop in loops:
                    loop.cancel()

    async def claim(self, pairs: Collection[Pair]) -> list[Running]:
        """Claim the claimable runs among these; the caller must pass each one to `execute` immediately."""
        order = sorted(pairs)
        async with self.database.transaction({owner for owner, _ in order}) as tx:
            claims = await store.claim(tx, order, list(self.kinds), self.id, self.settings.lease_time)
        return [self._register(claim) for claim in claims]

    def _register(self, claim: Claim) -> Running:
        running = Running(claim, self.kinds[claim.kind])
        self.registry.add(running)
        return running

    async def execute(self, running: Running, handled: Handled | None = None) -> None:
        """Run the handler and write its outcome; raises nothing except for cancellation.

        Args:
            running: the claimed attempt.
            handled: called when the handler has ended and a completion slot is acquired, so that another
                run can start.
        """
        started = asyncio.get_running_loop().time()
        try:
            outcome = await self._attempt_in_turn(running)
            await self._reporter.quiet(running)
            async with self._committer.room():
                if handled:
                    await handled()
                status = await self._settle(running, outcome)
        finally:
            self.registry.remove(running)
        _summarise(running.claim, outcome, status, asyncio.get_running_loop().time() - started)

    async def _attempt(self, running: Running) -> Outcome | None:
        """Return the outcome of the attempt; None if another worker has the run."""
        limit = running.kind.time_limit.total_seconds()
        work = asyncio.create_task(self._handle(running), name=f"run {running.claim.id}")
        try:
            ends: set[asyncio.Future[Any]] = {work, running.stop}
            await asyncio.wait(ends, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                running.end(Stop.TIME_LIMIT)
                work.cancel()
                # A handler that does not end is abandoned: the fence prevents it from writing.
                await asyncio.wait({work}, timeout=_TO_UNWIND)
        finally:
            work.cancel()
        return _outcome(work, running)

    async def _attempt_in_turn(self, running: Running) -> Outcome | None:
        """Run the attempt within the concurrency of its kind; the time limit does not include the wait."""
        at_once = self.settings.at_once.get(running.kind.name, running.kind.at_once)
        if at_once is None:
            return await self._attempt(running)
        room = self._rooms.setdefault(running.kind.name, asyncio.Semaphore(at_once))
        entering = asyncio.create_task(room.acquire())
        try:
            ends: set[asyncio.Future[Any]] = {entering, running.stop}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            return await self._attempt(running) if entering.done() else _never_begun(running.stop.result())
        finally:
            if entering.done():
                room.release()
            entering.cancel()

    async def _handle(self, running: Running) -> Effects[Any] | Skipped:
        claim, kind = running.claim, running.kind
        structlog.contextvars.bind_contextvars(
            kind=claim.kind, run=str(claim.id), owner=str(claim.owner_id), attempt=claim.attempt
        )
        task = Task(
            owner_id=claim.owner_id,
            run_id=claim.id,
            part_of=claim.part_of,
            items=claim.items,
            key=claim.key,
            parameters=kind.read_parameters(claim.parameters),
            epoch=claim.epoch,
            attempt=claim.attempt,
            database=self.database,
            news=running.news,
        )
        given = await _handler(kind, claim)(task)
        if isinstance(given, Skipped) and claim.part_of:
            return given
        if not isinstance(given, Effects):
            raise Bug(f"The handler of “{claim.kind}” returned no effects.")
        if given.gaps and given.items and claim.part_of is None:
            raise Bug(f"“{claim.kind}” returned both gaps and items; return the gaps from `finish`.")
        return given

    async def _settle(self, running: Running, outcome: Outcome | None) -> Status | None:
        if outcome is None:
            return None
        try:
            return await self._committer.settle(running, outcome)
        except StaleFence:
            return None
        except Exception as error:  # noqa: BLE001 - the lease expires, then another worker claims the run
            log.error("runs.commit_failed", run=str(running.claim.id), exc_info=error)
            return None


def _handler(kind: AnyKind, claim: Claim) -> Callable[[Task[Any]], Awaitable[Effects[Any] | Skipped]]:
    items = claim.items
    if items is None:
        return kind.handler
    return kind.finish or (lambda _: _result_of_fanning_out(kind, items))


async def _result_of_fanning_out(kind: AnyKind, items: Items) -> Effects[Any]:
    async def write(_: asyncpg.Connection) -> object:
        return kind.read_result(items.result)

    return Effects(write)


def _outcome(work: asyncio.Task[Effects[Any] | Skipped], running: Running) -> Outcome | None:
    reason = running.stop.result() if running.stop.done() else None
    if reason is Stop.LOST:
        _forget(work)
        return None
    if reason is Stop.CANCEL:
        _forget(work)
        return Cancelled()
    if work.done() and not work.cancelled():
        return _given(work)
    return _unfinished(running, reason)


def _never_begun(reason: Stop) -> Outcome | None:
    if reason is Stop.LOST:
        return None
    return Cancelled() if reason is Stop.CANCEL else GivenBack()


def _given(work: asyncio.Task[Effects[Any] | Skipped]) -> Outcome:
    if error := work.exception():
        return Failed(error)
    given = work.result()
    return given if isinstance(given, Skipped) else Done(given)


def _unfinished(running: Running, reason: Stop | None) -> Outcome:
    if reason is Stop.DRAIN:
        return GivenBack()
    if reason is Stop.TIME_LIMIT:
        return Failed(TookTooLong(f"Timed out after {running.kind.time_limit.total_seconds():g} seconds."))
    return Failed(asyncio.CancelledError())


def _forget(work: asyncio.Task[Any]) -> None:
    """Retrieve the exception of an abandoned task, so that asyncio does not log it."""
    if work.done() and not work.cancelled():
        work.exception()


def _summarise(claim: Claim, outcome: Outcome | None, status: Status | None, seconds: float) -> None:
    error = outcome.error if isinstance(outcome, Failed) else None
    tell = log.warning if status is Status.FAILED else log.info
    tell(
        "runs.finished",
        kind=claim.kind,
        run=str(claim.id),
        owner=str(claim.owner_id),
        epoch=claim.epoch,
        attempt=claim.attempt,
        wait_seconds=round(claim.waited, 3),
        run_seconds=round(seconds, 3),
        status=str(status or "lost"),
        **({"error": type(error).__name__, "exc_info": error} if error else {}),
    )
