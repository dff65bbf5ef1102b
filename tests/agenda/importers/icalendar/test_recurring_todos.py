"""Which occurrence of a recurring to-do is the current one, and when it is due."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from daybreak.agenda.model import TaskStatus

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=BERLIN)


@pytest.fixture
def task(read, calendar, entry):
    """Return a reader of the open task of a calendar with these to-dos, on Wednesday 25 March 2026."""

    def read_task(*bodies: tuple[str, ...], **changes):
        found = read(calendar(*(entry(*lines, kind="VTODO") for lines in bodies)), **changes)
        assert found.warnings == ()
        (one,) = [one for one in found.tasks if one.status in {TaskStatus.OPEN, TaskStatus.IN_PROGRESS}]
        return one

    return read_task


@pytest.mark.parametrize(
    ("start", "due", "expected"),
    [
        ("DTSTART;VALUE=DATE:20260326", "DUE;VALUE=DATE:20260319", date(2026, 3, 19)),
        ("DTSTART;VALUE=DATE:20270101", "DUE;VALUE=DATE:20260323", date(2026, 3, 23)),
        ("DTSTART:20260326T100000Z", "DUE;VALUE=DATE:20260324", date(2026, 3, 24)),
        ("DTSTART;VALUE=DATE:20260326", "DUE:20260324T100000Z", datetime(2026, 3, 24, 10, tzinfo=UTC)),
        ("DTSTART:20260324T110000Z", "DUE:20260324T100000Z", datetime(2026, 3, 24, 10, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("rule", ["RRULE:FREQ=WEEKLY", "SUMMARY:once"])
def test_a_start_after_the_due_date_does_not_count(task, start, due, expected, rule):
    found = task((start, due, rule))
    assert (found.start, found.due) == (None, expected)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("DTSTART:20260325T090000Z", "DUE;VALUE=DATE:20260325"),
        ("DTSTART;VALUE=DATE:20260325", "DUE:20260325T170000Z"),
        ("DTSTART;VALUE=DATE:20260325", "DUE;VALUE=DATE:20260325"),
        ("DTSTART;VALUE=DATE:20260301", "DUE;VALUE=DATE:20260401"),
    ],
)
def test_a_start_on_or_before_the_day_of_the_due_date_counts(task, start, due):
    assert task((start, due)).start is not None


@pytest.mark.parametrize(
    ("start", "due", "expected"),
    [
        (
            "VALUE=DATE:20260302",
            "TZID=Europe/Berlin:20260302T170000",
            datetime(2026, 3, 23, 17, tzinfo=BERLIN),
        ),
        (
            "VALUE=DATE:20260302",
            "TZID=Europe/Berlin:20260303T080000",
            datetime(2026, 3, 24, 8, tzinfo=BERLIN),
        ),
        ("VALUE=DATE:20260302", "VALUE=DATE-TIME:20260302T170000", datetime(2026, 3, 23, 17)),  # noqa: DTZ001
        ("VALUE=DATE:20260302", "VALUE=DATE-TIME:20260302T160000Z", datetime(2026, 3, 23, 16, tzinfo=UTC)),
        ("TZID=Europe/Berlin:20260302T090000", "VALUE=DATE:20260302", date(2026, 3, 23)),
        ("TZID=Europe/Berlin:20260302T090000", "VALUE=DATE:20260304", date(2026, 3, 25)),
        ("VALUE=DATE:20260302", "VALUE=DATE:20260304", date(2026, 3, 25)),
    ],
)
def test_the_due_date_keeps_its_type_in_every_occurrence(task, start, due, expected):
    assert task((f"DTSTART;{start}", f"DUE;{due}", "RRULE:FREQ=WEEKLY")).due == expected


def test_a_due_time_stays_on_the_clock_over_a_change_of_it(task):
    found = task(
        ("DTSTART;VALUE=DATE:20260302", "DUE;TZID=Europe/Berlin:20260302T170000", "RRULE:FREQ=WEEKLY"),
        today=date(2026, 3, 30),
    )
    assert found.due == datetime(2026, 3, 30, 17, tzinfo=BERLIN)


WEEKLY = ("DTSTART;VALUE=DATE:20260302", "DUE;VALUE=DATE:20260302", "RRULE:FREQ=WEEKLY", "SUMMARY:Bins")


@pytest.mark.parametrize(
    ("override", "due"),
    [
        (("RECURRENCE-ID;VALUE=DATE:20260323", "STATUS:COMPLETED"), date(2026, 3, 30)),
        (("RECURRENCE-ID;VALUE=DATE:20260323", "STATUS:CANCELLED"), date(2026, 3, 30)),
        (("RECURRENCE-ID;VALUE=DATE:20260323", "PERCENT-COMPLETE:100"), date(2026, 3, 30)),
        (("RECURRENCE-ID:20260322T230000Z", "STATUS:COMPLETED"), date(2026, 3, 30)),
        (("RECURRENCE-ID;VALUE=DATE:20260316", "STATUS:COMPLETED"), date(2026, 3, 23)),
        (("RECURRENCE-ID;VALUE=DATE:20260323", "STATUS:IN-PROCESS"), date(2026, 3, 23)),
        (("RECURRENCE-ID;VALUE=DATE:20260323", "DUE;VALUE=DATE:20260327"), date(2026, 3, 16)),
        (("RECURRENCE-ID;VALUE=DATE:20260323", "DUE;VALUE=DATE:20260325"), date(2026, 3, 25)),
    ],
)
def test_an_override_decides_for_its_own_occurrence(task, override, due):
    assert task(WEEKLY, override).due == due


def test_an_excluded_occurrence_is_not_the_current_one(task):
    assert task((*WEEKLY, "EXDATE;VALUE=DATE:20260323")).due == date(2026, 3, 16)


@pytest.mark.parametrize(
    ("recurrence", "due"),
    [
        ("20260323T000000Z", date(2026, 3, 23)),
        ("20260330T000000Z", date(2026, 3, 30)),
        ("20260406T000000Z", date(2026, 4, 6)),
        ("20260309", date(2026, 3, 23)),
        ("never", date(2026, 3, 23)),
    ],
)
def test_an_occurrence_that_korganizer_counts_as_done_is_not_current(task, recurrence, due):
    assert task((*WEEKLY, f"X-KDE-LIBKCAL-DTRECURRENCE:{recurrence}")).due == due


@pytest.mark.parametrize("dates", [(), ("DUE:",), ("DTSTART:", "DUE:45010101T000000Z")])
def test_a_recurring_task_without_dates_is_one_open_task(task, dates):
    found = task(("SUMMARY:Stretch", "RRULE:FREQ=DAILY", *dates))
    assert (found.title, found.start, found.due) == ("Stretch", None, None)


def test_completed_occurrences_of_a_task_without_dates_are_kept(read, calendar, entry):
    master = entry("SUMMARY:Stretch", "RRULE:FREQ=DAILY", kind="VTODO")
    done = entry("RECURRENCE-ID;VALUE=DATE:20260324", "SUMMARY:Stretch", "STATUS:COMPLETED", kind="VTODO")
    statuses = [task.status for task in read(calendar(master, done)).tasks]
    assert sorted(statuses) == sorted([TaskStatus.OPEN, TaskStatus.DONE])


def test_a_rule_that_is_not_followed_leaves_the_first_occurrence(read, calendar, entry):
    found = read(calendar(entry("DUE;VALUE=DATE:20260302", "RRULE:FREQ=LUNAR", kind="VTODO")))
    assert [task.due for task in found.tasks] == [date(2026, 3, 2)]
    assert len(found.warnings) == 1
