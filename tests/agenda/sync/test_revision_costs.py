"""The cost of a series grows with the number of its details, and not with that times its occurrences."""

import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from daybreak.agenda.importers.icalendar import ICalendarImporter
from daybreak.agenda.parsed import ImportContext, SourceFile
from daybreak.agenda.rows import ParsedSourceFile
from daybreak.agenda.sync.revisions import merge_revisions

TZ = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 1, 1)
SIZE = 60
HEAD = "BEGIN:VEVENT\nUID:m@example.org\nDTSTAMP:20260101T000000Z\nSUMMARY:Team"


def days(count: int) -> list[str]:
    """Return every other day, without its dashes, so that half of the occurrences stay."""
    return [f"{FIRST + timedelta(days=2 * number):%Y%m%d}" for number in range(count)]


def series(*lines: str) -> str:
    body = ("DTSTART;TZID=Europe/Berlin:20260101T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY", *lines)
    return "\n".join([HEAD, *body, "END:VEVENT", ""])


def override(day: str, recurrence_id: str, *lines: str) -> str:
    start = f"DTSTART;TZID=Europe/Berlin:{day}T110000"
    return "\n".join(
        [HEAD, f"RECURRENCE-ID{recurrence_id}", start, "DURATION:PT1H", *lines, "END:VEVENT", ""]
    )


def each(count: int, recurrence_id: str, *lines: str) -> str:
    return "".join(override(day, recurrence_id.format(day), *lines) for day in days(count))


AT_NINE = ";TZID=Europe/Berlin:{}T090000"
DETAILS = {
    "excluded times": lambda n: [series(*(f"EXDATE;TZID=Europe/Berlin:{day}T090000" for day in days(n)))],
    "excluded dates": lambda n: [series(f"EXDATE;VALUE=DATE:{','.join(days(n))}")],
    "excluded instants": lambda n: [series(*(f"EXDATE:{day}T080000Z" for day in days(n)))],
    "added dates": lambda n: [series(f"RDATE;VALUE=DATE:{','.join(days(n))}")],
    "moved occurrences": lambda n: [series() + each(n, AT_NINE)],
    "moved dates": lambda n: [series() + each(n, ";VALUE=DATE:{}")],
    "changes of all later ones": lambda n: [series() + each(n, ";RANGE=THISANDFUTURE" + AT_NINE)],
    "changes of all later ones in another file": lambda n: [
        series(),
        each(n, ";RANGE=THISANDFUTURE" + AT_NINE, "SEQUENCE:1"),
    ],
    "moved dates in another file": lambda n: [series(), each(n, ";VALUE=DATE:{}", "SEQUENCE:1")],
    "cancelled ones in another file": lambda n: [series(), "METHOD:CANCEL\n" + each(n, AT_NINE)],
    "an override in each file": lambda n: [
        series(),
        *(override(day, AT_NINE.format(day), "SEQUENCE:1") for day in days(n)),
    ],
}


def count_calls(files: list[str], size: int) -> int:
    """Return how many functions were called while calendars were read and merged."""
    calls = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    context = ImportContext(TZ, FIRST, FIRST, FIRST + timedelta(days=2 * size))
    modified_at = datetime(2026, 1, 1, tzinfo=UTC)
    sys.setprofile(profile)
    try:
        parsed = []
        for number, content in enumerate(files):
            source = SourceFile(
                f"{number}.ics", f"BEGIN:VCALENDAR\n{content}END:VCALENDAR\n".encode(), modified_at
            )
            parsed.append(
                ParsedSourceFile(source.path, modified_at, ICalendarImporter().read(source, context))
            )
        merge_revisions(parsed, TZ)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("details", DETAILS)
def test_twice_the_details_and_occurrences_cost_twice_as_much(details):
    build = DETAILS[details]
    count_calls(build(SIZE), SIZE)  # Caches of zones and patterns are full afterwards.
    small, large = (count_calls(build(size), size) for size in (SIZE, 2 * SIZE))
    assert large < 2.4 * small
