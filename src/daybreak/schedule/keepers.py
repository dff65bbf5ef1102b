"""Who keeps the schedule: each scheduler says now and then that it is there, and how its last turn went."""

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
    """One scheduler's entry in the list of them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._id = uuid4()
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._started_at = clock.now()
        self._said_at = self._started_at - _OFTEN
        self._trouble = ""

    async def say(self, trouble: str = "") -> None:
        """Be seen, with what went wrong; nothing is written if that was said a moment ago."""
        now = clock.now()
        if now - self._said_at < _OFTEN and trouble == self._trouble:
            return
        entry = (self._id, self._name, self._started_at, now, trouble[:_LONGEST_TROUBLE])
        async with self._database.ownerless() as connection:
            await connection.execute(_sql.write_scheduler, *entry)
        self._said_at, self._trouble = now, trouble

    async def leave(self) -> None:
        """Be seen no more; if the database is away, it is forgotten there in time."""
        with suppress(Exception):
            async with asyncio.timeout(_TO_LEAVE), self._database.ownerless() as connection:
                await connection.execute(_sql.forget_scheduler, self._id)


async def schedulers(database: Database) -> list[SchedulerSeen]:
    """Who keeps the schedule, or did within a day, the latest seen first."""
    now = clock.now()
    async with database.ownerless() as connection:
        rows = await connection.fetch(_sql.read_schedulers, _MOST_LISTED)
    return [SchedulerSeen(alive=now - row["seen_at"] <= _LATELY, **row) for row in rows]


async def forget_gone(database: Database) -> None:
    """Forget the schedulers that have not been seen for a day."""
    async with database.ownerless() as connection:
        await connection.execute(_sql.forget_schedulers, clock.now() - _KEPT)
