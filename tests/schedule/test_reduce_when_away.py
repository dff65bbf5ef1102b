"""Tests of fewer briefs while a user is away: one reminder for each stage of the absence."""

from datetime import UTC, datetime, timedelta

import pytest

from daybreak import people, schedule

LAST_VISIT = datetime(2026, 3, 29, 10, tzinfo=UTC)


@pytest.fixture
async def away(office):
    """Return a user who is reachable by e-mail and was last active on 29 March."""
    office.settings = office.settings.model_copy(update={"backoff": True})
    user = await office.join()
    await office.set_visit(user, LAST_VISIT)
    await office.set_reach(user.id)
    return user


async def live(office, user, days: int, *, received: bool = True) -> dict[int, tuple[str, str]]:
    """Tick for some days; return edition and reason of each day, by days since the last activity."""
    ticker = schedule.Ticker(office.database, office.settings)
    for _ in range(days):
        due_at = await office.next_due(user)
        if (await office.tick(due_at, ticker)).rung and received:
            async with office.database.transaction([user.id]) as tx:
                await schedule.note_received(tx, user.id)
    return {(one.due_at - LAST_VISIT).days: (one.edition, one.reason) for one in await office.days(user)}


async def test_absence_gets_silence_and_one_reminder_per_stage(office, away):
    became = await live(office, away, 95)
    rung = {day: said for day, said in became.items() if said[1] not in {"silent", "dormant"}}
    assert rung == {
        0: ("standard", "due"),
        1: ("standard", "due"),
        2: ("standard", "due"),
        4: ("reengagement", "gentle"),
        10: ("reengagement", "motivating"),
        31: ("reengagement", "warm"),
        61: ("reengagement", "offer"),
        91: ("reengagement", "offer"),
    }
    assert became[3] == ("standard", "silent")


async def test_activity_ends_absence_and_next_absence_restarts(office, away):
    await live(office, away, 8)
    async with office.database.transaction([away.id]) as tx:
        await people.visit(tx, away.id)
    await live(office, away, 6)
    reasons = [one.reason for one in await office.days(away)]
    assert reasons[8:] == ["due", "due", "silent", "gentle", "silent", "silent"]


async def test_day_without_tick_does_not_skip_a_reminder(office, away):
    await live(office, away, 3)
    await office.tick(LAST_VISIT + timedelta(days=5, hours=22))
    assert (await office.days(away))[-1].reason == "gentle"


async def test_undelivered_reminder_is_repeated_two_days_later(office, away):
    became = await live(office, away, 8, received=False)
    assert [day for day, said in became.items() if said[1] == "gentle"] == [4, 6]


async def test_unobservable_user_is_never_treated_as_absent(office, away):
    await office.set_reach(away.id, observable=False)
    assert set((await live(office, away, 40)).values()) == {("standard", "due")}


async def test_unreachable_user_gets_no_reminder(office, away):
    await office.set_reach(away.id, reachable=False)
    became = await live(office, away, 12, received=False)
    assert {said for day, said in became.items() if day >= 3} == {("standard", "unreachable")}


async def test_user_who_opts_out_gets_every_brief(office, away):
    await office.prefer(away, reengage=False)
    assert set((await live(office, away, 12)).values()) == {("standard", "due")}


async def test_disabled_setting_enqueues_every_brief(office, away):
    office.settings = office.settings.model_copy(update={"backoff": False})
    assert set((await live(office, away, 12)).values()) == {("standard", "due")}


async def test_simulation_predicts_the_tick_and_changes_nothing(office, away):
    foretold = await schedule.simulate(office.database, away.id, office.settings, 40)
    assert await office.days(away) == []
    assert await office.runs(away) == []
    await live(office, away, 40, received=True)
    assert [(one.local_date, one.edition) for one in foretold if one.outcome == "rung"][:5] == [
        (one.local_date, one.edition) for one in await office.days(away) if one.outcome == "rung"
    ][:5]


async def test_explanation_states_reason_of_expected_outcome(office, away):
    office.at(LAST_VISIT + timedelta(days=12))
    await office.tick()
    explained = await schedule.explain(office.database, away.id, office.settings)
    assert [(one.outcome, one.edition) for one in explained] == [("rung", "reengagement")]
    assert "away for ten days" in explained[0].reason.sentence
