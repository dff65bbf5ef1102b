from datetime import UTC, date, datetime

import pytest

from daybreak.agenda.model import Priority, TaskStatus

JOURNAL = """\
- TODO [#A] Write the offer #sales
  DEADLINE: <2026-03-30 Mon 10:00 .+1w>
  :LOGBOOK:
  CLOCK: [2026-03-29 Sun 10:00:00]--[2026-03-29 Sun 25:00:00]
  :END:
\t- TODO Ask Bob
- NOW Call Anna
- LATER Read the book
- WAITING Answer of Mia
- DONE Pay rent
  completed:: [[2026-03-28]]
- CANCELED Party
- TODO Book the dentist
  due:: [[2026-04-01]]
  id:: 6569-aa
- The meeting was short
"""


@pytest.fixture(scope="module")
def tasks(read):
    return {task.title: task for task in read("graph/journals/2026_03_29.md", JOURNAL).tasks}


def test_markers_are_states(tasks):
    assert {title: task.status for title, task in tasks.items()} == {
        "Write the offer": TaskStatus.OPEN,
        "Ask Bob": TaskStatus.OPEN,
        "Call Anna": TaskStatus.IN_PROGRESS,
        "Read the book": TaskStatus.OPEN,
        "Answer of Mia": TaskStatus.BLOCKED,
        "Pay rent": TaskStatus.DONE,
        "Party": TaskStatus.CANCELLED,
        "Book the dentist": TaskStatus.OPEN,
    }


def test_priorities_dates_and_properties_are_read(tasks):
    offer = tasks["Write the offer"]
    assert (offer.priority, offer.due) == (Priority.HIGHEST, datetime(2026, 3, 30, 8, tzinfo=UTC))
    assert (offer.recurrence, offer.tags, offer.details) == (".+1w", ("sales",), "")
    assert tasks["Pay rent"].completed == date(2026, 3, 28)
    assert (tasks["Book the dentist"].due, tasks["Book the dentist"].details) == (date(2026, 4, 1), "")
    assert tasks["Ask Bob"].details == "Part of “Write the offer”."


def test_a_journal_is_no_project_and_also_a_note(read, tasks):
    (note,) = read("graph/journals/2026_03_29.md", JOURNAL).notes
    assert (note.title, note.body) == ("The meeting was short", "")
    assert note.noted_at == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert {task.project for task in tasks.values()} == {None}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pages/Website.md", "- LATER Write\n"),
        ("Website.md", "- NOW Write\n  SCHEDULED: <2026-03-30 Mon>\n"),
        ("Website.md", "- WAITING Write\n  collapsed:: true\n"),
        ("Website.md", "- ## TODO Write\n"),
        ("Website.md", "* TODO Write\n"),
        ("Website.md", "- DOING Write\n"),
    ],
)
def test_a_marker_makes_a_task_of_a_block(read, path, text):
    assert [(task.title, task.project) for task in read(path, text).tasks] == [("Write", "Website")]


@pytest.mark.parametrize(
    "text",
    [
        "- NOW is the time\n",
        "- LATER that day\n",
        "- Todo lists help\n",
        "TODO is a word\n",
        "- TODOs are many\n",
    ],
)
def test_words_at_the_beginning_of_other_notes_are_no_markers(read, text):
    parsed = read("essay.md", text)
    assert (parsed.tasks, len(parsed.notes)) == ((), 1)
