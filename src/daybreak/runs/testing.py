"""Execution of runs without a worker, for tests: with the same claims, handlers and fenced commits."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from daybreak.db import Database, load
from daybreak.runs import service
from daybreak.runs.kinds import AnyKind
from daybreak.runs.model import Run
from daybreak.runs.settings import RunsSettings
from daybreak.runs.worker.executor import Executor

_sql = load(__package__)


async def run_inline(database: Database, kinds: Iterable[AnyKind], run: Run) -> Run:
    """Make one attempt at this run in the current task, and return the run afterwards.

    A run that is not due, or claimed by another worker, is not changed.
    """
    await _attempt_all(database, kinds, [(run.owner_id, run.id)])
    async with database.transaction([run.owner_id]) as tx:
        return await service.get(tx, run.owner_id, run.id)


async def run_all_due(database: Database, kinds: Iterable[AnyKind], owner_id: UUID) -> None:
    """Attempt all due runs of this owner, one after the other, until none is due."""
    known = list(kinds)
    while due := await _list_due(database, owner_id):
        if not await _attempt_all(database, known, due):
            return


async def advance_clock(database: Database, owner_id: UUID, by: timedelta) -> None:
    """Advance the clock for this owner's open runs: delays end sooner, leases expire."""
    async with database.transaction([owner_id]) as tx:
        await tx.execute(_sql.advance_clock, owner_id, by)


async def _list_due(database: Database, owner_id: UUID) -> list[tuple[UUID, UUID]]:
    async with database.transaction([owner_id]) as tx:
        return [(owner_id, row["id"]) for row in await tx.fetch(_sql.list_due, owner_id)]


async def _attempt_all(
    database: Database, kinds: Iterable[AnyKind], run_keys: list[tuple[UUID, UUID]]
) -> int:
    async with Executor(database, kinds, RunsSettings()).run_loops() as engine:
        attempts = await engine.claim(run_keys)
        for running in attempts:
            await engine.execute(running)
        return len(attempts)
