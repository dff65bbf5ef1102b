"""Decisions about tasks, made from within a brief, which is then composed again."""

from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

import asyncpg

from daybreak import agenda
from daybreak.briefs import brief_state, store
from daybreak.briefs.brief_state import BriefKey, Regenerate
from daybreak.briefs.wording.formatting import day_month
from daybreak.briefs.wording.titles import quoted
from daybreak.errors import InvalidInput
from daybreak.people import User

_DAYS_PER_WEEK = 7


class TaskAction(StrEnum):
    """An action on a task."""

    DONE = "done"
    SNOOZE = "snooze"
    IGNORE = "ignore"
    UNDO = "undo"


async def apply_task_action(
    tx: asyncpg.Connection,
    user: User,
    key: BriefKey,
    action: TaskAction,
    task_id: UUID,
    until: date | None = None,
) -> str:
    """Apply an action to a task and enqueue the brief that mentions it; return a confirmation for the user.

    Raises:
        NotFound: there is no such task.
        InvalidInput: it cannot be snoozed until that day.
    """
    match action:
        case TaskAction.DONE:
            await agenda.complete(tx, user.id, [task_id])
        case TaskAction.IGNORE:
            await agenda.ignore(tx, user.id, [task_id])
        case TaskAction.UNDO:
            await agenda.undo(tx, user.id, [task_id])
        case TaskAction.SNOOZE:
            if until is None:
                raise InvalidInput("A snoozed task needs a day to return on; choose one.")
            await agenda.snooze(tx, user.id, [task_id], return_on=until, today=user.today())
    title = await _title(tx, user.id, key, task_id)
    await brief_state.request_compose(tx, user, key, Regenerate.CHANGED)
    return _confirmation(action, title, until, user.today())


def list_snooze_days(today: date) -> list[tuple[str, date]]:
    """Return the days on which a snoozed task can return, each with its name."""
    monday = today + timedelta(days=_DAYS_PER_WEEK - today.weekday())
    offered = {
        monday: "Monday",
        today + timedelta(days=_DAYS_PER_WEEK): "in a week",
        today + timedelta(days=1): "tomorrow",
    }
    return [(name, day) for day, name in sorted(offered.items())]


async def _title(tx: asyncpg.Connection, owner_id: UUID, key: BriefKey, task_id: UUID) -> str:
    document = await store.read(tx, owner_id, *key)
    fact = document.facts.get(f"task:{task_id}") if document else None
    return quoted(fact.title) if fact else "The task"


def _confirmation(action: TaskAction, title: str, until: date | None, today: date) -> str:
    match action:
        case TaskAction.DONE:
            return f"{title} is done."
        case TaskAction.SNOOZE:
            return f"{title} is snoozed until {day_month(until, today) if until else 'another day'}."
        case TaskAction.IGNORE:
            return f"{title} is hidden from briefs."
        case TaskAction.UNDO:
            return f"{title} is as it was."
