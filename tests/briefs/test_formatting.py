import locale
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.briefs.wording.formatting import clock_time, duration, long_date, plural


def test_a_date_is_written_in_full():
    assert long_date(date(2026, 3, 29)) == "Sunday 29 March 2026"
    assert long_date(date(2028, 2, 1)) == "Tuesday 1 February 2028"


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_date_equals_that_of_the_c_locale(day):
    assert locale.setlocale(locale.LC_TIME) == "C"
    assert long_date(day) == day.strftime("%A %d %B %Y").replace(" 0", " ")


def test_the_date_of_a_datetime_is_that_of_its_own_zone():
    late = datetime(2026, 3, 28, 23, 30, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))
    assert long_date(late) == "Sunday 29 March 2026"


def test_a_time_has_two_digits_on_each_side_and_no_seconds():
    assert clock_time(datetime(2026, 3, 29, 9, 5, 59, tzinfo=UTC)) == "09:05"
    assert clock_time(datetime(2026, 3, 29, tzinfo=UTC)) == "00:00"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (1, "1 min"), (59, "59 min"), (60, "1 h"), (90, "1 h 30 min"), (1500, "25 h")],
)
def test_a_duration_omits_zero_parts(minutes, words):
    assert duration(minutes) == words


@given(st.integers(0, 100_000))
def test_a_duration_has_exactly_its_minutes(minutes):
    found = re.fullmatch(r"(?:(\d+) h)? ?(?:(\d+) min)?", duration(minutes))
    hours, rest = (int(part or 0) for part in found.groups())
    assert timedelta(hours=hours, minutes=rest) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("count", "noun", "words"),
    [
        (0, "task", "0 tasks"),
        (1, "task", "1 task"),
        (3, "task", "3 tasks"),
        (2, "entry", "2 entries"),
        (2, "day", "2 days"),
        (2, "address", "2 addresses"),
        (2, "branch", "2 branches"),
    ],
)
def test_only_one_is_singular(count, noun, words):
    assert plural(count, noun) == words
