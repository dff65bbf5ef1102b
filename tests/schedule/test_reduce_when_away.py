"""Tests of fewer briefs while a user is away: one reminder for each stage of the absence."""

from datetime import UTC, datetime, timedelta

import pytest

from daybreak import people, schedule

LAST_ACTIVITY = datetime(2026, 3, 29, 10, tzinfo=UTC)


@pytest.fixture
async def away_user(harness):
    """Return a user who is reachable by e-mail and was last active on 29 March."""
    harness.settings = harness.settings.model_copy(update={"reduce_when_away": True})
    user = await harness.create_user()
    await harness.set_last_seen(user, LAST_ACTIVITY)
    await harness.set_reachability(user.id)
    return user


async def tick_daily(harness, user, days: int, *, delivered: bool = True) -> dict[int, tuple[str, str]]:
    """Tick for some days; return edition and reason of each day, by days since the last activity."""
    ticker = schedule.Ticker(harness.database, harness.settings)
    for _ in range(days):
        due_at = await harness.next_due(user)
        if (await harness.tick(due_at, ticker)).enqueued and delivered:
            async with harness.database.transaction([user.id]) as tx:
                await schedule.record_delivery(tx, user.id)
    return {(one.due_at - LAST_ACTIVITY).days: (one.edition, one.reason) for one in await harness.days(user)}


async def test_absence_gets_silence_and_one_reminder_per_stage(harness, away_user):
    outcomes = await tick_daily(harness, away_user, 95)
    enqueued = {day: outcome for day, outcome in outcomes.items() if outcome[1] not in {"silent", "dormant"}}
    assert enqueued == {
        0: ("standard", "due"),
        1: ("standard", "due"),
        2: ("standard", "due"),
        4: ("reengagement", "gentle"),
        10: ("reengagement", "motivating"),
        31: ("reengagement", "warm"),
        61: ("reengagement", "offer"),
        91: ("reengagement", "offer"),
    }
    assert outcomes[3] == ("standard", "silent")


async def test_activity_ends_absence_and_next_absence_restarts(harness, away_user):
    await tick_daily(harness, away_user, 8)
    async with harness.database.transaction([away_user.id]) as tx:
        await people.record_activity(tx, away_user.id)
    await tick_daily(harness, away_user, 6)
    reasons = [one.reason for one in await harness.days(away_user)]
    assert reasons[8:] == ["due", "due", "silent", "gentle", "silent", "silent"]


async def test_day_without_tick_does_not_skip_a_reminder(harness, away_user):
    await tick_daily(harness, away_user, 3)
    await harness.tick(LAST_ACTIVITY + timedelta(days=5, hours=22))
    assert (await harness.days(away_user))[-1].reason == "gentle"


async def test_undelivered_reminder_is_repeated_two_days_later(harness, away_user):
    outcomes = await tick_daily(harness, away_user, 8, delivered=False)
    assert [day for day, outcome in outcomes.items() if outcome[1] == "gentle"] == [4, 6]


async def test_unobservable_user_is_never_treated_as_absent(harness, away_user):
    await harness.set_reachability(away_user.id, observable=False)
    assert set((await tick_daily(harness, away_user, 40)).values()) == {("standard", "due")}


async def test_unreachable_user_gets_no_reminder(harness, away_user):
    await harness.set_reachability(away_user.id, reachable=False)
    outcomes = await tick_daily(harness, away_user, 12, delivered=False)
    assert {outcome for day, outcome in outcomes.items() if day >= 3} == {("standard", "unreachable")}


async def test_user_who_opts_out_gets_every_brief(harness, away_user):
    await harness.update_preferences(away_user, reengagement=False)
    assert set((await tick_daily(harness, away_user, 12)).values()) == {("standard", "due")}


async def test_disabled_setting_enqueues_every_brief(harness, away_user):
    harness.settings = harness.settings.model_copy(update={"reduce_when_away": False})
    assert set((await tick_daily(harness, away_user, 12)).values()) == {("standard", "due")}


async def test_simulation_predicts_the_tick_and_changes_nothing(harness, away_user):
    predicted = await schedule.simulate(harness.database, away_user.id, harness.settings, 40)
    assert await harness.days(away_user) == []
    assert await harness.runs(away_user) == []
    await tick_daily(harness, away_user, 40, delivered=True)
    assert [(one.local_date, one.edition) for one in predicted if one.outcome == "enqueued"][:5] == [
        (one.local_date, one.edition) for one in await harness.days(away_user) if one.outcome == "enqueued"
    ][:5]


async def test_explanation_states_reason_of_expected_outcome(harness, away_user):
    harness.set_now(LAST_ACTIVITY + timedelta(days=12))
    await harness.tick()
    explained = await schedule.explain(harness.database, away_user.id, harness.settings)
    assert [(one.outcome, one.edition) for one in explained] == [("enqueued", "reengagement")]
    assert "Away for ten days" in explained[0].reason.text
