from datetime import UTC, date, datetime

import pytest

from daybreak.agenda.model import Priority, TaskStatus


@pytest.fixture
def tasks(read, calendar, entry):
    def read_tasks(*bodies: tuple[str, ...], **changes) -> list:
        parts = [entry(*lines, kind="VTODO") for lines in bodies]
        found = read(calendar("X-WR-CALNAME:Home\r\n", *parts), **changes)
        assert not found.warnings
        return list(found.tasks)

    return read_tasks


def test_every_field_of_a_task_is_imported(tasks):
    (task,) = tasks(
        (
            "SUMMARY:Pay the rent",
            "DESCRIPTION:to Bob\\nby bank",
            "DTSTART;VALUE=DATE:20260320",
            "DUE;TZID=Europe/Berlin:20260401T120000",
            "PERCENT-COMPLETE:40",
            "ESTIMATED-DURATION:PT1H30M",
            "LAST-MODIFIED:20260301T100000Z",
            "CATEGORIES:money,home",
            "ATTENDEE;CN=Ada:mailto:ada@example.org",
            "RELATED-TO;RELTYPE=DEPENDS-ON:other@example",
            "RELATED-TO:parent@example",
        )
    )
    assert (task.title, task.details, task.project) == ("Pay the rent", "to Bob\nby bank", "Home")
    assert (task.start, task.due) == (date(2026, 3, 20), datetime(2026, 4, 1, 10, tzinfo=UTC))
    assert (task.status, task.estimate_minutes) == (TaskStatus.IN_PROGRESS, 90)
    assert (task.tags, task.blocked_by) == (("money", "home"), ("other@example",))
    assert task.assignee == "Ada <ada@example.org>"
    assert task.touched_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("STATUS:NEEDS-ACTION",), TaskStatus.OPEN),
        (("STATUS:IN-PROCESS",), TaskStatus.IN_PROGRESS),
        (("STATUS:COMPLETED",), TaskStatus.DONE),
        (("STATUS:CANCELLED",), TaskStatus.CANCELLED),
        (("COMPLETED:20260301T100000Z",), TaskStatus.DONE),
        (("PERCENT-COMPLETE:100",), TaskStatus.DONE),
        (("PERCENT-COMPLETE:0",), TaskStatus.OPEN),
        (("PERCENT-COMPLETE:10",), TaskStatus.IN_PROGRESS),
        ((), TaskStatus.OPEN),
    ],
)
def test_the_status_of_a_task_is_parsed(tasks, lines, status):
    (task,) = tasks(("SUMMARY:x", *lines))
    assert task.status is status


@pytest.mark.parametrize(
    ("written", "priority"),
    [
        ("1", Priority.HIGHEST),
        ("4", Priority.HIGH),
        ("5", Priority.NORMAL),
        ("6", Priority.LOW),
        ("9", Priority.LOW),
        ("0", Priority.NORMAL),
        ("high", Priority.HIGH),
        ("urgent", Priority.HIGHEST),
    ],
)
def test_the_priority_of_a_task_is_parsed(tasks, written, priority):
    (task,) = tasks(("SUMMARY:x", f"PRIORITY:{written}"))
    assert task.priority is priority


def test_a_start_with_a_duration_sets_the_due_date(tasks):
    (task,) = tasks(("DTSTART:20260320T080000Z", "DURATION:P2D"))
    assert (task.due, task.estimate_minutes) == (datetime(2026, 3, 22, 8, tzinfo=UTC), None)


def test_the_file_names_the_project_of_a_nameless_calendar(read, calendar, entry):
    found = read(calendar(entry("SUMMARY:x", kind="VTODO")))
    assert [project.name for project in found.projects] == [found.tasks[0].project] == ["work"]


def test_a_recurring_task_is_imported_once_as_it_last_came_due(tasks):
    (daily,) = tasks(("DUE;VALUE=DATE:20200101", "RRULE:FREQ=DAILY"))
    assert (daily.due, daily.external_id) == (date(2026, 3, 25), "a@example/2026-03-25")
    (weekly,) = tasks(("DUE;VALUE=DATE:20260302", "RRULE:FREQ=WEEKLY"))
    assert weekly.due == date(2026, 3, 23)


def test_a_completed_recurring_task_has_its_next_and_its_completed_occurrence(tasks):
    done, coming = tasks(
        ("DUE;VALUE=DATE:20260302", "RRULE:FREQ=WEEKLY"),
        (
            "RECURRENCE-ID;VALUE=DATE:20260323",
            "DUE;VALUE=DATE:20260323",
            "STATUS:COMPLETED",
            "COMPLETED:20260324T100000Z",
        ),
    )
    assert (done.status, done.due) == (TaskStatus.DONE, date(2026, 3, 23))
    assert (coming.status, coming.due) == (TaskStatus.OPEN, date(2026, 3, 30))


def test_a_future_recurring_task_has_its_first_occurrence(tasks):
    (task,) = tasks(("DTSTART;VALUE=DATE:20270101", "DUE;VALUE=DATE:20270103", "RRULE:FREQ=MONTHLY"))
    assert (task.start, task.due) == (date(2027, 1, 1), date(2027, 1, 3))


def test_a_recurring_task_that_ended_long_ago_is_not_lost(tasks):
    (task,) = tasks(("DUE;VALUE=DATE:20100101", "RRULE:FREQ=DAILY;COUNT=3"))
    assert (task.due, task.status) == (date(2010, 1, 1), TaskStatus.OPEN)


def test_a_recurring_task_with_a_completed_master_is_done(tasks):
    (task,) = tasks(("DUE;VALUE=DATE:20260302", "RRULE:FREQ=WEEKLY", "STATUS:COMPLETED"))
    assert (task.status, task.external_id) == (TaskStatus.DONE, "a@example")


def test_a_journal_entry_is_a_note(read, calendar, entry):
    found = read(
        calendar(
            entry("DTSTART:20260301T100000Z", "SUMMARY:Met Bob", "DESCRIPTION:He agreed", kind="VJOURNAL")
        )
    )
    (note,) = found.notes
    assert (note.title, note.body) == ("Met Bob", "He agreed")
    assert note.noted_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_a_journal_entry_of_a_date_is_on_that_date_for_its_owner(read, calendar, entry):
    (note,) = read(calendar(entry("DTSTART;VALUE=DATE:20260301", kind="VJOURNAL"))).notes
    assert note.noted_at == datetime(2026, 2, 28, 23, tzinfo=UTC)
