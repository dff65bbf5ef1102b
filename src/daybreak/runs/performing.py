"""A run performed in this process, for somebody who waits for it: no worker has to be there.

It goes through the same claim, handler, beat and fenced commit as in a worker. Where somebody else has the
run, it is followed to its end; where that somebody has died, the run is freed at once.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from daybreak.db import Database, load
from daybreak.errors import Bug, Conflict, DaybreakError, Unavailable
from daybreak.runs import outcomes, service, store, whereabouts
from daybreak.runs.beating import Beat
from daybreak.runs.engine import Engine
from daybreak.runs.kinds import AnyKind
from daybreak.runs.model import Claim, Run, Status
from daybreak.runs.running import Running
from daybreak.runs.settings import RunsSettings, runs_settings
from daybreak.runs.sweeping import Sweep
from daybreak.runs.tasks import News
from daybreak.telemetry import log

_sql = load(__package__)
# Short, so that whoever comes after a command that died on another machine need not wait for long.
_LEASE, _BEAT = 10.0, 3.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5
_TO_LET_GO = 2.0
_LONG = 1.0
_WORKER_DIED = "WorkerDied"


class NotDue(Conflict):
    """A run waits for a time that nobody should be made to wait for."""


async def perform(
    database: Database,
    kinds: Iterable[AnyKind],
    run: Run,
    settings: RunsSettings | None = None,
    *,
    waiting: Callable[[], None] | None = None,
) -> Run:
    """Run it here, or follow whoever does; gives the run when it has succeeded, if only in part.

    Cancelled, it cancels what it has begun.

    Args:
        database: where the run is.
        kinds: what can be run here; items that a run fans out to are left to workers.
        run: which one.
        settings: None for those of this process, with a short lease.
        waiting: called once when somebody else has had the run for a second.

    Raises:
        DaybreakError: it failed, with this error; whatever else its handler raised comes out as it was.
        Conflict: it was cancelled.
        NotDue: it waits for a time to come.
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
        raise Conflict(f"The run was cancelled; “daybreak runs retry {ended.id}” starts it again.")
    return ended


def _short_lived() -> RunsSettings:
    ours = runs_settings()
    return ours.model_copy(update={"lease": min(_LEASE, ours.lease), "beat": min(_BEAT, ours.beat)})


def _error(run: Run) -> DaybreakError:
    """Why a run failed of which nobody here knows more than its row."""
    if not run.errors:
        return Bug("The run failed, and did not say why.")
    last = run.errors[-1]
    if last.kind == _WORKER_DIED:
        return Unavailable(f"{last.message} Trying again may help.")
    return _family(DaybreakError).get(last.kind, Bug)(last.message)


def _family(base: type[DaybreakError]) -> dict[str, type[DaybreakError]]:
    # One that takes more than its sentence cannot be made from its row.
    found = {} if "__init__" in vars(base) else {base.__name__: base}
    for one in base.__subclasses__():
        found |= _family(one)
    return found


class _Engine(Engine):
    """Keeps the error that a handler raised: the run's row has only its sentence."""

    error: Exception | None = None

    async def _handle(self, running: Running) -> Any:  # noqa: ANN401 - whatever the handler gives
        self.error = None
        try:
            return await super()._handle(running)
        except Exception as error:
            self.error = error
            raise


class _Performer:
    """What this process does for one run."""

    def __init__(self, database: Database, kinds: Iterable[AnyKind], settings: RunsSettings) -> None:
        self._database = database
        self._engine = _Engine(database, kinds, settings)
        self._beat = Beat(self._engine, f"{socket.gethostname()}:{os.getpid()}", database)
        self._sweep = Sweep(database, settings)
        self._cut_off = False

    @property
    def error(self) -> Exception | None:
        """What the last attempt of ours raised."""
        return self._engine.error

    async def to_the_end(self, run: Run, waiting: Callable[[], None] | None) -> Run:
        """Attempt it as often as it can be had, until it has ended."""
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
        """Nothing is done here any more."""
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
        """Until the attempt is over; gives why that cannot be told, if the database does not answer."""
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
        unanswered = Unavailable("The database does not answer; try again.")
        return next((one for one in known if isinstance(one, Unavailable)), unanswered)

    async def _let_go(self, claim: Claim) -> None:
        """Nobody waits for it any more: it is cancelled, unless it has ended or somebody else has it."""
        with suppress(Exception):
            async with asyncio.timeout(_TO_LET_GO), self._database.transaction([claim.owner_id]) as tx:
                if await store.hold(tx, [claim]):
                    await store.settle(tx, [outcomes.cancelled(claim, News())])
                    await store.tell(tx, claim.topics)

    async def _look(self, run: Run) -> Run:
        async with self._database.transaction([run.owner_id]) as tx:
            return await service.get(tx, run.owner_id, run.id)

    async def _make_way(self, run: Run) -> None:
        """Free the run if whoever has it is dead.

        Raises:
            NotDue: it waits for a time to come.
        """
        async with self._database.transaction([run.owner_id]) as tx:
            found = await tx.fetchrow(
                _sql.read_obstacle, run.owner_id, run.id, self._engine.settings.lease_time
            )
            if found and found["is_far"]:
                raise NotDue(
                    f"The run waits for its time; “daybreak runs cancel {run.id}” lets another one begin."
                )
            if not found or not (found["is_over"] or whereabouts.is_dead(found["place"])):
                return
            await tx.execute(_sql.end_lease, run.owner_id, run.id, found["worker_id"])
        log.info("runs.worker_found_dead", run=str(run.id), worker=found["worker"])
        await self._sweep.once()
