"""A concurrency limit for uploads, with a share for each user."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

from daybreak.errors import Unavailable

_SHARE_PER_USER = 4


class ConcurrencyLimiter:
    """A limit on concurrent operations: in total, and a quarter of it for each user."""

    def __init__(self, capacity: int, wait_seconds: float) -> None:
        """Create the limiter.

        Args:
            capacity: the number of concurrent operations.
            wait_seconds: the longest wait for a free slot.
        """
        self._total = asyncio.Semaphore(capacity)
        self._per_user = max(1, capacity // _SHARE_PER_USER)
        self._wait_seconds = wait_seconds
        self._users: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def acquire(self, user_id: UUID) -> AsyncIterator[None]:
        """Acquire a slot for the duration of the block.

        Raises:
            Unavailable: no slot became free in time.
        """
        own = self._users.setdefault(user_id, asyncio.Semaphore(self._per_user))
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self._wait_seconds):
                    await stack.enter_async_context(own)
                    await stack.enter_async_context(self._total)
            except TimeoutError:
                raise Unavailable("Too many uploads are in progress; try again in a minute.") from None
            yield
