"""Tests of decisions about tasks of files: a decision applies until the file changes the status."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from daybreak import agenda, briefs, clock
from daybreak.agenda import DecisionKind, TaskStatus
from daybreak.errors import InvalidInput, NotFound

from .workspace import DAY, UserWorkspace

FRIDAY = date(2026, 4, 3)


class DecisionScenario:
    """A workspace with one task in a file, and the decisions about it."""

    def __init__(self, workspace: UserWorkspace) -> None:
        self.workspace = workspace
        self.database, self.owner = workspace.reader.database, workspace.reader.user.id

    async def write_todo(self, *lines: str) -> None:
        self.workspace.write_file("todo.txt", *lines)
        await self.workspace.import_folder()

    async def find_task_id(self, title: str = "Call Berta"):
        found = await self.workspace.load_agenda()
        return next(task.id for task in (*found.tasks, *found.deferred) if task.title == title)

    async def apply(self, verb, **more) -> None:
        task_id = await self.find_task_id()
        async with self.database.transaction([self.owner]) as tx:
            await verb(tx, self.owner, [task_id], **more)

    async def snooze(self, until: date = FRIDAY) -> None:
        await self.apply(agenda.snooze, return_on=until, today=DAY)

    async def deferred_titles(self, day: date = DAY) -> list[str]:
        return [task.title for task in (await self.workspace.at_date(day).load_agenda()).deferred]

    async def list_history(self):
        task_id = await self.find_task_id()
        async with self.database.transaction([self.owner]) as tx:
            found = await agenda.list_decisions(tx, self.owner, task_id)
        return [(str(one.decision.kind), one.ended_as) for one in found]

    async def compose_brief(self, day: date = DAY):
        stored = await briefs.compose(self.database, self.owner, day)
        await briefs.mark_received(self.database, self.owner, stored.id)
        return stored.document


@pytest.fixture
async def scenario(workspace: UserWorkspace) -> DecisionScenario:
    deciding = DecisionScenario(workspace)
    await deciding.write_todo("Call Berta due:2026-03-28")
    return deciding


async def test_task_marked_as_done_counts_as_done_despite_its_file(scenario: DecisionScenario):
    await scenario.apply(agenda.complete)
    await scenario.write_todo("Call Berta due:2026-03-28", "Another task")
    task = await scenario.workspace.get_task("Call Berta")
    assert (task.status, task.completed, task.decision.made_by) == (
        TaskStatus.DONE,
        clock.now(),
        scenario.owner,
    )
    counts = (await scenario.compose_brief()).counts
    assert (counts.overdue, counts.done) == (0, 1)


async def test_status_change_in_the_file_ends_a_decision(scenario: DecisionScenario):
    await scenario.apply(agenda.ignore)
    await scenario.write_todo("x 2026-03-29 Call Berta due:2026-03-28")
    assert await scenario.deferred_titles() == []
    await scenario.write_todo("Call Berta due:2026-03-28")
    assert (await scenario.workspace.get_task("Call Berta")).status is TaskStatus.OPEN
    assert await scenario.list_history() == [("ignored", "overtaken")]


async def test_snoozed_task_is_in_no_brief_before_its_return_date(scenario: DecisionScenario):
    await scenario.snooze()
    assert (await scenario.compose_brief()).counts.overdue == 0
    assert await scenario.deferred_titles(FRIDAY - timedelta(days=1)) == ["Call Berta"]
    assert await scenario.deferred_titles(FRIDAY) == []
    assert (await scenario.compose_brief(FRIDAY)).counts.overdue == 1


async def test_snoozed_task_is_reported_neither_as_removed_nor_as_new(scenario: DecisionScenario):
    await scenario.compose_brief(DAY - timedelta(days=1))
    await scenario.snooze()
    assert (await scenario.compose_brief()).since_last.entries == ()
    kinds = [entry.kind for entry in (await scenario.compose_brief(FRIDAY)).since_last.entries]
    assert kinds == []


async def test_snoozed_task_still_blocks_its_dependents(scenario: DecisionScenario):
    lines = ["- [ ] Call Berta 🆔 berta", "- [ ] Paint the door ⛔ berta"]
    scenario.workspace.write_file("todo.txt", "Water the plants")
    scenario.workspace.write_file("plan.md", *lines)
    await scenario.workspace.import_folder()
    await scenario.snooze()
    assert (await scenario.compose_brief()).counts.blocked == 1
    await scenario.apply(agenda.ignore)
    assert (await scenario.compose_brief()).counts.blocked == 0


async def test_undo_restores_the_previous_decision(scenario: DecisionScenario):
    await scenario.snooze()
    await scenario.apply(agenda.complete)
    await scenario.apply(agenda.undo)
    assert await scenario.deferred_titles() == ["Call Berta"]
    await scenario.apply(agenda.undo)
    await scenario.apply(agenda.undo)
    assert await scenario.deferred_titles() == []
    assert set(await scenario.list_history()) == {("done", "undone"), ("snoozed", "undone")}


async def test_repeated_decision_is_recorded_once(scenario: DecisionScenario):
    await scenario.snooze()
    await scenario.snooze()
    assert await scenario.list_history() == [(str(DecisionKind.SNOOZED), None)]


@pytest.mark.parametrize("until", [DAY, DAY - timedelta(days=1), date(2999, 1, 1)])
async def test_snooze_requires_a_date_in_the_allowed_range(scenario: DecisionScenario, until: date):
    with pytest.raises(InvalidInput, match="from tomorrow on"):
        await scenario.snooze(until)


async def test_decision_about_an_unknown_task_or_one_of_another_user_is_rejected(
    scenario: DecisionScenario, other_user
):
    task_id = await scenario.find_task_id()
    async with scenario.database.transaction([other_user.id]) as tx:
        for verb in (agenda.complete, agenda.ignore, agenda.undo):
            with pytest.raises(NotFound):
                await verb(tx, other_user.id, [task_id])
        with pytest.raises(NotFound):
            await agenda.complete(tx, other_user.id, [uuid4()])
    assert await scenario.list_history() == []
