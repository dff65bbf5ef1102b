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
from daybreak.errors import Bug, Conflict, DaybreakError, Unavailable
from daybreak.runs import service, store
from daybreak.runs.kinds import AnyKind
from daybreak.runs.model import Claim, Run, Status
from daybreak.runs.progress_buffer import News
from daybreak.runs.settings import RunsSettings, runs_settings
from daybreak.runs.worker import outcomes, process_identity
from daybreak.runs.worker.executor import Engine
from daybreak.runs.worker.heartbeat import Beat
from daybreak.runs.worker.registry import Running
from daybreak.runs.worker.rescuer import Sweep
from daybreak.telemetry import log

_sql = load("daybreak.runs")
# Short, so that a command need not wait long for the run of one that died on another machine.
_LEASE, _BEAT = 10.0, 3.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5
_TO_LET_GO = 2.0
_LONG = 1.0
_WORKER_DIED = "WorkerDied"


class NotDue(Conflict):
    """A run that is scheduled too far ahead to wait for it."""


async def perform(
    database: Database,
    kinds: Iterable[AnyKind],
    run: Run,
    settings: RunsSettings | None = None,
    *,
    waiting: Callable[[], None] | None = None,
) -> Run:
    """Run it in this process, or wait for the worker that has it.

    Returns the run once it has succeeded, fully or partly. Cancelling the call cancels the run.

    Args:
        database: the database of the run.
        kinds: kinds that this process can execute; items of a fan-out are left to workers.
        run: the run to execute.
        settings: None for those of this process, with a short lease.
        waiting: called once when another process has had the run for a second.

    Raises:
        DaybreakError: the run failed with this error; other exceptions of its handler are raised unchanged.
        Conflict: the run was cancelled.
        NotDue: the run is scheduled for later.
        Unavailable: the database does not answer.
    """
    performer = _Performer(database, kinds, settings or _short_lived())
    try:
        ended = await performer.to_the_end(run, waiting)
    finally:
        await performer.leave()
    if ended.status is Status.FAILED:
        raise performer.error or _error(ended)
    if ended.status is Status.CANCELLED:
        raise Conflict(f"The run was cancelled; to run it again, use “daybreak runs retry {ended.id}”.")
    return ended


def _short_lived() -> RunsSettings:
    ours = runs_settings()
    return ours.model_copy(update={"lease": min(_LEASE, ours.lease), "beat": min(_BEAT, ours.beat)})


def _error(run: Run) -> DaybreakError:
    """Build the error of a run that failed in another process, from its row."""
    if not run.errors:
        return Bug("The run failed without an error message.")
    last = run.errors[-1]
    if last.kind == _WORKER_DIED:
        return Unavailable(f"{last.message} Try again in a minute.")
    return _family(DaybreakError).get(last.kind, Bug)(last.message)


def _family(base: type[DaybreakError]) -> dict[str, type[DaybreakError]]:
    # An error class with more arguments than the message cannot be created from the row.
    found = {} if "__init__" in vars(base) else {base.__name__: base}
    for one in base.__subclasses__():
        found |= _family(one)
    return found


class _Engine(Engine):
    """An executor that remembers the exception of a handler: the row has only its message."""

    error: Exception | None = None

    async def _handle(self, running: Running) -> Any:  # noqa: ANN401 - the handler's return value
        self.error = None
        try:
            return await super()._handle(running)
        except Exception as error:
            self.error = error
            raise


class _Performer:
    """Foreground execution of one run in this process."""

    def __init__(self, database: Database, kinds: Iterable[AnyKind], settings: RunsSettings) -> None:
        self._database = database
        self._engine = _Engine(database, kinds, settings)
        self._beat = Beat(self._engine, f"{socket.gethostname()}:{os.getpid()}", database)
        self._sweep = Sweep(database, settings)
        self._cut_off = False

    @property
    def error(self) -> Exception | None:
        """Exception of the last attempt in this process."""
        return self._engine.error

    async def to_the_end(self, run: Run, waiting: Callable[[], None] | None) -> Run:
        """Attempt the run whenever it can be claimed, until it has ended."""
        loop = asyncio.get_running_loop()
        patience, pause = loop.time() + _LONG, _FIRST_PAUSE
        await self._beat.once()
        while True:
            for running in await self._engine.claim([(run.owner_id, run.id)]):
                await self._attempt(running)
            run = await self._look(run)
            if run.status.ended:
                return run
            await self._make_way(run)
            if waiting and loop.time() > patience:
                waiting()
                waiting = None
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def leave(self) -> None:
        """Remove this process from the list of workers."""
        if self._cut_off:
            return
        with suppress(Exception):
            async with asyncio.timeout(_TO_LET_GO), self._database.ownerless() as connection:
                await connection.execute(_sql.leave, self._engine.id)

    async def _attempt(self, running: Running) -> None:
        over = False
        try:
            async with self._engine.started():
                away = await self._execute(running)
            over = True
        finally:
            if not over:
                await self._let_go(running.claim)
        if away:
            self._cut_off = True
            raise away

    async def _execute(self, running: Running) -> Unavailable | None:
        """Wait for the end of the attempt; return an error if the database does not answer."""
        executing = asyncio.create_task(self._engine.execute(running))
        try:
            while not executing.done():
                await asyncio.wait({executing}, timeout=self._engine.settings.beat)
                if not executing.done():
                    async with asyncio.timeout(self._engine.settings.beat):
                        await self._beat.once()
        except (Unavailable, TimeoutError) as error:
            return self._away(error)
        finally:
            executing.cancel()
            await asyncio.wait({executing})
        return None

    def _away(self, error: Exception) -> Unavailable:
        known = (self.error, error)
        unanswered = Unavailable("The database does not answer; try again in a minute.")
        return next((one for one in known if isinstance(one, Unavailable)), unanswered)

    async def _let_go(self, claim: Claim) -> None:
        """Cancel the attempt's run unless it has ended or another process has claimed it."""
        with suppress(Exception):
            async with asyncio.timeout(_TO_LET_GO), self._database.transaction([claim.owner_id]) as tx:
                if await store.hold(tx, [claim]):
                    await store.settle(tx, [outcomes.cancelled(claim, News())])
                    await store.tell(tx, claim.topics)

    async def _look(self, run: Run) -> Run:
        async with self._database.transaction([run.owner_id]) as tx:
            return await service.get(tx, run.owner_id, run.id)

    async def _make_way(self, run: Run) -> None:
        """Free the run if the process that claimed it is dead.

        Raises:
            NotDue: the run is scheduled for later.
        """
        async with self._database.transaction([run.owner_id]) as tx:
            found = await tx.fetchrow(
                _sql.read_obstacle, run.owner_id, run.id, self._engine.settings.lease_time
            )
            if found and found["is_far"]:
                raise NotDue(
                    f"The run is scheduled for later; cancel it with “daybreak runs cancel {run.id}” "
                    "to start a new one."
                )
            if not found or not (found["is_over"] or process_identity.is_dead(found["place"])):
                return
            await tx.execute(_sql.end_lease, run.owner_id, run.id, found["worker_id"])
        log.info("runs.worker_found_dead", run=str(run.id), worker=found["worker"])
        await self._sweep.once()
