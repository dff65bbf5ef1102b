"""Scheduler heartbeats: each scheduler records that it is alive and the error of its last tick."""

import asyncio
import os
import socket
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

from daybreak import clock
from daybreak.db import Database, load
from daybreak.schedule.model import SchedulerSeen

_sql = load(__package__)
_OFTEN = timedelta(seconds=30)
_LATELY = timedelta(minutes=3)
_KEPT = timedelta(days=1)
_TO_LEAVE = 1.0
_MOST_LISTED = 50
_LONGEST_TROUBLE = 300


class Presence:
    """The heartbeat of one scheduler."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._id = uuid4()
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._started_at = clock.now()
        self._said_at = self._started_at - _OFTEN
        self._trouble = ""

    async def say(self, trouble: str = "") -> None:
        """Record a heartbeat with the last error; skip the write if an equal one is under 30 seconds old."""
        now = clock.now()
        if now - self._said_at < _OFTEN and trouble == self._trouble:
            return
        entry = (self._id, self._name, self._started_at, now, trouble[:_LONGEST_TROUBLE])
        async with self._database.ownerless() as connection:
            await connection.execute(_sql.write_scheduler, *entry)
        self._said_at, self._trouble = now, trouble

    async def leave(self) -> None:
        """Remove this scheduler's entry; if the database is unavailable, the entry is pruned later."""
        with suppress(Exception):
            async with asyncio.timeout(_TO_LEAVE), self._database.ownerless() as connection:
                await connection.execute(_sql.forget_scheduler, self._id)


async def schedulers(database: Database) -> list[SchedulerSeen]:
    """Return the schedulers of the last day, the most recently seen first."""
    now = clock.now()
    async with database.ownerless() as connection:
        rows = await connection.fetch(_sql.read_schedulers, _MOST_LISTED)
    return [SchedulerSeen(alive=now - row["seen_at"] <= _LATELY, **row) for row in rows]


async def forget_gone(database: Database) -> None:
    """Delete the entries of schedulers without a heartbeat for a day."""
    async with database.ownerless() as connection:
        await connection.execute(_sql.forget_schedulers, clock.now() - _KEPT)
