"""Execution of a run in the foreground, for a caller who waits for it; no worker is required.

It uses the same claim, handler, heartbeat and fenced commit as a worker. If another process has the run,
it is followed to its end; if that process has died, the run is freed immediately.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from daybreak.db import Database, load
from daybreak.errors import Conflict, DaybreakError, InternalError, Unavailable
from daybreak.runs import service, store
from daybreak.runs.kinds import AnyKind
from daybreak.runs.model import ClaimedRun, Run, Status
from daybreak.runs.progress_buffer import ProgressBuffer
from daybreak.runs.settings import RunsSettings, runs_settings
from daybreak.runs.worker import outcomes, process_identity
from daybreak.runs.worker.executor import Executor
from daybreak.runs.worker.heartbeat import Heartbeat
from daybreak.runs.worker.registry import RunningAttempt
from daybreak.runs.worker.rescuer import Rescuer
from daybreak.telemetry import log

_sql = load("daybreak.runs")
# Short, so that a command need not wait long for the run of one that died on another machine.
_LEASE_SECONDS, _HEARTBEAT_SECONDS = 10.0, 3.0
_MIN_POLL_SECONDS, _MAX_POLL_SECONDS = 0.02, 0.5
_RELEASE_TIMEOUT_SECONDS = 2.0
_WAITING_NOTICE_SECONDS = 1.0
_WORKER_DIED = "WorkerDied"


class NotDue(Conflict):
    """A run that is scheduled too far ahead to wait for it."""


async def run_in_foreground(
    database: Database,
    kinds: Iterable[AnyKind],
    run: Run,
    settings: RunsSettings | None = None,
    *,
    on_waiting: Callable[[], None] | None = None,
) -> Run:
    """Run it in this process, or wait for the worker that has it.

    Returns the run once it has succeeded, fully or partly. Cancelling the call cancels the run.

    Args:
        database: the database of the run.
        kinds: kinds that this process can execute; items of a fan-out are left to workers.
        run: the run to execute.
        settings: None for those of this process, with a short lease.
        on_waiting: called once when another process has had the run for a second.

    Raises:
        DaybreakError: the run failed with this error; other exceptions of its handler are raised unchanged.
        Conflict: the run was cancelled.
        NotDue: the run is scheduled for later.
        Unavailable: the database does not answer.
        Outdated: a newer program has migrated the database.
    """
    performer = _ForegroundRunner(database, kinds, settings or _short_lease_settings())
    try:
        ended = await performer.until_ended(run, on_waiting)
    finally:
        await performer.deregister()
    if ended.status is Status.FAILED:
        raise performer.error or _error_from_row(ended)
    if ended.status is Status.CANCELLED:
        raise Conflict(f"The run was cancelled; to run it again, use “daybreak runs retry {ended.id}”.")
    return ended


def _short_lease_settings() -> RunsSettings:
    defaults = runs_settings()
    return defaults.model_copy(
        update={
            "lease_seconds": min(_LEASE_SECONDS, defaults.lease_seconds),
            "heartbeat_seconds": min(_HEARTBEAT_SECONDS, defaults.heartbeat_seconds),
        }
    )


def _error_from_row(run: Run) -> DaybreakError:
    """Build the error of a run that failed in another process, from its row."""
    if not run.errors:
        return InternalError("The run failed without an error message.")
    last = run.errors[-1]
    if last.error_class == _WORKER_DIED:
        return Unavailable(f"{last.message} Try again in a minute.")
    return _error_classes(DaybreakError).get(last.error_class, InternalError)(last.message)


def _error_classes(base: type[DaybreakError]) -> dict[str, type[DaybreakError]]:
    # An error class with more arguments than the message cannot be created from the row.
    found = {} if "__init__" in vars(base) else {base.__name__: base}
    for one in base.__subclasses__():
        found |= _error_classes(one)
    return found


class _ForegroundExecutor(Executor):
    """An executor that remembers the exception of a handler: the row has only its message."""

    handler_error: Exception | None = None

    async def _call_handler(self, running: RunningAttempt) -> Any:  # noqa: ANN401 - the handler's return value
        self.handler_error = None
        try:
            return await super()._call_handler(running)
        except Exception as error:
            self.handler_error = error
            raise


class _ForegroundRunner:
    """Foreground execution of one run in this process."""

    def __init__(self, database: Database, kinds: Iterable[AnyKind], settings: RunsSettings) -> None:
        self._database = database
        self._executor = _ForegroundExecutor(database, kinds, settings)
        self._heartbeat = Heartbeat(self._executor, f"{socket.gethostname()}:{os.getpid()}", database)
        self._rescuer = Rescuer(database, settings)
        self._is_disconnected = False

    @property
    def error(self) -> Exception | None:
        """Exception of the last attempt in this process."""
        return self._executor.handler_error

    async def until_ended(self, run: Run, on_waiting: Callable[[], None] | None) -> Run:
        """Attempt the run whenever it can be claimed, until it has ended."""
        loop = asyncio.get_running_loop()
        notice_at, pause = loop.time() + _WAITING_NOTICE_SECONDS, _MIN_POLL_SECONDS
        await self._heartbeat.send()
        while True:
            # An attempt in progress may end; another one is left to the newer program.
            self._database.compatibility.raise_if_outdated()
            for running in await self._executor.claim([(run.owner_id, run.id)]):
                await self._run_attempt(running)
            run = await self._reload(run)
            if run.status.ended:
                return run
            await self._free_from_dead_worker(run)
            if on_waiting and loop.time() > notice_at:
                on_waiting()
                on_waiting = None
            await asyncio.sleep(pause)
            pause = min(2 * pause, _MAX_POLL_SECONDS)

    async def deregister(self) -> None:
        """Remove this process from the list of workers."""
        if self._is_disconnected:
            return
        with suppress(Exception):
            async with (
                asyncio.timeout(_RELEASE_TIMEOUT_SECONDS),
                self._database.without_owner() as connection,
            ):
                await connection.execute(_sql.deregister_worker, self._executor.id)

    async def _run_attempt(self, running: RunningAttempt) -> None:
        over = False
        try:
            async with self._executor.run_loops():
                outage = await self._execute(running)
            over = True
        finally:
            if not over:
                await self._cancel_attempt(running.claim)
        if outage:
            self._is_disconnected = True
            raise outage

    async def _execute(self, running: RunningAttempt) -> Unavailable | None:
        """Wait for the end of the attempt; return an error if the database does not answer."""
        executing = asyncio.create_task(self._executor.execute(running))
        try:
            while not executing.done():
                await asyncio.wait({executing}, timeout=self._executor.settings.heartbeat_seconds)
                if not executing.done():
                    async with asyncio.timeout(self._executor.settings.heartbeat_seconds):
                        await self._heartbeat.send()
        except (Unavailable, TimeoutError) as error:
            return self._outage_error(error)
        finally:
            executing.cancel()
            await asyncio.wait({executing})
        return None

    def _outage_error(self, error: Exception) -> Unavailable:
        known = (self.error, error)
        unanswered = Unavailable("The database does not answer; try again in a minute.")
        return next((one for one in known if isinstance(one, Unavailable)), unanswered)

    async def _cancel_attempt(self, claim: ClaimedRun) -> None:
        """Cancel the attempt's run unless it has ended or another process has claimed it."""
        with suppress(Exception):
            async with (
                asyncio.timeout(_RELEASE_TIMEOUT_SECONDS),
                self._database.transaction([claim.owner_id]) as tx,
            ):
                if await store.lock_claimed(tx, [claim]):
                    await store.complete(tx, [outcomes.cancelled(claim, ProgressBuffer())])
                    await store.notify(tx, claim.topics)

    async def _reload(self, run: Run) -> Run:
        async with self._database.transaction([run.owner_id]) as tx:
            return await service.get(tx, run.owner_id, run.id)

    async def _free_from_dead_worker(self, run: Run) -> None:
        """Free the run if the process that claimed it is dead.

        Raises:
            NotDue: the run is scheduled for later.
        """
        async with self._database.transaction([run.owner_id]) as tx:
            found = await tx.fetchrow(
                _sql.find_obstacle, run.owner_id, run.id, self._executor.settings.lease_time
            )
            if found and found["is_due_later"]:
                raise NotDue(
                    f"The run is scheduled for later; cancel it with “daybreak runs cancel {run.id}” "
                    "to start a new one."
                )
            if not found or not (
                found["is_lease_expired"] or process_identity.is_process_dead(found["process_key"])
            ):
                return
            await tx.execute(_sql.end_lease, run.owner_id, run.id, found["worker_id"])
        log.info("runs.dead_worker_detected", run=str(run.id), worker=found["worker"])
        await self._rescuer.run_once()
