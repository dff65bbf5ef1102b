"""Tests of quiet days: detected when the brief is composed, recorded in the schedule's outcomes."""

from datetime import date, timedelta

import pytest

from daybreak import briefs, clock, runs, schedule
from daybreak.agenda import TaskStatus
from daybreak.agenda.manual_entries import TaskDraft, write_task
from daybreak.briefs import Edition, Wanted
from daybreak.people import QuietDay, User, Weekday
from daybreak.runs import Run, Status, testing

from .test_tick import utc

MONDAY = date(2026, 3, 30)


async def plan(office, user: User, title: str, due: date) -> None:
    async with office.database.transaction([user.id]) as tx:
        await write_task(tx, user.id, TaskDraft(title=title, due=due), user.tz)


async def compose(office, user: User) -> list[Run]:
    """Execute all enqueued runs as workers would; return the user's ended runs."""
    await testing.drain(office.database, [briefs.COMPOSE], user.id)
    rows = await office.admin.fetch("SELECT id FROM runs_finished WHERE owner_id = $1", user.id)
    async with office.database.transaction([user.id]) as tx:
        return [await runs.get(tx, user.id, row["id"]) for row in rows]


async def editions(office, user: User) -> list[tuple[date, str]]:
    rows = await office.admin.fetch(
        "SELECT brief_date, edition FROM briefs_editions WHERE owner_id = $1 ORDER BY 1, 2", user.id
    )
    return [(row["brief_date"], row["edition"]) for row in rows]


async def test_quiet_day_is_skipped_and_recorded(office):
    user = await office.join(quiet_day=QuietDay.SKIP)
    await plan(office, user, "Later", MONDAY + timedelta(days=5))
    await office.tick(utc("2026-03-30 05:00"))
    (run,) = await compose(office, user)
    assert (run.status, run.result["edition_id"]) == (Status.SUCCEEDED, None)
    assert await editions(office, user) == []
    assert await office.outcomes(user) == [(MONDAY, "standard", "skipped", "quiet")]
    assert "skipped" in (await office.days(user))[0].reason.sentence
    assert user.id not in {day.owner_id for day in await schedule.left_out(office.database)}
    await office.tick(utc("2026-03-30 05:10"))
    assert await office.runs(user) == []


@pytest.mark.parametrize("rule", [QuietDay.SEND, QuietDay.SHORTEN])
async def test_quiet_day_is_composed_if_preferred(office, rule):
    user = await office.join(quiet_day=rule)
    await plan(office, user, "Later", MONDAY + timedelta(days=5))
    await office.tick(utc("2026-03-30 05:00"))
    await compose(office, user)
    assert await editions(office, user) == [(MONDAY, "standard")]


async def test_day_with_due_task_is_not_skipped(office):
    user = await office.join(quiet_day=QuietDay.SKIP)
    await plan(office, user, "Call Bob", MONDAY)
    await office.tick(utc("2026-03-30 05:00"))
    await compose(office, user)
    assert await editions(office, user) == [(MONDAY, "standard")]
    assert await office.outcomes(user) == [(MONDAY, "standard", "rung", "due")]


async def test_brief_of_skipped_day_is_composed_on_demand(office):
    user = await office.join(quiet_day=QuietDay.SKIP)
    await plan(office, user, "Later", MONDAY + timedelta(days=5))
    await office.tick(utc("2026-03-30 05:00"))
    await compose(office, user)
    brief = await briefs.compose_on_demand(office.database, briefs.COMPOSE, user.id, Wanted(date=MONDAY))
    assert brief.document.quiet
    assert await office.outcomes(user) == [(MONDAY, "standard", "skipped", "quiet")]
    assert await editions(office, user) == [(MONDAY, "standard")]


async def test_early_brief_is_updated_at_its_time_even_on_quiet_day(office):
    user = await office.join(quiet_day=QuietDay.SKIP)
    await plan(office, user, "Later", MONDAY + timedelta(days=5))
    office.at(utc("2026-03-30 04:00"))
    early = await briefs.compose_on_demand(office.database, briefs.COMPOSE, user.id, Wanted(date=MONDAY))
    await office.tick(utc("2026-03-30 05:00"))
    ended = await compose(office, user)
    assert {run.result["edition_id"] for run in ended} == {str(early.id)}
    assert await office.outcomes(user) == [(MONDAY, "standard", "rung", "due")]


async def test_request_during_scheduled_run_gets_the_brief(office):
    user = await office.join(quiet_day=QuietDay.SKIP)
    await plan(office, user, "Later", MONDAY + timedelta(days=5))
    await office.tick(utc("2026-03-30 05:00"))
    brief = await briefs.compose_on_demand(office.database, briefs.COMPOSE, user.id, Wanted(date=MONDAY))
    assert brief.document.date == MONDAY
    assert await editions(office, user) == [(MONDAY, "standard")]


async def test_weekly_review_is_created_on_its_day_and_quiet_days_are_skipped(office):
    user = await office.join(quiet_day=QuietDay.WEEKLY, weekly_day=Weekday.FRIDAY)
    await plan(office, user, "Report", MONDAY + timedelta(days=1))
    for day in range(5):
        moment = utc("2026-03-30 05:00") + timedelta(days=day)
        await office.tick(moment)
        await compose(office, user)
        if day == 1:
            async with office.database.transaction([user.id]) as tx:
                (task,) = await tx.fetch("SELECT id FROM agenda_tasks WHERE owner_id = $1", user.id)
                done = TaskDraft(title="Report", status=TaskStatus.DONE)
                await write_task(tx, user.id, done, user.tz, task["id"])
    friday = MONDAY + timedelta(days=4)
    assert (friday, "weekly") in await editions(office, user)
    kept = await briefs.read(office.database, user.id, friday, Edition.WEEKLY)
    (project,) = kept.week.projects
    assert [(view.topic, view.count) for view in project.topics] == [("done", 1)]
    assert kept.week.known_since is not None
    outcomes = {(when, edition): outcome for when, edition, outcome, _ in await office.outcomes(user)}
    assert outcomes[friday, "weekly"] == "rung"
    assert clock.now().date() == friday
