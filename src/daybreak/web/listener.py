"""One LISTEN connection for all streams of a process.

A notification names topics, separated by commas, and wakes the subscriptions to them: once, however many
notifications arrived. The subscribers then read from the database, so that a lost notification loses no data.
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
# Seconds between polls: a safety net while the connection listens, the only way while it is lost.
_HEARING = 60.0
_DEAF = 2.0


class Notifications:
    """A connection that listens on the channels of a database and wakes subscriptions."""

    def __init__(self, channels: Collection[str]) -> None:
        self._channels = tuple(channels)
        self._bells: defaultdict[str, set[Bell]] = defaultdict(set)
        self._echoed = asyncio.Event()
        self._lost = asyncio.Event()
        self.hearing = False
        self.closed = False

    def close(self) -> None:
        """Wake all subscriptions for the last time, because the process stops."""
        self.closed = True
        self._ring_all()

    @property
    def followers(self) -> int:
        """The number of subscriptions."""
        return len(set().union(*self._bells.values()))

    @contextlib.contextmanager
    def follow(self, *topics: str) -> Iterator["Bell"]:
        """Subscribe to these topics for the duration of the block."""
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
        """Listen until cancelled, and reconnect after a lost connection.

        Args:
            dsn: the database's address, not through a pooler, which drops notifications.
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
        """Send a notification and wait for it; through a pooler it never arrives."""
        self._echoed.clear()
        await connection.execute(f"NOTIFY {_ECHO}, '{uuid4()}'")
        await asyncio.wait_for(self._echoed.wait(), _ECHO_WITHIN)
        if not self.hearing:
            self.hearing = True
            self._ring_all()  # earlier notifications were missed

    def _ring(self, payload: str) -> None:
        for topic in payload.split(","):
            for bell in self._bells.get(topic, ()):
                bell.ring(topic)

    def _ring_all(self) -> None:
        for topic, bells in self._bells.items():
            for bell in bells:
                bell.ring(topic)


class Bell:
    """A subscriber's event, with the topics that were notified."""

    def __init__(self, notifications: Notifications) -> None:
        self._notifications = notifications
        self._rung = asyncio.Event()
        self._topics: set[str] = set()

    def ring(self, topic: str) -> None:
        """Wake the subscriber because of this topic."""
        self._topics.add(topic)
        self._rung.set()

    async def wait(self, at_most: float) -> Collection[str]:
        """Wait for a notification since the last call, or until it is time to poll.

        Args:
            timeout_seconds: the longest wait.

        Returns:
            The topics that were notified.
        """
        patience = min(at_most, _HEARING if self._notifications.hearing else _DEAF)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), patience)
        self._rung.clear()
        topics, self._topics = self._topics, set()
        return topics
