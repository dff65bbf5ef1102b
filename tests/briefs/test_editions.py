"""Test editions composed from stored data: earlier briefs and the decisions of the schedule."""

from datetime import date, timedelta

import pytest

from daybreak import briefs, schedule
from daybreak.briefs import Edition
from daybreak.briefs.document.model import Tier
from daybreak.db import Database

from .conftest import Plans
from .test_service import SUNDAY, statements_of, task


async def known_since(plans: Plans, *days: date) -> date | None:
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
    plans: Plans, days_ago, expected
):
    since = await known_since(plans, *(SUNDAY - timedelta(days=days) for days in days_ago))
    assert since == (SUNDAY - timedelta(days=expected) if expected else None)


async def test_a_weekly_brief_lists_tasks_that_the_source_no_longer_has(plans: Plans):
    await plans.hold(task("Kept", project="House"), task("Given up", project="House"))
    await briefs.compose(plans.database, plans.user.id, SUNDAY - timedelta(days=4))
    await plans.hold(task("Kept", project="House"), task("New", project="House"))
    week = (await briefs.compose(plans.database, plans.user.id, SUNDAY, edition=Edition.WEEKLY)).document.week
    told = {view.topic: [claim.text for claim in view.entries] for view in week.projects[0].topics}
    assert week.projects[0].project == "House"
    assert told == {"added": ["“New” came in."], "gone": ["“Given up” is no longer in plans."]}


async def test_a_weekly_brief_needs_one_more_round_trip(postgres, plans: Plans):
    await plans.hold(task("One", due=SUNDAY))
    statements: list[str] = []
    async with Database.connect(postgres.app, connections=1) as narrow:
        await briefs.compose(narrow, plans.user.id, SUNDAY, edition=Edition.WEEKLY)
        async with narrow.ownerless() as connection:
            connection.add_query_logger(statements_of(statements))
        await briefs.compose(narrow, plans.user.id, SUNDAY, edition=Edition.WEEKLY)
    assert len(statements) == 7, statements


@pytest.mark.parametrize(
    ("reason", "tier"), [("gentle", Tier.GENTLE), ("warm", Tier.WARM), ("offer", Tier.OFFER)]
)
async def test_the_schedule_decides_the_tone_of_a_reengagement_note(plans: Plans, reason: str, tier):
    async with plans.database.transaction([plans.user.id]) as tx:
        await tx.execute(
            "INSERT INTO schedule_days (owner_id, local_date, edition, outcome, reason, due_at, decided_at)"
            " VALUES ($1, $2, 'reengagement', 'rung', $3, now(), now())",
            plans.user.id,
            SUNDAY,
            reason,
        )
    brief = await briefs.compose(plans.database, plans.user.id, SUNDAY, edition=Edition.REENGAGEMENT)
    assert brief.document.absence.tier is tier


async def test_only_the_owner_can_record_a_quiet_day(plans: Plans, other_user):
    async with plans.database.transaction([plans.user.id]) as tx:
        await tx.execute(
            "INSERT INTO schedule_days (owner_id, local_date, edition, outcome, reason, due_at, decided_at)"
            " VALUES ($1, $2, 'standard', 'rung', 'due', now(), now())",
            plans.user.id,
            SUNDAY,
        )
    async with plans.database.transaction([other_user.id]) as tx:
        await schedule.note_quiet(tx, plans.user.id, SUNDAY, "standard")
    async with plans.database.transaction([plans.user.id]) as tx:
        assert await schedule.reasons(tx, {plans.user.id: SUNDAY}, "standard") == {plans.user.id: "due"}
