"""Years that programs write for “none”: no end, no date."""

from datetime import date, datetime, timedelta

import pytest

NONE = [
    "99991231T235959Z",
    "99991231",
    "00010101T000000Z",
    "00000000T000000",
    "45010101T000000Z",
    "16010101",
    "19700101T000000Z",
]


@pytest.mark.parametrize("until", NONE)
@pytest.mark.parametrize("start", ["DTSTART;TZID=Europe/Berlin:20260302T090000", "DTSTART:20260302"])
def test_a_series_until_such_a_date_has_no_end(events, start, until):
    found = events(start, f"RRULE:FREQ=WEEKLY;UNTIL={until}")
    assert [event.start.day for event in found] == [2, 9, 16, 23, 30, 6, 13, 20, 27]


@pytest.mark.parametrize("end", [one for one in NONE if one != "00000000T000000"])
def test_an_event_with_such_an_end_has_none(events, end):
    (timed,) = events("DTSTART:20260302T090000Z", f"DTEND:{end}")
    assert timed.end == timed.start
    (day,) = events("DTSTART;VALUE=DATE:20260302", f"DTEND:{end}")
    assert day.end - day.start == timedelta(days=1)


@pytest.mark.parametrize("written", NONE)
@pytest.mark.parametrize("name", ["DUE", "DTSTART", "COMPLETED"])
def test_a_task_with_such_a_date_has_none(read, calendar, entry, name, written):
    found = read(calendar(entry(f"{name}:{written}", kind="VTODO")))
    (task,) = found.tasks
    assert (task.start, task.due, task.completed) == (None, None, None)
    assert task.status == task.status.OPEN
    assert found.warnings == ()


def test_a_recurring_task_with_such_a_start_keeps_its_due_date(read, calendar, entry):
    found = read(
        calendar(entry("DTSTART:45010101T000000Z", "DUE:20260323", "RRULE:FREQ=WEEKLY", kind="VTODO"))
    )
    assert [(task.start, task.due) for task in found.tasks] == [(None, date(2026, 3, 23))]


@pytest.mark.parametrize("start", ["00010101", "99991231", "00000000", "99990101T000000Z"])
def test_an_event_that_starts_in_no_year_is_skipped_with_a_warning(read, calendar, entry, start):
    found = read(calendar(entry(f"DTSTART:{start}"), entry("DTSTART:20260302", uid="other@example")))
    assert [event.uid for event in found.events] == ["other@example"]
    assert "was skipped: its DTSTART" in found.warnings[0].message


def test_a_birthday_of_an_unknown_year_recurs(events):
    found = events("DTSTART;VALUE=DATE:16040329", "RRULE:FREQ=YEARLY")
    assert [event.start for event in found] == [date(2026, 3, 29)]


def test_hour_24_is_the_next_midnight(events):
    (event,) = events("DTSTART:20260302T190000", "DTEND:20260302T240000")
    assert event.end == datetime(2026, 3, 3)  # noqa: DTZ001 -- a floating time
