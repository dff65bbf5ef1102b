"""Tests of slots: local times as instants, and changes of due patterns and time zone rules."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daybreak import clock, schedule
from daybreak.people import Frequency, Weekday
from daybreak.schedule.due_times.slots import TimeOfDay, date_range, generate_slots

ZONES = ["Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia"]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due_at(timezone: str, local_time: time, day: date) -> datetime | None:
    found = list(generate_slots(TimeOfDay(timezone, local_time), [day]))
    return found[0].due_at if found else None


def test_time_in_gap_is_the_first_instant_after_it():
    assert due_at("Europe/Berlin", time(2, 30), date(2026, 3, 29)) == utc("2026-03-29 01:00")


def test_time_in_fold_is_the_first_occurrence():
    assert due_at("Europe/Berlin", time(2, 30), date(2026, 10, 25)) == utc("2026-10-25 00:30")


def test_skipped_date_of_a_timezone_has_no_slot():
    # Samoa skipped 30 December 2011.
    found = [
        one.local_date.day
        for one in generate_slots(
            TimeOfDay("Pacific/Apia", time(7)), date_range(date(2011, 12, 28), date(2011, 12, 31))
        )
    ]
    assert found == [28, 29, 31]


@given(
    zone=st.sampled_from(ZONES),
    at=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    day=st.dates(date(2000, 1, 1), date(2037, 12, 31)),
)
@settings(max_examples=100)
def test_slot_is_the_first_instant_not_before_the_local_time(zone, at, day):
    instant = due_at(zone, at, day)
    if instant is None:
        return
    tz, wall = ZoneInfo(zone), datetime.combine(day, at)
    before = (instant - timedelta(seconds=1)).astimezone(tz).replace(tzinfo=None)
    assert instant.astimezone(tz).replace(tzinfo=None) >= wall > before


async def test_time_in_gap_returns_to_normal_the_day_after(harness):
    user = await harness.create_user(brief_time=time(2, 30))
    harness.set_now(utc("2027-03-26 12:00"))
    await harness.tick()
    await harness.tick_each(*(utc("2027-03-27 03:00") + timedelta(days=n) for n in range(3)))
    last = [one.due_at for one in await harness.days(user)][-3:]
    assert last == [utc("2027-03-27 01:30"), utc("2027-03-28 01:00"), utc("2027-03-29 00:30")]


async def test_later_time_on_the_same_day_delays_the_brief_without_duplicate(harness):
    user = await harness.create_user(brief_time=time(7))
    harness.set_now(utc("2026-03-30 04:00"))
    await harness.update_preferences(user, brief_time=time(8))
    await harness.tick_each(utc("2026-03-30 05:00"), utc("2026-03-30 06:00"), utc("2026-03-30 07:00"))
    assert await harness.runs(user) == ["2026-03-30/standard"]
    assert (await harness.days(user))[0].due_at == utc("2026-03-30 06:00")


async def test_change_to_a_past_time_still_creates_the_brief_of_today(harness):
    user = await harness.create_user(brief_time=time(21), catch_up=timedelta(hours=1))
    harness.set_now(utc("2026-03-30 18:00"))
    await harness.update_preferences(user, brief_time=time(7))
    await harness.tick(utc("2026-03-30 18:00"))
    assert await harness.outcomes(user) == [
        (date(2026, 3, 29), "standard", "missed", "too_late"),
        (date(2026, 3, 30), "standard", "enqueued", "due"),
    ]


async def test_new_time_after_the_brief_of_today_applies_from_tomorrow(harness):
    user = await harness.create_user(brief_time=time(7))
    await harness.tick(utc("2026-03-30 05:00"))
    await harness.update_preferences(user, brief_time=time(8))
    assert await harness.next_due(user) == utc("2026-03-31 06:00")


async def test_changed_weekdays_create_no_brief_for_past_days(harness):
    user = await harness.create_user(frequency=Frequency.WEEKLY, weekdays=frozenset({Weekday.MONDAY}))
    await harness.tick(utc("2026-03-30 05:00"))
    harness.set_now(utc("2026-03-31 10:00"))
    await harness.update_preferences(user, frequency=Frequency.WEEKLY, weekdays=frozenset({Weekday.TUESDAY}))
    assert await harness.next_due(user) == utc("2026-04-07 05:00")


async def test_new_user_gets_no_brief_for_the_current_day(harness):
    user = await harness.create_user(brief_time=time(7))
    assert (await schedule.next_briefs(harness.database, user.id, 1))[0].local_date == date(2026, 3, 30)


async def test_moving_west_across_the_date_line_duplicates_no_date(harness):
    user = await harness.create_user("Pacific/Auckland", brief_time=time(7))
    await harness.tick(utc("2026-03-29 18:00"))  # the 30th in Auckland
    harness.set_now(utc("2026-03-29 20:00"))
    await harness.update_preferences(user, timezone="Pacific/Honolulu")
    assert await harness.next_due(user) == utc("2026-03-31 17:00")
    assert await harness.runs(user) == ["2026-03-30/standard"]


async def test_moving_east_across_the_date_line_enqueues_the_current_date_at_once(harness):
    user = await harness.create_user("Pacific/Honolulu", brief_time=time(7))
    await harness.tick(utc("2026-03-29 17:00"))  # the 29th in Honolulu
    harness.set_now(utc("2026-03-30 06:00"))
    await harness.update_preferences(user, timezone="Pacific/Auckland")
    assert (await harness.tick()).enqueued == 1
    assert await harness.runs(user) == ["2026-03-29/standard", "2026-03-30/standard"]


@given(
    moves=st.lists(
        st.tuples(
            st.integers(1, 40),
            st.sampled_from([*ZONES, "Pacific/Honolulu", "Pacific/Kiritimati"]),
            st.integers(0, 23),
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
async def test_each_date_occurs_once_for_any_sequence_of_timezone_changes(harness, moves):
    harness.set_now(utc("2026-05-01 12:00"))
    user = await harness.create_user(catch_up=timedelta(hours=20))
    ticker = schedule.Ticker(harness.database, harness.settings)
    for hours, zone, hour in moves:
        for _ in range(0, hours, 5):
            await harness.tick(clock.now() + timedelta(hours=5), ticker)
        user = await harness.update_preferences(user, timezone=zone, brief_time=time(hour))
        await harness.tick(ticker=ticker)
    dates = [one.local_date for one in await harness.days(user)]
    assert dates == [dates[0] + timedelta(days=n) for n in range(len(dates))] if dates else True


async def test_new_timezone_rules_move_the_next_due_date_without_duplicates(harness, monkeypatch):
    user, other = await harness.create_user("Europe/Berlin"), await harness.create_user("Asia/Tokyo")
    await harness.tick(utc("2026-03-30 05:00"))
    real = clock.parse_timezone
    monkeypatch.setattr(
        clock, "parse_timezone", lambda name: real("Africa/Lagos" if name == "Europe/Berlin" else name)
    )
    await harness.admin.execute("UPDATE schedule_state SET tzdata = 'older'")
    await harness.tick(utc("2026-03-30 05:30"))
    assert await harness.next_due(user) == utc("2026-03-31 06:00")
    assert await harness.next_due(other) == utc("2026-03-30 22:00")
    assert await harness.runs(user) == ["2026-03-30/standard"]


@pytest.mark.parametrize("text", ["2026-03-28 22:00", "2026-03-29 10:00"])
async def test_next_five_briefs_are_correct_across_a_clock_change(harness, text):
    harness.set_now(utc(text))
    user = await harness.create_user("America/New_York", brief_time=time(2, 30))
    promised = await schedule.next_briefs(harness.database, user.id, 5)
    for due_at in [one.due_at for one in promised]:
        await harness.tick(due_at)
    assert [one.due_at for one in await harness.days(user)] == [one.due_at for one in promised]
