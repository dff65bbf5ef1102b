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

from daybreak import clock, db
from daybreak.db import CompatibilityMonitor
from daybreak.errors import DaybreakError

_sql = db.load(__package__)
_ECHO_CHANNEL = "daybreak_echo"
_ECHO_INTERVAL_SECONDS = 30.0
_ECHO_TIMEOUT_SECONDS = 5.0
_RECONNECT_SECONDS = 2.0
# Seconds between polls: a safety net while the connection listens, the only way while it is lost.
_POLL_LISTENING = 60.0
_POLL_DISCONNECTED = 2.0


class Listener:
    """A connection that listens on the channels of a database and wakes subscriptions."""

    def __init__(self, channels: Collection[str]) -> None:
        self._channels = tuple(channels)
        self._subscriptions: defaultdict[str, set[Subscription]] = defaultdict(set)
        self._echo_received = asyncio.Event()
        self._connection_lost = asyncio.Event()
        self._compatibility: CompatibilityMonitor | None = None
        self.is_listening = False
        self.is_closed = False
        self.notification_count = 0

    def close(self) -> None:
        """Wake all subscriptions for the last time, because the process stops."""
        self.is_closed = True
        self._wake_all()

    @property
    def subscriber_count(self) -> int:
        """The number of subscriptions."""
        return len(set().union(*self._subscriptions.values()))

    @contextlib.contextmanager
    def subscribe(self, *topics: str) -> Iterator["Subscription"]:
        """Subscribe to these topics for the duration of the block."""
        subscription = Subscription(self)
        for topic in topics:
            self._subscriptions[topic].add(subscription)
        try:
            yield subscription
        finally:
            for topic in topics:
                self._subscriptions[topic].discard(subscription)
                if not self._subscriptions[topic]:
                    del self._subscriptions[topic]

    async def listen(self, dsn: str, compatibility: CompatibilityMonitor | None = None) -> None:
        """Listen until cancelled, and reconnect after a lost connection.

        Args:
            dsn: the database's address, not through a pooler, which drops notifications.
            compatibility: notices a newer program with each echo.
        """
        self._compatibility = compatibility
        while True:
            try:
                await self._listen_once(dsn)
            except (DaybreakError, TimeoutError, asyncpg.PostgresError) as error:
                db.log_failure("web.listener_disconnected", error)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen_once(self, dsn: str) -> None:
        async with db.connect(dsn, command_timeout=10) as connection:
            self._connection_lost.clear()
            connection.add_termination_listener(lambda _connection: self._connection_lost.set())
            try:
                for channel in self._channels:
                    await connection.add_listener(channel, lambda *words: self._wake(str(words[-1])))
                await connection.add_listener(_ECHO_CHANNEL, lambda *_words: self._echo_received.set())
                while not self._connection_lost.is_set():
                    await self._check_echo(connection)
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._connection_lost.wait(), _ECHO_INTERVAL_SECONDS)
            finally:
                self.is_listening = False
                self._wake_all()

    async def _check_echo(self, connection: asyncpg.Connection) -> None:
        """Send a notification and wait for it; through a pooler it never arrives."""
        self._echo_received.clear()
        asked_at = clock.machine_now()
        with db.outage.watch():
            row = await connection.fetchrow(_sql.send_echo, _ECHO_CHANNEL, str(uuid4()))
        clock.follow(row["now"], asked_at)
        if self._compatibility:
            self._compatibility.observe(row["oldest_program"], row["migrated_by"])
        await asyncio.wait_for(self._echo_received.wait(), _ECHO_TIMEOUT_SECONDS)
        if not self.is_listening:
            self.is_listening = True
            self._wake_all()  # earlier notifications were missed

    def _wake(self, payload: str) -> None:
        self.notification_count += 1
        for topic in payload.split(","):
            for subscription in self._subscriptions.get(topic, ()):
                subscription.wake(topic)

    def _wake_all(self) -> None:
        self.notification_count += 1
        for topic, subscriptions in self._subscriptions.items():
            for subscription in subscriptions:
                subscription.wake(topic)


class Subscription:
    """A subscriber's event, with the topics that were notified."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._woken = asyncio.Event()
        self._topics: set[str] = set()

    def wake(self, topic: str) -> None:
        """Wake the subscriber because of this topic."""
        self._topics.add(topic)
        self._woken.set()

    async def wait(self, timeout_seconds: float) -> Collection[str]:
        """Wait for a notification since the last call, or until it is time to poll.

        Args:
            timeout_seconds: the longest wait.

        Returns:
            The topics that were notified.
        """
        seconds = min(timeout_seconds, _POLL_LISTENING if self._listener.is_listening else _POLL_DISCONNECTED)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()
        topics, self._topics = self._topics, set()
        return topics
