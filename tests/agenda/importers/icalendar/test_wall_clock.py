"""Wall-clock times are preserved in every zone; the expected instants are searched, not computed."""

import os
import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.agenda.model import to_local_date

SEED = int(os.environ.get("DAYBREAK_TEST_SEED", "20260329"))
HARD = [
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "America/St_Johns",
    "Africa/Casablanca",
    "Europe/Dublin",
    "America/Scoresbysund",
    "Asia/Tehran",
]
ALL = sorted(available_timezones() - {"localtime", "Factory"})
ZONES = HARD + random.Random(SEED).sample(ALL, 20)  # noqa: S311 -- a sample, not a secret
QUARTERS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001 -- wall-clock times
    lambda wall: wall.replace(minute=wall.minute // 15 * 15, second=0, microsecond=0)
)


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant with wall-clock time ``wall``; in a gap, by the offset before it."""
    near = [wall.replace(tzinfo=UTC) + timedelta(minutes=15 * step) for step in range(-160, 161)]
    shown = [at for at in near if at.astimezone(zone).replace(tzinfo=None) == wall]
    if shown:
        return shown[0]
    before = [at for at in near if at.astimezone(zone).replace(tzinfo=None) < wall][-1]
    return wall.replace(tzinfo=UTC) - before.astimezone(zone).utcoffset()


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), wall=QUARTERS)
def test_a_timed_event_is_on_the_local_date_of_its_instant(events, zone, wall):
    tz = ZoneInfo(zone)
    (event,) = events(f"DTSTART;TZID={zone}:{wall:%Y%m%dT%H%M%S}", tz=tz)
    assert event.start == instant_of(wall, tz)
    assert to_local_date(event.start, tz) == instant_of(wall, tz).astimezone(tz).date()


@settings(max_examples=40, deadline=None)
@given(zone=st.sampled_from(ZONES), on=st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_an_all_day_event_is_on_its_own_date_wherever_its_owner_is(events, zone, on):
    tz = ZoneInfo(zone)
    (event,) = events(f"DTSTART;VALUE=DATE:{on:%Y%m%d}", tz=tz)
    assert to_local_date(event.start, tz) == on
    assert event.end - event.start == timedelta(days=1)


@settings(max_examples=40, deadline=None)
@given(zone=st.sampled_from(ZONES), owner=st.sampled_from(ZONES), first=QUARTERS, every=st.integers(1, 7))
def test_a_series_stays_at_the_same_wall_clock_time(events, zone, owner, first, every):
    tz, begin, end = ZoneInfo(zone), first.date() + timedelta(days=100), first.date() + timedelta(days=300)
    found = events(
        f"DTSTART;TZID={zone}:{first:%Y%m%dT%H%M%S}",
        f"RRULE:FREQ=DAILY;INTERVAL={every}",
        tz=ZoneInfo(owner),
        expand_from=begin,
        expand_until=end,
    )
    walls = (first + timedelta(days=every * step) for step in range(400))
    instants = (
        instant_of(wall, tz) for wall in walls if abs(wall.date() - first.date()) < timedelta(days=305)
    )
    expected = [at for at in instants if begin <= at.astimezone(ZoneInfo(owner)).date() < end]
    assert [event.start for event in found] == expected


@pytest.mark.parametrize(
    ("zone", "skipped"),
    [("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kwajalein", date(1993, 8, 21))],
)
def test_a_day_that_a_zone_skipped_has_its_all_day_events_and_no_hour_twice(events, zone, skipped):
    tz = ZoneInfo(zone)
    window = {
        "tz": tz,
        "expand_from": skipped - timedelta(days=3),
        "expand_until": skipped + timedelta(days=4),
    }
    begin = skipped - timedelta(days=3)
    whole = events(f"DTSTART;VALUE=DATE:{begin:%Y%m%d}", "RRULE:FREQ=DAILY;COUNT=7", **window)
    assert skipped in [event.start for event in whole]
    timed_entry = events(f"DTSTART;TZID={zone}:{begin:%Y%m%d}T090000", "RRULE:FREQ=DAILY;COUNT=7", **window)
    starts = [event.start for event in timed_entry]
    assert len(set(starts)) == len(starts)
    assert skipped not in [to_local_date(start, tz) for start in starts]
    assert {start.astimezone(tz).hour for start in starts} == {9}
