"""A value of another type than DTSTART is compared as its writer meant it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
TOKYO, KOLKATA, AUCKLAND = ZoneInfo("Asia/Tokyo"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Auckland")
MONDAY = date(2026, 3, 30)
AT_NINE = "TZID=Europe/Berlin:20260323T090000"


def utc(day: date, zone: ZoneInfo, at: time = time.min) -> str:
    """Return a local time in UTC, as Exchange writes the midnight that begins an all-day event."""
    return f"{datetime.combine(day, at, zone).astimezone(UTC):%Y%m%dT%H%M%SZ}"


@pytest.mark.parametrize("writer", [BERLIN, NEW_YORK, TOKYO, KOLKATA, AUCKLAND], ids=str)
@pytest.mark.parametrize("knows", ["reader", "calendar"])
@pytest.mark.parametrize("frequency", ["WEEKLY;BYDAY=MO", "DAILY", "YEARLY;BYMONTH=3;BYDAY=-1MO"])
def test_until_in_utc_is_the_midnight_that_begins_the_last_day(
    read, calendar, entry, writer, knows, frequency
):
    body = entry("DTSTART;VALUE=DATE:20260323", f"RRULE:FREQ={frequency};UNTIL={utc(MONDAY, writer)}")
    head = f"X-WR-TIMEZONE:{writer}\r\n" if knows == "calendar" else ""
    found = read(calendar(head, body), tz=writer if knows == "reader" else BERLIN)
    assert max(event.start for event in found.events) == MONDAY
    assert found.warnings == ()


@pytest.mark.parametrize("writer", [BERLIN, NEW_YORK, TOKYO, AUCKLAND], ids=str)
@pytest.mark.parametrize("reader", [BERLIN, NEW_YORK, ZoneInfo("America/Los_Angeles")], ids=str)
def test_a_weekly_day_is_known_though_no_zone_is(events, writer, reader):
    excluded = date(2026, 4, 6)
    found = events(
        "DTSTART;VALUE=DATE:20260323",
        f"RRULE:FREQ=WEEKLY;UNTIL={utc(date(2026, 4, 13), writer)}",
        f"EXDATE:{utc(excluded, writer)}",
        tz=reader,
    )
    assert [event.start for event in found] == [date(2026, 3, 23), MONDAY, date(2026, 4, 13)]


@pytest.mark.parametrize(
    "until",
    [
        "20260330",
        "20260330T000000",
        "20260330T000000Z",
        "20260330T235959Z",
        "20260330T225900",
        "20260330T215959Z",
    ],
)
def test_until_of_an_all_day_series_is_its_last_day(events, until):
    found = events("DTSTART;VALUE=DATE:20260323", f"RRULE:FREQ=DAILY;UNTIL={until}")
    assert found[-1].start == MONDAY


@pytest.mark.parametrize(
    ("start", "until", "last"),
    [
        ("DTSTART;TZID=America/New_York:20260323T210000", "20260330", "2026-03-31T01:00"),
        ("DTSTART;TZID=America/New_York:20260323T210000", "20260330T210000", "2026-03-31T01:00"),
        ("DTSTART;TZID=America/New_York:20260323T210000", "20260331T010000Z", "2026-03-31T01:00"),
        ("DTSTART;TZID=America/New_York:20260323T210000", "20260331T030000+0200", "2026-03-31T01:00"),
        ("DTSTART:20260323T210000Z", "20260330", "2026-03-30T21:00"),
        ("DTSTART:20260323T210000Z", "20260330T210000", "2026-03-30T21:00"),
    ],
)
def test_until_of_a_timed_series_is_its_last_occurrence(events, start, until, last):
    found = events(start, f"RRULE:FREQ=DAILY;UNTIL={until}")
    assert f"{found[-1].start:%Y-%m-%dT%H:%M}" == last


def test_until_in_utc_ends_a_floating_series_on_the_clock_of_the_user(events):
    found = events("DTSTART:20260323T090000", "RRULE:FREQ=DAILY;UNTIL=20260330T070000Z")
    assert found[-1].start == datetime(2026, 3, 30, 9)  # noqa: DTZ001 -- a floating time
    earlier = events("DTSTART:20260323T090000", "RRULE:FREQ=DAILY;UNTIL=20260330T065959Z")
    assert earlier[-1].start == datetime(2026, 3, 29, 9)  # noqa: DTZ001 -- likewise


@pytest.mark.parametrize(
    "excluded",
    [
        "EXDATE:20260329T220000Z",
        "EXDATE;TZID=Europe/Berlin:20260330T000000",
        "EXDATE;TZID=America/New_York:20260330T000000",
        "EXDATE;TZID=UTC:20260329T220000",
        "EXDATE:20260330T000000",
        "EXDATE:20260330T000000Z",
        "EXDATE;VALUE=DATE:20260330T000000Z",
        "EXDATE;VALUE=DATE:20260101;20260330",
    ],
)
def test_a_time_excludes_the_day_of_an_all_day_series(events, excluded):
    found = events("DTSTART;VALUE=DATE:20260323", "RRULE:FREQ=WEEKLY", excluded)
    starts = [event.start for event in found]
    assert MONDAY not in starts
    assert date(2026, 3, 23) in starts
    assert date(2026, 4, 6) in starts


@pytest.mark.parametrize(
    ("start", "excluded"),
    [
        ("DTSTART;TZID=Europe/Berlin:20260323T230000", "EXDATE;VALUE=DATE:20260330"),
        ("DTSTART:20260323T090000", "EXDATE:20260330T070000Z"),
        ("DTSTART:20260323T090000", "EXDATE;TZID=America/New_York:20260330T030000"),
        ("DTSTART;TZID=America/New_York:20260323T090000", "EXDATE:20260330T090000"),
        ("DTSTART;TZID=America/New_York:20260323T090000", "EXDATE;TZID=Europe/Berlin:20260330T150000"),
        ("DTSTART:20260323T090000Z", "EXDATE;VALUE=DATE:20260330"),
        ("DTSTART:20260323T090000Z", "EXDATE:20260330T110000+02:00"),
    ],
)
def test_an_excluded_value_of_another_type_removes_its_occurrence(events, start, excluded):
    days = [event.start.day for event in events(start, "RRULE:FREQ=WEEKLY;COUNT=3", excluded)]
    assert days == [23, 6]


def test_a_floating_exception_has_the_zone_of_its_series_and_not_of_the_calendar(read, calendar, entry):
    body = entry(
        "DTSTART;TZID=America/New_York:20260323T090000",
        "RRULE:FREQ=WEEKLY;COUNT=3",
        "EXDATE:20260330T090000",
    )
    found = read(calendar("X-WR-TIMEZONE:Asia/Tokyo\r\n", body))
    assert [event.start.day for event in found.events] == [23, 6]


@pytest.mark.parametrize(
    ("start", "added", "expected"),
    [
        (
            "DTSTART;TZID=Europe/Berlin:20260323T090000",
            "RDATE;VALUE=DATE:20260402",
            datetime(2026, 4, 2, 7, tzinfo=UTC),
        ),
        ("DTSTART:20260323T090000Z", "RDATE;VALUE=DATE:20260402", datetime(2026, 4, 2, 9, tzinfo=UTC)),
        ("DTSTART;VALUE=DATE:20260323", "RDATE:20260401T220000Z", date(2026, 4, 2)),
        ("DTSTART;VALUE=DATE:20260323", "RDATE;TZID=Europe/Berlin:20260402T000000", date(2026, 4, 2)),
        (
            "DTSTART;TZID=Europe/Berlin:20260323T090000",
            "RDATE:20260402T090000",
            datetime(2026, 4, 2, 7, tzinfo=UTC),
        ),
    ],
)
def test_an_added_value_of_another_type_is_an_occurrence(events, start, added, expected):
    assert [event.start for event in events(start, added)][-1] == expected


@pytest.mark.parametrize(
    ("start", "recurrence_id"),
    [
        ("DTSTART;VALUE=DATE:20260323", "RECURRENCE-ID:20260329T220000Z"),
        ("DTSTART;VALUE=DATE:20260323", "RECURRENCE-ID;TZID=Europe/Berlin:20260330T000000"),
        ("DTSTART;TZID=Europe/Berlin:20260323T090000", "RECURRENCE-ID;VALUE=DATE:20260330"),
        ("DTSTART;TZID=Europe/Berlin:20260323T090000", "RECURRENCE-ID:20260330T090000"),
        ("DTSTART:20260323T090000", "RECURRENCE-ID:20260330T070000Z"),
    ],
)
def test_an_override_replaces_its_occurrence_in_any_notation(read, calendar, entry, start, recurrence_id):
    moved = entry(recurrence_id, "DTSTART;VALUE=DATE:20260415", "SUMMARY:Moved")
    found = read(calendar(entry(start, "RRULE:FREQ=WEEKLY;COUNT=3"), moved))
    assert sorted((event.start.month, event.start.day) for event in found.events) == [
        (3, 23),
        (4, 6),
        (4, 15),
    ]
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("recurrence_id", "later"),
    [
        ("VALUE=DATE:20260330", [(3, 31, 9), (4, 7, 9)]),
        ("TZID=Europe/Berlin:20260330T070000", [(3, 31, 9), (4, 7, 9)]),
    ],
)
def test_a_change_of_all_later_occurrences_moves_them_from_a_date_on(
    read, calendar, entry, recurrence_id, later
):
    change = entry(
        f"RECURRENCE-ID;RANGE=THISANDFUTURE;{recurrence_id}", "DTSTART;TZID=Europe/Berlin:20260331T090000"
    )
    found = read(
        calendar(entry("DTSTART;TZID=Europe/Berlin:20260323T070000", "RRULE:FREQ=WEEKLY;COUNT=3"), change)
    )
    local = sorted(event.start.astimezone(BERLIN) for event in found.events)
    assert [(one.month, one.day, one.hour) for one in local] == [(3, 23, 7), *later]


@pytest.mark.parametrize(
    ("end", "last"),
    [
        ("DTEND:20260330T150000Z", 30),
        ("DTEND:20260330T220000Z", 30),
        ("DTEND:20260331T000000Z", 30),
        ("DTEND;TZID=Europe/Berlin:20260331T000000", 30),
        ("DTEND;TZID=Europe/Berlin:20260330T235959", 30),
        ("DTEND;TZID=Europe/Berlin:20260331T170000", 31),
        ("DTEND;VALUE=DATE:20260330", 30),
        ("DTEND:20260331", 30),
    ],
)
def test_the_end_of_an_all_day_event_is_the_last_day_that_it_touches(events, end, last):
    (event,) = events("DTSTART;VALUE=DATE:20260330", end)
    assert event.end - timedelta(days=1) == date(2026, 3, last)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("DTSTART;TZID=Europe/Berlin:20260330T090000", "DTEND;VALUE=DATE:20260331", 15 * 60),
        ("DTSTART;TZID=Europe/Berlin:20260330T090000", "DTEND:20260330T100000", 60),
        ("DTSTART:20260330T090000", "DTEND:20260330T080000Z", 60),
        ("DTSTART:20260330T090000", "DTEND;TZID=America/New_York:20260330T040000", 60),
        ("DTSTART;TZID=Europe/Berlin:20260330T190000", "DTEND;TZID=Europe/Berlin:20260330T240000", 5 * 60),
        ("DTSTART:20260330T090000Z", "DTEND:20260330T113000+0200", 30),
    ],
)
def test_the_end_of_an_event_may_be_of_another_type(events, start, end, minutes):
    (event,) = events(start, end)
    assert event.end - event.start == timedelta(minutes=minutes)


@pytest.mark.parametrize("mark", ["X-MICROSOFT-CDO-ALLDAYEVENT:TRUE", "X-FUNAMBOL-ALLDAY:1"])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("DTSTART;TZID=Europe/Berlin:20260330T000000", "DTEND;TZID=Europe/Berlin:20260401T000000"),
        ("DTSTART:20260330T000000", "DTEND:20260401T000000"),
        ("DTSTART:20260329T220000Z", "DTEND:20260331T220000Z"),
        ("DTSTART:20260330T040000Z", "DTEND:20260401T040000Z"),
        ("DTSTART;VALUE=DATE:20260330", "DTEND;VALUE=DATE:20260401"),
    ],
)
@pytest.mark.parametrize("reader", [BERLIN, NEW_YORK], ids=str)
def test_midnights_that_are_marked_as_all_day_are_days(events, mark, start, end, reader):
    (event,) = events(start, end, mark, tz=reader)
    assert (event.start, event.end) == (date(2026, 3, 30), date(2026, 4, 1))


def test_a_marked_series_of_midnights_is_one_of_days_with_its_exceptions(events):
    found = events(
        "DTSTART;TZID=Europe/Berlin:20260323T000000",
        "DTEND;TZID=Europe/Berlin:20260324T000000",
        "RRULE:FREQ=WEEKLY;UNTIL=20260412T220000Z",
        "EXDATE;TZID=Europe/Berlin:20260330T000000",
        "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
    )
    assert [event.start for event in found] == [date(2026, 3, 23), date(2026, 4, 6), date(2026, 4, 13)]


def test_a_mark_does_not_change_a_time_that_is_no_midnight(events):
    (event,) = events("DTSTART;TZID=Europe/Berlin:20260330T093000", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE")
    assert event.start == datetime(2026, 3, 30, 7, 30, tzinfo=UTC)


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from([BERLIN, NEW_YORK, TOKYO, KOLKATA, ZoneInfo("Australia/Lord_Howe")]),
    days=st.integers(0, 40),
    at=st.times().map(lambda one: one.replace(microsecond=0)),
    rule=st.sampled_from(["DAILY", "WEEKLY", "DAILY;INTERVAL=3", "MONTHLY;BYDAY=MO,WE"]),
)
def test_until_has_the_same_meaning_in_every_type(events, zone, days, at, rule):
    first = datetime.combine(date(2026, 3, 4), at)
    last = first + timedelta(days=days)
    start = f"DTSTART;TZID={zone}:{first:%Y%m%dT%H%M%S}"
    instant = last.replace(tzinfo=zone).astimezone(UTC)
    texts = [f"{last:%Y%m%d}", f"{last:%Y%m%dT%H%M%S}", f"{instant:%Y%m%dT%H%M%SZ}"]
    found = [events(start, f"RRULE:FREQ={rule};UNTIL={text}") for text in texts]
    assert found[0] == found[1] == found[2]


@settings(max_examples=60, deadline=None)
@given(
    writer=st.sampled_from([BERLIN, NEW_YORK, TOKYO, KOLKATA, AUCKLAND]),
    days=st.integers(0, 40),
    rule=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY;BYDAY=MO,WE"]),
)
def test_midnights_in_utc_are_dates_on_the_clock_of_the_calendar(read, calendar, entry, writer, days, rule):
    last = date(2026, 3, 4) + timedelta(days=days)
    excluded = date(2026, 3, 4) + timedelta(days=days // 2)
    head = f"X-WR-TIMEZONE:{writer}\r\n"

    def starts(until: str, exception: str) -> list[date]:
        body = entry("DTSTART;VALUE=DATE:20260304", f"RRULE:FREQ={rule};UNTIL={until}", f"EXDATE{exception}")
        return [event.start for event in read(calendar(head, body)).events]

    as_dates = starts(f"{last:%Y%m%d}", f";VALUE=DATE:{excluded:%Y%m%d}")
    assert starts(utc(last, writer), f":{utc(excluded, writer)}") == as_dates
