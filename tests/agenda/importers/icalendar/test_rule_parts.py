"""Parts of a rule: SKIP and RSCALE of RFC 7529, and parts that are not followed."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.agenda.importers.icalendar.rule_text import read_rule


@pytest.mark.parametrize(
    ("first", "rule", "expected"),
    [
        ("20240229", "FREQ=YEARLY;SKIP=FORWARD", ["2025-03-01", "2026-03-01", "2027-03-01", "2028-02-29"]),
        ("20240229", "FREQ=YEARLY;SKIP=BACKWARD", ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("20240229", "FREQ=YEARLY;SKIP=OMIT", ["2028-02-29"]),
        ("20260131", "FREQ=MONTHLY;SKIP=FORWARD;COUNT=4", ["2026-03-01", "2026-03-31", "2026-05-01"]),
        ("20260131", "FREQ=MONTHLY;SKIP=BACKWARD;COUNT=4", ["2026-02-28", "2026-03-31", "2026-04-30"]),
        (
            "20260131",
            "FREQ=MONTHLY;BYMONTHDAY=1,31;SKIP=FORWARD;COUNT=4",
            ["2026-02-01", "2026-03-01", "2026-03-31"],
        ),
        (
            "20260130",
            "FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2;SKIP=FORWARD;COUNT=2",
            ["2026-03-01", "2027-03-01"],
        ),
        ("20241231", "FREQ=YEARLY;BYYEARDAY=366;SKIP=FORWARD;COUNT=2", ["2026-01-01"]),
        ("20241231", "FREQ=YEARLY;BYYEARDAY=366;SKIP=BACKWARD;COUNT=2", ["2025-12-31"]),
        ("20260131", "FREQ=MONTHLY;BYMONTHDAY=-31;SKIP=BACKWARD;COUNT=3", ["2026-03-01", "2026-03-31"]),
    ],
)
@pytest.mark.parametrize("scale", ["", "RSCALE=GREGORIAN;", "RSCALE=gregorian;"])
def test_skip_replaces_a_missing_day(events, first, rule, expected, scale):
    found = events(
        f"DTSTART;VALUE=DATE:{first}",
        f"RRULE:{scale}{rule}",
        expand_from=date.fromisoformat(first) + timedelta(days=1),
        expand_until=date(2029, 1, 1),
    )
    assert [f"{event.start}" for event in found] == expected


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("RSCALE=CHINESE;FREQ=YEARLY", "RSCALE=CHINESE is not supported"),
        ("RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD", "RSCALE=HEBREW is not supported"),
        ("RSCALE=ETHIOPIC;FREQ=MONTHLY;BYMONTH=13", "RSCALE=ETHIOPIC is not supported"),
        ("FREQ=YEARLY;RSCALE=islamic-civil", "RSCALE=ISLAMIC-CIVIL is not supported"),
    ],
)
def test_a_rule_of_another_calendar_gives_the_first_occurrence_and_a_warning(
    read, calendar, entry, rule, reason
):
    found = read(
        calendar(entry("DTSTART;VALUE=DATE:20260302", f"RRULE:{rule}")), expand_until=date(2030, 1, 1)
    )
    assert [event.start for event in found.events] == [date(2026, 3, 2)]
    assert [reason in warning.message for warning in found.warnings] == [True]


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ("BYEASTER=0", "BYEASTER of the recurrence rule of this event was ignored: the part is unknown"),
        ("X-EVERY=2", "X-EVERY of the recurrence rule"),
        ("BYWEEKNO=10", "BYWEEKNO of the recurrence rule"),
        ("SKIP=SIDEWAYS", "SKIP of the recurrence rule"),
        ("TZID=Europe/Berlin", "TZID of the recurrence rule"),
        ("BYDAY=2MO", "the numbers in BYDAY of the recurrence rule"),
    ],
)
def test_a_part_that_is_not_followed_is_named(read, calendar, entry, part, named):
    found = read(calendar(entry("DTSTART;VALUE=DATE:20260302", f"RRULE:FREQ=WEEKLY;{part}")))
    assert len(found.events) == 9
    assert [named in warning.message for warning in found.warnings] == [True]


def _ignore(part: str, reason: str) -> None:
    raise AssertionError(part, reason)


@settings(max_examples=150, deadline=None)
@given(
    frequency=st.sampled_from(["YEARLY", "MONTHLY"]),
    days=st.sets(st.sampled_from([1, 2, 28, 29, 30, 31, -1, -28, -30, -31]), min_size=1, max_size=4),
    skip=st.sampled_from(["OMIT", "FORWARD", "BACKWARD"]),
    interval=st.integers(1, 5),
    offset=st.integers(0, 900),
    count=st.integers(1, 60),
)
def test_skip_keeps_the_existing_days_and_the_order(frequency, days, skip, interval, offset, count):
    first = datetime(2023, 1, 1, 9)  # noqa: DTZ001 -- a wall-clock time
    text = f"FREQ={frequency};INTERVAL={interval};BYMONTHDAY={','.join(map(str, sorted(days)))}"
    end = first + timedelta(days=1500)
    plain = list(read_rule(text, _ignore).between(first, first, end))
    rule = read_rule(f"{text};SKIP={skip}", _ignore)
    found = list(rule.between(first, first, end))
    assert found == sorted(set(found))
    assert set(plain) <= set(found)
    assert all(skip != "OMIT" for _ in set(found) - set(plain))
    begin = first + timedelta(days=offset)
    assert list(rule.between(first, begin, end)) == [wall for wall in found if wall >= begin]
    counted = read_rule(f"{text};SKIP={skip};COUNT={count}", _ignore)
    assert list(counted.between(first, first, end)) == found[:count]
    assert all(wall.time() == time(9) for wall in found)
