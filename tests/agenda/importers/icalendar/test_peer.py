"""Well-formed calendars have the same occurrences here as in the library recurring_ical_events."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.agenda.importers.icalendar import ICalendarImporter
from daybreak.agenda.parsed import ImportContext, SourceFile

FROM, UNTIL = date(2026, 2, 1), date(2026, 5, 1)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia")
DETAILS = {
    "DAILY": ("",),
    "WEEKLY": ("", ";BYDAY=MO", ";BYDAY=TU,TH", ";BYDAY=SA,SU,WE"),
    "MONTHLY": (
        "",
        ";BYDAY=-1FR",
        ";BYDAY=2TU",
        ";BYMONTHDAY=31",
        ";BYMONTHDAY=-1",
        ";BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    ),
    "YEARLY": ("", ";BYMONTH=3;BYDAY=-1SU", ";BYMONTH=1,6,12;BYMONTHDAY=15", ";BYYEARDAY=100,200"),
}


@st.composite
def series(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(sorted(DETAILS)))
    rule = f"FREQ={frequency};INTERVAL={draw(st.integers(1, 3))}{draw(st.sampled_from(DETAILS[frequency]))}"
    rule += draw(st.sampled_from(["", f";COUNT={draw(st.integers(1, 60))}"]))
    first = date(2025, 1, 1) + timedelta(days=draw(st.integers(0, 480)))
    at = f"{draw(st.integers(0, 23)):02}{draw(st.sampled_from([0, 15, 45])):02}00"
    timestamp = f"TZID={draw(st.sampled_from(ZONES))}:{first:%Y%m%d}T{at}"
    left_out = timestamp.replace(
        f"{first:%Y%m%d}", f"{first + timedelta(weeks=draw(st.integers(1, 40))):%Y%m%d}"
    )
    return f"DTSTART;{timestamp}\r\nDURATION:PT30M\r\nRRULE:{rule}\r\nEXDATE;{left_out}\r\n"


@given(st.lists(series(), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_a_generated_calendar_has_the_same_occurrences_as_in_recurring_ical_events(found: list[str]):
    head = "BEGIN:VEVENT\r\nUID:{0}\r\nDTSTAMP:20250101T000000Z\r\nSUMMARY:{0}\r\n"
    events = "".join(f"{head.format(number)}{body}END:VEVENT\r\n" for number, body in enumerate(found))
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test\r\n{events}END:VCALENDAR\r\n".encode()
    assert _occurrences_of_daybreak(text) == _occurrences_of_library(text)


def _occurrences_of_daybreak(text: bytes) -> set[tuple[str, datetime]]:
    context = ImportContext(ZoneInfo("UTC"), FROM, FROM, UNTIL)
    parsed = ICalendarImporter().read(SourceFile("a.ics", text, datetime(2026, 1, 1, tzinfo=UTC)), context)
    return _within((event.title, event.start) for event in parsed.events)


def _occurrences_of_library(text: bytes) -> set[tuple[str, datetime]]:
    calendar = icalendar.Calendar.from_ical(text)
    occurrences = recurring_ical_events.of(calendar).between(FROM, UNTIL)
    return _within((str(event["SUMMARY"]), event["DTSTART"].dt) for event in occurrences)


def _within(starts) -> set[tuple[str, datetime]]:
    # A day inside the window: at its edges the two may use different zones for a date.
    first, last = datetime(2026, 2, 2, tzinfo=UTC), datetime(2026, 4, 29, tzinfo=UTC)
    return {(title, start.astimezone(UTC)) for title, start in starts if first <= start < last}
