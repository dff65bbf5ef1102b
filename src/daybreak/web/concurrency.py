"""Limits on concurrent operations, with a share for each user."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakValueDictionary

from daybreak.errors import TooManyRequests, Unavailable

_MAX_WAITING = 16  # of one user: an operation that waits occupies a connection, which cannot be evicted


@dataclass(slots=True, weakref_slot=True)
class _Share:
    free: asyncio.Semaphore
    waiting: int = 0


class ConcurrencyLimiter:
    """A limit on concurrent operations of one kind: in total, and for each user."""

    def __init__(
        self, operations: str, capacity: int, *, share: int, wait_seconds: float, retry_after: float = 30
    ) -> None:
        """Create the limiter.

        Args:
            operations: the plural noun of the operations, for messages.
            capacity: the number of concurrent operations.
            share: the number of concurrent operations of one user.
            wait_seconds: the longest wait for a free slot; 0 for none.
            retry_after: seconds after which a rejected client should try again.
        """
        self._operations = operations
        self._total = asyncio.Semaphore(capacity)
        self._share = share
        self._wait_seconds = wait_seconds
        self._retry_after = retry_after
        self._users: WeakValueDictionary[UUID, _Share] = WeakValueDictionary()

    @asynccontextmanager
    async def acquire(self, user_id: UUID) -> AsyncIterator[None]:
        """Acquire a slot for the duration of the block.

        Raises:
            TooManyRequests: none of the user's own slots became free in time, or too many operations wait for
                one.
            Unavailable: none of all slots became free in time.
        """
        own = self._users.setdefault(user_id, _Share(asyncio.Semaphore(self._share)))
        if own.waiting >= _MAX_WAITING:
            raise self._rejection(has_own=False)
        async with AsyncExitStack() as stack:
            await self._wait(own, stack)
            yield

    async def _wait(self, own: _Share, stack: AsyncExitStack) -> None:
        has_own = False
        own.waiting += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                await stack.enter_async_context(own.free)
                has_own = True
                await stack.enter_async_context(self._total)
        except TimeoutError:
            raise self._rejection(has_own=has_own) from None
        finally:
            own.waiting -= 1

    def _rejection(self, *, has_own: bool) -> TooManyRequests | Unavailable:
        again = f"try again in {self._retry_after:g} seconds."
        if has_own:
            message = f"Too many {self._operations} are in progress; {again}"
            return Unavailable(message).with_retry_after(self._retry_after)
        return TooManyRequests(
            f"At most {self._share} of your {self._operations} can be in progress; {again}", self._retry_after
        )
