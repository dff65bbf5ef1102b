"""The rate limit of the API: a steady rate with bursts, counted in the memory of one process."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from daybreak.errors import TooMany
from daybreak.web.context import Visit, caller

_BURST = 0.25
_FORGET_ABOVE = 10_000


class Rates:
    """The generic cell rate algorithm (GCRA), by credential."""

    def __init__(self, per_minute: int) -> None:
        self._interval = 60 / per_minute
        self._ahead = 60 * _BURST
        self._due: dict[UUID, float] = {}

    def take(self, who: UUID) -> None:
        """Count one request.

        Raises:
            TooManyRequests: the rate is exceeded.
        """
        now = asyncio.get_running_loop().time()
        due = max(self._due.get(who, now), now)
        if due - now > self._ahead:
            raise TooMany("Too many requests; wait a moment and try again.", due - now - self._ahead)
        self._due[who] = due + self._interval
        if len(self._due) > _FORGET_ABOVE:
            self._due = {one: when for one, when in self._due.items() if when > now}


async def paced(visit: Annotated[Visit, Depends(caller)]) -> None:
    """Apply the rate limit to a request.

    Raises:
        TooManyRequests: the rate is exceeded.
    """
    rates: Rates = visit.request.app.state.rates
    rates.take(visit.known.credential)
