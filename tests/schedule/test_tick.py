"""Tests of the tick: each due brief is enqueued once per local date, at the right instant."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak import schedule
from daybreak.people import Frequency, QuietDay, Weekday
from daybreak.schedule import Ticked, Ticker, tick


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def test_brief_is_enqueued_at_its_time_and_not_before(office):
    user = await office.join(brief_time=time(7))
    assert await office.next_due(user) == utc("2026-03-30 05:00")
    assert await office.tick(utc("2026-03-30 04:59:59")) == Ticked()
    assert await office.tick(utc("2026-03-30 05:00")) == Ticked(claimed=1, rung=1)
    assert await office.runs(user) == ["2026-03-30/standard"]
    assert await office.outcomes(user) == [(date(2026, 3, 30), "standard", "rung", "due")]
    assert await office.next_due(user) == utc("2026-03-31 05:00")


async def test_runs_are_dispatched_with_one_job_of_the_scheduled_queue(office):
    users = [await office.join() for _ in range(3)]
    await office.tick(utc("2026-03-30 05:00"))
    bells = await office.admin.fetch(
        "SELECT entrypoint, convert_from(payload, 'UTF8') AS payload FROM pgq.pgqueuer"
    )
    assert [bell["entrypoint"] for bell in bells] == ["runs.briefs"]
    assert all(str(user.id) in bells[0]["payload"] for user in users)


async def test_second_tick_at_the_same_instant_enqueues_nothing(office):
    user = await office.join()
    await office.tick_through(utc("2026-03-30 05:00"), utc("2026-03-30 05:00"))
    assert len(await office.runs(user)) == 1


async def test_early_run_is_not_duplicated_at_its_time(office):
    user = await office.join()
    async with office.database.transaction([user.id]) as tx:
        await tx.execute(
            "INSERT INTO runs_open (owner_id, id, kind, lane, key, parameters, status, max_attempts)"
            " VALUES ($1, $1, 'briefs.compose', 'people', '2026-03-30/standard', '{}', 'queued', 3)",
            user.id,
        )
    assert (await office.tick(utc("2026-03-30 05:00"))).rung == 1
    assert await office.runs(user) == ["2026-03-30/standard"]


@pytest.mark.parametrize(
    ("preferences", "expected"),
    [
        ({"frequency": Frequency.DAILY}, [30, 31, 1, 2, 3]),
        (
            {"frequency": Frequency.WEEKDAYS, "weekdays": frozenset(map(Weekday, range(1, 6)))},
            [30, 31, 1, 2, 3],
        ),
        ({"frequency": Frequency.WEEKLY, "weekdays": frozenset({Weekday.WEDNESDAY})}, [1, 8, 15, 22, 29]),
        (
            {"frequency": Frequency.CHOSEN, "weekdays": frozenset({Weekday.SUNDAY, Weekday.MONDAY})},
            [30, 5, 6, 12, 13],
        ),
    ],
)
async def test_next_five_briefs_are_those_that_the_tick_enqueues(office, preferences, expected):
    user = await office.join(**preferences)
    promised = await schedule.next_briefs(office.database, user.id, 5)
    assert [due.local_date.day for due in promised] == expected
    for due in promised:
        await office.tick(due.due_at)
    assert [(one.local_date, one.due_at) for one in await office.days(user)] == [
        (due.local_date, due.due_at) for due in promised
    ]


async def test_weekly_edition_is_enqueued_beside_daily_ones(office):
    days = frozenset({Weekday.THURSDAY, Weekday.FRIDAY})
    user = await office.join(
        frequency=Frequency.CHOSEN, weekdays=days, quiet_day=QuietDay.WEEKLY, weekly_day=Weekday.FRIDAY
    )
    for day in range(30, 37):
        await office.tick(utc("2026-03-01 05:00") + timedelta(days=day - 1))
    assert await office.runs(user) == ["2026-04-02/standard", "2026-04-03/standard", "2026-04-03/weekly"]


async def test_paused_user_gets_no_brief_and_no_catch_up_afterwards(office):
    user = await office.join()
    user = await office.prefer(user, active=False)
    assert await office.tick(utc("2026-03-30 05:00")) == Ticked()
    assert await office.next_due(user) is None
    office.at(utc("2026-03-31 12:00"))
    await office.prefer(user, active=True)
    assert await office.next_due(user) == utc("2026-04-01 05:00")


async def test_late_tick_within_window_is_caught_up(office):
    user = await office.join(catch_up=timedelta(hours=4))
    assert (await office.tick(utc("2026-03-30 09:00"))).rung == 1
    assert await office.outcomes(user) == [(date(2026, 3, 30), "standard", "rung", "caught_up")]


async def test_catch_up_after_outage_is_oldest_first_within_max_backlog(
    office,
):
    late = [await office.join(brief_time=time(5, minute)) for minute in (50, 10, 40, 20, 30)]
    on_time = await office.join(brief_time=time(8))
    office.settings = office.settings.model_copy(update={"chunk": 1, "backlog": 2})
    rung = []
    for _ in range(3):
        await office.tick(utc("2026-03-30 06:00"))
        rung.append({user.id for user in [*late, on_time] if await office.runs(user)} - set().union(*rung))
        await office.admin.execute("DELETE FROM runs_open")
    oldest = [late[place].id for place in (1, 3, 4, 2, 0)]
    assert rung == [{*oldest[:2], on_time.id}, {*oldest[2:4]}, {oldest[4]}]


async def test_full_queue_stops_catch_up(office):
    late = await office.join(brief_time=time(7))
    office.settings = office.settings.model_copy(update={"backlog": 1})
    queued = await office.join(brief_time=time(6))
    await office.tick(utc("2026-03-30 04:00"))
    assert await office.runs(queued)
    assert await office.tick(utc("2026-03-30 05:30")) == Ticked()
    assert await office.outcomes(late) == []


async def test_idle_tick_executes_one_statement(office, monkeypatch):
    await office.join()
    ticker = Ticker(office.database, office.settings)
    await office.tick(utc("2026-03-30 04:00"), ticker)
    asked = []
    for name in ("fetch", "fetchrow", "fetchval", "execute"):
        plain = getattr(asyncpg.Connection, name)

        def recording(connection, query, *arguments, plain=plain, **more):
            asked.append(query)
            return plain(connection, query, *arguments, **more)

        monkeypatch.setattr(asyncpg.Connection, name, recording)
    assert await office.tick(utc("2026-03-30 04:00:10"), ticker) == Ticked()
    assert len(asked) == 1


async def test_days_past_the_window_are_missed_and_listed(office):
    user = await office.join(catch_up=timedelta(hours=4))
    ticked = await office.tick(utc("2026-04-02 09:00:01"))
    assert (ticked.rung, ticked.missed) == (0, 4)
    assert [outcome for _, _, outcome, _ in await office.outcomes(user)] == ["missed"] * 4
    assert await office.runs(user) == []
    assert await office.next_due(user) == utc("2026-04-03 05:00")
    assert (await schedule.get_overview(office.database, office.settings)).missed == 4
    left_out = await schedule.left_out(office.database)
    assert [(one.local_date.day, "window" in one.reason.sentence) for one in left_out] == [
        (2, True),
        (1, True),
        (31, True),
        (30, True),
    ]


async def test_slots_continue_without_gap_after_long_outage(office):
    user = await office.join()
    ticked = await office.tick(utc("2026-05-30 05:00:00"))
    assert (ticked.rung, ticked.missed) == (1, 61)
    dates = [one.local_date for one in await office.days(user)]
    assert dates == [date(2026, 3, 30) + timedelta(days=n) for n in range(62)]


async def test_many_due_at_once_start_earlier_at_distinct_times(office):
    users = [await office.join() for _ in range(8)]
    await office.admin.execute("UPDATE schedule_state SET took = '2 seconds', per_second = 0.01")
    await office.admin.execute("UPDATE schedule_slots SET crowd = 8")
    for user in users:
        await office.prefer(user, catch_up=timedelta(hours=5))
    standings = [await schedule.standing(office.database, user.id) for user in users]
    leads = [one.next.due_at - one.start_at for one in standings]
    assert all(timedelta(seconds=2) <= lead <= timedelta(seconds=802) for lead in leads)
    assert len(set(leads)) == len(leads)


async def test_concurrent_schedulers_enqueue_each_user_once(office):
    users = [await office.join() for _ in range(40)]
    office.at(utc("2026-03-30 05:00"))
    office.settings = office.settings.model_copy(update={"chunk": 3})
    tickers = [Ticker(office.database, office.settings) for _ in range(3)]
    ticked = await asyncio.gather(*(office.tick(ticker=one) for one in tickers))
    ticked.append(await office.tick())
    assert sum(one.rung for one in ticked) == len(users)
    assert await office.admin.fetchval("SELECT count(*) FROM runs_open") == len(users)


async def test_unknown_timezone_is_an_error_and_affects_no_other_user(office):
    broken, sound = await office.join(), await office.join()
    await office.admin.execute("UPDATE people_users SET timezone = 'Mars/Olympus' WHERE id = $1", broken.id)
    assert await office.tick(utc("2026-03-30 05:00")) == Ticked(claimed=1, rung=1)
    assert (
        await schedule.standing(office.database, broken.id)
    ).aside == "There is no time zone “Mars/Olympus”."
    aside = await schedule.set_aside(office.database)
    assert [(one.owner_id, "Mars/Olympus" in one.reason) for one in aside] == [(broken.id, True)]
    assert "--tz ZONE" in aside[0].cure
    await office.prefer(broken, timezone="Asia/Tokyo")
    assert await office.next_due(broken) == utc("2026-03-30 22:00")
    assert await office.runs(sound) == ["2026-03-30/standard"]


async def test_failing_row_becomes_an_error_and_others_continue(office):
    users = [await office.join() for _ in range(5)]
    await office.admin.execute(
        f"ALTER TABLE schedule_days ADD CONSTRAINT poison CHECK (owner_id <> '{users[2].id}')"
    )
    try:
        ticked = await office.tick(utc("2026-03-30 05:00"))
    finally:
        await office.admin.execute("ALTER TABLE schedule_days DROP CONSTRAINT poison")
    assert (ticked.rung, ticked.set_aside) == (4, 1)
    assert "poison" in (await schedule.standing(office.database, users[2].id)).aside
    await office.prefer(users[2], catch_up=timedelta(hours=5))
    assert (await office.tick()).rung == 1


async def test_outcomes_are_deleted_with_the_user(office):
    user = await office.join()
    await office.tick(utc("2026-03-30 05:00"))
    async with office.database.transaction([user.id]) as tx:
        await tx.execute("DELETE FROM people_users WHERE id = $1", user.id)
    assert await office.admin.fetchval("SELECT count(*) FROM schedule_days") == 0


@given(st.lists(st.sampled_from([0.01, 0.2, 3.0]), max_size=60))
def test_batch_size_stays_within_limits_and_follows_duration(lasted):
    size = 500
    for took in lasted:
        size, before = tick._next_size(size, took, 5000), size
        assert 100 <= size <= 5000
        assert (size >= before) if took < 0.25 else (size <= before)
