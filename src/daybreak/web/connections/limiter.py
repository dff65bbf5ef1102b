"""Bounds on open connections, of all clients together and of each."""

from collections import Counter
from typing import Protocol

from daybreak.telemetry import log
from daybreak.web.connections.capacity import ConnectionCapacity


class Evictable(Protocol):
    """A connection that can be closed to make room for another one."""

    def evict(self) -> None:
        """Close the connection at once."""


class ConnectionLimiter:
    """The open connections of a process.

    A full process does not refuse new clients while others keep it waiting: it closes the connection that has
    waited longest for its client. Clients that send half a request therefore only displace each other, since
    a client that sends a whole one waits for the server and not the other way round.
    """

    def __init__(self, capacity: ConnectionCapacity) -> None:
        self._capacity = capacity
        self._clients: dict[Evictable, str | None] = {}
        self._counts: Counter[str | None] = Counter()
        # Both are in the order of waiting; dictionaries keep the order of insertion.
        self._waiting: dict[Evictable, None] = {}
        self._bodies: dict[Evictable, None] = {}

    def add(self, connection: Evictable, client: str | None) -> bool:
        """Register a new connection, which waits for its client; return False if there is no room for it.

        Args:
            connection: the new connection.
            client: the client's network; None for a trusted proxy, which has no bound of its own.
        """
        is_crowded = client is not None and self._counts[client] >= self._capacity.per_client
        if is_crowded or len(self._clients) >= self._capacity.total:
            log.warning("web.connection_limit", per_client=is_crowded)
            if not self._evict_longest_waiting(client if is_crowded else None):
                return False
        self._clients[connection] = client
        self._counts[client] += 1
        self._waiting[connection] = None
        return True

    def remove(self, connection: Evictable) -> None:
        """Remove a connection that was closed; it may have been removed before."""
        if connection not in self._clients:
            return
        client = self._clients.pop(connection)
        self._counts[client] -= 1
        if not self._counts[client]:
            del self._counts[client]
        self.mark_busy(connection)

    def mark_waiting(self, connection: Evictable, *, has_open_body: bool) -> None:
        """Record that a connection waits for its client from now on."""
        if connection not in self._clients:
            return
        self.mark_busy(connection)
        self._waiting[connection] = None
        if has_open_body:
            self._bodies[connection] = None
            if len(self._bodies) > self._capacity.bodies:
                log.warning("web.body_limit")
                self._evict(next(iter(self._bodies)))

    def mark_busy(self, connection: Evictable) -> None:
        """Record that the client waits for the server."""
        self._waiting.pop(connection, None)
        self._bodies.pop(connection, None)

    def _evict_longest_waiting(self, client: str | None) -> bool:
        """Close the connection that has waited longest, of one client or of all, if there is one."""
        of_client = (one for one in self._waiting if client is None or self._clients[one] == client)
        longest = next(of_client, None)
        if longest is not None:
            self._evict(longest)
        return longest is not None

    def _evict(self, connection: Evictable) -> None:
        self.remove(connection)
        connection.evict()
