"""The worker heartbeat: renews leases and picks up lost leases and cancel requests."""

import asyncio
from collections.abc import Collection

from daybreak.db import Database, load
from daybreak.runs.model import Lane
from daybreak.runs.worker import process_identity
from daybreak.runs.worker.executor import Engine
from daybreak.runs.worker.registry import Registry, Running, Stop
from daybreak.telemetry import log

_sql = load("daybreak.runs")


class Beat:
    """A worker's heartbeat, one statement for all its runs."""

    def __init__(
        self,
        engine: Engine,
        name: str,
        database: Database,
        lanes: Collection[Lane] = (),
        place: str | None = None,
    ) -> None:
        """Create a heartbeat; nothing is sent before `send` or `run`.

        Args:
            engine: the executor whose attempts are renewed.
            name: the name of the worker in lists.
            database: the database of the runs.
            lanes: the queues that the worker consumes.
            place: the identity of the worker's process; None for this process.
        """
        self._engine = engine
        self._lanes = list(lanes)
        self._place = place or process_identity.here()
        self._database = database
        self._name = name
        self.draining = False

    async def run(self) -> None:
        """Send heartbeats until cancelled.

        After two thirds of the lease without an answer, all attempts are stopped: other workers will soon
        claim their runs.
        """
        settings = self._engine.settings
        loop = asyncio.get_running_loop()
        answered = loop.time()
        while True:
            asked = loop.time()
            try:
                async with asyncio.timeout(settings.beat):
                    await self.once()
                answered = asked
            except Exception as error:  # noqa: BLE001 - the next heartbeat may succeed
                log.warning("runs.beat_failed", error=type(error).__name__)
                if loop.time() - answered > settings.lease * 2 / 3:
                    self._engine.registry.end_all(Stop.LOST)
            await asyncio.sleep(settings.beat)

    async def once(self) -> None:
        """Send one heartbeat and stop attempts that are lost or cancelled."""
        engine = self._engine
        ours = list(engine.registry)
        async with self._database.ownerless() as connection:
            rows = await connection.fetch(
                _sql.beat,
                engine.id,
                self._name,
                self._place,
                self._lanes,
                self.draining,
                engine.settings.lease_time,
                [running.claim.owner_id for running in ours],
                [running.claim.id for running in ours],
                [running.claim.fence for running in ours],
            )
        _obey(ours, {row["run_id"]: row["cancelled"] for row in rows}, engine.registry)


def _obey(asked: list[Running], answers: dict[object, bool], registry: Registry) -> None:
    still_running = set(registry)
    for running in asked:
        if running not in still_running or running.settling:
            continue
        if running.claim.id not in answers:
            running.end(Stop.LOST)
        elif answers[running.claim.id]:
            running.end(Stop.CANCEL)
