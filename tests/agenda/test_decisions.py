"""Tests of decisions about tasks of files: a decision applies until the file changes the status."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from daybreak import agenda, briefs, clock
from daybreak.agenda import TaskStatus, Verdict
from daybreak.errors import InvalidInput, NotFound

from .workspace import DAY, Desk

FRIDAY = date(2026, 4, 3)


class Deciding:
    """A workspace with one task in a file, and the decisions about it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.database, self.owner = desk.reader.database, desk.reader.user.id

    async def has(self, *lines: str) -> None:
        self.desk.put("todo.txt", *lines)
        await self.desk.read()

    async def id(self, title: str = "Call Berta"):
        found = await self.desk.stored()
        return next(task.id for task in (*found.tasks, *found.put_off) if task.title == title)

    async def decide(self, verb, **more) -> None:
        task_id = await self.id()
        async with self.database.transaction([self.owner]) as tx:
            await verb(tx, self.owner, [task_id], **more)

    async def snooze(self, until: date = FRIDAY) -> None:
        await self.decide(agenda.snooze, return_on=until, today=DAY)

    async def put_off(self, day: date = DAY) -> list[str]:
        return [task.title for task in (await self.desk.on(day).stored()).put_off]

    async def history(self):
        task_id = await self.id()
        async with self.database.transaction([self.owner]) as tx:
            found = await agenda.decisions_about(tx, self.owner, task_id)
        return [(str(one.decision.verdict), one.ended_as) for one in found]

    async def brief(self, day: date = DAY):
        stored = await briefs.compose(self.database, self.owner, day)
        await briefs.receive(self.database, self.owner, stored.id)
        return stored.document


@pytest.fixture
async def anna(desk: Desk) -> Deciding:
    deciding = Deciding(desk)
    await deciding.has("Call Berta due:2026-03-28")
    return deciding


async def test_task_marked_as_done_counts_as_done_despite_its_file(anna: Deciding):
    await anna.decide(agenda.complete)
    await anna.has("Call Berta due:2026-03-28", "Another task")
    task = await anna.desk.task("Call Berta")
    assert (task.status, task.completed, task.decision.made_by) == (TaskStatus.DONE, clock.now(), anna.owner)
    counts = (await anna.brief()).counts
    assert (counts.overdue, counts.done) == (0, 1)


async def test_status_change_in_the_file_ends_a_decision(anna: Deciding):
    await anna.decide(agenda.ignore)
    await anna.has("x 2026-03-29 Call Berta due:2026-03-28")
    assert await anna.put_off() == []
    await anna.has("Call Berta due:2026-03-28")
    assert (await anna.desk.task("Call Berta")).status is TaskStatus.OPEN
    assert await anna.history() == [("ignored", "overtaken")]


async def test_snoozed_task_is_in_no_brief_before_its_return_date(anna: Deciding):
    await anna.snooze()
    assert (await anna.brief()).counts.overdue == 0
    assert await anna.put_off(FRIDAY - timedelta(days=1)) == ["Call Berta"]
    assert await anna.put_off(FRIDAY) == []
    assert (await anna.brief(FRIDAY)).counts.overdue == 1


async def test_snoozed_task_is_reported_neither_as_removed_nor_as_new(anna: Deciding):
    await anna.brief(DAY - timedelta(days=1))
    await anna.snooze()
    assert (await anna.brief()).since_last.entries == ()
    kinds = [entry.kind for entry in (await anna.brief(FRIDAY)).since_last.entries]
    assert kinds == []


async def test_snoozed_task_still_blocks_its_dependents(anna: Deciding):
    lines = ["- [ ] Call Berta 🆔 berta", "- [ ] Paint the door ⛔ berta"]
    anna.desk.put("todo.txt", "")
    anna.desk.put("plan.md", *lines)
    await anna.desk.read()
    await anna.snooze()
    assert (await anna.brief()).counts.blocked == 1
    await anna.decide(agenda.ignore)
    assert (await anna.brief()).counts.blocked == 0


async def test_undo_restores_the_previous_decision(anna: Deciding):
    await anna.snooze()
    await anna.decide(agenda.complete)
    await anna.decide(agenda.undo)
    assert await anna.put_off() == ["Call Berta"]
    await anna.decide(agenda.undo)
    await anna.decide(agenda.undo)
    assert await anna.put_off() == []
    assert set(await anna.history()) == {("done", "undone"), ("snoozed", "undone")}


async def test_repeated_decision_is_recorded_once(anna: Deciding):
    await anna.snooze()
    await anna.snooze()
    assert await anna.history() == [(str(Verdict.SNOOZED), None)]


@pytest.mark.parametrize("until", [DAY, DAY - timedelta(days=1), date(2999, 1, 1)])
async def test_snooze_requires_a_date_in_the_allowed_range(anna: Deciding, until: date):
    with pytest.raises(InvalidInput, match="from tomorrow on"):
        await anna.snooze(until)


async def test_decision_about_an_unknown_task_or_one_of_another_user_is_rejected(anna: Deciding, other_user):
    task_id = await anna.id()
    async with anna.database.transaction([other_user.id]) as tx:
        for verb in (agenda.complete, agenda.ignore, agenda.undo):
            with pytest.raises(NotFound):
                await verb(tx, other_user.id, [task_id])
        with pytest.raises(NotFound):
            await agenda.complete(tx, other_user.id, [uuid4()])
    assert await anna.history() == []
