"""The attempts that run in this process."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from daybreak.runs.kinds import AnyKind
from daybreak.runs.model import Claim
from daybreak.runs.progress_buffer import News


class Stop(Enum):
    """Reason for stopping an attempt."""

    CANCEL = auto()
    LOST = auto()
    DRAIN = auto()
    TIME_LIMIT = auto()


@dataclass(eq=False, slots=True)
class Running:
    """An attempt in progress.

    Attributes:
        stop_requested: set with the reason when the attempt must stop.
        is_completing: the handler has ended; from now on only the fence decides.
    """

    claim: Claim
    kind: AnyKind
    news: News = field(init=False)
    stop: asyncio.Future[Stop] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    settling: bool = False

    def __post_init__(self) -> None:
        self.news = News(self.claim.event_number)

    def end(self, reason: Stop) -> None:
        """Request a stop; the first reason wins."""
        if not self.stop.done():
            self.stop.set_result(reason)


class Registry:
    """The attempts in progress, by run and fence."""

    def __init__(self) -> None:
        self._running: dict[tuple[object, int], Running] = {}
        self._empty = asyncio.Event()
        self._empty.set()

    def __iter__(self) -> Iterator[Running]:
        return iter(list(self._running.values()))

    def __len__(self) -> int:
        return len(self._running)

    def add(self, running: Running) -> None:
        """Add an attempt that has started."""
        self._running[running.claim.id, running.claim.fence] = running
        self._empty.clear()

    def remove(self, running: Running) -> None:
        """Remove an attempt that has ended."""
        del self._running[running.claim.id, running.claim.fence]
        if not self._running:
            self._empty.set()

    def cancel(self, run_id: str) -> None:
        """Request a stop of this run and its items because of a cancel request."""
        for running in self:
            if run_id in {str(running.claim.id), str(running.claim.part_of)} and not running.settling:
                running.end(Stop.CANCEL)

    def end_all(self, reason: Stop) -> None:
        """Request a stop of all attempts."""
        for running in self:
            running.end(reason)

    async def wait_until_empty(self) -> None:
        """Wait until the last attempt has ended."""
        await self._empty.wait()
