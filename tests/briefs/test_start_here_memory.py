from datetime import UTC, datetime

from daybreak.agenda import Priority, TaskStatus
from daybreak.briefs.facts.snapshot import Snapshot
from daybreak.briefs.rendering import OutputFormat, render
from daybreak.people import BriefLength

from .factories import TODAY, agenda, compose_brief, day, days_later, task
from .start_here_picks import first_titles, titles

BEGUN, HIGHEST = TaskStatus.IN_PROGRESS, Priority.HIGHEST


def compose_days(make_tasks, days: int):
    """Yield the document of each day; every brief is received, its snapshot stored and read again."""
    last = None
    for number in range(days):
        on = day(days_later(number))
        composed = compose_brief(agenda(*make_tasks(number)), on, last_received_snapshot=last)
        last = Snapshot.from_bytes(on.today, composed.snapshot.as_bytes())
        yield composed.document


def test_what_was_shown_three_times_untouched_steps_back_and_is_asked_about_once():
    debt, other = task("Send the form", due=days_later(-3)), task("Plan the party", due=days_later(40))
    documents = list(compose_days(lambda _: (debt, other), 6))
    assert [("Send the form" in titles(one.next_actions)) for one in documents] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
    assert [one.still_wanted and one.still_wanted.text for one in documents] == [
        None,
        None,
        None,
        "Still wanted? “Send the form”, 6 days overdue.",
        None,
        None,
    ]
    assert documents[3].still_wanted.facts == (f"task:{debt.id}",)
    for length in BriefLength:
        shown = render(documents[3], OutputFormat.TEXT, length)
        assert "Still wanted? Send the form, 6 days overdue." in shown


def test_a_task_that_was_touched_is_shown_again():
    debt = task("Send the form", due=days_later(-3))
    touched = task(
        "Send the form",
        id=debt.id,
        due=days_later(-3),
        touched_at=datetime(2026, 4, 3, 6, tzinfo=UTC),
    )
    documents = list(compose_days(lambda number: [debt if number < 3 else touched], 5))
    assert all(titles(one.next_actions) == ["Send the form"] for one in documents)
    assert all(one.still_wanted is None for one in documents)


def test_what_is_due_today_does_not_step_back():
    exam = task("Sit the exam", due=days_later(4), priority=HIGHEST)
    other = task("Read the notes", due=days_later(60))
    documents = list(compose_days(lambda _: (exam, other), 5))
    assert ["Sit the exam" in titles(one.next_actions) for one in documents] == [True, True, True, True, True]


def test_a_brief_that_is_composed_again_does_not_count_twice():
    debt = task("Send the form", due=days_later(-3))
    last = compose_brief(agenda(debt)).snapshot
    for _ in range(4):
        composed = compose_brief(agenda(debt), last_received_snapshot=last)
        last = composed.snapshot
    assert titles(composed.document.next_actions) == ["Send the form"]


def test_a_task_without_a_date_is_asked_about_in_other_words():
    begun = task("Learn the score", status=BEGUN)
    documents = list(compose_days(lambda _: [begun], 4))
    assert documents[3].still_wanted.text == "Still wanted? “Learn the score”, in Start here three times."


def test_a_snapshot_of_an_earlier_version_remembers_nothing():
    old = Snapshot(day=days_later(-1), tasks={}, events={}, sources={})
    assert first_titles(task("Sow", due=TODAY), last=old) == ["Sow"]


def test_what_was_put_off_again_and_again_yields_to_its_equals():
    def make(number):
        moved = task("Alpha", id=ALPHA.id, due=days_later(number), estimate_minutes=60)
        return [moved, task("Beta", id=BETA.id, due=days_later(number), estimate_minutes=60, source_ref="x")]

    documents = list(compose_days(lambda n: make(n) if n < 3 else [make(3)[0], FRESH], 4))
    assert titles(documents[3].next_actions) == ["Fresh", "Alpha"]


ALPHA, BETA = task("Alpha"), task("Beta")
FRESH = task("Fresh", due=days_later(3), estimate_minutes=60)
