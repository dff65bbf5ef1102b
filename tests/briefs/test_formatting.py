import locale
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.briefs.wording import formatting
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


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (-7, "Tuesday 24 March"),
        (-6, "Wednesday"),
        (-2, "Sunday"),
        (-1, "yesterday"),
        (0, "today"),
        (1, "tomorrow"),
        (2, "Thursday"),
        (6, "Monday"),
        (7, "Tuesday 7 April"),
        (300, "Monday 25 January 2027"),
    ],
)
def test_near_dates_are_said_as_people_say_them(days, text):
    today = date(2026, 3, 31)
    assert formatting.near_date(today + timedelta(days=days), today) == text


def test_moments_have_their_time_and_preposition():
    today, tomorrow, friday = date(2026, 3, 31), datetime(2026, 4, 1, 9, 30, tzinfo=UTC), date(2026, 4, 3)
    assert formatting.near_moment(tomorrow, today) == "tomorrow at 09:30"
    assert formatting.on_near_moment(tomorrow, today) == "tomorrow at 09:30"
    assert formatting.on_near_moment(friday, today) == "on Friday"
    assert formatting.calendar_date(friday, today) == "3 April"
    assert formatting.calendar_date(friday, date(2027, 1, 1)) == "3 April 2026"


@pytest.mark.parametrize(
    ("number", "word"),
    [(1, "first"), (3, "third"), (10, "tenth"), (11, "11th"), (22, "22nd"), (113, "113th")],
)
def test_ordinals_are_words_up_to_ten(number, word):
    assert formatting.ordinal(number) == word
