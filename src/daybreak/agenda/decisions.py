"""Decisions about tasks: done, snoozed, ignored, and their undo.

A decision overrides the source of a task until the source changes the task's status. A snooze also ends on
the date on which the task returns.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from daybreak import clock
from daybreak.agenda import store
from daybreak.agenda.model import Decision, DecisionKind, TaskStatus
from daybreak.db import load
from daybreak.errors import InvalidInput, NotFound

_sql = load(__package__)
_MAX_SNOOZE = timedelta(days=3660)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDecision:
    """A decision in the history of a task.

    Attributes:
        ended_at: when it ended; None while it is in effect.
        ended_as: ``undone``, ``replaced`` by another decision, or ``overtaken`` by a change in the source.
    """

    decision: Decision
    ended_at: datetime | None
    ended_as: str | None


async def complete(tx: asyncpg.Connection, owner_id: UUID, task_ids: Collection[UUID]) -> None:
    """Mark tasks as done; a task that is done already gets no decision.

    Args:
        tx: a transaction as this owner.
        owner_id: the owner of the tasks, who decides.
        task_ids: the tasks.

    Raises:
        NotFound: one of them does not exist.
    """
    decided = await _decide(tx, owner_id, task_ids, DecisionKind.DONE)
    await tx.execute(_sql.complete_entries, owner_id, decided, clock.now())


async def snooze(
    tx: asyncpg.Connection, owner_id: UUID, task_ids: Collection[UUID], *, return_on: date, today: date
) -> None:
    """Exclude tasks from briefs and lists until a date.

    Args:
        tx: a transaction as this owner.
        owner_id: the owner of the tasks, who decides.
        task_ids: the tasks.
        return_on: the owner's date on which the tasks return.
        today: the owner's date now.

    Raises:
        InvalidInput: that date is not in the future, or more than 3,660 days away.
        NotFound: one of the tasks does not exist.
    """
    if not today < return_on <= today + _MAX_SNOOZE:
        raise InvalidInput(
            "A task can be snoozed until a date from tomorrow on, up to ten years ahead; choose another date."
        )
    await _decide(tx, owner_id, task_ids, DecisionKind.SNOOZED, return_on)


async def ignore(tx: asyncpg.Connection, owner_id: UUID, task_ids: Collection[UUID]) -> None:
    """Exclude tasks from briefs and lists for good.

    Args:
        tx: a transaction as this owner.
        owner_id: the owner of the tasks, who decides.
        task_ids: the tasks.

    Raises:
        NotFound: one of them does not exist.
    """
    await _decide(tx, owner_id, task_ids, DecisionKind.IGNORED)


async def undo(tx: asyncpg.Connection, owner_id: UUID, task_ids: Collection[UUID]) -> None:
    """Undo the current decisions about tasks; the replaced decisions apply again.

    Args:
        tx: a transaction as this owner.
        owner_id: the owner of the tasks, who decides.
        task_ids: the tasks; some may have no current decision.

    Raises:
        NotFound: one of them does not exist.
    """
    locked = [row["id"] for row in await _lock_tasks(tx, owner_id, task_ids)]
    now = clock.now()
    undone_ids = [row["id"] for row in await tx.fetch(_sql.undo_decisions, owner_id, locked, now)]
    await tx.execute(_sql.restore_decisions, owner_id, undone_ids)
    await tx.execute(_sql.reopen_entries, owner_id, undone_ids, now)


async def list_decisions(tx: asyncpg.Connection, owner_id: UUID, task_id: UUID) -> list[PastDecision]:
    """List the decisions about a task, the latest first."""
    rows = await tx.fetch(_sql.list_decisions, owner_id, task_id)
    return [
        PastDecision(
            decision=store.decision_from_row(row), ended_at=row["ended_at"], ended_as=row["ended_as"]
        )
        for row in rows
    ]


async def _decide(
    tx: asyncpg.Connection,
    owner_id: UUID,
    task_ids: Collection[UUID],
    kind: DecisionKind,
    return_on: date | None = None,
) -> list[UUID]:
    """Record a decision for the tasks without an equal current one; return their ids."""
    rows = await _lock_tasks(tx, owner_id, task_ids)
    chosen = [row["id"] for row in rows if not _is_already_decided(row, kind, return_on)]
    if chosen:
        ids, now = [uuid4() for _ in chosen], clock.now()
        await tx.execute(_sql.replace_decisions, owner_id, now, chosen, ids)
        await tx.execute(_sql.insert_decisions, owner_id, kind, return_on, now, owner_id, chosen, ids)
    return chosen


async def _lock_tasks(
    tx: asyncpg.Connection, owner_id: UUID, task_ids: Collection[UUID]
) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await tx.fetch(_sql.lock_tasks, owner_id, list(task_ids))
    if len(rows) < len(set(task_ids)):
        raise NotFound("This task does not exist; its source may no longer contain it.")
    return rows


def _is_already_decided(row: asyncpg.Record, kind: DecisionKind, return_on: date | None) -> bool:
    if kind is DecisionKind.DONE and row["status"] == TaskStatus.DONE:
        return True
    return bool(row["kind"] == kind and row["return_on"] == return_on)
