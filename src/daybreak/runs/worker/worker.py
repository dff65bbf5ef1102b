"""A worker process: consumes jobs, sends heartbeats, rescues runs, and drains on request."""

import asyncio
import os
import socket
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import timedelta

from daybreak.db import Database
from daybreak.runs.kinds import AnyKind
from daybreak.runs.model import Lane
from daybreak.runs.settings import RunsSettings, runs_settings
from daybreak.runs.worker.consumer import LaneWorker
from daybreak.runs.worker.executor import Engine
from daybreak.runs.worker.heartbeat import Beat
from daybreak.runs.worker.registry import Stop
from daybreak.runs.worker.rescuer import Sweep
from daybreak.telemetry import log

_CONNECTIONS = 12
_CANCELLED = "daybreak_runs_cancel"
_TO_GIVE_BACK = 10.0
_GAVE_UP = "The database does not answer; other workers will claim the open runs when their leases expire."


class _AbandonedError(Exception):
    """A shutdown that exceeded its time limit because the database did not answer."""


class Worker:
    """A worker for a set of run kinds, until it is drained."""

    def __init__(
        self,
        dsn: str,
        kinds: Iterable[AnyKind],
        *,
        settings: RunsSettings | None = None,
        name: str | None = None,
    ) -> None:
        """Create a worker; nothing happens before `run`.

        Args:
            dsn: database URL of the role ``daybreak_app``, without a pooler.
            kinds: kinds that the worker executes; it does not claim runs of other kinds.
            settings: limits and intervals; None for those of this process.
            name: the name in lists; None for host and process id.
        """
        self._dsn = dsn
        self._kinds = list(kinds)
        self._settings = settings or runs_settings()
        self._name = name or f"{socket.gethostname()}:{os.getpid()}"
        self._lanes = [lane for lane in Lane if self._settings.places(lane)]
        self._drained = asyncio.Event()
        self.ready = asyncio.Event()

    def drain(self) -> None:
        """Stop claiming runs and wait a limited time for those in progress; then `run` releases the rest."""
        self._drained.set()

    async def run(self) -> None:
        """Execute runs until drained.

        Raises:
            Unavailable: the database does not answer at the start.
            Misconfigured: the database rejects the role, or the role can bypass row-level security.
        """
        # After waiting longer than that for an answer, the worker has lost its runs anyway.
        patience = self._settings.lease
        # The heartbeat has a separate connection, so that handlers cannot delay it.
        async with (
            Database.connect(self._dsn, connections=_CONNECTIONS, patience=patience) as database,
            Database.connect(self._dsn, connections=1, patience=patience) as pulse,
        ):
            engine = Engine(database, self._kinds, self._settings)
            sweep = Sweep(database, self._settings)
            await sweep.upkeep()
            try:
                async with engine.started(), asyncio.TaskGroup() as children:
                    beat = Beat(engine, self._name, pulse, self._lanes)
                    loops = [children.create_task(beat.run()), children.create_task(sweep.run())]
                    await self._work(engine, beat, children)
                    for loop in loops:
                        loop.cancel()
            except* _AbandonedError:
                log.error("runs.worker_gave_up", worker=self._name, words=_GAVE_UP)

    async def _work(self, engine: Engine, beat: Beat, children: asyncio.TaskGroup) -> None:
        lanes = {lane: LaneWorker(lane, engine, children) for lane in self._lanes}
        stop = asyncio.Event()
        bells = [
            children.create_task(self._listen(lane, worker, engine, stop)) for lane, worker in lanes.items()
        ]
        log.info("runs.worker_started", worker=self._name, kinds=sorted(engine.kinds))
        self.ready.set()
        await self._drained.wait()
        beat.draining = True
        stop.set()
        for worker in lanes.values():
            await worker.close()
        await self._finish(engine, bells)

    async def _listen(self, lane: Lane, worker: LaneWorker, engine: Engine, stop: asyncio.Event) -> None:
        # PgQueuer takes 0.25 seconds to import, and only a worker needs it.
        from daybreak.runs.worker.job_queue import answer_doorbells  # noqa: PLC0415

        await answer_doorbells(
            self._dsn,
            lane,
            worker.answer,
            stop=stop,
            lease=self._settings.lease_time,
            poll=timedelta(seconds=self._settings.poll),
            listeners={_CANCELLED: engine.registry.cancel},
        )

    async def _finish(self, engine: Engine, bells: Collection[asyncio.Task[None]]) -> None:
        """Wait for running attempts, release those that do not end in time, and abandon the rest.

        Raises:
            _ShutdownTimeout: an attempt could not be released in time.
        """
        log.info("runs.worker_drains", worker=self._name, running=len(engine.registry))
        with suppress(TimeoutError):
            await asyncio.wait_for(_until_idle(engine, bells), self._settings.drain)
        engine.registry.end_all(Stop.DRAIN)
        try:
            # After the lease another worker may claim the run anyway.
            await asyncio.wait_for(_until_idle(engine, bells), min(_TO_GIVE_BACK, self._settings.lease))
        except TimeoutError:
            raise _AbandonedError from None
        finally:
            log.info("runs.worker_stopped", worker=self._name, running=len(engine.registry))


async def _until_idle(engine: Engine, bells: Collection[asyncio.Task[None]]) -> None:
    if bells:
        await asyncio.wait(bells)
    await engine.registry.wait_until_empty()
