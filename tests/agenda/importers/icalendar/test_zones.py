from datetime import UTC, datetime

import pytest

CUSTOM_TIMEZONE = """BEGIN:VTIMEZONE\r
TZID:{name}\r
BEGIN:STANDARD\r
DTSTART:16010101T030000\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r
END:STANDARD\r
BEGIN:DAYLIGHT\r
DTSTART:16010101T020000\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0200\r
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r
END:DAYLIGHT\r
END:VTIMEZONE\r
"""


@pytest.mark.parametrize(
    "tzid",
    [
        "Europe/Berlin",
        "europe/berlin",
        "W. Europe Standard Time",
        "/freeassociation.sourceforge.net/Europe/Berlin",
        '"Europe/Berlin"',
    ],
)
def test_a_zone_is_found_by_any_of_its_names(read, calendar, entry, tzid):
    found = read(calendar(entry(f"DTSTART;TZID={tzid}:20260701T090000")))
    assert found.events[0].start == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert not found.warnings


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("20260329T015959", datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)),
        ("20260329T023000", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("20260329T030000", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("20261025T023000", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("20261025T030000", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
        ("19700101T000000", datetime(1969, 12, 31, 23, 0, tzinfo=UTC)),
    ],
)
def test_a_vtimezone_applies_around_its_transitions(read, calendar, entry, wall, utc):
    own = CUSTOM_TIMEZONE.format(name="Customized Time Zone 7")
    found = read(calendar(own, entry(f"DTSTART;TZID=Customized Time Zone 7:{wall}")))
    assert found.events[0].start == utc
    assert not found.warnings


def test_a_weekly_event_in_a_vtimezone_stays_at_the_same_wall_clock_time(read, calendar, entry):
    weekly = entry(
        "DTSTART;TZID=Mine:20260323T090000", "RRULE:FREQ=WEEKLY;COUNT=2", "EXDATE:20200101T000000Z"
    )
    found = read(calendar(CUSTOM_TIMEZONE.format(name="Mine"), weekly))
    assert [event.start.hour for event in found.events] == [8, 7]


def test_a_vtimezone_is_unknown_in_another_file(read, calendar, entry):
    timed_entry = entry("DTSTART;TZID=Mine:20260701T090000")
    assert read(calendar(CUSTOM_TIMEZONE.format(name="Mine"), timed_entry)).events[0].start.tzinfo is not None
    other = read(calendar(timed_entry))
    assert other.events[0].start == datetime(2026, 7, 1, 9)  # noqa: DTZ001
    assert "“Mine” is unknown" in other.warnings[0].message


def test_a_zone_with_a_single_offset_is_that_offset(read, calendar, entry):
    fixed = (
        "BEGIN:VTIMEZONE\r\nTZID:Odd\r\nBEGIN:STANDARD\r\nDTSTART:20000101T000000\r\n"
        "TZOFFSETFROM:+0545\r\nTZOFFSETTO:+0545\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    found = read(calendar(fixed, entry("DTSTART;TZID=Odd:20260701T090000")))
    assert found.events[0].start == datetime(2026, 7, 1, 3, 15, tzinfo=UTC)


def test_an_unknown_zone_is_one_warning_and_its_times_are_local(read, calendar, entry):
    found = read(
        calendar(*(entry("DTSTART;TZID=Nowhere/Land:20260701T090000", uid=str(i)) for i in range(3)))
    )
    assert len(found.warnings) == 1
    assert {event.start.tzinfo for event in found.events} == {None}
