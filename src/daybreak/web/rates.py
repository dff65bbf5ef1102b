"""How often programs may ask: a steady rate with room for bursts, counted in the memory of one process."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from daybreak.errors import TooMany
from daybreak.web.visits import Visit, caller

_BURST = 0.25
_FORGET_ABOVE = 10_000


class Rates:
    """Who has asked how often: the generic cell rate algorithm."""

    def __init__(self, per_minute: int) -> None:
        self._interval = 60 / per_minute
        self._ahead = 60 * _BURST
        self._due: dict[UUID, float] = {}

    def take(self, who: UUID) -> None:
        """Count one request.

        Raises:
            TooMany: they come too fast.
        """
        now = asyncio.get_running_loop().time()
        due = max(self._due.get(who, now), now)
        if due - now > self._ahead:
            raise TooMany("Too many requests in too short a time; go slower.", due - now - self._ahead)
        self._due[who] = due + self._interval
        if len(self._due) > _FORGET_ABOVE:
            self._due = {one: when for one, when in self._due.items() if when > now}


async def paced(visit: Annotated[Visit, Depends(caller)]) -> None:
    """Let a program in that does not come too often.

    Raises:
        TooMany: it does.
    """
    rates: Rates = visit.request.app.state.rates
    rates.take(visit.known.credential)
