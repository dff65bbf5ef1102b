"""A worker's beat: it renews the leases of what runs, and learns what is lost or to be cancelled."""

import asyncio
from collections.abc import Collection

from daybreak.db import Database, load
from daybreak.runs import whereabouts
from daybreak.runs.engine import Engine
from daybreak.runs.model import Lane
from daybreak.runs.running import Registry, Running, Stop
from daybreak.telemetry import log

_sql = load(__package__)


class Beat:
    """Says that this worker is alive, one statement for all that it runs."""

    def __init__(
        self,
        engine: Engine,
        name: str,
        database: Database,
        lanes: Collection[Lane] = (),
        place: str | None = None,
    ) -> None:
        """Make a beat; nothing is said before `once` or `run`.

        Args:
            engine: whose runs are spoken of.
            name: what the worker is called in lists.
            database: where it is said.
            lanes: those whose doorbells it answers.
            place: where its process is; None for where this one is.
        """
        self._engine = engine
        self._lanes = list(lanes)
        self._place = place or whereabouts.here()
        self._database = database
        self._name = name
        self.draining = False

    async def run(self) -> None:
        """Beat, until cancelled. When nobody answers for too long, all is ended: others have it soon."""
        settings = self._engine.settings
        loop = asyncio.get_running_loop()
        answered = loop.time()
        while True:
            asked = loop.time()
            try:
                async with asyncio.timeout(settings.beat):
                    await self.once()
                answered = asked
            except Exception as error:  # noqa: BLE001 - the next beat may be heard
                log.warning("runs.beat_failed", error=type(error).__name__)
                if loop.time() - answered > settings.lease * 2 / 3:
                    self._engine.registry.end_all(Stop.LOST)
            await asyncio.sleep(settings.beat)

    async def once(self) -> None:
        """One beat."""
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
