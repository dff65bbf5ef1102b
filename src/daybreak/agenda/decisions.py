"""The verbs that decide about tasks: done, snoozed, ignored, and all of it undone.

A decision wins over the file that a task came from until the file itself says something else of the task's
status, or until the day has come on which a snoozed task returns.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from daybreak import clock
from daybreak.agenda import store
from daybreak.agenda.model import Decision, TaskStatus, Verdict
from daybreak.db import load
from daybreak.errors import InvalidInput, NotFound

_sql = load(__package__)
_LONGEST_SNOOZE = timedelta(days=3660)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDecision:
    """A decision in the history of a task.

    Attributes:
        ended_at: since when it does not stand any more; None when it does.
        ended_as: ``undone``, ``replaced`` by another one, or ``overtaken`` by what the source said later.
    """

    decision: Decision
    ended_at: datetime | None
    ended_as: str | None


async def complete(tx: asyncpg.Connection, owner_id: UUID, task_ids: Collection[UUID]) -> None:
    """These tasks are done; about one that is done already nothing is decided.

    Args:
        tx: a transaction of this owner's.
        owner_id: whose tasks, and who decides.
        task_ids: the tasks.

    Raises:
        NotFound: one of them is not there.
    """
    decided = await _decide(tx, owner_id, task_ids, Verdict.DONE)
    await tx.execute(_sql.finish_own_tasks, owner_id, decided, clock.now())


async def snooze(
    tx: asyncpg.Connection, owner_id: UUID, task_ids: Collection[UUID], *, return_on: date, today: date
) -> None:
    """Leave these tasks out of everything until a day.

    Args:
        tx: a transaction of this owner's.
        owner_id: whose tasks, and who decides.
        task_ids: the tasks.
        return_on: the owner's date on which they are there again.
        today: the owner's date now.

    Raises:
        InvalidInput: that day is not ahead, or too far.
        NotFound: one of the tasks is not there.
    """
    if not today < return_on <= today + _LONGEST_SNOOZE:
        raise InvalidInput(f"A task can be snoozed until a day from tomorrow on, not until {return_on}.")
    await _decide(tx, owner_id, task_ids, Verdict.SNOOZED, return_on)


async def ignore(tx: asyncpg.Connection, owner_id: UUID, task_ids: Collection[UUID]) -> None:
    """Leave these tasks out of everything.

    Args:
        tx: a transaction of this owner's.
        owner_id: whose tasks, and who decides.
        task_ids: the tasks.

    Raises:
        NotFound: one of them is not there.
    """
    await _decide(tx, owner_id, task_ids, Verdict.IGNORED)


async def undo(tx: asyncpg.Connection, owner_id: UUID, task_ids: Collection[UUID]) -> None:
    """Take back what stands about these tasks; what had been decided before that stands again.

    Args:
        tx: a transaction of this owner's.
        owner_id: whose tasks, and who decides.
        task_ids: the tasks; about some of them nothing may stand.

    Raises:
        NotFound: one of them is not there.
    """
    await _lock(tx, owner_id, task_ids)
    now = clock.now()
    undone = [row["id"] for row in await tx.fetch(_sql.undo_decisions, owner_id, list(task_ids), now)]
    await tx.execute(_sql.restore_decisions, owner_id, undone)
    await tx.execute(_sql.reopen_own_tasks, owner_id, undone, now)


async def decisions_about(tx: asyncpg.Connection, owner_id: UUID, task_id: UUID) -> list[PastDecision]:
    """What was decided about a task, the latest first."""
    rows = await tx.fetch(_sql.list_decisions, owner_id, task_id)
    return [
        PastDecision(decision=store.decision(row), ended_at=row["ended_at"], ended_as=row["ended_as"])
        for row in rows
    ]


async def _decide(
    tx: asyncpg.Connection,
    owner_id: UUID,
    task_ids: Collection[UUID],
    verdict: Verdict,
    return_on: date | None = None,
) -> list[UUID]:
    """Decide about those tasks of which it is not said already; gives their ids."""
    rows = await _lock(tx, owner_id, task_ids)
    chosen = [row["id"] for row in rows if not _is_said(row, verdict, return_on)]
    if chosen:
        ids, now = [uuid4() for _ in chosen], clock.now()
        await tx.execute(_sql.replace_decisions, owner_id, now, chosen, ids)
        await tx.execute(_sql.write_decisions, owner_id, verdict, return_on, now, owner_id, chosen, ids)
    return chosen


async def _lock(tx: asyncpg.Connection, owner_id: UUID, task_ids: Collection[UUID]) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await tx.fetch(_sql.lock_tasks, owner_id, list(task_ids))
    if len(rows) < len(set(task_ids)):
        raise NotFound("There is no such task; its source may have lost it since.")
    return rows


def _is_said(row: asyncpg.Record, verdict: Verdict, return_on: date | None) -> bool:
    if verdict is Verdict.DONE and row["status"] == TaskStatus.DONE:
        return True
    return bool(row["kind"] == verdict and row["return_on"] == return_on)
