from datetime import UTC, date, datetime

import pytest

from daybreak.agenda.model import Priority, TaskStatus

TASK_NOTE = """\
---
title: Send the offer
status: in-progress
priority: high
due: 2026-03-30
scheduled: 2026-03-29T09:00
projects:
  - "[[Clients/Bakery|Bakery]]"
contexts: [office, phone]
tags:
  - task
  - sales
timeEstimate: 90
---
With the new prices.

## Subtasks
- [ ] Ask Bob
"""


def test_a_note_of_tasknotes_is_a_task_with_its_properties(read):
    parsed = read("TaskNotes/Tasks/Send offer.md", TASK_NOTE)
    offer, subtask = parsed.tasks
    assert (offer.title, offer.status, offer.priority) == (
        "Send the offer",
        TaskStatus.IN_PROGRESS,
        Priority.HIGH,
    )
    assert (offer.due, offer.start) == (date(2026, 3, 30), datetime(2026, 3, 29, 7, tzinfo=UTC))
    assert (offer.project, offer.tags, offer.estimate_minutes) == ("Bakery", ("sales", "office", "phone"), 90)
    assert (offer.details, offer.source_ref) == ("With the new prices.", "TaskNotes/Tasks/Send offer.md:2")
    assert (subtask.title, subtask.project, subtask.details) == (
        "Ask Bob",
        "Bakery",
        "Part of “Send the offer”.",
    )
    assert (parsed.notes, parsed.warnings) == ((), ())


@pytest.mark.parametrize(
    ("metadata", "title", "status", "due"),
    [
        ("tags: task\nstatus: open\ndue: 2026-03-30", "Offer", TaskStatus.OPEN, date(2026, 3, 30)),
        ("tags: [task]\npriority: normal", "Offer", TaskStatus.OPEN, None),
        ('tags: ["#task"]\nscheduled: 2026-03-30\nstatus: none', "Offer", TaskStatus.OPEN, None),
        ("title: Send\nstatus: todo\ndue: [[2026-03-30]]", "Send", TaskStatus.OPEN, date(2026, 3, 30)),
        (
            "status: done\ndue: 2026-03-30\ncompletedDate: 2026-03-29",
            "Offer",
            TaskStatus.DONE,
            date(2026, 3, 30),
        ),
        ("status: Waiting\nDue date: 30 March 2026", "Offer", TaskStatus.BLOCKED, date(2026, 3, 30)),
        ("tags: [task, archived]\nstatus: open", "Offer", TaskStatus.CANCELLED, None),
    ],
)
def test_front_matter_with_a_state_and_a_date_is_a_task(read, metadata, title, status, due):
    (task,) = read("Offer.md", f"---\n{metadata}\n---\nText\n").tasks
    assert (task.title, task.status, task.due, task.project) == (title, status, due, None)


@pytest.mark.parametrize(
    "metadata",
    [
        "title: Plan\ntags: [idea]",
        "title: Post\nstatus: published\ndate: 2026-03-30",
        "status: done",
        "due: 2026-03-30",
        "tags: task",
        "layout: post\nstatus: draft\ndue: 2026-03-30",
    ],
)
def test_other_front_matter_is_that_of_a_note(read, metadata):
    parsed = read("Offer.md", f"---\n{metadata}\n---\nText\n")
    assert (parsed.tasks, len(parsed.notes)) == ((), 1)


def test_an_impossible_date_is_a_warning_with_its_line(read):
    parsed = read("Offer.md", "---\ntags: task\nstatus: open\ndue: 2026-02-30\n---\n")
    assert [(warning.line, parsed.tasks[0].due) for warning in parsed.warnings] == [(4, None)]


@pytest.mark.parametrize(
    ("properties", "status", "due"),
    [
        ("Status: In progress\nDue: March 30, 2026\nAssign: Anna", TaskStatus.IN_PROGRESS, date(2026, 3, 30)),
        ("Due date: 30/03/2026\nStatus: Not started", TaskStatus.OPEN, date(2026, 3, 30)),
        ("Status: Done\nDeadline: 2026-03-30\nPriority: High", TaskStatus.DONE, date(2026, 3, 30)),
        (
            "Priority: Low\nTags: home, garden\nStatus: To-do\nDue: 2026-03-30",
            TaskStatus.OPEN,
            date(2026, 3, 30),
        ),
    ],
)
def test_a_page_of_notion_with_state_and_date_is_a_task(read, properties, status, due):
    name = "Buy milk 0123456789abcdef0123456789abcdef.md"
    (task,) = read(name, f"# Buy milk\n\n{properties}\n\nTwo litres.\n").tasks
    assert (task.title, task.status, task.due, task.details) == ("Buy milk", status, due, "Two litres.")
    assert task.source_ref == f"{name}:1"


@pytest.mark.parametrize(
    "text",
    [
        "# Recipe\n\nStatus: In progress\n\nText\n",
        "# Call\n\nDue: March 30, 2026\n\nText\n",
        "# Call\n\nAnna: she agrees\nBob: he does not\n\nText\n",
        "# Call\n\nStatus: In progress\nDue: 2026-03-30\nand more prose\n",
        "Status: In progress\nDue: 2026-03-30\n",
    ],
)
def test_other_pages_are_notes(read, text):
    parsed = read("Call.md", text)
    assert (parsed.tasks, len(parsed.notes)) == ((), 1)


MINUTES = """\
# Steering group

## Attendees
Anna, Bob

## Decisions
We go live on 7 April.

## Action items for Anna
- [ ] Tell the client 📅 2026-03-30
"""


@pytest.mark.parametrize(
    ("path", "text", "title", "words"),
    [
        ("2026-03-29 Steering group.md", MINUTES, "Steering group", "We go live"),
        ("minutes.md", MINUTES, "Steering group", "Anna, Bob"),
        (
            "2026-03-29.md",
            "# Sunday 29 March\n## Tasks\n- [ ] Call\n## Log\nIt rained.\n",
            "Sunday 29 March",
            "rained",
        ),
        (
            "2026_03_29.md",
            "- TODO Call\n- Met Anna, she agrees\n- and Bob\n",
            "Met Anna, she agrees",
            "and Bob",
        ),
        ("Jour.md", "# Réunion\n## Décisions\nOn commence.\n- [ ] Écrire\n", "Réunion", "On commence"),
    ],
)
def test_minutes_with_tasks_are_also_a_note_without_the_tasks(read, path, text, title, words):
    parsed = read(path, text)
    (note,) = parsed.notes
    assert (note.title, words in note.body) == (title, True)
    assert len(parsed.tasks) == 1
    assert parsed.tasks[0].title not in note.body


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("2026-03-29.md", "# Sunday\n\n## Tasks\n- [ ] Call\n  with details\n"),
        ("2026-03-29.md", "# Website\nA new site.\n- [ ] Call\n"),
        ("plan.md", "# Website\nA new site.\n\nMore of it.\n- [ ] Call\n"),
    ],
)
def test_a_task_list_is_no_note(read, path, text):
    parsed = read(path, text)
    assert (len(parsed.tasks), parsed.notes) == (1, ())
