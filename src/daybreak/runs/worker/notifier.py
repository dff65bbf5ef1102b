"""Sends NOTIFY for ended runs, after their commits and in batches.

A transaction with NOTIFY blocks all others with NOTIFY, on the whole server, until its commit is on disk.
So runs are not notified in their own commits. The rows contain the facts, and subscribers poll them, too:
a lost notification only delays a subscriber.
"""

import asyncio
from collections.abc import Iterable
from uuid import UUID

from daybreak.db import Database, log_failure
from daybreak.runs import store

_BATCH_SECONDS = 0.05
_RETRY_SECONDS = 1.0
_NOTIFY_TIMEOUT_SECONDS = 2.0


class Notifier:
    """A notifier that sends immediately when idle and batches notifications that arrive close together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: set[UUID] = set()
        self._wake = asyncio.Event()
        self._lock = asyncio.Lock()

    def notify(self, topics: Iterable[UUID]) -> None:
        """Queue a notification for these topics, whose changes are committed."""
        self._pending.update(topics)
        self._wake.set()

    async def run(self) -> None:
        """Send pending notifications until cancelled."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(_BATCH_SECONDS if await self.flush() else _RETRY_SECONDS)

    async def flush(self) -> bool:
        """Send all pending notifications; return whether that succeeded."""
        async with self._lock:
            self._wake.clear()
            topics, self._pending = self._pending, set()
            return not topics or await self._send(topics)

    async def _send(self, topics: set[UUID]) -> bool:
        try:
            async with asyncio.timeout(_NOTIFY_TIMEOUT_SECONDS), self._database.without_owner() as connection:
                await store.notify(connection, topics)
        except Exception as error:  # noqa: BLE001 - the notification is sent again
            log_failure("runs.notify_failed", error, topics=len(topics))
            self.notify(topics)
            return False
        return True
