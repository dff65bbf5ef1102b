"""Tests of local times, compared with a search through all instants."""

import os
import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak import clock
from daybreak.errors import InvalidInput

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
NOW_FUNCTION = clock.now
SEED = int(os.environ.get("DAYBREAK_TEST_SEED", "20260329"))
HARD = [
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Pacific/Apia",
    "America/St_Johns",
    "America/Havana",
    "Asia/Beirut",
    "Africa/Cairo",
    "America/Scoresbysund",
    "America/Asuncion",
]
ALL = sorted(available_timezones() - {"localtime", "Factory"})
ZONES = HARD + random.Random(SEED).sample(ALL, 20)  # noqa: S311 -- a sample, not a secret


def first_instant_showing(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first quarter of an hour at which the wall clock shows that time, or a later one.

    In a fold the clock shows some times twice: the first occurrence counts. Before a gap the clock shows an
    earlier time, after it a later one.
    """
    instants = (wall.replace(tzinfo=UTC) + timedelta(minutes=15 * step) for step in range(-160, 161))
    return next(at for at in instants if at.astimezone(zone).replace(tzinfo=None) >= wall)


@settings(max_examples=100, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    on=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    quarter=st.integers(0, 95),
)
def test_time_of_day_starts_at_its_first_instant(zone, on, quarter):
    at, tz = time(quarter // 4, quarter % 4 * 15), ZoneInfo(zone)
    assert clock.first_instant(on, at, tz) == first_instant_showing(datetime.combine(on, at), tz)


@settings(max_examples=100, deadline=None)
@given(zone=st.sampled_from(ZONES), on=st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_day_starts_with_its_first_instant(zone, on):
    tz = ZoneInfo(zone)
    begins = clock.start_of_day(on, tz)
    assert clock.local_date(begins, tz) == on
    assert clock.local_date(begins - timedelta(seconds=1), tz) == on - timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "on", "at", "expected"),
    [
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        ("Asia/Kathmandu", date(2026, 1, 1), time(9), datetime(2026, 1, 1, 3, 15, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 30), time(9), datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 30), time(0), datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("Pacific/Kwajalein", date(1993, 8, 21), time(12), datetime(1993, 8, 21, 12, tzinfo=UTC)),
        ("America/Havana", date(2026, 3, 8), time(0), datetime(2026, 3, 8, 5, tzinfo=UTC)),
        ("America/Havana", date(2026, 11, 1), time(0), datetime(2026, 11, 1, 4, tzinfo=UTC)),
    ],
)
def test_gaps_folds_and_skipped_days(zone, on, at, expected):
    assert clock.first_instant(on, at, ZoneInfo(zone)) == expected


@pytest.mark.parametrize(
    "name", ["CEST", "localtime", "Factory", "+02:00", "europe/berlin", "", "../etc/passwd"]
)
def test_names_that_are_no_iana_zones_are_rejected(name):
    with pytest.raises(InvalidInput, match="is not a time zone"):
        clock.parse_timezone(name)


def test_now_is_an_instant_in_utc():
    assert clock.now().tzinfo is UTC


@pytest.fixture
def machine(monkeypatch):
    """Set the clock of this machine to an instant; afterwards the process knows of no deviation."""
    monkeypatch.setattr(clock, "now", NOW_FUNCTION)

    def show(at: datetime) -> datetime:
        monkeypatch.setattr(clock, "machine_now", lambda: at)
        return at

    yield show
    show(NOON)
    clock.follow(NOON, NOON)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (26, "The clock of this machine is 26 h ahead of the database’s; correct it."),
        (-26, "The clock of this machine is 26 h behind the database’s; correct it."),
        (0.1, "The clock of this machine is 6 min ahead of the database’s; correct it."),
        (24 * 9, "The clock of this machine is 9 days ahead of the database’s; correct it."),
    ],
)
def test_now_follows_the_clock_of_the_database_and_the_deviation_is_described(machine, hours, words):
    asked_at = machine(NOON + timedelta(hours=hours))
    ahead = clock.follow(NOON, asked_at)
    assert clock.now() == NOON
    assert clock.describe_deviation(ahead) == words
    machine(NOON)
    assert clock.follow(NOON, NOON) == timedelta(0)
    assert clock.now() == NOON
    assert not clock.describe_deviation(timedelta(0))


def test_deviation_of_less_than_a_minute_is_left_alone(machine):
    asked_at = machine(NOON + timedelta(seconds=59))
    assert clock.follow(NOON, asked_at) == timedelta(0)
    assert clock.now() == asked_at


@pytest.mark.parametrize("answered_after", [timedelta(0), timedelta(minutes=5), timedelta(minutes=10)])
def test_slow_answer_of_the_database_is_no_deviation(machine, answered_after):
    machine(NOON + timedelta(minutes=10))
    assert clock.follow(NOON + answered_after, NOON) == timedelta(0)
