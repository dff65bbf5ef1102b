"""The run kind of onboarding: reads all sources, then enqueues the first brief."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from daybreak import agenda, briefs, runs
from daybreak.runs import AnyKind, Effects, Kind, Lane, Run, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """The date of the first brief, in the user's time zone."""

    date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The number of sources, and the id of the brief's run once it is enqueued."""

    sources: int
    brief: UUID | None = None


async def start(tx: asyncpg.Connection, owner_id: UUID, begin: Begin) -> Run:
    """Enqueue the onboarding run in the caller's transaction."""
    return await runs.start(tx, BEGIN, owner_id, begin, "first")


async def _begin(task: Task[Begin]) -> Effects[Begun]:
    async with task.database.transaction([task.owner_id]) as tx:
        items = await agenda.read_items(tx, task.owner_id, None)
    if not items:
        return await _finish(task)

    async def write(_tx: asyncpg.Connection) -> Begun:
        return Begun(sources=len(items))

    return Effects(write, items=items)


async def _finish(task: Task[Begin]) -> Effects[Begun]:
    async def write(tx: asyncpg.Connection) -> Begun:
        run = await briefs.start(tx, task.owner_id, briefs.Wanted(date=task.parameters.date))
        return Begun(sources=task.items.total if task.items else 0, brief=run.id)

    return Effects(write)


BEGIN = Kind(
    name="welcome.begin",
    lane=Lane.PEOPLE,
    parameters=Begin,
    result=Begun,
    handler=_begin,
    finish=_finish,
    time_limit=timedelta(minutes=1),
)


def kinds() -> list[AnyKind]:
    """Return the run kinds of onboarding."""
    return [BEGIN]
