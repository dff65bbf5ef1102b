"""One connection that listens, for all streams of a process.

A notification names topics, separated by commas; whoever follows one of them is woken, once however many came
meanwhile. What happened is then read from the database, so that nothing is lost with a notification.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Collection, Iterator
from uuid import uuid4

import asyncpg

from daybreak import db
from daybreak.errors import DaybreakError
from daybreak.telemetry import log

_ECHO = "daybreak_echo"
_ECHO_EVERY = 30.0
_ECHO_WITHIN = 5.0
_AGAIN_AFTER = 2.0
# How long a follower waits for a notification: a safety net while one hears, the only way while one does not.
_HEARING = 60.0
_DEAF = 2.0


class Notifications:
    """Hears the channels of a database and wakes who follows."""

    def __init__(self, channels: Collection[str]) -> None:
        self._channels = tuple(channels)
        self._bells: defaultdict[str, set[Bell]] = defaultdict(set)
        self._echoed = asyncio.Event()
        self._lost = asyncio.Event()
        self.hearing = False
        self.closed = False

    def close(self) -> None:
        """Wake everybody for the last time: the process is to end."""
        self.closed = True
        self._ring_all()

    @property
    def followers(self) -> int:
        """How many follow a topic."""
        return len(set().union(*self._bells.values()))

    @contextlib.contextmanager
    def follow(self, *topics: str) -> Iterator["Bell"]:
        """Inside the block the bell tells of these topics."""
        bell = Bell(self)
        for topic in topics:
            self._bells[topic].add(bell)
        try:
            yield bell
        finally:
            for topic in topics:
                self._bells[topic].discard(bell)
                if not self._bells[topic]:
                    del self._bells[topic]

    async def listen(self, dsn: str) -> None:
        """Hear that database until cancelled; a lost connection is made again.

        Args:
            dsn: its address, not through a pooler: notifications do not pass one.
        """
        while True:
            try:
                await self._listen_on_one_connection(dsn)
            except (DaybreakError, TimeoutError, asyncpg.PostgresError) as error:
                log.warning("web.deaf", error=type(error).__name__)
            await asyncio.sleep(_AGAIN_AFTER)

    async def _listen_on_one_connection(self, dsn: str) -> None:
        async with db.connect(dsn, command_timeout=10) as connection:
            self._lost.clear()
            connection.add_termination_listener(lambda _connection: self._lost.set())
            try:
                for channel in self._channels:
                    await connection.add_listener(channel, lambda *words: self._ring(str(words[-1])))
                await connection.add_listener(_ECHO, lambda *_words: self._echoed.set())
                while not self._lost.is_set():
                    await self._check(connection)
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._lost.wait(), _ECHO_EVERY)
            finally:
                self.hearing = False
                self._ring_all()

    async def _check(self, connection: asyncpg.Connection) -> None:
        """Call, and see whether one hears oneself; through a pooler one does not."""
        self._echoed.clear()
        await connection.execute(f"NOTIFY {_ECHO}, '{uuid4()}'")
        await asyncio.wait_for(self._echoed.wait(), _ECHO_WITHIN)
        if not self.hearing:
            self.hearing = True
            self._ring_all()  # what was notified before, nobody heard

    def _ring(self, payload: str) -> None:
        for topic in payload.split(","):
            for bell in self._bells.get(topic, ()):
                bell.ring(topic)

    def _ring_all(self) -> None:
        for topic, bells in self._bells.items():
            for bell in bells:
                bell.ring(topic)


class Bell:
    """Tells one follower that something happened."""

    def __init__(self, notifications: Notifications) -> None:
        self._notifications = notifications
        self._rung = asyncio.Event()
        self._topics: set[str] = set()

    def ring(self, topic: str) -> None:
        """Something happened there."""
        self._topics.add(topic)
        self._rung.set()

    async def wait(self, at_most: float) -> Collection[str]:
        """Until it rang since the last time, or it is time to look all the same.

        Args:
            at_most: seconds.

        Returns:
            The topics for which it rang.
        """
        patience = min(at_most, _HEARING if self._notifications.hearing else _DEAF)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), patience)
        self._rung.clear()
        topics, self._topics = self._topics, set()
        return topics
