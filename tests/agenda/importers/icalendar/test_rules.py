"""Our rules compared with dateutil's, where dateutil follows RFC 5545; and the RFC's own examples."""

from datetime import datetime, timedelta
from itertools import takewhile

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from daybreak.agenda.importers.icalendar.rule_text import parse_rule

WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
SPANS = {"YEARLY": 2000, "MONTHLY": 1000, "WEEKLY": 200, "DAILY": 120, "HOURLY": 10, "MINUTELY": 1}


@st.composite
def rules(draw) -> tuple[str, str]:
    frequency = draw(st.sampled_from(list(SPANS)))
    interval, week_start = draw(st.integers(1, 4)), draw(st.sampled_from(WEEKDAYS))
    parts = [f"FREQ={frequency}", f"INTERVAL={interval}", f"WKST={week_start}"]
    months = draw(st.sets(st.integers(1, 12), max_size=3))
    weekdays = draw(st.sets(st.sampled_from(WEEKDAYS), max_size=3))
    # dateutil requires numbered and plain weekdays together, the RFC either: so never both.
    number = draw(st.sampled_from(["", "1", "2", "-1"])) if frequency in {"YEARLY", "MONTHLY"} else ""
    if months:
        parts.append(f"BYMONTH={','.join(map(str, sorted(months)))}")
    if weekdays:
        parts.append(f"BYDAY={','.join(number + day for day in sorted(weekdays))}")
    elif frequency != "WEEKLY" and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={draw(st.sampled_from(['1', '13,31', '-1', '-2,5']))}")
    if draw(st.booleans()):
        parts.append(f"BYHOUR={draw(st.sampled_from(['9', '0,23', '8,12,17']))}")
    # dateutil begins the first week of a rule at DTSTART, so that its BYSETPOS counts from there.
    if frequency != "WEEKLY" and len(parts) > 3 and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(st.sampled_from(['1', '-1', '2,-1']))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 30))}")
    return frequency, ";".join(parts)


@settings(max_examples=100, deadline=None)
@given(
    rule=rules(),
    first=st.datetimes(datetime(2019, 1, 1), datetime(2024, 12, 31)),  # noqa: DTZ001 -- wall-clock times
    later=st.floats(0, 1),
)
def test_a_rule_has_the_same_occurrences_as_in_dateutil(rule, first, later):
    frequency, text = rule
    first = first.replace(microsecond=0)
    duration = timedelta(days=SPANS[frequency])
    begin = first + duration * later
    ours = list(parse_rule(text).between(first, begin, begin + duration))
    # For a rule that matches nothing, dateutil searches up to the year 9999, or fails.
    assume(ours)
    expected_rule = rrulestr(text, dtstart=first)
    expected = takewhile(lambda wall: wall < begin + duration, expected_rule)
    assert ours == [wall for wall in expected if wall >= begin]


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1997-09-02", ["1998-02-13", "1998-03-13", "1998-11-13"]),
        ("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", ["1997-05-19", "1998-05-18", "1999-05-17"]),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12", ["1997-05-12", "1998-05-11", "1999-05-17"]),
        ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO", "2025-12-22", ["2025-12-22", "2026-12-28", "2027-12-27"]),
        ("FREQ=YEARLY;BYWEEKNO=20", "1997-05-12", ["1997-05-12", "1998-05-11", "1999-05-17"]),
        (
            "FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,100,200",
            "1997-01-01",
            ["1997-01-01", "1997-04-10", "1997-07-19"],
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
            "1997-09-29",
            ["1997-09-29", "1997-10-30", "1997-11-27"],
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO",
            "1997-08-05",
            ["1997-08-05", "1997-08-10", "1997-08-19"],
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
            "1997-08-05",
            ["1997-08-05", "1997-08-17", "1997-08-19"],
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=15,30", "2007-01-15", ["2007-01-15", "2007-01-30", "2007-02-15"]),
        ("FREQ=MONTHLY;BYDAY=1SU,15MO,MO", "2026-06-01", ["2026-06-01", "2026-06-07", "2026-06-08"]),
        ("FREQ=YEARLY", "2024-02-29", ["2024-02-29", "2028-02-29", "2032-02-29"]),
        ("FREQ=MONTHLY", "2026-01-31", ["2026-01-31", "2026-03-31", "2026-05-31"]),
        ("FREQ=MONTHLY;INTERVAL=12", "2026-05-31", ["2026-05-31", "2027-05-31", "2028-05-31"]),
    ],
)
def test_the_examples_of_the_rfc(text, first, expected):
    start = datetime.fromisoformat(f"{first}T09:00:00")
    walls = parse_rule(text).between(start, start, start + timedelta(days=5000))
    assert [f"{next(walls):%Y-%m-%d}" for _ in expected] == expected


def test_a_count_is_the_same_wherever_the_window_begins():
    first = datetime(2026, 1, 1, 9)  # noqa: DTZ001 -- a wall-clock time
    for text in (
        "FREQ=DAILY;INTERVAL=3;COUNT=10",
        "FREQ=MONTHLY;COUNT=10",
        "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10",
    ):
        rule = parse_rule(text)
        everything = list(rule.between(first, first, first + timedelta(days=900)))
        assert len(everything) == 10
        for wall in everything:
            assert (
                list(rule.between(first, wall, first + timedelta(days=900)))
                == everything[everything.index(wall) :]
            )
