"""The executor: claims runs, runs their handlers and completes them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from typing import Any, Self
from uuid import UUID, uuid4

import asyncpg
import structlog

from daybreak.db import Database, is_outage
from daybreak.errors import InternalError, Unavailable
from daybreak.runs import store
from daybreak.runs.kinds import AnyKind, Effects, RunContext, Skipped, index_by_name
from daybreak.runs.model import ClaimedRun, ItemsSummary, StaleFence, Status
from daybreak.runs.settings import RunsSettings
from daybreak.runs.store import RunKey
from daybreak.runs.worker.completer import Completer
from daybreak.runs.worker.notifier import Notifier
from daybreak.runs.worker.outcomes import Cancelled, Completed, Failed, Outcome, Released
from daybreak.runs.worker.progress_writer import ProgressWriter
from daybreak.runs.worker.registry import AttemptRegistry, RunningAttempt, StopReason
from daybreak.telemetry import log

OnHandled = Callable[[], Awaitable[None]]
_UNWIND_SECONDS = 5.0


class TimeLimitExceeded(Unavailable):
    """An attempt that exceeded the time limit of its kind."""


class Executor:
    """The core of every worker, without job consumption."""

    def __init__(self, database: Database, kinds: Iterable[AnyKind], settings: RunsSettings) -> None:
        self.id: UUID = uuid4()
        self.database = database
        self.kinds = index_by_name(kinds)
        self.settings = settings
        self.registry = AttemptRegistry()
        self._notifier = Notifier(database)
        self._completer = Completer(database, settings, self._notifier)
        self._progress_writer = ProgressWriter(database, self.registry)
        self._kind_semaphores: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def run_loops(self) -> AsyncIterator[Self]:
        """Run the completer, progress writer and notifier during the block."""
        # If one of them failed, no run would ever end: the task group cancels the block and raises the error.
        async with asyncio.TaskGroup() as group:
            parts = (self._completer, self._progress_writer, self._notifier)
            loops = [group.create_task(part.run()) for part in parts]
            try:
                yield self
                await self._notifier.flush()
            finally:
                for loop in loops:
                    loop.cancel()

    async def claim(self, run_keys: Collection[RunKey]) -> list[RunningAttempt]:
        """Claim the claimable runs among these; the caller must pass each one to `execute` immediately."""
        order = sorted(run_keys)
        async with self.database.transaction({owner for owner, _ in order}) as tx:
            claims = await store.claim(tx, order, list(self.kinds), self.id, self.settings.lease_time)
        return [self._register(claim) for claim in claims]

    def _register(self, claim: ClaimedRun) -> RunningAttempt:
        running = RunningAttempt(claim, self.kinds[claim.kind])
        self.registry.add(running)
        return running

    async def execute(self, running: RunningAttempt, on_handled: OnHandled | None = None) -> None:
        """Run the handler and write its outcome; raises nothing except for cancellation.

        Args:
            running: the claimed attempt.
            on_handled: called when the handler has ended and a completion slot is acquired, so that another
                run can start.
        """
        started = asyncio.get_running_loop().time()
        try:
            outcome = await self._run_within_concurrency(running)
            await self._progress_writer.detach(running)
            async with self._completer.slot():
                if on_handled:
                    await on_handled()
                status = await self._complete(running, outcome)
        finally:
            self.registry.remove(running)
        _log_finished(running.claim, outcome, status, asyncio.get_running_loop().time() - started)

    async def _run_attempt(self, running: RunningAttempt) -> Outcome | None:
        """Return the outcome of the attempt; None if another worker has the run."""
        limit = running.kind.time_limit.total_seconds()
        work = asyncio.create_task(self._call_handler(running), name=f"run {running.claim.id}")
        try:
            ends: set[asyncio.Future[Any]] = {work, running.stop_requested}
            await asyncio.wait(ends, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                running.request_stop(StopReason.TIME_LIMIT)
                work.cancel()
                # A handler that does not end is abandoned: the fence prevents it from writing.
                await asyncio.wait({work}, timeout=_UNWIND_SECONDS)
        finally:
            work.cancel()
        return _derive_outcome(work, running)

    async def _run_within_concurrency(self, running: RunningAttempt) -> Outcome | None:
        """Run the attempt within the concurrency of its kind; the time limit does not include the wait."""
        concurrency = self.settings.kind_concurrency.get(running.kind.name, running.kind.concurrency)
        if concurrency is None:
            return await self._run_attempt(running)
        semaphore = self._kind_semaphores.setdefault(running.kind.name, asyncio.Semaphore(concurrency))
        entering = asyncio.create_task(semaphore.acquire())
        try:
            ends: set[asyncio.Future[Any]] = {entering, running.stop_requested}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            return (
                await self._run_attempt(running)
                if entering.done()
                else _not_started(running.stop_requested.result())
            )
        finally:
            if entering.done():
                semaphore.release()
            entering.cancel()

    async def _call_handler(self, running: RunningAttempt) -> Effects[Any] | Skipped:
        claim, kind = running.claim, running.kind
        structlog.contextvars.bind_contextvars(
            kind=claim.kind, run=str(claim.id), owner=str(claim.owner_id), attempt=claim.attempt
        )
        task = RunContext(
            owner_id=claim.owner_id,
            run_id=claim.id,
            parent_id=claim.parent_id,
            items=claim.items,
            key=claim.key,
            parameters=kind.decode_parameters(claim.parameters),
            epoch=claim.epoch,
            attempt=claim.attempt,
            database=self.database,
            progress_buffer=running.progress_buffer,
        )
        returned = await _select_handler(kind, claim)(task)
        if isinstance(returned, Skipped) and claim.parent_id:
            return returned
        if not isinstance(returned, Effects):
            raise InternalError(f"The handler of “{claim.kind}” returned no effects.")
        if returned.gaps and returned.items and claim.parent_id is None:
            raise InternalError(
                f"“{claim.kind}” returned both gaps and items; return the gaps from `finish`."
            )
        return returned

    async def _complete(self, running: RunningAttempt, outcome: Outcome | None) -> Status | None:
        if outcome is None:
            return None
        try:
            return await self._completer.complete(running, outcome)
        except StaleFence:
            return None
        except Exception as error:  # noqa: BLE001 - the lease expires, then another worker claims the run
            write_log = log.info if is_outage(error) else log.error
            write_log("runs.commit_failed", run=str(running.claim.id), exc_info=error)
            return None


def _select_handler(
    kind: AnyKind, claim: ClaimedRun
) -> Callable[[RunContext[Any]], Awaitable[Effects[Any] | Skipped]]:
    items = claim.items
    if items is None:
        return kind.handler
    return kind.finish or (lambda _: _fan_out_result(kind, items))


async def _fan_out_result(kind: AnyKind, items: ItemsSummary) -> Effects[Any]:
    async def write(_: asyncpg.Connection) -> object:
        return kind.decode_result(items.result)

    return Effects(write)


def _derive_outcome(work: asyncio.Task[Effects[Any] | Skipped], running: RunningAttempt) -> Outcome | None:
    reason = running.stop_requested.result() if running.stop_requested.done() else None
    if reason is StopReason.LEASE_LOST:
        _discard_exception(work)
        return None
    if reason is StopReason.CANCEL:
        _discard_exception(work)
        return Cancelled()
    if work.done() and not work.cancelled():
        return _completed(work)
    return _interrupted(running, reason)


def _not_started(reason: StopReason) -> Outcome | None:
    if reason is StopReason.LEASE_LOST:
        return None
    return Cancelled() if reason is StopReason.CANCEL else Released()


def _completed(work: asyncio.Task[Effects[Any] | Skipped]) -> Outcome:
    if error := work.exception():
        return Failed(error)
    returned = work.result()
    return returned if isinstance(returned, Skipped) else Completed(returned)


def _interrupted(running: RunningAttempt, reason: StopReason | None) -> Outcome:
    if reason is StopReason.DRAIN:
        return Released()
    if reason is StopReason.TIME_LIMIT:
        return Failed(
            TimeLimitExceeded(f"Timed out after {running.kind.time_limit.total_seconds():g} seconds.")
        )
    return Failed(asyncio.CancelledError())


def _discard_exception(work: asyncio.Task[Any]) -> None:
    """Retrieve the exception of an abandoned task, so that asyncio does not log it."""
    if work.done() and not work.cancelled():
        work.exception()


def _log_finished(claim: ClaimedRun, outcome: Outcome | None, status: Status | None, seconds: float) -> None:
    error = outcome.error if isinstance(outcome, Failed) else None
    write_log = log.warning if status is Status.FAILED else log.info
    write_log(
        "runs.finished",
        kind=claim.kind,
        run=str(claim.id),
        owner=str(claim.owner_id),
        epoch=claim.epoch,
        attempt=claim.attempt,
        wait_seconds=round(claim.wait_seconds, 3),
        run_seconds=round(seconds, 3),
        status=str(status or "lost"),
        **({"error": type(error).__name__, "exc_info": error} if error else {}),
    )
