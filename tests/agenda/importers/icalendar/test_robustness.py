from datetime import datetime, timedelta
from pathlib import PurePosixPath
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.agenda.importers.icalendar import ICalendarImporter
from daybreak.agenda.parsed import ParsedFile

GOOD = "BEGIN:VEVENT\r\nUID:good\r\nDTSTART:20260310T090000Z\r\nSUMMARY:Größe\r\nEND:VEVENT\r\n"
REAL = (
    b"BEGIN:VCALENDAR\r\nX-WR-TIMEZONE:Europe/Berlin\r\nBEGIN:VTIMEZONE\r\nTZID:My/Zone\r\nBEGIN:STANDARD\r\n"
    b"DTSTART:20001029T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n"
    b"END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\nSEQUENCE:1\r\nDTSTART;TZID=My/Zone:20260302T090000\r\n"
    b"DURATION:PT1H\r\nRRULE:FREQ=MONTHLY;BYDAY=-1MO,2TU;BYSETPOS=1;COUNT=9;WKST=SU\r\nRDATE:20260310T100000Z/PT3H\r\n"
    b'EXDATE;VALUE=DATE:20260309\r\nORGANIZER;CN="A, B":mailto:a@b\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:1\r\n'
    b"RECURRENCE-ID;RANGE=THISANDFUTURE:20260330T070000Z\r\nDTSTART;VALUE=DATE:20260401\r\nDTEND:20260402\r\n"
    b"END:VEVENT\r\nBEGIN:VTODO\r\nUID:2\r\nDUE:20260401T090000\r\nRRULE:FREQ=WEEKLY;UNTIL=20270101\r\nPRIORITY:3\r\n"
    b"PERCENT-COMPLETE:10\r\nESTIMATED-DURATION:PT2H\r\nEND:VTODO\r\nBEGIN:VJOURNAL\r\nDTSTART:20260301\r\n"
    b"END:VJOURNAL\r\nEND:VCALENDAR\r\n"
)
EVERY_SECOND_OF_A_YEAR = (
    "RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-1"
    f";BYHOUR={','.join(map(str, range(24)))};BYMINUTE={','.join(map(str, range(60)))}"
    f";BYSECOND={','.join(map(str, range(60)))}"
)
DAMAGE = [b"", b"9", b":", b";", b"-", b"\r\n", b"\xff", b"00000", b"99999"]


def test_a_warning_contains_no_terminal_control_characters(read, calendar):
    bad = "BEGIN:VEVENT\r\nUID:bad\r\nDTSTART:2026\x9b31m\u202eX\r\nEND:VEVENT\r\n"
    (warning,) = read(calendar(bad)).warnings
    assert "“202631mX”" in warning.message


def test_one_malformed_event_is_one_warning_with_its_line(read, calendar):
    bad = "BEGIN:VEVENT\r\nUID:bad\r\nDTSTART:2026-13-45\r\nEND:VEVENT\r\n"
    found = read(calendar(bad, GOOD))
    (warning,) = found.warnings
    assert (warning.path, warning.line) == ("cal/work.ics", 3)
    assert warning.message == (
        "this event was skipped: its DTSTART “2026-13-45” is not an existing day and time."
    )
    assert [event.external_id for event in found.events] == ["good"]


@pytest.mark.parametrize(
    "lines",
    [
        ("SUMMARY:no start",),
        ("DTSTART:",),
        ("DTSTART:2026-02-30", "RRULE:FREQ=DAILY"),
        ("DTSTART:00010101T000000Z",),
        ("DTSTART:99991231T235959Z",),
    ],
)
def test_only_the_unreadable_entry_is_skipped(read, calendar, entry, lines):
    found = read(calendar(entry(*lines), GOOD))
    assert len(found.warnings) == 1
    assert found.warnings[0].line == 3
    assert [event.external_id for event in found.events] == ["good"]


def test_a_broken_override_leaves_its_series_alone(read, calendar, entry):
    broken = entry("RECURRENCE-ID:20260311T090000Z", "DTSTART:never")
    found = read(calendar(entry("DTSTART:20260310T090000Z", "RRULE:FREQ=DAILY;COUNT=3"), broken))
    assert len(found.events) == 3
    assert len(found.warnings) == 1


def test_complete_entries_of_a_truncated_file_are_imported(read, calendar):
    found = read(calendar(GOOD, GOOD.replace("good", "cut"))[:-40])
    assert [event.external_id for event in found.events] == ["good"]
    assert [warning.line for warning in found.warnings] == [8]
    missing_end = read("BEGIN:VCALENDAR\r\n" + GOOD)
    assert len(missing_end.events) == len(missing_end.warnings) == 1


def test_an_event_that_is_never_closed_does_not_swallow_the_next(read, calendar):
    found = read(calendar("BEGIN:VEVENT\r\nUID:open\r\nDTSTART:20260310\r\n", GOOD))
    assert [event.external_id for event in found.events] == ["good"]
    assert [warning.line for warning in found.warnings] == [3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_without_a_warning(read, calendar, encoding):
    found = read(calendar(GOOD).encode(encoding))
    assert (found.events[0].title, found.warnings) == ("Größe", ())


def test_a_western_encoding_is_read_with_one_warning(read, calendar):
    found = read(calendar(GOOD).encode("cp1252"))
    assert found.events[0].title == "Größe"
    assert len(found.warnings) == 1


def test_a_fold_inside_a_character_and_all_line_ends_are_read(read, calendar):
    folded = calendar(GOOD).encode().replace("ö".encode(), b"\xc3\r\n \xb6")
    assert read(folded).events[0].title == "Größe"
    assert read(calendar(GOOD).replace("\r\n", "\n")).events[0].title == "Größe"
    assert read(calendar(GOOD).replace("\r\n", "\r")).events[0].title == "Größe"


def test_characters_that_a_database_rejects_are_dropped(read, calendar):
    assert read(calendar(GOOD.replace("ß", "\x00\x01"))).events[0].title == "Gröe"


def test_a_file_without_a_calendar_is_a_warning(read):
    found = read(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    assert "contains no calendar" in found.warnings[-1].message


def test_calendars_are_recognised_by_name_or_by_their_first_line():
    accepts = ICalendarImporter().accepts
    assert accepts(PurePosixPath("a/B.ICS"), b"")
    assert accepts(PurePosixPath("download"), b"\xef\xbb\xbfbegin:vcalendar\n")
    assert accepts(PurePosixPath("download"), "BEGIN:VCALENDAR".encode("utf-16"))
    assert not accepts(PurePosixPath("todo.txt"), b"x BEGIN:VCALENDAR")


@pytest.mark.parametrize(
    "lines",
    [
        ("RRULE:FREQ=SECONDLY",),
        ("RRULE:FREQ=MINUTELY;COUNT=1000000000",),
        ("RRULE:FREQ=DAILY;BYDAY=MO;COUNT=1000000000",),
        ("RRULE:FREQ=SECONDLY;BYHOUR=3;COUNT=1000000000",),
        ("RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",),
        ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",),
        ("RRULE:FREQ=SECONDLY", "EXRULE:FREQ=SECONDLY"),
        ("RRULE:FREQ=SECONDLY", "DURATION:P99999D"),
        ("RRULE:FREQ=DAILY;INTERVAL=999999999999",),
        (EVERY_SECOND_OF_A_YEAR,),
        (
            "RRULE:FREQ=DAILY",
            "EXDATE:"
            + ",".join(
                f"{datetime(1800, 1, 1) + timedelta(days=i):%Y%m%dT%H%M%SZ}"  # noqa: DTZ001 -- written as UTC
                for i in range(100_000)
            ),
        ),
    ],
    ids=lambda lines: lines[-1][:60],
)
def test_every_rule_is_expanded_in_bounded_time_to_a_bounded_number(read, calendar, entry, lines):
    body = ("DTSTART:19000101T000000Z", *lines)
    started = thread_time()
    found = read(calendar(entry(*body), entry(*body, kind="VTODO"), GOOD))
    assert thread_time() - started < 20
    assert len(found.events) <= 1001
    assert len(found.tasks) == 1
    assert len(found.warnings) <= 2
    assert "good" in {event.external_id for event in found.events}


def test_a_series_since_1900_is_expanded_from_the_window_on(events):
    assert len(events("DTSTART:19000101T090000Z", "RRULE:FREQ=DAILY")) == 61


def test_of_too_many_occurrences_those_around_today_are_imported(read, calendar, entry):
    found = read(calendar(entry("DTSTART:20200101T000000Z", "RRULE:FREQ=MINUTELY")))
    days = {event.start.day for event in found.events}
    assert len(found.events) == 1000
    assert days == {23, 24}
    assert "recurs too often" in found.warnings[0].message


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=400))
def test_arbitrary_bytes_are_never_an_error(read, content):
    assert isinstance(read(content), ParsedFile)
    assert isinstance(read(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:" + content), ParsedFile)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_damaged_calendar_is_never_an_error(read, data):
    content = bytearray(REAL)
    for _ in range(data.draw(st.integers(1, 8))):
        position = data.draw(st.integers(0, len(content) - 1))
        replaced = data.draw(st.sampled_from(DAMAGE))
        content[position : position + data.draw(st.integers(0, 3))] = replaced
    assert isinstance(read(bytes(content)), ParsedFile)


def test_unlimited_nesting_costs_nothing(read, calendar):
    rubbish = "BEGIN:X\r\n" * 50_000 + "END:Y\r\n" * 50_000
    started = thread_time()
    assert read(calendar(rubbish, GOOD)).events[0].external_id == "good"
    assert thread_time() - started < 10
