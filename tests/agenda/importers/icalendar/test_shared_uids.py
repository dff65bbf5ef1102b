"""Tests of several entries of one file with the same UID: versions of one thing, or separate things."""

from itertools import permutations

import pytest

STAMP, LATER = "DTSTAMP:20260301T080000Z", "DTSTAMP:20260310T080000Z"
BERLIN = "TZID=Europe/Berlin"


def event(start: str, title: str, *lines: str, stamp: str = STAMP) -> tuple[str, ...]:
    return (stamp, f"DTSTART;{BERLIN}:202603{start}", f"SUMMARY:{title}", "DURATION:PT1H", *lines)


def found_times(parsed) -> list[str]:
    assert len({event.external_id for event in parsed.events}) == len(parsed.events)
    return sorted(f"{event.start:%d %H:%M} {event.title}" for event in parsed.events)


# Starts are in UTC; Berlin is an hour ahead until 29 March.
CASES = {
    "two times and titles": (
        [event("30T093000", "Karaoke"), event("30T193000", "Karaoke, late")],
        ["30 07:30 Karaoke", "30 17:30 Karaoke, late"],
    ),
    "two times": (
        [event("10T100000", "Swimming"), event("12T100000", "Swimming")],
        ["10 09:00 Swimming", "12 09:00 Swimming"],
    ),
    "a series written out": (
        [event(f"{day:02}T190000", "Choir") for day in (3, 10, 17, 24)],
        [f"{day:02} 18:00 Choir" for day in (3, 10, 17, 24)],
    ),
    "a series written out, each date stamped when it was last changed": (
        [
            event(f"{day:02}T190000", "Choir", stamp=f"LAST-MODIFIED:202602{day:02}T080000Z")
            for day in (3, 10, 17)
        ],
        [f"{day:02} 18:00 Choir" for day in (3, 10, 17)],
    ),
    "a series written out without stamps": (
        [("SUMMARY:Yoga", f"DTSTART:202603{day:02}T070000Z") for day in (4, 11)],
        ["04 07:00 Yoga", "11 07:00 Yoga"],
    ),
    "two titles at one time": (
        [event("10T100000", "Room A"), event("10T100000", "Room B")],
        ["10 09:00 Room A", "10 09:00 Room B"],
    ),
    "a true duplicate": (
        [event("10T100000", "Dentist"), event("10T100000", "Dentist")],
        ["10 09:00 Dentist"],
    ),
    "a duplicate with its time in UTC": (
        [
            event("10T100000", "Dentist"),
            (STAMP, "DTSTART:20260310T090000Z", "SUMMARY:Dentist", "DURATION:PT1H"),
        ],
        ["10 09:00 Dentist"],
    ),
    "an update with a higher SEQUENCE": (
        [event("10T100000", "Talk", "SEQUENCE:1"), event("11T120000", "Talk moved", "SEQUENCE:2")],
        ["11 11:00 Talk moved"],
    ),
    "an update with a later stamp": (
        [event("10T100000", "Talk"), event("11T120000", "Talk", stamp=LATER)],
        ["11 11:00 Talk"],
    ),
    "a title that was mended": (
        [event("10T100000", "Tlak"), event("10T100000", "Talk", stamp=LATER)],
        ["10 09:00 Talk"],
    ),
    "one date of a series written out that was renamed": (
        [event(f"{day:02}T190000", "Choir") for day in (3, 10, 17)]
        + [event("10T190000", "Choir", "SEQUENCE:1")],
        ["03 18:00 Choir", "10 18:00 Choir", "17 18:00 Choir"],
    ),
    "one date of a series written out that was cancelled": (
        [
            event("03T190000", "Choir"),
            event("10T190000", "Choir", "STATUS:CANCELLED"),
            event("17T190000", "Choir"),
        ],
        ["03 18:00 Choir", "17 18:00 Choir"],
    ),
    "the rule and the dates": (
        [event("03T190000", "Choir", "RRULE:FREQ=WEEKLY;COUNT=3")]
        + [event(f"{day:02}T190000", "Choir") for day in (10, 17)],
        ["03 18:00 Choir", "10 18:00 Choir", "17 18:00 Choir"],
    ),
    "two rules": (
        [
            event("03T190000", "Lecture", "RRULE:FREQ=WEEKLY;COUNT=2"),
            event("05T080000", "Lecture", "RRULE:FREQ=WEEKLY;COUNT=2"),
        ],
        ["03 18:00 Lecture", "05 07:00 Lecture", "10 18:00 Lecture", "12 07:00 Lecture"],
    ),
    "a series written out and a moved date of it": (
        [event(f"{day:02}T190000", "Choir") for day in (3, 10)]
        + [event("11T200000", "Choir", f"RECURRENCE-ID;{BERLIN}:20260310T190000")],
        ["03 18:00 Choir", "11 19:00 Choir"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_events_with_one_uid_are_versions_or_separate_in_any_order(read, calendar, entry, case):
    entries, expected = CASES[case]
    for order in list(permutations(entries))[:24]:
        parsed = read(calendar(*(entry(*lines) for lines in order)))
        assert found_times(parsed) == expected
        assert not parsed.warnings


def test_dates_with_one_uid_keep_their_ids_in_any_order(read, calendar, entry):
    entries = [entry(*event(f"{day:02}T190000", "Choir")) for day in (3, 10, 17)]
    ids = {
        frozenset(one.external_id for one in read(calendar(*order)).events) for order in permutations(entries)
    }
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (["SUMMARY:Pay rent|DUE:20260301", "SUMMARY:Pay power|DUE:20260301"], ["Pay power", "Pay rent"]),
        (["SUMMARY:Water|DUE:20260301", "SUMMARY:Water|DUE:20260308"], ["Water", "Water"]),
        (["SUMMARY:A|DUE:20260301|SEQUENCE:1", "SUMMARY:B|DUE:20260302|SEQUENCE:2"], ["B"]),
        (["SUMMARY:Water|DUE:20260301", "SUMMARY:Water|DUE:20260301"], ["Water"]),
        (["SUMMARY:A", "SUMMARY:B"], ["A", "B"]),
    ],
)
def test_tasks_with_one_uid_are_versions_or_separate(read, calendar, entry, entries, expected):
    for order in permutations(entry(*lines.split("|"), kind="VTODO") for lines in entries):
        tasks = read(calendar(*order)).tasks
        assert sorted(task.title for task in tasks) == expected
        assert len({task.external_id for task in tasks}) == len(tasks)


def test_journal_entries_with_one_uid_are_separate_notes(read, calendar, entry):
    days = [
        entry(f"DTSTART;VALUE=DATE:202603{day:02}", f"SUMMARY:Day {day}", kind="VJOURNAL")
        for day in (1, 2, 3)
    ]
    notes = read(calendar(*days)).notes
    assert {note.title for note in notes} == {"Day 1", "Day 2", "Day 3"}
    assert len({note.external_id for note in notes}) == 3


@pytest.mark.parametrize("method", ["REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH", "reply"])
@pytest.mark.parametrize("kind", ["VEVENT", "VTODO"])
def test_answers_to_an_invitation_contain_no_events_or_tasks(read, calendar, entry, method, kind):
    answer = entry(*event("10T100000", "Accepted: Interview"), kind=kind)
    parsed = read(calendar(f"METHOD:{method}\r\n", answer))
    assert (parsed.events, parsed.tasks, parsed.warnings) == ((), (), ())


@pytest.mark.parametrize("method", ["PUBLISH", "REQUEST", "ADD", "X-OTHER"])
def test_other_methods_contain_events(read, calendar, entry, method):
    parsed = read(calendar(f"METHOD:{method}\r\n", entry(*event("10T100000", "Interview"))))
    assert found_times(parsed) == ["10 09:00 Interview"]


def test_attendance_is_read_from_the_answers_of_the_participants(read, calendar, entry):
    attendees = [
        "ATTENDEE;PARTSTAT=DECLINED:mailto:Rita@Example.org",
        "ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED:MAILTO:bob@example.org",
        "ATTENDEE;PARTSTAT=tentative:MAILTO:carl@example.org",
        "ATTENDEE;PARTSTAT=NEEDS-ACTION;EMAIL=dora@example.org:/principals/dora/",
        "ATTENDEE:mailto:eve@example.org",
        "ATTENDEE;PARTSTAT=DECLINED:urn:uuid:1",
    ]
    (found,) = read(calendar(entry(*event("10T100000", "Talk", *attendees, "SEQUENCE:4")))).events
    assert found.declined_by == ("rita@example.org",)
    assert found.tentative_by == ("carl@example.org", "dora@example.org")
    assert (found.uid, found.recurrence_id, found.sequence) == ("a@example", None, 4)
    assert f"{found.stamped_at:%Y-%m-%d %H:%M}" == "2026-03-01 08:00"


def test_attendance_of_a_crowd_is_bounded(read, calendar, entry):
    crowd = [f"ATTENDEE;PARTSTAT=DECLINED:mailto:guest{number}@example.org" for number in range(2000)]
    (found,) = read(calendar(entry(*event("10T100000", "Fair", *crowd)))).events
    assert len(found.declined_by) == 200


def test_moved_occurrence_has_its_original_start_as_recurrence_id(read, calendar, entry):
    series = entry(*event("03T190000", "Choir", "RRULE:FREQ=WEEKLY;COUNT=2"))
    moved = entry(*event("11T200000", "Choir", f"RECURRENCE-ID;{BERLIN}:20260310T190000"))
    events = sorted(read(calendar(series, moved)).events, key=lambda one: one.start)
    assert [one.recurrence_id for one in events] == ["2026-03-03T18:00:00+00:00", "2026-03-10T18:00:00+00:00"]
