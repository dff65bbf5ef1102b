"""Threads for blocking work, a few for each kind of it.

The default executor of asyncio is for computations of some milliseconds only. Work that waits for a network
or a child process, or that a stranger can request, has threads of its own and delays nothing else.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import Lock
from typing import ParamSpec, TypeVar
from weakref import WeakSet

from daybreak.errors import Unavailable

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class DedicatedThreads:
    """The threads of one kind of work, with a bound on the calls that wait for one."""

    def __init__(self, name: str, threads: int, *, max_waiting: int | None = None) -> None:
        """Create the pool; its threads start with the first calls.

        Args:
            name: the prefix of the threads' names.
            threads: the number of concurrent calls.
            max_waiting: the number of calls that may wait for a thread; None for no bound.
        """
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._max_pending = None if max_waiting is None else threads + max_waiting
        self._pending = 0
        self._lock = Lock()
        _pools.add(self)

    @property
    def is_busy(self) -> bool:
        """Whether a call is in progress or waits."""
        return self._pending > 0

    async def run(
        self,
        function: Callable[Parameters, Result],
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        """Call the function in one of the threads; a cancelled call that has not started is dropped.

        Raises:
            Unavailable: too many calls wait already.
        """
        with self._lock:
            if self._max_pending is not None and self._pending >= self._max_pending:
                raise Unavailable("The server is busy; try again in a moment.")
            self._pending += 1
        future = self._executor.submit(partial(copy_context().run, function, *args, **kwargs))
        future.add_done_callback(self._count_down)
        return await asyncio.wrap_future(future)

    def _count_down(self, _future: Future[Result]) -> None:
        with self._lock:
            self._pending -= 1


_pools: WeakSet[DedicatedThreads] = WeakSet()


def exit_if_busy(code: int) -> None:
    """Exit at once if a dedicated thread is busy, else return.

    The interpreter waits for threads at its end: for a fetch, or a child process that reads an archive, that
    can be minutes, while nothing needs their results.
    """
    if any(pool.is_busy for pool in _pools):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)
