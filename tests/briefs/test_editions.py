"""Test editions composed from stored data: earlier briefs and the decisions of the schedule."""

from datetime import date, timedelta

import pytest

from daybreak import briefs, schedule
from daybreak.briefs import Edition
from daybreak.briefs.document.model import AbsenceTier
from daybreak.db import Database

from .conftest import PlanFolder
from .test_service import SUNDAY, query_logger, task


async def known_since(plans: PlanFolder, *days: date) -> date | None:
    for day in days:
        await briefs.compose(plans.database, plans.user.id, day)
    week = await briefs.compose(plans.database, plans.user.id, SUNDAY, edition=Edition.WEEKLY)
    return week.document.week.known_since


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [((9, 7, 3), 7), ((9, 3), 3), ((20, 9), 9), ((40,), None), ((), None)],
    ids=["a week ago", "in the week", "before it", "too long ago", "never"],
)
async def test_a_weekly_brief_uses_the_briefs_of_the_week_or_the_last_one_before(
    plans: PlanFolder, days_ago, expected
):
    since = await known_since(plans, *(SUNDAY - timedelta(days=days) for days in days_ago))
    assert since == (SUNDAY - timedelta(days=expected) if expected else None)


async def test_a_weekly_brief_lists_tasks_that_the_source_no_longer_has(plans: PlanFolder):
    await plans.replace_items(task("Kept", project="House"), task("Given up", project="House"))
    await briefs.compose(plans.database, plans.user.id, SUNDAY - timedelta(days=4))
    await plans.replace_items(task("Kept", project="House"), task("New", project="House"))
    week = (await briefs.compose(plans.database, plans.user.id, SUNDAY, edition=Edition.WEEKLY)).document.week
    texts_by_topic = {view.topic: [claim.text for claim in view.entries] for view in week.projects[0].topics}
    assert week.projects[0].project == "House"
    assert texts_by_topic == {"added": ["New: “New”."], "gone": ["Removed from plans: “Given up”."]}


async def test_a_weekly_brief_needs_one_more_round_trip(postgres, plans: PlanFolder):
    await plans.replace_items(task("One", due=SUNDAY))
    statements: list[str] = []
    async with Database.connect(postgres.app, max_connections=1) as narrow:
        await briefs.compose(narrow, plans.user.id, SUNDAY, edition=Edition.WEEKLY)
        async with narrow.without_owner() as connection:
            connection.add_query_logger(query_logger(statements))
        await briefs.compose(narrow, plans.user.id, SUNDAY, edition=Edition.WEEKLY)
    assert len(statements) == 7, statements


@pytest.mark.parametrize(
    ("reason", "tier"),
    [("gentle", AbsenceTier.GENTLE), ("warm", AbsenceTier.WARM), ("offer", AbsenceTier.OFFER)],
)
async def test_the_schedule_decides_the_tone_of_a_reengagement_note(plans: PlanFolder, reason: str, tier):
    async with plans.database.transaction([plans.user.id]) as tx:
        await tx.execute(
            "INSERT INTO schedule_outcomes"
            " (owner_id, local_date, edition, outcome, reason, due_at, decided_at)"
            " VALUES ($1, $2, 'reengagement', 'enqueued', $3, now(), now())",
            plans.user.id,
            SUNDAY,
            reason,
        )
    brief = await briefs.compose(plans.database, plans.user.id, SUNDAY, edition=Edition.REENGAGEMENT)
    assert brief.document.reengagement.tier is tier


async def test_only_the_owner_can_record_a_quiet_day(plans: PlanFolder, other_user):
    async with plans.database.transaction([plans.user.id]) as tx:
        await tx.execute(
            "INSERT INTO schedule_outcomes"
            " (owner_id, local_date, edition, outcome, reason, due_at, decided_at)"
            " VALUES ($1, $2, 'standard', 'enqueued', 'due', now(), now())",
            plans.user.id,
            SUNDAY,
        )
    async with plans.database.transaction([other_user.id]) as tx:
        await schedule.record_quiet_day(tx, plans.user.id, SUNDAY, "standard")
    async with plans.database.transaction([plans.user.id]) as tx:
        assert await schedule.get_reasons(tx, {plans.user.id: SUNDAY}, "standard") == {plans.user.id: "due"}
