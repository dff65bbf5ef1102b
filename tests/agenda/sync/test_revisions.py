"""Tests of invitations, updates, cancellations, moved occurrences and exports in several files."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.agenda.importers.icalendar import ICalendarImporter
from daybreak.agenda.parsed import ImportContext, SourceFile
from daybreak.agenda.rows import ParsedSourceFile, build_rows
from daybreak.agenda.sync.revisions import merge_revisions

TZ = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
CONTEXT = ImportContext(
    tz=TZ, today=date(2026, 3, 20), expand_from=date(2026, 3, 1), expand_until=date(2026, 5, 1)
)
SERIES = "RRULE:FREQ=WEEKLY;COUNT=3"


@dataclass(frozen=True)
class CalendarFile:
    """A file of a source, and how many days before noon it was last modified."""

    name: str
    content: str
    days_old: float = 0


def entry(start: str, title: str, *lines: str, kind: str = "VEVENT") -> str:
    """Return an entry that starts at a time of March in Berlin and lasts an hour."""
    own = (f"DTSTART;TZID=Europe/Berlin:202603{start}", "DURATION:PT1H", f"SUMMARY:{title}")
    stamp = () if any("DTSTAMP" in line for line in lines) else ("DTSTAMP:20260301T080000Z",)
    return "\n".join([f"BEGIN:{kind}", "UID:m@example.org", *stamp, *own, *lines, f"END:{kind}", ""])


def calendar(*entries: str, method: str | None = None) -> str:
    method_line = f"METHOD:{method}\n" if method else ""
    return f"BEGIN:VCALENDAR\n{method_line}{''.join(entries)}END:VCALENDAR\n"


def occurrence(start: str) -> str:
    return f"RECURRENCE-ID;TZID=Europe/Berlin:202603{start}"


def merge(files: Iterable[CalendarFile]) -> list[ParsedSourceFile]:
    importer = ICalendarImporter()
    parsed = []
    for file in files:
        modified_at = NOON - timedelta(days=file.days_old)
        source_file = SourceFile(file.name, file.content.encode(), modified_at)
        parsed.append(ParsedSourceFile(file.name, modified_at, importer.read(source_file, CONTEXT)))
    return merge_revisions(parsed, TZ)


def list_items(files: Iterable[CalendarFile]) -> list[str]:
    """Return the events and tasks of the rows of a source, in the order of time, in Berlin's time."""
    rows = build_rows(UUID(int=1), merge(files), TZ)
    events = [f"{row['starts_at'].astimezone(TZ):%d %H:%M} {row['title']}" for row in rows.events.values()]
    return sorted([*events, *(f"{row['title']}: {row['status']}" for row in rows.tasks.values())])


def undated(title: str) -> str:
    return f"BEGIN:VTODO\nUID:m@example.org\nDTSTAMP:20260301T080000Z\nSUMMARY:{title}\nEND:VTODO\n"


BARE = "BEGIN:VEVENT\nUID:m@example.org\nDTSTAMP:20260302T080000Z\nSUMMARY:Interview\nEND:VEVENT\n"
INVITATION = calendar(entry("24T090000", "Interview"), method="REQUEST")
UPDATE = calendar(entry("24T140000", "Interview", "SEQUENCE:2"), method="REQUEST")
CANCELLATION = calendar(entry("24T090000", "Interview", "SEQUENCE:3"), method="CANCEL")
WEEKLY = calendar(entry("03T090000", "Team", SERIES))
MOVED = calendar(entry("10T150000", "Team", occurrence("10T090000"), "SEQUENCE:1"), method="REQUEST")

CASES = {
    "an invitation and its update": ([INVITATION, UPDATE], ["24 14:00 Interview"]),
    "an invitation and its cancellation": ([INVITATION, CANCELLATION], []),
    "an invitation, its update and its cancellation": ([INVITATION, UPDATE, CANCELLATION], []),
    "a cancellation with the SEQUENCE of the invitation": (
        [INVITATION, calendar(entry("24T090000", "Interview"), method="CANCEL")],
        [],
    ),
    "a cancellation that is older than the update": (
        [UPDATE, calendar(entry("24T090000", "Interview", "SEQUENCE:1"), method="CANCEL")],
        ["24 14:00 Interview"],
    ),
    "an event that an export lists as cancelled": (
        [INVITATION, calendar(entry("24T090000", "Interview", "SEQUENCE:1", "STATUS:CANCELLED"))],
        [],
    ),
    "an update with the same SEQUENCE and a later stamp": (
        [INVITATION, calendar(entry("25T100000", "Interview", "DTSTAMP:20260302T080000Z"), method="REQUEST")],
        ["25 10:00 Interview"],
    ),
    "a moved occurrence in a file of its own": (
        [WEEKLY, MOVED],
        ["03 09:00 Team", "10 15:00 Team", "17 09:00 Team"],
    ),
    "an occurrence that was moved twice": (
        [
            WEEKLY,
            MOVED,
            calendar(entry("11T080000", "Team", occurrence("10T090000"), "SEQUENCE:2"), method="REQUEST"),
        ],
        ["03 09:00 Team", "11 08:00 Team", "17 09:00 Team"],
    ),
    "a cancelled occurrence in a file of its own": (
        [
            WEEKLY,
            calendar(entry("10T090000", "Team", occurrence("10T090000"), "SEQUENCE:1"), method="CANCEL"),
        ],
        ["03 09:00 Team", "17 09:00 Team"],
    ),
    "an occurrence that is moved out of the range that is read": (
        [
            WEEKLY,
            calendar(
                entry("10T090000", "Team", occurrence("10T090000")).replace(
                    "DTSTART;TZID=Europe/Berlin:2026", "DTSTART;TZID=Europe/Berlin:2027"
                )
            ),
        ],
        ["03 09:00 Team", "17 09:00 Team"],
    ),
    "an occurrence that is named by its date": (
        [WEEKLY, calendar(entry("10T150000", "Team", "RECURRENCE-ID;VALUE=DATE:20260310"))],
        ["03 09:00 Team", "10 15:00 Team", "17 09:00 Team"],
    ),
    "an occurrence that is named in UTC": (
        [WEEKLY, calendar(entry("10T150000", "Team", "RECURRENCE-ID:20260310T080000Z"))],
        ["03 09:00 Team", "10 15:00 Team", "17 09:00 Team"],
    ),
    "the end of a series from an occurrence on": (
        [
            WEEKLY,
            calendar(
                entry(
                    "10T090000",
                    "Team",
                    "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260310T090000",
                ),
                method="CANCEL",
            ),
        ],
        ["03 09:00 Team"],
    ),
    "another time of a series from an occurrence on": (
        [
            WEEKLY,
            calendar(
                entry(
                    "10T110000",
                    "Crew",
                    "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260310T090000",
                ),
                method="REQUEST",
            ),
        ],
        ["03 09:00 Team", "10 11:00 Crew", "17 11:00 Crew"],
    ),
    "a cancelled series with a moved occurrence": (
        [WEEKLY, MOVED, calendar(entry("03T090000", "Team", SERIES, "SEQUENCE:3"), method="CANCEL")],
        [],
    ),
    "a series that was moved after one occurrence was": (
        [WEEKLY, MOVED, calendar(entry("03T100000", "Team", SERIES, "SEQUENCE:2"), method="REQUEST")],
        ["03 10:00 Team", "10 10:00 Team", "17 10:00 Team"],
    ),
    "a series that was renamed after one occurrence was moved": (
        [WEEKLY, MOVED, calendar(entry("03T090000", "Crew", SERIES, "SEQUENCE:2"), method="REQUEST")],
        ["03 09:00 Crew", "10 15:00 Team", "17 09:00 Crew"],
    ),
    "a series that ended before the range that is read": (
        [
            WEEKLY,
            calendar(entry("03T090000", "Team", "RRULE:FREQ=WEEKLY;UNTIL=20260201T000000Z", "SEQUENCE:4")),
        ],
        [],
    ),
    "a series that ended before the range that is read, with the same SEQUENCE": (
        [
            WEEKLY,
            calendar(
                entry(
                    "03T090000",
                    "Team",
                    "RRULE:FREQ=WEEKLY;UNTIL=20260201T000000Z",
                    "DTSTAMP:20260302T080000Z",
                )
            ),
        ],
        [],
    ),
    "an added occurrence": (
        [WEEKLY, calendar(entry("12T110000", "Team", "SEQUENCE:1"), method="ADD")],
        ["03 09:00 Team", "10 09:00 Team", "12 11:00 Team", "17 09:00 Team"],
    ),
    "a reply to the invitation": (
        [INVITATION, calendar(entry("25T090000", "Accepted: Interview", "SEQUENCE:5"), method="REPLY")],
        ["24 09:00 Interview"],
    ),
    "an event and a task with one UID": (
        [INVITATION, calendar(entry("24T090000", "Prepare", kind="VTODO"))],
        ["24 09:00 Interview", "Prepare: open"],
    ),
    "a task and its newer state": (
        [
            calendar(entry("24T090000", "Prepare", kind="VTODO")),
            calendar(entry("24T090000", "Prepare", "SEQUENCE:1", "STATUS:COMPLETED", kind="VTODO")),
        ],
        ["Prepare: done"],
    ),
    "a task and its cancellation": (
        [
            calendar(entry("24T090000", "Prepare", kind="VTODO"), method="REQUEST"),
            calendar(entry("24T090000", "Prepare", "SEQUENCE:1", kind="VTODO"), method="CANCEL"),
        ],
        ["Prepare: cancelled"],
    ),
    "a task with another title": (
        [
            calendar(entry("24T090000", "Prepair", kind="VTODO")),
            calendar(entry("24T090000", "Prepare", "LAST-MODIFIED:20260305T080000Z", kind="VTODO")),
        ],
        ["Prepare: open"],
    ),
    "dates of a series that were written out to files of their own": (
        [calendar(entry(f"{day}T190000", "Choir")) for day in ("03", "10", "17")],
        ["03 19:00 Choir", "10 19:00 Choir", "17 19:00 Choir"],
    ),
    "months of a series that were written out to files that overlap": (
        [
            calendar(*(entry(f"{day}T190000", "Choir") for day in days))
            for days in (("03", "10"), ("10", "17"))
        ],
        ["03 19:00 Choir", "10 19:00 Choir", "17 19:00 Choir"],
    ),
    "entries of two programs that number their entries": (
        [
            calendar(entry("03T190000", "Dentist", "DTSTAMP:20260101T000000Z")),
            calendar(entry("10T190000", "Karate", "DTSTAMP:20260202T000000Z")),
        ],
        ["03 19:00 Dentist", "10 19:00 Karate"],
    ),
    "series of two programs that number their entries": (
        [
            calendar(entry("03T190000", "Karate", SERIES, "DTSTAMP:20260101T000000Z")),
            calendar(entry("05T080000", "Lecture", "RRULE:FREQ=WEEKLY;COUNT=2", "DTSTAMP:20260202T000000Z")),
        ],
        ["03 19:00 Karate", "05 08:00 Lecture", "10 19:00 Karate", "12 08:00 Lecture", "17 19:00 Karate"],
    ),
    "tasks of two programs that number their entries": (
        [calendar(undated(title)) for title in ("Pay rent", "Call mum")],
        ["Call mum: open", "Pay rent: open"],
    ),
    "a cancellation without a start and a SEQUENCE": ([UPDATE, calendar(BARE, method="CANCEL")], []),
    "a cancellation of a series without a start": ([WEEKLY, MOVED, calendar(BARE, method="CANCEL")], []),
    "a first occurrence that was moved before its series was": (
        [
            calendar(entry("03T090000", "Team", SERIES), method="REQUEST"),
            calendar(
                entry("03T091500", "Team", occurrence("03T090000"), "SEQUENCE:1"),
                method="REQUEST",
            ),
            calendar(entry("03T100000", "Team", SERIES, "SEQUENCE:2"), method="REQUEST"),
        ],
        ["03 10:00 Team", "10 10:00 Team", "17 10:00 Team"],
    ),
    "a last occurrence that was moved before its series was": (
        [
            calendar(entry("03T090000", "Team", SERIES), method="REQUEST"),
            calendar(
                entry("17T091500", "Team", occurrence("17T090000"), "SEQUENCE:1"),
                method="REQUEST",
            ),
            calendar(entry("03T080000", "Team", SERIES, "SEQUENCE:2"), method="REQUEST"),
        ],
        ["03 08:00 Team", "10 08:00 Team", "17 08:00 Team"],
    ),
    "copies of a single date": ([calendar(entry("03T190000", "Choir"))] * 3, ["03 19:00 Choir"]),
}


@pytest.mark.parametrize("case", CASES)
def test_newest_entries_count_in_any_order_of_the_files(case):
    contents, expected = CASES[case]
    for order in permutations(contents):
        assert list_items(CalendarFile(f"{number}.ics", one) for number, one in enumerate(order)) == expected


@pytest.mark.parametrize("case", CASES)
def test_newest_messages_of_one_file_count(case):
    contents, expected = CASES[case]
    # Several exports of one file are one export.
    if sum("METHOD" not in one for one in contents) <= 1:
        for order in permutations(contents):
            assert list_items([CalendarFile("mail.ics", "".join(order))]) == expected


@pytest.mark.parametrize(
    ("older", "newer", "expected"),
    [
        ([entry("24T090000", "Talk")], [entry("25T100000", "Talk")], ["25 10:00 Talk"]),
        ([entry("24T090000", "Talk")], [entry("24T090000", "Talk, online")], ["24 09:00 Talk, online"]),
        (
            [entry("03T090000", "Team", SERIES), entry("10T150000", "Team", occurrence("10T090000"))],
            [entry("03T090000", "Team", SERIES)],
            ["03 09:00 Team", "10 09:00 Team", "17 09:00 Team"],
        ),
        (
            [entry("03T090000", "Team", SERIES), entry("10T150000", "Team", occurrence("10T090000"))],
            [entry("03T090000", "Team", SERIES, "EXDATE;TZID=Europe/Berlin:20260310T090000")],
            ["03 09:00 Team", "17 09:00 Team"],
        ),
        (
            [entry(f"{day}T190000", "Choir") for day in ("03", "10", "17")],
            [entry(f"{day}T190000", "Choir") for day in ("03", "17")],
            ["03 19:00 Choir", "17 19:00 Choir"],
        ),
        (
            [entry("03T090000", "Pay", "STATUS:NEEDS-ACTION", kind="VTODO")],
            [entry("03T090000", "Pay", "STATUS:COMPLETED", kind="VTODO")],
            ["Pay: done"],
        ),
    ],
)
def test_later_of_two_exports_counts_if_their_entries_have_no_newer_stamp(older, newer, expected):
    exports = [
        CalendarFile("work.ics", calendar(*older), days_old=9),
        CalendarFile("work (1).ics", calendar(*newer), days_old=1),
    ]
    swapped = [replace(exports[0], name="work (1).ics"), replace(exports[1], name="work.ics")]
    for files in (exports, exports[::-1], swapped, swapped[::-1]):
        assert list_items(files) == expected


def test_copies_of_one_export_are_one_calendar():
    content = calendar(entry("24T090000", "Talk"), entry("24T090000", "Prepare", kind="VTODO"))
    files = [CalendarFile("work.ics", content, 3), CalendarFile("work (1).ics", content, 2)]
    assert list_items(files) == list_items(files[:1]) == ["24 09:00 Talk", "Prepare: open"]


def test_copies_of_one_event_keep_its_external_id():
    content = calendar(entry("24T090000", "Talk"))
    parts = merge([CalendarFile("work.ics", content), CalendarFile("work (1).ics", content)])
    assert [event.external_id for part in parts for event in part.parsed.events] == ["m@example.org"]


def test_separate_files_keep_their_entries_apart():
    others = calendar(entry("24T090000", "Other").replace("m@example.org", "o@example.org"))
    files = [
        CalendarFile("a.ics", INVITATION),
        CalendarFile("b.ics", others),
        CalendarFile("c.ics", CANCELLATION),
    ]
    assert list_items(files) == ["24 09:00 Other"]


@dataclass(frozen=True)
class History:
    """The messages about a weekly event, and the events that remain of it."""

    messages: tuple[str, ...]
    events: list[str]


class Organizer:
    """An organizer of a weekly event, who sends a message for each change."""

    def __init__(self) -> None:
        self.hour, self.title, self.sequence = 9, "Team", 0
        self.moved: dict[str, tuple[str, str] | None] = {}
        self.messages = [self.write_series("REQUEST")]

    def write_series(self, method: str) -> str:
        start = f"03T{self.hour:02}0000"
        return calendar(entry(start, self.title, SERIES, f"SEQUENCE:{self.sequence}"), method=method)

    def change_series(self, *, later: int = 0, title: str = "") -> None:
        self.sequence += 1
        self.hour += later
        self.title += title
        self.messages.append(self.write_series("REQUEST"))

    def change_occurrence(self, day: str, minute: int | None) -> None:
        """Move an occurrence to that minute of its hour, or cancel it."""
        self.sequence += 1
        original = f"{day}T{self.hour:02}0000"
        start = original if minute is None else f"{day}T{self.hour:02}{minute:02}00"
        self.moved[original] = None if minute is None else (start, self.title)
        lines = (occurrence(original), f"SEQUENCE:{self.sequence}")
        method = "CANCEL" if minute is None else "REQUEST"
        self.messages.append(calendar(entry(start, self.title, *lines), method=method))

    def cancel(self) -> None:
        self.sequence += 1
        self.messages.append(self.write_series("CANCEL"))

    def list_events(self) -> list[str]:
        originals = {f"{day}T{self.hour:02}0000": self.title for day in ("03", "10", "17")}
        events = [self.moved.get(at, (at, title)) for at, title in originals.items()]
        return sorted(
            f"{one[0][:2]} {one[0][3:5]}:{one[0][5:7]} {one[1]}" for one in events if one is not None
        )


@st.composite
def histories(draw) -> History:
    """Draw what an organizer does to a weekly event, with a message for each step."""
    organizer = Organizer()
    days = st.sampled_from(["03", "10", "17"])
    for step in draw(
        st.lists(st.sampled_from(["time", "title", "move", "cancel one", "cancel all"]), max_size=6)
    ):
        match step:
            case "time":
                organizer.change_series(later=1)
            case "title":
                organizer.change_series(title="!")
            case "move":
                organizer.change_occurrence(draw(days), draw(st.sampled_from([15, 30])))
            case "cancel one":
                organizer.change_occurrence(draw(days), None)
            case "cancel all":
                organizer.cancel()
                return History(tuple(organizer.messages), [])
    return History(tuple(organizer.messages), organizer.list_events())


@given(history=histories(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_history_of_an_invitation_ends_in_the_same_rows_however_it_is_filed(history: History, data):
    order = data.draw(st.permutations(history.messages))
    folders = [data.draw(st.integers(0, len(order) - 1)) for _ in order]
    files = [
        CalendarFile(
            f"{folder}.ics",
            "".join(one for one, place in zip(order, folders, strict=True) if place == folder),
            days_old=data.draw(st.integers(0, 9)),
        )
        for folder in data.draw(st.permutations(sorted(set(folders))))
    ]
    assert list_items(files) == history.events


@pytest.mark.parametrize(
    ("change", "is_equal"),
    [
        (("DTSTAMP:20260301", "DTSTAMP:20260315"), True),
        (("SUMMARY", "LAST-MODIFIED:20260315T080000Z\nSUMMARY"), True),
        (("SUMMARY:Interview", "SUMMARY:Interview, online"), False),
        (("T090000", "T093000"), False),
        (("SUMMARY", "ATTENDEE;PARTSTAT=DECLINED:mailto:rita@example.org\nSUMMARY"), False),
    ],
)
def test_event_with_a_new_stamp_alone_is_unchanged(change: tuple[str, str], is_equal: bool):
    fingerprints = [
        row["fingerprint"]
        for content in (INVITATION, INVITATION.replace(*change))
        for row in build_rows(UUID(int=1), merge([CalendarFile("a.ics", content)]), TZ).events.values()
    ]
    assert (fingerprints[0] == fingerprints[1]) is is_equal


def test_row_of_an_event_has_what_its_calendar_states():
    (row,) = build_rows(UUID(int=1), merge([CalendarFile("a.ics", UPDATE)]), TZ).events.values()
    assert (row["uid"], row["sequence"]) == ("m@example.org", 2)
    assert row["stamped_at"] == datetime(2026, 3, 1, 8, tzinfo=UTC)
