"""The consumer of one queue in a worker: limited capacity, and the handling of jobs."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

from daybreak.runs import store
from daybreak.runs.model import Lane
from daybreak.runs.store import Pair
from daybreak.runs.worker.executor import Engine
from daybreak.runs.worker.registry import Running
from daybreak.telemetry import log

_PATIENCE = 10.0
_LINGER = 0.01
_URGENT = 1


class Places:
    """The free capacity of a queue; waiting for it is the back-pressure on the jobs of a busy queue."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._changed = asyncio.Condition()
        self._turn = asyncio.Lock()
        self._closed = False

    async def take(self, wanted: int, patience: float) -> int:
        """Acquire capacity for 1 to `max_count` runs; return 0 after the timeout or when closed."""
        try:
            async with asyncio.timeout(patience), self._turn:
                await self._wait_for_some(wanted)
        except TimeoutError:
            return 0
        taken = 0 if self._closed else min(wanted, self._free)
        self._free -= taken
        return taken

    async def _wait_for_some(self, wanted: int) -> None:
        """Wait until a run fits, then briefly for more: runs end together, and a claim is a transaction."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._free or self._closed)
        if self._free < wanted and not self._closed:
            await asyncio.sleep(_LINGER)

    async def give_back(self, count: int) -> None:
        """Release capacity for this many runs."""
        async with self._changed:
            self._free += count
            self._changed.notify_all()

    async def close(self) -> None:
        """Refuse all further acquisition."""
        async with self._changed:
            self._closed = True
            self._changed.notify_all()


class LaneWorker:
    """The consumer of a queue: claims the runs that jobs name and starts them within its capacity."""

    def __init__(self, lane: Lane, engine: Engine, children: asyncio.TaskGroup) -> None:
        self._lane = lane
        self._engine = engine
        self._children = children
        places = engine.settings.places(lane)
        self._places = Places(places)
        # With a concurrency of 1 a run must see the rows that the previous one has committed.
        self._overlaps = places > 1

    async def answer(self, pairs: Sequence[Pair]) -> None:
        """Claim and execute these runs; never raises, since the rows record all errors."""
        try:
            await self._answer(sorted(pairs))
        except Exception as error:  # noqa: BLE001 - the rescuer dispatches unclaimed runs again
            log.warning("runs.doorbell_unanswered", runs=len(pairs), error=type(error).__name__)

    async def close(self) -> None:
        """Stop claiming runs."""
        await self._places.close()

    async def _answer(self, waiting: list[Pair]) -> None:
        while waiting:
            taken = await self._places.take(len(waiting), _PATIENCE)
            if not taken:
                await self._pass_on(waiting)
                return
            begun: list[Running] = []
            try:
                begun = await self._engine.claim(waiting[:taken])
            finally:
                await self._places.give_back(taken - len(begun))
            for running in begun:
                self._children.create_task(self._execute(running))
            waiting = waiting[taken:]

    async def _pass_on(self, pairs: list[Pair]) -> None:
        """Dispatch the runs again, before later ones: another worker may have capacity."""
        async with self._engine.database.transaction({owner for owner, _ in pairs}) as tx:
            await store.pass_on(tx, self._lane, pairs, urgency=_URGENT)

    async def _execute(self, running: Running) -> None:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._places.give_back, 1)
            await self._engine.execute(running, stack.aclose if self._overlaps else None)
