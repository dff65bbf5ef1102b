"""Scheduler heartbeats: each scheduler records that it is alive and the error of its last tick."""

import asyncio
import os
import socket
from contextlib import suppress
from datetime import timedelta
from math import inf
from time import monotonic
from uuid import uuid4

from daybreak.db import Database, load
from daybreak.schedule.model import SchedulerInfo

_sql = load(__package__)
_INTERVAL_SECONDS = 30.0
_ALIVE_WITHIN = timedelta(minutes=3)
_RETENTION = timedelta(days=1)
_DEREGISTER_SECONDS = 1.0
_MAX_LISTED = 50
_MAX_ERROR_LENGTH = 300


class SchedulerHeartbeat:
    """The heartbeat of one scheduler."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._id = uuid4()
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._started = monotonic()
        self._sent = -inf
        self._last_error = ""

    async def send(self, error: str = "") -> None:
        """Record a heartbeat with the last error; skip the write if an equal one is under 30 seconds old."""
        now = monotonic()
        if now - self._sent < _INTERVAL_SECONDS and error == self._last_error:
            return
        running = timedelta(seconds=now - self._started)
        entry = (self._id, self._name, running, error[:_MAX_ERROR_LENGTH])
        async with self._database.without_owner() as connection:
            row = await connection.fetchrow(_sql.write_scheduler, *entry)
        self._database.compatibility.observe(row["oldest_program"], row["migrated_by"])
        self._sent, self._last_error = now, error

    async def deregister(self) -> None:
        """Remove this scheduler's entry; if the database is unavailable, the entry is pruned later."""
        with suppress(Exception):
            async with asyncio.timeout(_DEREGISTER_SECONDS), self._database.without_owner() as connection:
                await connection.execute(_sql.delete_scheduler, self._id)


async def list_schedulers(database: Database) -> list[SchedulerInfo]:
    """Return the schedulers of the last day, the most recently seen first."""
    async with database.without_owner() as connection:
        rows = await connection.fetch(_sql.read_schedulers, _MAX_LISTED, _ALIVE_WITHIN)
    return [SchedulerInfo(**row) for row in rows]


async def delete_stale_schedulers(database: Database) -> None:
    """Delete the entries of schedulers without a heartbeat for a day."""
    async with database.without_owner() as connection:
        await connection.execute(_sql.delete_stale_schedulers, _RETENTION)
