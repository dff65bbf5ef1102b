"""What this process is running right now."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from daybreak.runs.kinds import AnyKind
from daybreak.runs.model import Claim
from daybreak.runs.tasks import News


class Stop(Enum):
    """Why an attempt is ended from outside."""

    CANCEL = auto()
    LOST = auto()
    DRAIN = auto()
    TIME_LIMIT = auto()


@dataclass(eq=False, slots=True)
class Running:
    """An attempt under way.

    Attributes:
        stop: set by whoever ends it.
        settling: its handler is over; from here on only the fence decides.
    """

    claim: Claim
    kind: AnyKind
    news: News = field(default_factory=News)
    stop: asyncio.Future[Stop] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    settling: bool = False

    def end(self, reason: Stop) -> None:
        """Ask it to end; the first reason counts."""
        if not self.stop.done():
            self.stop.set_result(reason)


class Registry:
    """The attempts under way, by run and fence."""

    def __init__(self) -> None:
        self._running: dict[tuple[object, int], Running] = {}
        self._empty = asyncio.Event()
        self._empty.set()

    def __iter__(self) -> Iterator[Running]:
        return iter(list(self._running.values()))

    def __len__(self) -> int:
        return len(self._running)

    def add(self, running: Running) -> None:
        """It began."""
        self._running[running.claim.id, running.claim.fence] = running
        self._empty.clear()

    def remove(self, running: Running) -> None:
        """It is over."""
        del self._running[running.claim.id, running.claim.fence]
        if not self._running:
            self._empty.set()

    def cancel(self, run_id: str) -> None:
        """Somebody asked for this run to be cancelled, and with it its items."""
        for running in self:
            if run_id in {str(running.claim.id), str(running.claim.part_of)} and not running.settling:
                running.end(Stop.CANCEL)

    def end_all(self, reason: Stop) -> None:
        """End whatever is under way."""
        for running in self:
            running.end(reason)

    async def wait_until_empty(self) -> None:
        """Wait for the last one to be over."""
        await self._empty.wait()
