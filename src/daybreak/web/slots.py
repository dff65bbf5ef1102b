"""Places for work that only so many may have at once, of which nobody gets all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

from daybreak.errors import Unavailable

_SHARE = 4


class Slots:
    """So many places in all, and for one person a quarter of them."""

    def __init__(self, at_once: int, patience: float) -> None:
        """Make places that are all free.

        Args:
            at_once: how many there are.
            patience: seconds for which one waits for a place.
        """
        self._all = asyncio.Semaphore(at_once)
        self._each = max(1, at_once // _SHARE)
        self._patience = patience
        self._persons: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def take(self, who: UUID) -> AsyncIterator[None]:
        """Have a place inside the block.

        Raises:
            Unavailable: none became free in time.
        """
        own = self._persons.setdefault(who, asyncio.Semaphore(self._each))
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self._patience):
                    await stack.enter_async_context(own)
                    await stack.enter_async_context(self._all)
            except TimeoutError:
                raise Unavailable("Too many uploads are under way; try again in a minute.") from None
            yield
