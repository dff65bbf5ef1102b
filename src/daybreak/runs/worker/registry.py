"""The attempts that run in this process."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from daybreak.runs.kinds import AnyKind
from daybreak.runs.model import ClaimedRun
from daybreak.runs.progress_buffer import ProgressBuffer


class StopReason(Enum):
    """Reason for stopping an attempt."""

    CANCEL = auto()
    LEASE_LOST = auto()
    DRAIN = auto()
    TIME_LIMIT = auto()


@dataclass(eq=False, slots=True)
class RunningAttempt:
    """An attempt in progress.

    Attributes:
        stop_requested: set with the reason when the attempt must stop.
        is_completing: the handler has ended; from now on only the fence decides.
    """

    claim: ClaimedRun
    kind: AnyKind
    progress_buffer: ProgressBuffer = field(init=False)
    stop_requested: asyncio.Future[StopReason] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    is_completing: bool = False

    def __post_init__(self) -> None:
        self.progress_buffer = ProgressBuffer(self.claim.last_event_number)

    def request_stop(self, reason: StopReason) -> None:
        """Request a stop; the first reason wins."""
        if not self.stop_requested.done():
            self.stop_requested.set_result(reason)


class AttemptRegistry:
    """The attempts in progress, by run and fence."""

    def __init__(self) -> None:
        self._attempts: dict[tuple[object, int], RunningAttempt] = {}
        self._empty = asyncio.Event()
        self._empty.set()

    def __iter__(self) -> Iterator[RunningAttempt]:
        return iter(list(self._attempts.values()))

    def __len__(self) -> int:
        return len(self._attempts)

    def add(self, running: RunningAttempt) -> None:
        """Add an attempt that has started."""
        self._attempts[running.claim.id, running.claim.fence] = running
        self._empty.clear()

    def remove(self, running: RunningAttempt) -> None:
        """Remove an attempt that has ended."""
        del self._attempts[running.claim.id, running.claim.fence]
        if not self._attempts:
            self._empty.set()

    def cancel(self, run_id: str) -> None:
        """Request a stop of this run and its items because of a cancel request."""
        for running in self:
            if run_id in {str(running.claim.id), str(running.claim.parent_id)} and not running.is_completing:
                running.request_stop(StopReason.CANCEL)

    def stop_all(self, reason: StopReason) -> None:
        """Request a stop of all attempts."""
        for running in self:
            running.request_stop(reason)

    async def wait_until_empty(self) -> None:
        """Wait until the last attempt has ended."""
        await self._empty.wait()
