from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

START = "DTSTART;TZID=Europe/Berlin:20260302T090000"
WEEKLY = (START, "DTEND;TZID=Europe/Berlin:20260302T100000", "RRULE:FREQ=WEEKLY")


def berlin(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin"))


def test_an_event_is_imported_with_title_location_people_and_times(events):
    (event,) = events(
        START,
        "DTEND;TZID=Europe/Berlin:20260302T103000",
        "SUMMARY:Plan\\, review\\; and",
        "  decide",
        "LOCATION:Room 5",
        'ORGANIZER;CN="Ada, Countess":mailto:ada@example.org',
        "STATUS:TENTATIVE",
        "TRANSP:TRANSPARENT",
    )
    assert (event.external_id, event.source_ref) == ("a@example", "a@example")
    assert (event.title, event.location) == ("Plan, review; and decide", "Room 5")
    assert (event.start, event.end) == (berlin(3, 2, 9), berlin(3, 2, 10, 30))
    assert (event.organizer, event.tentative, event.busy) == ("Ada, Countess", True, False)


def test_an_organizer_without_a_name_is_shown_by_the_address(events):
    (event,) = events(START, "ORGANIZER:MAILTO:ada@example.org")
    assert event.organizer == "ada@example.org"


def test_an_all_day_event_without_an_end_fills_its_day(events):
    (event,) = events("DTSTART;VALUE=DATE:20260329")
    assert (event.start, event.end) == (date(2026, 3, 29), date(2026, 3, 30))
    assert not isinstance(event.start, datetime)


def test_an_all_day_event_that_ends_on_its_first_day_still_fills_it(events):
    (event,) = events("DTSTART;VALUE=DATE:20260329", "DTEND;VALUE=DATE:20260329")
    assert event.end == date(2026, 3, 30)


def test_a_floating_event_stays_floating(events):
    (event,) = events("DTSTART:20260329T090000", "DURATION:PT45M")
    assert (event.start, event.end) == (datetime(2026, 3, 29, 9), datetime(2026, 3, 29, 9, 45))  # noqa: DTZ001


def test_a_duration_of_hours_is_exact_and_one_of_days_is_in_wall_clock_time(events):
    (night,) = events("DTSTART;TZID=Europe/Berlin:20260328T220000", "DURATION:PT8H")
    (day,) = events("DTSTART;TZID=Europe/Berlin:20260328T220000", "DURATION:P1D")
    assert night.end == berlin(3, 29, 7)
    assert day.end == berlin(3, 29, 22)


def test_an_end_in_another_zone_is_its_own_instant(events):
    (flight,) = events(START, "DTEND;TZID=America/New_York:20260302T120000")
    assert flight.end == datetime(2026, 3, 2, 17, tzinfo=UTC)


def test_a_start_in_the_gap_is_read_with_the_offset_before_it(events):
    (event,) = events(
        "DTSTART;TZID=Europe/Berlin:20260329T023000", "DTEND;TZID=Europe/Berlin:20260329T030000"
    )
    assert event.start == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert event.end - event.start == timedelta(minutes=30)


def test_a_time_that_occurs_twice_is_its_first_occurrence(events):
    (event,) = events("DTSTART;TZID=Europe/Berlin:20261025T023000")
    assert event.start == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_single_events_are_imported_with_any_date(events):
    assert len(events("DTSTART:20110101T090000Z")) == 1


def test_a_weekly_event_stays_at_nine_in_wall_clock_time_with_stable_ids(events):
    found = events(*WEEKLY)
    assert [event.start for event in found] == [
        *(berlin(3, day, 9) for day in (2, 9, 16, 23, 30)),
        *(berlin(4, day, 9) for day in (6, 13, 20, 27)),
    ]
    assert found[0].external_id == "a@example/2026-03-02T08:00:00+00:00"
    later = events(*WEEKLY, expand_from=date(2026, 3, 20))
    assert {event.external_id for event in later} < {event.external_id for event in found}


def test_an_occurrence_that_reaches_into_the_window_is_in_it(events):
    found = events("DTSTART;VALUE=DATE:20260202", "DTEND;VALUE=DATE:20260302", "RRULE:FREQ=YEARLY")
    assert [event.start for event in found] == [date(2026, 2, 2)]
    ends_before = events("DTSTART;VALUE=DATE:20260202", "DTEND;VALUE=DATE:20260301", "RRULE:FREQ=YEARLY")
    assert ends_before == []


@pytest.mark.parametrize(
    "exdate",
    [
        "EXDATE;TZID=Europe/Berlin:20260309T090000",
        "EXDATE:20260309T080000Z",
        "EXDATE;VALUE=DATE:20260309",
        "EXDATE:20260309T090000",
    ],
)
def test_an_excluded_date_is_skipped_in_any_notation(events, exdate):
    assert berlin(3, 9, 9) not in [event.start for event in events(*WEEKLY, exdate)]
    assert len(events(*WEEKLY, exdate)) == 8


def test_added_dates_and_periods_have_their_own_durations(events):
    found = events(
        START, "DURATION:PT1H", "RDATE;VALUE=PERIOD:20260310T100000Z/PT3H,20260311T100000Z/20260311T110500Z"
    )
    assert [event.end - event.start for event in found] == [
        timedelta(hours=1),
        timedelta(hours=3),
        timedelta(minutes=65),
    ]


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20260316T080000Z", 16),
        ("20260316T075959Z", 9),
        ("20260316", 16),
        ("20260316T090000", 16),
    ],
)
def test_until_is_inclusive(events, until, last):
    found = events(START, f"RRULE:FREQ=WEEKLY;UNTIL={until}")
    assert found[-1].start == berlin(3, last, 9)


def test_count_counts_from_the_first_occurrence_not_from_the_window(events):
    assert len(events("DTSTART;VALUE=DATE:20260227", "RRULE:FREQ=DAILY;COUNT=5")) == 3


def test_an_excluded_rule_removes_its_occurrences(events):
    found = events("DTSTART;VALUE=DATE:20260302", "RRULE:FREQ=DAILY;COUNT=4", "EXRULE:FREQ=DAILY;INTERVAL=2")
    assert [event.start.day for event in found] == [3, 5]


def read_all(read, calendar, *entries: str, **changes) -> dict[str, tuple[datetime, str]]:
    found = read(calendar(*entries), **changes)
    assert not found.warnings
    return {event.external_id: (event.start, event.title) for event in found.events}


@pytest.mark.parametrize(
    "recurrence_id",
    ["RECURRENCE-ID;TZID=Europe/Berlin:20260330T090000", "RECURRENCE-ID:20260330T070000Z"],
)
def test_a_moved_occurrence_is_only_where_it_was_moved_to(read, calendar, entry, recurrence_id):
    moved = entry(recurrence_id, "DTSTART;TZID=Europe/Berlin:20260331T110000", "SUMMARY:Moved")
    found = read_all(read, calendar, moved, entry(*WEEKLY, "SUMMARY:Weekly"))
    assert found["a@example/2026-03-30T07:00:00+00:00"] == (berlin(3, 31, 11), "Moved")
    assert len(found) == 9


def test_an_occurrence_moved_out_of_the_window_leaves_it_and_one_moved_in_enters(read, calendar, entry):
    out = entry("RECURRENCE-ID:20260330T070000Z", "DTSTART:20270101T090000Z")
    into = entry("RECURRENCE-ID:20261005T070000Z", "DTSTART:20260401T120000Z")
    found = read_all(read, calendar, entry(*WEEKLY), out, into)
    assert "a@example/2026-03-30T07:00:00+00:00" not in found
    assert found["a@example/2026-10-05T07:00:00+00:00"][0] == datetime(2026, 4, 1, 12, tzinfo=UTC)


def test_this_and_future_moves_what_follows_until_the_next_such_change(read, calendar, entry):
    tenth = entry(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260323T090000",
        "DTSTART;TZID=Europe/Berlin:20260324T140000",
        "SUMMARY:Tuesdays",
    )
    single = entry("RECURRENCE-ID:20260406T070000Z", "DTSTART:20260407T060000Z", "SUMMARY:Once")
    then = entry(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260420T090000",
        "DTSTART;TZID=Europe/Berlin:20260422T080000",
        "SUMMARY:Wednesdays",
    )
    found = read_all(read, calendar, entry(*WEEKLY, "SUMMARY:Mondays"), tenth, single, then)
    assert sorted(found.values()) == [
        (berlin(3, 2, 9), "Mondays"),
        (berlin(3, 9, 9), "Mondays"),
        (berlin(3, 16, 9), "Mondays"),
        (berlin(3, 24, 14), "Tuesdays"),
        (berlin(3, 31, 14), "Tuesdays"),
        (berlin(4, 7, 8), "Once"),
        (berlin(4, 14, 14), "Tuesdays"),
        (berlin(4, 22, 8), "Wednesdays"),
        (berlin(4, 29, 8), "Wednesdays"),
    ]


def test_cancelled_events_are_skipped(read, calendar, entry):
    assert read_all(read, calendar, entry(START, "STATUS:CANCELLED")) == {}
    once = entry("RECURRENCE-ID:20260330T070000Z", "STATUS:CANCELLED")
    found = read_all(read, calendar, entry(*WEEKLY), once)
    assert "a@example/2026-03-30T07:00:00+00:00" not in found
    assert len(found) == 8


def test_a_withdrawn_invitation_is_skipped(read, calendar, entry):
    assert read_all(read, calendar, "METHOD:CANCEL\r\n", entry(START)) == {}


def test_an_override_without_its_series_is_imported_alone(read, calendar, entry):
    found = read_all(read, calendar, entry("RECURRENCE-ID:20260330T070000Z", "DTSTART:20260330T080000Z"))
    assert list(found) == ["a@example/2026-03-30T07:00:00+00:00"]


def test_of_two_versions_the_higher_sequence_wins(read, calendar, entry):
    new, old = entry(START, "SEQUENCE:2", "SUMMARY:New"), entry(START, "SEQUENCE:1", "SUMMARY:Old")
    assert [title for _, title in read_all(read, calendar, new, old).values()] == ["New"]


def test_an_event_without_a_uid_has_an_id_derived_from_its_content(read, calendar):
    def ids(timestamp: str, title: str) -> list[str]:
        body = f"BEGIN:VEVENT\r\nDTSTAMP:{timestamp}\r\n{START}\r\nSUMMARY:{title}\r\nEND:VEVENT\r\n"
        return [event.external_id for event in read(calendar(body)).events]

    assert ids("20260101T000000Z", "A") == ids("20260202T000000Z", "A") != ids("20260101T000000Z", "B")


def test_several_calendars_in_one_file_each_have_their_own_zone(read, calendar, entry):
    def part(zone: str, uid: str) -> str:
        return calendar(f"X-WR-TIMEZONE:{zone}\r\n", entry("DTSTART:20260302T090000", uid=uid))

    found = read_all(read, str.__add__, part("Asia/Tokyo", "t"), part("Europe/Berlin", "b"))
    assert found["t"][0] == datetime(2026, 3, 2, tzinfo=UTC)
    assert found["b"][0] == berlin(3, 2, 9)


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("FREQ=WEEKLY", "20260302T080000Z", berlin(4, 6, 10)),
        ("FREQ=WEEKLY;BYDAY=MO", "20260302T080000Z", berlin(4, 6, 10)),
        ("FREQ=WEEKLY;BYDAY=SU", "20260301T233000Z", berlin(4, 6, 1, 30)),
        ("FREQ=WEEKLY;BYDAY=SU,WE", "20260301T233000Z", berlin(4, 2, 1, 30)),
        ("FREQ=MONTHLY;BYMONTHDAY=28", "20260228T233000Z", berlin(3, 29, 0, 30)),
        ("FREQ=MONTHLY;BYDAY=-1TU", "20260224T233000Z", berlin(4, 1, 1, 30)),
        ("FREQ=WEEKLY;BYDAY=MO", "20260301T233000Z", berlin(4, 6, 0, 30)),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "20260228T233000Z", berlin(4, 1, 0, 30)),
        ("FREQ=MONTHLY;BYMONTHDAY=-31", "20260228T233000Z", berlin(3, 1, 0, 30)),
        ("FREQ=DAILY;BYHOUR=9", "20260302T080000Z", berlin(4, 6, 9)),
        ("FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=1", "20250331T223000Z", berlin(4, 1, 0, 30)),
    ],
)
def test_a_series_in_utc_has_the_clock_on_which_its_rule_was_made(
    read, calendar, entry, rule, start, expected
):
    series = entry(f"DTSTART:{start}", "DURATION:PT1H", f"RRULE:{rule}")
    found = read_all(read, calendar, "X-WR-TIMEZONE:Europe/Berlin\r\n", series)
    assert expected in [begin for begin, _ in found.values()]


def test_a_single_time_in_utc_is_exact_even_when_the_calendars_clock_shows_it_twice(read, calendar, entry):
    second = entry("DTSTART:20261025T013000Z", "DTEND:20261025T020000Z")
    found = read(calendar("X-WR-TIMEZONE:Europe/Berlin\r\n", second))
    assert found.events[0].start == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert found.events[0].end == datetime(2026, 10, 25, 2, tzinfo=UTC)
