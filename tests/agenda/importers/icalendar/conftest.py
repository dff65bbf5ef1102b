from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from daybreak.agenda.importers.icalendar import ICalendarImporter
from daybreak.agenda.parsed import ImportContext, ParsedFile, SourceFile

Read = Callable[..., ParsedFile]


@pytest.fixture(scope="session")
def read() -> Read:
    """Return a reader of calendars for a user in Berlin on 25 March 2026; the window is March and April."""

    def read_calendar(content: str | bytes, **changes) -> ParsedFile:
        zone = changes.pop("tz", ZoneInfo("Europe/Berlin"))
        plan = {"today": date(2026, 3, 25), "expand_from": date(2026, 3, 1), "expand_until": date(2026, 5, 1)}
        raw = content if isinstance(content, bytes) else content.encode()
        file = SourceFile("cal/work.ics", raw, datetime(2026, 3, 25, 6, tzinfo=UTC))
        return ICalendarImporter().read(file, ImportContext(tz=zone, **(plan | changes)))

    return read_calendar


@pytest.fixture(scope="session")
def entry() -> Callable[..., str]:
    """Return a function that builds one entry from its lines."""

    def write(*lines: str, kind: str = "VEVENT", uid: str = "a@example") -> str:
        return "\r\n".join([f"BEGIN:{kind}", f"UID:{uid}", *lines, f"END:{kind}", ""])

    return write


@pytest.fixture(scope="session")
def calendar() -> Callable[..., str]:
    """Return a function that builds a calendar from its parts."""

    def write(*parts: str) -> str:
        return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(parts) + "END:VCALENDAR\r\n"

    return write


@pytest.fixture(scope="session")
def events(read, calendar, entry) -> Callable[..., list]:
    """Return a reader of the events of a calendar with one VEVENT of these lines, ordered by start."""

    def read_events(*lines: str, **changes) -> list:
        found = read(calendar(entry(*lines)), **changes)
        assert not found.warnings
        return sorted(found.events, key=lambda event: event.start)

    return read_events
