from datetime import UTC, date, datetime

import pytest

from daybreak.agenda.model import Priority, TaskStatus

FREELANCER = """\
(A) 2026-03-20 Send the offer to Anna +BakeryWebsite @mail due:2026-03-29 est:30m id:offer
(B) Plan the +GarageSale with Bob @home t:2026-04-01 rec:+1m
(D) Sort receipts
x 2026-03-28 2026-03-20 Pay the hosting bill +BakeryWebsite pri:C
Order flour samples +BakeryWebsite dep:offer

xylophone lesson, see https://example.org/due:dates
Remember the milk due:2026-02-30
Remember the milk
Secret helper line h:1
"""


def tasks_by_title(parsed):
    return {task.title: task for task in parsed.tasks}


def test_every_field_of_a_freelancers_list_is_imported(read):
    tasks = tasks_by_title(read("todo.txt", FREELANCER))
    offer = tasks["Send the offer to Anna"]
    assert (offer.project, offer.tags, offer.priority) == ("BakeryWebsite", ("mail",), Priority.HIGHEST)
    assert (offer.due, offer.estimate_minutes, offer.external_id) == (date(2026, 3, 29), 30, "offer")
    assert offer.source_ref == "todo.txt:1"
    sale = tasks["Plan the GarageSale with Bob"]
    assert (sale.start, sale.recurrence, sale.priority) == (date(2026, 4, 1), "+1m", Priority.HIGH)
    assert tasks["Sort receipts"].priority is Priority.LOW
    assert tasks["Order flour samples"].blocked_by == ("offer",)
    bill = tasks["Pay the hosting bill"]
    assert (bill.status, bill.completed) == (TaskStatus.DONE, date(2026, 3, 28))
    assert bill.priority is Priority.NORMAL
    assert "xylophone lesson, see https://example.org/due:dates" in tasks


def test_projects_are_named_once_where_they_are_first_mentioned(read):
    parsed = read("todo.txt", FREELANCER)
    assert [(p.name, p.source_ref) for p in parsed.projects] == [
        ("BakeryWebsite", "todo.txt:1"),
        ("GarageSale", "todo.txt:2"),
    ]


def test_a_nonexistent_date_is_a_warning_with_its_line_and_the_task_is_imported(read):
    parsed = read("todo.txt", FREELANCER)
    (warning,) = parsed.warnings
    assert (warning.path, warning.line) == ("todo.txt", 8)
    assert "“2026-02-30”" in warning.message
    assert tasks_by_title(parsed)["Remember the milk"].due is None


def test_a_hidden_task_is_skipped(read):
    assert not any("Secret" in task.title for task in read("todo.txt", FREELANCER).tasks)


def test_ids_stay_when_lines_move_and_are_unique(read):
    before = {
        task.title: task.external_id
        for task in read("todo.txt", FREELANCER).tasks
        if "milk" not in task.title
    }
    moved = "\n".join(reversed(FREELANCER.splitlines()))
    parsed = read("todo.txt", moved)
    assert before.items() <= {task.title: task.external_id for task in parsed.tasks}.items()
    assert len({task.external_id for task in parsed.tasks}) == len(parsed.tasks) == 8


def test_a_changed_date_or_priority_keeps_the_id(read):
    (before,) = read("todo.txt", "Call Bob due:2026-03-29").tasks
    (after,) = read("todo.txt", "x 2026-03-29 Call Bob due:2026-03-30 @phone").tasks
    assert before.external_id == after.external_id


def test_a_parent_is_blocked_by_the_tasks_that_name_it(read):
    tasks = tasks_by_title(read("todo.txt", "Move house id:1\nPack books p:1\nBook a van id:2 p:1\n"))
    assert tasks["Move house"].blocked_by == ("todo.txt#pack-books", "2")


def test_a_time_is_in_the_owners_zone(read):
    (task,) = read("work.todo.txt", "Call due:2026-03-30T09:00", tz="America/New_York").tasks
    assert task.due == datetime(2026, 3, 30, 13, tzinfo=UTC)


def test_a_status_key_is_read(read):
    tasks = tasks_by_title(read("todo.txt", "Write report status:in_progress\nShip it status:waiting\n"))
    assert tasks["Write report"].status is TaskStatus.IN_PROGRESS
    assert tasks["Ship it"].status is TaskStatus.BLOCKED


@pytest.mark.parametrize(
    ("line", "title", "project"),
    [
        ("(A) Buy milk\x10eggs and bread\x10due:2026-03-30 +Home", "Buy milk eggs and bread", "Home"),
        ("Call\x10\x10due:2026-03-30", "Call", None),
        ("Pay\x10+Bank due:2026-03-30\x10@phone", "Pay", "Bank"),
        ("due:2026-03-30\x10Write +Book", "Write", "Book"),
    ],
)
def test_a_line_break_of_sleek_separates_words(read, line, title, project):
    (task,) = read("todo.txt", line).tasks
    assert (task.title, task.due, task.project) == (title, date(2026, 3, 30), project)


@pytest.mark.parametrize(
    "line",
    [
        "Pay the fine due:2026-03-30\u200b",
        "Pay the fine\ufeff due:2026-03-30",
        "Pay the fine\u00a0due:2026-03-30",
        "Pay the fine due:\u00a02026-03-30",
        "\u200bPay the fine\u202fdue:\u20602026-03-30",
    ],
)
def test_invisible_characters_do_not_hide_a_date(read, line):
    parsed = read("todo.txt", line)
    (task,) = parsed.tasks
    assert (task.title, task.due, parsed.warnings) == ("Pay the fine", date(2026, 3, 30), ())
