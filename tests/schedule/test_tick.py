"""Tests of the tick: each due brief is enqueued once per local date, at the right instant."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak import schedule
from daybreak.people import Frequency, QuietDay, Weekday
from daybreak.schedule import Ticker, TickResult, tick


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def test_brief_is_enqueued_at_its_time_and_not_before(harness):
    user = await harness.create_user(brief_time=time(7))
    assert await harness.next_due(user) == utc("2026-03-30 05:00")
    assert await harness.tick(utc("2026-03-30 04:59:59")) == TickResult()
    assert await harness.tick(utc("2026-03-30 05:00")) == TickResult(claimed=1, enqueued=1)
    assert await harness.runs(user) == ["2026-03-30/standard"]
    assert await harness.outcomes(user) == [(date(2026, 3, 30), "standard", "enqueued", "due")]
    assert await harness.next_due(user) == utc("2026-03-31 05:00")


async def test_runs_are_dispatched_with_one_job_of_the_scheduled_queue(harness):
    users = [await harness.create_user() for _ in range(3)]
    await harness.tick(utc("2026-03-30 05:00"))
    jobs = await harness.admin.fetch(
        "SELECT entrypoint, convert_from(payload, 'UTF8') AS payload FROM pgq.pgqueuer"
    )
    assert [job["entrypoint"] for job in jobs] == ["runs.scheduled"]
    assert all(str(user.id) in jobs[0]["payload"] for user in users)


async def test_second_tick_at_the_same_instant_enqueues_nothing(harness):
    user = await harness.create_user()
    await harness.tick_each(utc("2026-03-30 05:00"), utc("2026-03-30 05:00"))
    assert len(await harness.runs(user)) == 1


async def test_early_run_is_not_duplicated_at_its_time(harness):
    user = await harness.create_user()
    async with harness.database.transaction([user.id]) as tx:
        await tx.execute(
            "INSERT INTO runs_open (owner_id, id, kind, queue, key, parameters, status, max_attempts)"
            " VALUES ($1, $1, 'briefs.compose', 'interactive', '2026-03-30/standard', '{}', 'queued', 3)",
            user.id,
        )
    assert (await harness.tick(utc("2026-03-30 05:00"))).enqueued == 1
    assert await harness.runs(user) == ["2026-03-30/standard"]


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
async def test_next_five_briefs_are_those_that_the_tick_enqueues(harness, preferences, expected):
    user = await harness.create_user(**preferences)
    promised = await schedule.next_briefs(harness.database, user.id, 5)
    assert [due.local_date.day for due in promised] == expected
    for due in promised:
        await harness.tick(due.due_at)
    assert [(one.local_date, one.due_at) for one in await harness.days(user)] == [
        (due.local_date, due.due_at) for due in promised
    ]


async def test_weekly_edition_is_enqueued_beside_daily_ones(harness):
    days = frozenset({Weekday.THURSDAY, Weekday.FRIDAY})
    user = await harness.create_user(
        frequency=Frequency.CHOSEN, weekdays=days, quiet_day=QuietDay.WEEKLY, weekly_day=Weekday.FRIDAY
    )
    for day in range(30, 37):
        await harness.tick(utc("2026-03-01 05:00") + timedelta(days=day - 1))
    assert await harness.runs(user) == ["2026-04-02/standard", "2026-04-03/standard", "2026-04-03/weekly"]


async def test_paused_user_gets_no_brief_and_no_catch_up_afterwards(harness):
    user = await harness.create_user()
    user = await harness.update_preferences(user, active=False)
    assert await harness.tick(utc("2026-03-30 05:00")) == TickResult()
    assert await harness.next_due(user) is None
    harness.set_now(utc("2026-03-31 12:00"))
    await harness.update_preferences(user, active=True)
    assert await harness.next_due(user) == utc("2026-04-01 05:00")


async def test_late_tick_within_window_is_caught_up(harness):
    user = await harness.create_user(catch_up=timedelta(hours=4))
    assert (await harness.tick(utc("2026-03-30 09:00"))).enqueued == 1
    assert await harness.outcomes(user) == [(date(2026, 3, 30), "standard", "enqueued", "caught_up")]


async def test_catch_up_after_outage_is_oldest_first_within_max_backlog(
    harness,
):
    late = [await harness.create_user(brief_time=time(5, minute)) for minute in (50, 10, 40, 20, 30)]
    on_time = await harness.create_user(brief_time=time(8))
    harness.settings = harness.settings.model_copy(update={"batch_size": 1, "max_backlog": 2})
    enqueued = []
    for _ in range(3):
        await harness.tick(utc("2026-03-30 06:00"))
        enqueued.append(
            {user.id for user in [*late, on_time] if await harness.runs(user)} - set().union(*enqueued)
        )
        await harness.admin.execute("DELETE FROM runs_open")
    oldest = [late[index].id for index in (1, 3, 4, 2, 0)]
    assert enqueued == [{*oldest[:2], on_time.id}, {*oldest[2:4]}, {oldest[4]}]


async def test_full_queue_stops_catch_up(harness):
    late = await harness.create_user(brief_time=time(7))
    harness.settings = harness.settings.model_copy(update={"max_backlog": 1})
    queued = await harness.create_user(brief_time=time(6))
    await harness.tick(utc("2026-03-30 04:00"))
    assert await harness.runs(queued)
    assert await harness.tick(utc("2026-03-30 05:30")) == TickResult()
    assert await harness.outcomes(late) == []


async def test_idle_tick_executes_one_statement(harness, monkeypatch):
    await harness.create_user()
    ticker = Ticker(harness.database, harness.settings)
    await harness.tick(utc("2026-03-30 04:00"), ticker)
    asked = []
    for name in ("fetch", "fetchrow", "fetchval", "execute"):
        plain = getattr(asyncpg.Connection, name)

        def recording(connection, query, *arguments, plain=plain, **more):
            asked.append(query)
            return plain(connection, query, *arguments, **more)

        monkeypatch.setattr(asyncpg.Connection, name, recording)
    assert await harness.tick(utc("2026-03-30 04:00:10"), ticker) == TickResult()
    assert len(asked) == 1


async def test_days_past_the_window_are_missed_and_listed(harness):
    user = await harness.create_user(catch_up=timedelta(hours=4))
    ticked = await harness.tick(utc("2026-04-02 09:00:01"))
    assert (ticked.enqueued, ticked.missed) == (0, 4)
    assert [outcome for _, _, outcome, _ in await harness.outcomes(user)] == ["missed"] * 4
    assert await harness.runs(user) == []
    assert await harness.next_due(user) == utc("2026-04-03 05:00")
    assert (await schedule.get_overview(harness.database, harness.settings)).missed == 4
    days = await schedule.list_days_without_brief(harness.database)
    assert [(one.local_date.day, "window" in one.reason.text) for one in days] == [
        (2, True),
        (1, True),
        (31, True),
        (30, True),
    ]


async def test_slots_continue_without_gap_after_long_outage(harness):
    user = await harness.create_user()
    ticked = await harness.tick(utc("2026-05-30 05:00:00"))
    assert (ticked.enqueued, ticked.missed) == (1, 61)
    dates = [one.local_date for one in await harness.days(user)]
    assert dates == [date(2026, 3, 30) + timedelta(days=n) for n in range(62)]


async def test_many_due_at_once_start_earlier_at_distinct_times(harness):
    users = [await harness.create_user() for _ in range(8)]
    await harness.admin.execute(
        "UPDATE schedule_state SET p95_duration = '2 seconds', briefs_per_second = 0.01"
    )
    await harness.admin.execute("UPDATE schedule_slots SET instant_user_count = 8")
    for user in users:
        await harness.update_preferences(user, catch_up=timedelta(hours=5))
    statuses = [await schedule.get_status(harness.database, user.id) for user in users]
    leads = [one.next.due_at - one.start_at for one in statuses]
    assert all(timedelta(seconds=2) <= lead <= timedelta(seconds=802) for lead in leads)
    assert len(set(leads)) == len(leads)


async def test_concurrent_schedulers_enqueue_each_user_once(harness):
    users = [await harness.create_user() for _ in range(40)]
    harness.set_now(utc("2026-03-30 05:00"))
    harness.settings = harness.settings.model_copy(update={"batch_size": 3})
    tickers = [Ticker(harness.database, harness.settings) for _ in range(3)]
    ticked = await asyncio.gather(*(harness.tick(ticker=one) for one in tickers))
    ticked.append(await harness.tick())
    assert sum(one.enqueued for one in ticked) == len(users)
    assert await harness.admin.fetchval("SELECT count(*) FROM runs_open") == len(users)


async def test_unknown_timezone_is_an_error_and_affects_no_other_user(harness):
    broken, sound = await harness.create_user(), await harness.create_user()
    await harness.admin.execute("UPDATE people_users SET timezone = 'Mars/Olympus' WHERE id = $1", broken.id)
    assert await harness.tick(utc("2026-03-30 05:00")) == TickResult(claimed=1, enqueued=1)
    assert (
        await schedule.get_status(harness.database, broken.id)
    ).error == "There is no time zone “Mars/Olympus”."
    errors = await schedule.list_errors(harness.database)
    assert [(one.owner_id, "Mars/Olympus" in one.reason) for one in errors] == [(broken.id, True)]
    assert "--tz ZONE" in errors[0].fix
    await harness.update_preferences(broken, timezone="Asia/Tokyo")
    assert await harness.next_due(broken) == utc("2026-03-30 22:00")
    assert await harness.runs(sound) == ["2026-03-30/standard"]


async def test_failing_row_becomes_an_error_and_others_continue(harness):
    users = [await harness.create_user() for _ in range(5)]
    await harness.admin.execute(
        f"ALTER TABLE schedule_outcomes ADD CONSTRAINT poison CHECK (owner_id <> '{users[2].id}')"
    )
    try:
        ticked = await harness.tick(utc("2026-03-30 05:00"))
    finally:
        await harness.admin.execute("ALTER TABLE schedule_outcomes DROP CONSTRAINT poison")
    assert (ticked.enqueued, ticked.errored) == (4, 1)
    assert "poison" in (await schedule.get_status(harness.database, users[2].id)).error
    await harness.update_preferences(users[2], catch_up=timedelta(hours=5))
    assert (await harness.tick()).enqueued == 1


async def test_outcomes_are_deleted_with_the_user(harness):
    user = await harness.create_user()
    await harness.tick(utc("2026-03-30 05:00"))
    async with harness.database.transaction([user.id]) as tx:
        await tx.execute("DELETE FROM people_users WHERE id = $1", user.id)
    assert await harness.admin.fetchval("SELECT count(*) FROM schedule_outcomes") == 0


@given(st.lists(st.sampled_from([0.01, 0.2, 3.0]), max_size=60))
def test_batch_size_stays_within_limits_and_follows_duration(durations):
    size = 500
    for seconds in durations:
        size, before = tick._next_batch_size(size, seconds, 5000), size
        assert 100 <= size <= 5000
        assert (size >= before) if seconds < 0.25 else (size <= before)
