"""One bad detail costs its detail, with one warning, and never the entry, the series or the file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.agenda.model import Priority, TaskStatus

START = "DTSTART;TZID=Europe/Berlin:20260302T090000"
OTHER = "DTSTART:20260310T090000Z"


@pytest.mark.parametrize(
    ("line", "named", "count"),
    [
        ("RRULE:INTERVAL=1", "the recurrence rule of this event was ignored: it has no FREQ", 1),
        ("RRULE:FREQ=LUNAR_YEARLY;BYMONTH=10", "the recurrence rule of this event was ignored", 1),
        ("RRULE:every week", "the recurrence rule of this event was ignored", 1),
        ("RRULE:FREQ=WEEKLY;BYDAY=XX", "BYDAY of the recurrence rule", 9),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO,XX", "BYDAY of the recurrence rule", 9),
        ("RRULE:FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY of the recurrence rule", 2),
        ("RRULE:FREQ=MONTHLY;BYMONTHDAY=2,40", "BYMONTHDAY of the recurrence rule", 2),
        ("RRULE:FREQ=WEEKLY;INTERVAL=two", "INTERVAL of the recurrence rule", 9),
        ("RRULE:FREQ=WEEKLY;COUNT=many", "COUNT of the recurrence rule", 9),
        ("RRULE:FREQ=WEEKLY;UNTIL=tomorrow", "UNTIL of the recurrence rule", 9),
        ("RRULE:FREQ=WEEKLY;WKST=9", "WKST of the recurrence rule", 9),
        ("RRULE:FREQ=DAILY;COUNT=3\r\nEXDATE:never", "a date in EXDATE", 3),
        ("RRULE:FREQ=DAILY;COUNT=3\r\nEXDATE:00000000T000000", "a date in EXDATE", 3),
        ("RRULE:FREQ=DAILY;COUNT=3\r\nEXDATE:20260303T080000Z,20269999", "a date in EXDATE", 2),
        ("RDATE:20260303T080000Z,soon", "a date in RDATE", 2),
        ("RDATE;VALUE=PERIOD:20260303T080000Z/long", "the end of a period in RDATE", 2),
        ("RDATE:20260303T080000Z\r\nEXRULE:FREQ=SOMETIMES", "the recurrence rule of this event", 2),
        ("DTEND:20260301T090000Z", "DTEND of this event was ignored: the event would end before", 1),
        ("DTEND:later", "DTEND of this event was ignored: it is not a date", 1),
        ("DURATION:an hour", "DURATION of this event was ignored", 1),
        ("DURATION:-PT1H", "DURATION of this event was ignored", 1),
        ("DURATION:P9999999D", "DURATION of this event was ignored", 1),
        ("STATUS:PERHAPS", "STATUS of this event was ignored", 1),
        ("TRANSP:GLASS", "TRANSP of this event was ignored", 1),
        ("RECURRENCE-ID:first", "RECURRENCE-ID of this event was ignored", 1),
        ("RECURRENCE-ID:first\r\nRRULE:FREQ=WEEKLY", "RECURRENCE-ID of this event was ignored", 9),
    ],
)
def test_a_bad_detail_of_an_event_costs_the_detail(read, calendar, entry, line, named, count):
    found = read(calendar(entry(START, line), entry(OTHER, uid="other@example")))
    (warning,) = found.warnings
    assert named in warning.message
    assert warning.line == 3
    assert len([event for event in found.events if event.uid == "a@example"]) == count
    assert [event.uid for event in found.events][-1] == "other@example"


@pytest.mark.parametrize(
    "line",
    [
        "RRULE:",
        "RRULE: ",
        "RDATE:",
        "EXDATE:\r\nEXRULE:",
        "RRULE:FREQ=WEEKLY;BYDAY=;INTERVAL=1;COUNT=1",
        "RRULE:RRULE:FREQ=WEEKLY;COUNT=1",
        "RRULE:FREQ=WEEKLY;COUNT=1;",
        "RRULE:FREQ=WEEKLY;COUNT=1\r\nEXDATE:20260309T080000Z,",
        "RECURRENCE-ID:",
        "DTEND:\r\nDURATION:",
        "STATUS:\r\nTRANSP:",
        "STATUS:CANCELED\r\nRECURRENCE-ID:20260309T080000Z\r\nRRULE:FREQ=DAILY",
    ],
)
def test_an_empty_detail_is_none(events, line):
    assert len(events(START, line)) == (0 if "CANCELED" in line else 1)


def test_a_feed_with_an_empty_rule_in_each_event_is_read_without_a_warning(read, calendar, entry):
    parts = [
        entry(f"DTSTART:202603{day:02}", f"DTEND:202603{day:02}", "RRULE:", uid=f"{day}@example")
        for day in range(1, 31)
    ]
    found = read(calendar(*parts))
    assert [event.external_id for event in found.events] == [f"{day}@example" for day in range(1, 31)]
    assert found.warnings == ()


def test_the_same_fault_of_many_entries_has_equal_words(read, calendar, entry):
    parts = [
        entry(START, f"RRULE:FREQ=WEEKLY;UNTIL=x{number}", f"EXDATE:y{number}", uid=f"{number}@example")
        for number in range(40)
    ]
    assert len({warning.message for warning in read(calendar(*parts)).warnings}) == 2


def test_an_override_without_a_start_is_at_the_time_of_its_occurrence(read, calendar, entry):
    master = entry(START, "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3", "SUMMARY:Team")
    renamed = entry("RECURRENCE-ID;TZID=Europe/Berlin:20260309T090000", "SUMMARY:Guests")
    found = read(calendar(master, renamed))
    titles = {event.start.day: (event.title, event.end - event.start) for event in found.events}
    assert [titles[day][0] for day in (2, 9, 16)] == ["Team", "Guests", "Team"]
    assert titles[9][1] == titles[2][1]
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("PRIORITY:11", "PRIORITY of this task"),
        ("PRIORITY:very", "PRIORITY of this task"),
        ("PERCENT-COMPLETE:half", "PERCENT-COMPLETE of this task"),
        ("PERCENT-COMPLETE:400", "PERCENT-COMPLETE of this task"),
        ("STATUS:PERHAPS", "STATUS of this task"),
        ("COMPLETED:yesterday", "COMPLETED of this task"),
        ("DTSTART:soon", "DTSTART of this task"),
        ("DTSTART:20260302\r\nDURATION:long", "DURATION of this task"),
        ("ESTIMATED-DURATION:long", "ESTIMATED-DURATION of this task"),
        ("DUE:20260331\r\nRRULE:FREQ=SOMETIMES", "the recurrence rule of this task"),
        ("DUE:20260331\r\nRRULE:FREQ=WEEKLY\r\nEXDATE:never", "a date in EXDATE of this task"),
        ("RRULE:FREQ=WEEKLY\r\nDUE:never", "DUE of this task"),
    ],
)
def test_a_bad_detail_of_a_task_costs_the_detail(read, calendar, entry, line, named):
    found = read(calendar(entry("SUMMARY:Report", line, kind="VTODO")))
    (warning,) = found.warnings
    assert named in warning.message
    (task,) = found.tasks
    assert (task.title, task.status, task.priority) == ("Report", TaskStatus.OPEN, Priority.NORMAL)


@pytest.mark.parametrize(
    "line", ["DTSTART:never", "DTSTART:99991231", "CREATED:20260231", "DTSTART:2026-13-01"]
)
def test_a_bad_date_of_a_journal_entry_costs_the_date(read, calendar, entry, line):
    found = read(calendar(entry("SUMMARY:Met Bob", line, kind="VJOURNAL")))
    assert [note.title for note in found.notes] == ["Met Bob"]
    assert ["of this journal entry was ignored" in one.message for one in found.warnings] == [True]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("STATUS:Completed", TaskStatus.DONE),
        ("STATUS:DONE", TaskStatus.DONE),
        ("STATUS:in-progress", TaskStatus.IN_PROGRESS),
        ("STATUS:CANCELED", TaskStatus.CANCELLED),
        ("PERCENT-COMPLETE:50%", TaskStatus.IN_PROGRESS),
        ("PERCENT-COMPLETE:100.0", TaskStatus.DONE),
    ],
)
def test_a_status_in_other_words_is_known(read, calendar, entry, line, status):
    found = read(calendar(entry("SUMMARY:Report", line, kind="VTODO")))
    assert (found.tasks[0].status, found.warnings) == (status, ())


DETAILS = [
    "EXDATE:never",
    "EXDATE;VALUE=DATE:20261340",
    "RDATE:99999999",
    "EXRULE:FREQ=SOMETIMES",
    "DTEND:later",
    "DURATION:PT",
    "STATUS:PERHAPS",
    "SEQUENCE:first",
    "DTSTAMP:now",
    "TRANSP:GLASS",
]
PARTS = [
    "BYDAY=XX",
    "BYMONTH=13",
    "INTERVAL=two",
    "COUNT=some",
    "UNTIL=later",
    "WKST=XX",
    "FOO=1",
    "SKIP=SIDEWAYS",
]


@settings(max_examples=100, deadline=None)
@given(
    rule=st.sampled_from(
        ["DAILY;COUNT=9", "WEEKLY;BYDAY=MO,TH", "MONTHLY;BYMONTHDAY=2,-1", "YEARLY;BYMONTH=3"]
    ),
    parts=st.lists(st.sampled_from(PARTS), max_size=2),
    details=st.lists(st.sampled_from(DETAILS), max_size=3, unique=True),
)
def test_a_bad_detail_takes_no_occurrence_away(read, calendar, entry, rule, parts, details):
    whole = read(calendar(entry(START, f"RRULE:FREQ={rule}")))
    text = ";".join([f"RRULE:FREQ={rule}", *(part for part in parts if part.partition("=")[0] not in rule)])
    damaged = read(calendar(entry(START, text, *details)))
    assert {event.start for event in whole.events} <= {event.start for event in damaged.events}
    assert bool(damaged.warnings) >= bool(set(details) - {"SEQUENCE:first", "DTSTAMP:now"})
