"""The rate limit of the API: a steady rate with bursts, counted in the memory of one process."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from daybreak.errors import TooManyRequests
from daybreak.web.context import RequestContext, api_reader

_BURST_SHARE = 0.25
_MAX_TRACKED = 10_000


class RateLimiter:
    """The generic cell rate algorithm (GCRA), by credential."""

    def __init__(self, per_minute: int) -> None:
        self._interval = 60 / per_minute
        self._burst_seconds = 60 * _BURST_SHARE
        self._next_allowed: dict[UUID, float] = {}

    def acquire(self, credential: UUID) -> None:
        """Count one request.

        Raises:
            TooManyRequests: the rate is exceeded.
        """
        now = asyncio.get_running_loop().time()
        due = max(self._next_allowed.get(credential, now), now)
        if due - now > self._burst_seconds:
            raise TooManyRequests(
                "Too many requests; wait a moment and try again.", due - now - self._burst_seconds
            )
        self._next_allowed[credential] = due + self._interval
        if len(self._next_allowed) > _MAX_TRACKED:
            self._next_allowed = {one: when for one, when in self._next_allowed.items() if when > now}


async def rate_limited(context: Annotated[RequestContext, Depends(api_reader)]) -> None:
    """Apply the rate limit to a request.

    Raises:
        TooManyRequests: the rate is exceeded.
    """
    rates: RateLimiter = context.request.app.state.rate_limiter
    rates.acquire(context.signed_in_principal.credential)
