"""Reads that streams with equal events share while they are in progress."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

Result = TypeVar("Result")


class SharedReads:
    """Reads in progress by key: callers with an equal key receive the result of one read."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}

    async def run(self, key: Hashable, read: Callable[[], Awaitable[Result]]) -> Result:
        """Return the result of the read in progress under this key, or start that read.

        A read that was started before a notification may miss what it announces, so the key has to differ
        after each notification. A read continues when its callers are cancelled.
        """
        task = self._tasks.get(key)
        if task is None:
            task = asyncio.ensure_future(_run(read))
            self._tasks[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    def _forget(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        del self._tasks[key]
        if not task.cancelled():
            task.exception()  # marks it as retrieved: all callers may be gone


async def _run(read: Callable[[], Awaitable[Result]]) -> Result:
    return await read()
