"""Tasks that wait for another person, by the list, the context or the title that they have."""

import pytest

from daybreak.agenda.importers.parsing.waiting_list import is_waiting, is_waiting_title

WAITING = "waiting"
REMINDERS = """\
BEGIN:VCALENDAR
X-WR-CALNAME:{name}
BEGIN:VTODO
UID:1@example.org
SUMMARY:{title}
END:VTODO
END:VCALENDAR
"""
TASKWARRIOR = """\
[{"uuid": "dd000000-0000-4000-8000-000000000001", "description": "Vendor reply", "status": "pending",
  "entry": "20260301T080000Z", "tags": ["waiting"]}]
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("todo.txt", "Copy of the menu @waiting due:2026-03-31"),
        ("todo.txt", "Copy of the menu @WaitingFor"),
        ("todo.txt", "Waiting for Rui: copy of the menu"),
        ("me.md", "- [ ] Copy of the menu #waiting\n"),
        ("me.md", "- [ ] Copy of the menu @waiting\n"),
        ("me.md", "- [ ] Warten auf Rui: Text der Karte\n"),
        ("list.ics", REMINDERS.format(name="Family", title="Car seat from Aunt Carol (waiting)")),
        ("list.ics", REMINDERS.format(name="Waiting", title="Car seat from Aunt Carol")),
        ("tasks.json", TASKWARRIOR),
    ],
)
def test_a_task_that_waits_for_another_person_is_tagged(read, name, text):
    (task,) = read(name, text).tasks
    assert WAITING in task.tags


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("todo.txt", "Wait tables at the fair"),
        ("todo.txt", "Register Wren for the waiting list"),
        ("todo.txt", "Paint the waiting room +Waitingroom"),
        ("list.ics", REMINDERS.format(name="Family", title="Call Aunt Carol")),
    ],
)
def test_other_tasks_are_not_tagged(read, name, text):
    (task,) = read(name, text).tasks
    assert WAITING not in task.tags


@pytest.mark.parametrize(
    "title", ["Someday: learn Blender", "Un jour : changer de banque", "Irgendwann: segeln"]
)
def test_a_title_can_state_that_a_task_is_for_someday(read, title):
    for name, text in (("todo.txt", title), ("list.ics", REMINDERS.format(name="Family", title=title))):
        (task,) = read(name, text).tasks
        assert "someday" in task.tags


def test_a_list_of_reminders_named_someday_is_for_someday(read):
    (task,) = read("list.ics", REMINDERS.format(name="Someday", title="Learn to bake")).tasks
    assert "someday" in task.tags


@pytest.mark.parametrize("name", ["Waiting", "waiting-for", "Warten auf", "En attente", "In attesa", "wf"])
def test_names_of_waiting_lists(name):
    assert is_waiting(name)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Wait for Beat: list of attendees", True),
        ("Waiting on the vendor", True),
        ("En attente de la facture", True),
        ("Wachten op het rapport", True),
        ("Quote from Lumen [waiting]", True),
        ("Waiting", False),
        ("Awaiting", False),
        ("Buy a waiting bench", False),
    ],
)
def test_titles_that_state_a_wait(title, expected):
    assert is_waiting_title(title) == expected
