"""A concurrency limit for uploads, with a share for each user."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

from daybreak.errors import Unavailable

_SHARE = 4


class Slots:
    """A limit on concurrent operations: in total, and a quarter of it for each user."""

    def __init__(self, at_once: int, patience: float) -> None:
        """Create the limiter.

        Args:
            capacity: the number of concurrent operations.
            wait_seconds: the longest wait for a free slot.
        """
        self._all = asyncio.Semaphore(at_once)
        self._each = max(1, at_once // _SHARE)
        self._patience = patience
        self._persons: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def take(self, who: UUID) -> AsyncIterator[None]:
        """Acquire a slot for the duration of the block.

        Raises:
            Unavailable: no slot became free in time.
        """
        own = self._persons.setdefault(who, asyncio.Semaphore(self._each))
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self._patience):
                    await stack.enter_async_context(own)
                    await stack.enter_async_context(self._all)
            except TimeoutError:
                raise Unavailable("Too many uploads are in progress; try again in a minute.") from None
            yield
