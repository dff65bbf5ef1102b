"""Sends NOTIFY for ended runs, after their commits and in batches.

A transaction with NOTIFY blocks all others with NOTIFY, on the whole server, until its commit is on disk.
So runs are not notified in their own commits. The rows contain the facts, and subscribers poll them, too:
a lost notification only delays a subscriber.
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
    """A notifier that sends immediately when idle and batches notifications that arrive close together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._untold: set[UUID] = set()
        self._wake = asyncio.Event()
        self._lock = asyncio.Lock()

    def tell(self, topics: Iterable[UUID]) -> None:
        """Queue a notification for these topics, whose changes are committed."""
        self._untold.update(topics)
        self._wake.set()

    async def run(self) -> None:
        """Send pending notifications until cancelled."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(_EVERY if await self.flush() else _AGAIN_AFTER)

    async def flush(self) -> bool:
        """Send all pending notifications; return whether that succeeded."""
        async with self._lock:
            self._wake.clear()
            topics, self._untold = self._untold, set()
            return not topics or await self._send(topics)

    async def _send(self, topics: set[UUID]) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE), self._database.ownerless() as connection:
                await store.tell(connection, topics)
        except Exception as error:  # noqa: BLE001 - the notification is sent again
            log.warning("runs.not_told", topics=len(topics), error=type(error).__name__)
            self.tell(topics)
            return False
        return True
