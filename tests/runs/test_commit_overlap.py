import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from daybreak.runs import Effects, Kind, Lane, RunsSettings

from .sample_kinds import Order, Receipt


@dataclass
class Gate:
    """A kind whose handlers end immediately, and whose commits wait until the gate opens.

    Attributes:
        started_keys: keys of the started runs, in order.
        uncommitted_counts: number of uncommitted runs at each start.
    """

    begun: list[str] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    written: int = 0
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def kind(self) -> Kind[Order, Receipt]:
        return Kind(
            name="test.gate",
            lane=Lane.BULK,
            parameters=Order,
            result=Receipt,
            handler=self._handle,
            time_limit=timedelta(seconds=30),
        )

    async def _handle(self, task):
        self.begun.append(task.key)
        self.open.append(len(self.begun) - self.written)

        async def write(_) -> Receipt:
            await self.opened.wait()
            self.written += 1
            return Receipt(task.attempt)

        return Effects(write)


async def _begin_ten(engine_room, owner, places: int, beginning: int) -> Gate:
    gate = Gate()
    runs = await engine_room.start_many(owner, [Order()] * 10, gate.kind)
    engine_room.worker([gate.kind], RunsSettings(bulk=places, commit_group=1))

    async def have_begun() -> bool:
        return len(gate.begun) >= beginning

    await engine_room.until(have_begun)
    gate.opened.set()
    for run in runs:
        await engine_room.ended(run)
    return gate


async def test_runs_start_during_commits_up_to_the_completion_slots(engine_room, owner):
    # Six commits of one run each are in progress; two more runs occupy the queue's capacity.
    gate = await _begin_ten(engine_room, owner, places=2, beginning=8)
    assert sorted(gate.begun) == [f"{n}" for n in range(10)]
    assert max(gate.open) == 8


async def test_queue_with_concurrency_one_starts_a_run_after_the_previous_commit(engine_room, owner):
    gate = await _begin_ten(engine_room, owner, places=1, beginning=1)
    assert gate.begun == [f"{n}" for n in range(10)]
    assert gate.open == [1] * 10
