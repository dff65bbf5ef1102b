"""Wakes whoever follows runs that have ended: after their commits, for many of them at once.

A commit that notifies holds a lock of the whole server until it is on disk, so that no other one that does is
written at the same time. What happened stands in the rows, and whoever follows looks there now and then: a
notification that is lost only makes them wait.
"""

import asyncio
from collections.abc import Iterable
from uuid import UUID

from daybreak.db import Database
from daybreak.runs import store
from daybreak.telemetry import log

_EVERY = 0.05
_AGAIN_AFTER = 1.0
_PATIENCE = 2.0


class Teller:
    """Tells at once what comes alone, and together what comes close together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._untold: set[UUID] = set()
        self._wake = asyncio.Event()
        self._lock = asyncio.Lock()

    def tell(self, topics: Iterable[UUID]) -> None:
        """Something that can be read now has happened there."""
        self._untold.update(topics)
        self._wake.set()

    async def run(self) -> None:
        """Tell what there is, until cancelled."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(_EVERY if await self.flush() else _AGAIN_AFTER)

    async def flush(self) -> bool:
        """Tell what has not been told yet; gives whether that could be done."""
        async with self._lock:
            self._wake.clear()
            topics, self._untold = self._untold, set()
            return not topics or await self._send(topics)

    async def _send(self, topics: set[UUID]) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE), self._database.ownerless() as connection:
                await store.tell(connection, topics)
        except Exception as error:  # noqa: BLE001 - it is told again
            log.warning("runs.not_told", topics=len(topics), error=type(error).__name__)
            self.tell(topics)
            return False
        return True
