import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from daybreak.runs import Effects, Kind, Queue, RunsSettings

from .sample_kinds import ScriptedResult, ScriptedWork


@dataclass
class CommitGate:
    """A kind whose handlers end immediately, and whose commits wait until the gate opens.

    Attributes:
        started_keys: keys of the started runs, in order.
        uncommitted_counts: number of uncommitted runs at each start.
    """

    started_keys: list[str] = field(default_factory=list)
    uncommitted_counts: list[int] = field(default_factory=list)
    written: int = 0
    is_open: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def kind(self) -> Kind[ScriptedWork, ScriptedResult]:
        return Kind(
            name="test.gate",
            queue=Queue.BULK,
            parameters=ScriptedWork,
            result=ScriptedResult,
            handler=self._handle,
            time_limit=timedelta(seconds=30),
        )

    async def _handle(self, context):
        self.started_keys.append(context.key)
        self.uncommitted_counts.append(len(self.started_keys) - self.written)

        async def write(_) -> ScriptedResult:
            await self.is_open.wait()
            self.written += 1
            return ScriptedResult(context.attempt)

        return Effects(write)


async def _run_ten(cluster, owner, concurrency: int, started: int) -> CommitGate:
    gate = CommitGate()
    runs = await cluster.enqueue_many(owner, [ScriptedWork()] * 10, gate.kind)
    cluster.start_worker([gate.kind], RunsSettings(bulk_concurrency=concurrency, commit_batch_size=1))

    async def have_begun() -> bool:
        return len(gate.started_keys) >= started

    await cluster.wait_until(have_begun)
    gate.is_open.set()
    for run in runs:
        await cluster.wait_until_ended(run)
    return gate


async def test_runs_start_during_commits_up_to_the_completion_slots(cluster, owner):
    # Six commits of one run each are in progress; two more runs occupy the queue's capacity.
    gate = await _run_ten(cluster, owner, concurrency=2, started=8)
    assert sorted(gate.started_keys) == [f"{n}" for n in range(10)]
    assert max(gate.uncommitted_counts) == 8


async def test_queue_with_concurrency_one_starts_a_run_after_the_previous_commit(cluster, owner):
    gate = await _run_ten(cluster, owner, concurrency=1, started=1)
    assert gate.started_keys == [f"{n}" for n in range(10)]
    assert gate.uncommitted_counts == [1] * 10
