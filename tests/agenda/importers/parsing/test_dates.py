from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.agenda.importers.parsing.dates import (
    infer_day_first,
    midnight_to_date,
    parse_minutes,
    parse_moment,
)

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-29",
        "2026/3/29",
        "20260329",
        "29.03.2026",
        "29. Mar 2026",
        "29 March 2026",
        "March 29th, 2026",
        "Sun, 29 Mar 2026",
        "29/Mar/26",
        "29/03/2026",
        "03/29/2026",
    ],
)
def test_common_date_formats_are_parsed(text):
    assert parse_moment(text, BERLIN) == date(2026, 3, 29)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-30T09:00", datetime(2026, 3, 30, 7, tzinfo=UTC)),
        ("2026-03-30 09:00:00.000", datetime(2026, 3, 30, 7, tzinfo=UTC)),
        ("20260330T070000Z", datetime(2026, 3, 30, 7, tzinfo=UTC)),
        ("2026-03-30T07:00:00.000+0200", datetime(2026, 3, 30, 5, tzinfo=UTC)),
        ("30/Mar/26 12:30 AM", datetime(2026, 3, 29, 22, 30, tzinfo=UTC)),
        ("30 Mar 2026 at 9pm", datetime(2026, 3, 30, 19, tzinfo=UTC)),
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_zone_is_in_the_owners_zone_and_one_in_a_gap_is_the_first_instant_after_it(
    text, expected
):
    assert parse_moment(text, BERLIN) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-02-30",
        "2026-13-01",
        "0001-01-01",
        "9999-12-31",
        "29 Foo 2026",
        "13:00",
        "05/04/2026",
        "2026-03-29 25:00",
        "2026-03-29 13 pm",
        "2026-03-29T10:00+99:99x",
        "\uff12026-03-29",
        "1" * 5000,
    ],
)
def test_an_invalid_or_ambiguous_date_is_none(text):
    assert parse_moment(text, BERLIN) is None


def test_a_date_with_slashes_is_parsed_like_the_rest_of_its_column():
    assert infer_day_first(["05/04/2026", "29/03/2026"]) is True
    assert infer_day_first(["05/04/2026", "03/29/2026"]) is False
    assert infer_day_first(["29/03/2026", "03/29/2026"]) is None
    assert parse_moment("05/04/2026", BERLIN, day_first=True) == date(2026, 4, 5)
    assert parse_moment("05/04/2026", BERLIN, day_first=False) == date(2026, 5, 4)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2026, 3, 28, 23, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC)),
    ],
)
def test_the_first_and_the_last_second_of_a_day_mean_the_day(instant, expected):
    assert midnight_to_date(instant, BERLIN) == expected


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30m", 30),
        ("2h", 120),
        ("1h30m", 90),
        ("1h, 30 min", 90),
        ("1.5 hours", 90),
        ("2d", 960),
        ("PT1H30M", 90),
    ],
)
def test_a_duration_is_parsed(text, minutes):
    assert parse_minutes(text) == minutes


@pytest.mark.parametrize("text", ["", "90", "0m", "soon", "2 people", "99999d", "p", "1h later"])
def test_an_invalid_duration_is_none(text):
    assert parse_minutes(text) is None


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_every_iso_date_is_itself(day):
    assert parse_moment(day.isoformat(), BERLIN) == day


@given(
    st.text(st.sampled_from("0123456789-/.: TZapm+janfebdec,"), max_size=30),
    st.sampled_from(["Pacific/Apia", "Africa/Monrovia"]),
)
def test_no_text_is_an_error(text, zone):
    parse_moment(text, ZoneInfo(zone))
    parse_minutes(text)
