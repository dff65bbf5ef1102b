"""Tests of quiet days: detected when the brief is composed, recorded in the schedule's outcomes."""

from datetime import date, timedelta

import pytest

from daybreak import briefs, clock, runs, schedule
from daybreak.agenda import TaskStatus
from daybreak.agenda.manual_entries import TaskInput, save_task
from daybreak.briefs import ComposeParameters, Edition
from daybreak.people import QuietDay, User, Weekday
from daybreak.runs import Run, Status, testing

from .test_tick import utc

MONDAY = date(2026, 3, 30)


async def add_task(harness, user: User, title: str, due: date) -> None:
    async with harness.database.transaction([user.id]) as tx:
        await save_task(tx, user.id, TaskInput(title=title, due=due), user.tz)


async def compose_all(harness, user: User) -> list[Run]:
    """Execute all enqueued runs as workers would; return the user's ended runs."""
    await testing.run_all_due(harness.database, [briefs.COMPOSE], user.id)
    rows = await harness.admin.fetch("SELECT id FROM runs_finished WHERE owner_id = $1", user.id)
    async with harness.database.transaction([user.id]) as tx:
        return [await runs.get(tx, user.id, row["id"]) for row in rows]


async def editions(harness, user: User) -> list[tuple[date, str]]:
    rows = await harness.admin.fetch(
        "SELECT brief_date, edition FROM briefs_editions WHERE owner_id = $1 ORDER BY 1, 2", user.id
    )
    return [(row["brief_date"], row["edition"]) for row in rows]


async def test_quiet_day_is_skipped_and_recorded(harness):
    user = await harness.create_user(quiet_day=QuietDay.SKIP)
    await add_task(harness, user, "Later", MONDAY + timedelta(days=5))
    await harness.tick(utc("2026-03-30 05:00"))
    (run,) = await compose_all(harness, user)
    assert (run.status, run.result["edition_id"]) == (Status.SUCCEEDED, None)
    assert await editions(harness, user) == []
    assert await harness.outcomes(user) == [(MONDAY, "standard", "skipped", "quiet")]
    assert "skipped" in (await harness.days(user))[0].reason.text
    assert user.id not in {day.owner_id for day in await schedule.list_days_without_brief(harness.database)}
    await harness.tick(utc("2026-03-30 05:10"))
    assert await harness.runs(user) == []


@pytest.mark.parametrize("rule", [QuietDay.SEND, QuietDay.SHORTEN])
async def test_quiet_day_is_composed_if_preferred(harness, rule):
    user = await harness.create_user(quiet_day=rule)
    await add_task(harness, user, "Later", MONDAY + timedelta(days=5))
    await harness.tick(utc("2026-03-30 05:00"))
    await compose_all(harness, user)
    assert await editions(harness, user) == [(MONDAY, "standard")]


async def test_day_with_due_task_is_not_skipped(harness):
    user = await harness.create_user(quiet_day=QuietDay.SKIP)
    await add_task(harness, user, "Call Bob", MONDAY)
    await harness.tick(utc("2026-03-30 05:00"))
    await compose_all(harness, user)
    assert await editions(harness, user) == [(MONDAY, "standard")]
    assert await harness.outcomes(user) == [(MONDAY, "standard", "enqueued", "due")]


async def test_brief_of_skipped_day_is_composed_on_demand(harness):
    user = await harness.create_user(quiet_day=QuietDay.SKIP)
    await add_task(harness, user, "Later", MONDAY + timedelta(days=5))
    await harness.tick(utc("2026-03-30 05:00"))
    await compose_all(harness, user)
    brief = await briefs.compose_on_demand(
        harness.database, briefs.COMPOSE, user.id, ComposeParameters(date=MONDAY)
    )
    assert brief.document.quiet
    assert await harness.outcomes(user) == [(MONDAY, "standard", "skipped", "quiet")]
    assert await editions(harness, user) == [(MONDAY, "standard")]


async def test_early_brief_is_updated_at_its_time_even_on_quiet_day(harness):
    user = await harness.create_user(quiet_day=QuietDay.SKIP)
    await add_task(harness, user, "Later", MONDAY + timedelta(days=5))
    harness.set_now(utc("2026-03-30 04:00"))
    early = await briefs.compose_on_demand(
        harness.database, briefs.COMPOSE, user.id, ComposeParameters(date=MONDAY)
    )
    await harness.tick(utc("2026-03-30 05:00"))
    ended = await compose_all(harness, user)
    assert {run.result["edition_id"] for run in ended} == {str(early.id)}
    assert await harness.outcomes(user) == [(MONDAY, "standard", "enqueued", "due")]


async def test_request_during_scheduled_run_gets_the_brief(harness):
    user = await harness.create_user(quiet_day=QuietDay.SKIP)
    await add_task(harness, user, "Later", MONDAY + timedelta(days=5))
    await harness.tick(utc("2026-03-30 05:00"))
    brief = await briefs.compose_on_demand(
        harness.database, briefs.COMPOSE, user.id, ComposeParameters(date=MONDAY)
    )
    assert brief.document.date == MONDAY
    assert await editions(harness, user) == [(MONDAY, "standard")]


async def test_weekly_review_is_created_on_its_day_and_quiet_days_are_skipped(harness):
    user = await harness.create_user(quiet_day=QuietDay.WEEKLY, weekly_day=Weekday.FRIDAY)
    await add_task(harness, user, "Report", MONDAY + timedelta(days=1))
    for day in range(5):
        now = utc("2026-03-30 05:00") + timedelta(days=day)
        await harness.tick(now)
        await compose_all(harness, user)
        if day == 1:
            async with harness.database.transaction([user.id]) as tx:
                (task,) = await tx.fetch("SELECT id FROM agenda_tasks WHERE owner_id = $1", user.id)
                done = TaskInput(title="Report", status=TaskStatus.DONE)
                await save_task(tx, user.id, done, user.tz, task["id"])
    friday = MONDAY + timedelta(days=4)
    assert (friday, "weekly") in await editions(harness, user)
    stored = await briefs.read(harness.database, user.id, friday, Edition.WEEKLY)
    (project,) = stored.week.projects
    assert [(view.topic, view.count) for view in project.topics] == [("done", 1)]
    assert stored.week.known_since is not None
    outcomes = {(when, edition): outcome for when, edition, outcome, _ in await harness.outcomes(user)}
    assert outcomes[friday, "weekly"] == "enqueued"
    assert clock.now().date() == friday
