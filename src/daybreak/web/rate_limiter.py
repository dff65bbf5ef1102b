"""A limit on the rate of requests: a steady rate with bursts, counted in the memory of one process."""

import asyncio
from collections.abc import Hashable

from daybreak.errors import TooManyRequests

_BURST_SHARE = 0.25
_MAX_TRACKED = 10_000


class RateLimiter:
    """The generic cell rate algorithm (GCRA), by client."""

    def __init__(self, per_minute: int) -> None:
        self._interval = 60 / per_minute
        self._burst_seconds = 60 * _BURST_SHARE
        self._next_allowed: dict[Hashable, float] = {}

    def acquire(self, client: Hashable) -> None:
        """Count one request of a client, such as a credential or a user.

        Raises:
            TooManyRequests: the rate is exceeded.
        """
        now = asyncio.get_running_loop().time()
        due = max(self._next_allowed.get(client, now), now)
        if due - now > self._burst_seconds:
            raise TooManyRequests(
                "Too many requests; wait a moment and try again.", due - now - self._burst_seconds
            )
        self._next_allowed[client] = due + self._interval
        if len(self._next_allowed) > _MAX_TRACKED:
            self._next_allowed = {one: when for one, when in self._next_allowed.items() if when > now}
