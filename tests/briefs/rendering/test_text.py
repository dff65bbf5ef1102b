# ruff: noqa: RUF001 - times are joined by en dashes
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from daybreak.briefs.document.model import Bucket, FreeInterval, NextAction, Workload
from daybreak.briefs.rendering import OutputFormat, render
from daybreak.briefs.rendering.wrapping import wrap
from daybreak.claims import Claim
from daybreak.people import BriefLength

from .document_factories import (
    TODAY,
    at,
    bucket,
    document,
    entry,
    hostile,
    quiet,
    rich,
    section,
    task,
    waiting,
)
from .strategies import documents


@pytest.mark.parametrize("length", BriefLength)
@given(documents)
@settings(max_examples=30)
def test_no_line_is_wider_than_110_columns(length, document):
    assert max(map(cell_len, lines(document, length))) <= 110


@given(documents)
@settings(max_examples=300)
@example(rich())
@example(hostile())
@example(waiting())
def test_a_glance_has_at_most_15_lines(document):
    assert len(lines(document, BriefLength.GLANCE)) <= 15


def lines(document, length=BriefLength.STANDARD):
    return render(document, OutputFormat.TEXT, length).rstrip("\n").split("\n")


def test_hostile_titles_do_not_widen_a_line_either():
    assert max(map(cell_len, lines(hostile()))) <= 110
    assert "".join(lines(hostile())).isprintable()


def test_a_next_action_has_its_reason_estimate_and_source_on_its_line():
    assert "  2. Pay the rent. Due today, 10 min. [todo.txt:9]" in lines(rich())


@pytest.mark.parametrize("title", ["Pay the rent!", "Ring Anna?", "Read pages 4 etc."])
def test_a_title_that_ends_a_sentence_has_no_full_stop_after_it(title):
    action = NextAction(
        text=f"“{title}”", reason="due today", score=1, estimate_minutes=None, facts=("task:1",)
    )
    facts = {"task:1": task(title, "todo.txt:9", due=TODAY)}
    assert f"  1. {title} Due today. [todo.txt:9]" in lines(document(facts=facts, next_actions=(action,)))


def test_a_heading_with_a_colon_is_a_sentence_of_its_own():
    claim = Claim(kind="load", text="2 h of tasks, 6 h free: it fits.", facts=())
    gaps = (FreeInterval(starts=at(9), ends=at(15), minutes=360),)
    load = Workload(
        planned_minutes=120, unestimated=0, free_minutes=360, free_intervals=gaps, statements=(claim,)
    )
    assert "Your day: 6 h free. 2 h of tasks, 6 h free: it fits." in lines(document(workload=load))


def test_a_glance_without_appointments_says_tomorrow_once():
    ahead = (Claim(kind="tomorrow", text="Tomorrow: 1 due.", facts=()),)
    assert lines(document(tomorrow=ahead), BriefLength.GLANCE)[-1] == "Tomorrow: 1 due."


def test_quiet_tasks_without_a_project_are_not_called_a_project():
    facts = {"task:1": task("Buy milk", "todo.txt:4")}
    loose = section(None, bucket(Bucket.UNDATED, entry(Bucket.UNDATED, "task:1")))
    assert "Without a project: 1 without a date" in lines(document(facts=facts, sections=(loose,)))


def test_done_tasks_without_a_project_leave_no_empty_line():
    facts = {"task:1": task("Buy milk", "todo.txt:4", status="done")}
    done = section(None, bucket(Bucket.RECENTLY_COMPLETED, entry(Bucket.RECENTLY_COMPLETED, "task:1")))
    assert "Without a project" not in "\n".join(lines(document(facts=facts, sections=(done,))))


def test_the_day_is_in_the_order_of_time():
    assert ("  All day      Book fair, Leipzig\n  09:00–09:30  Stand-up\n  09:30–11:00  free\n") in render(
        rich(), OutputFormat.TEXT
    )


def test_a_quiet_day_as_a_whole():
    assert render(quiet(), OutputFormat.TEXT) == (
        "Sunday 29 March 2026\n"
        "\n"
        "A quiet day: nothing is due, overdue or on the calendar.\n"
        "Next: Book the chimney sweep, on Tuesday 14 April. [todo.txt:1]\n"
        "\n"
        "Everything else: House; 1 later\n"
        "\n"
        "As of 06:30 (Europe/Berlin), from home.\n"
    )


def test_the_projects_of_a_day_as_a_whole():
    assert lines(waiting())[7:-2] == [
        (
            "Office move. Overdue 2: Sell the desks (2 days), 1 older. "
            "Waiting for Bob: Draw the floor plan, 4 days"
        ),
        "  overdue; 1 more. 1 without a date",
    ]


def test_a_project_with_more_than_two_lines_has_a_heading_and_whole_sentences_on_a_line():
    debts = [task(f"Task {n} {'x' * 70}", "todo.txt:1", due=TODAY - timedelta(days=n)) for n in (1, 2, 3)]
    facts = {f"task:{n}": fact for n, fact in enumerate(debts)}
    late, due = entry(Bucket.OVERDUE, "task:0"), entry(Bucket.DUE_TODAY, "task:1")
    plan = bucket(Bucket.STARTING_TODAY, entry(Bucket.STARTING_TODAY, "task:2"))
    house = section("House", bucket(Bucket.OVERDUE, late), bucket(Bucket.DUE_TODAY, due), plan)
    assert lines(document(facts=facts, sections=(house,)))[4:8] == [
        "House",
        f"  Overdue: Task 1 {'x' * 70} (1 day)",
        f"  Due today: Task 2 {'x' * 70}",
        f"  To start: Task 3 {'x' * 70}",
    ]


def test_a_long_reference_is_shortened_rather_than_put_on_a_line_of_its_own():
    fact = task("Call", f"{'a folder of plans/' * 4}home.md:17")
    claim = Claim(kind="note", text="“" + "n" * 75 + "”", facts=("task:1",))
    sections = (section("House", notes=(claim,)),)
    text = render(document(facts={"task:1": fact}, sections=sections), OutputFormat.TEXT, BriefLength.FULL)
    assert f"  {'n' * 75} [home.md:17]\n" in text


words = st.text(st.sampled_from("abé日👩 "), max_size=200).map(lambda text: " ".join(text.split()))


@given(words, st.integers(12, 40))
def test_wrapping_loses_nothing_and_indents_what_follows(text, width):
    lines = wrap(text, "  - ", width=width)
    assert all(cell_len(line) <= width for line in lines)
    assert all(line.startswith("    ") for line in lines[1:])
    assert "".join("".join(line[4:] for line in lines).split()) == text.replace(" ", "")


def test_a_word_that_fits_on_a_line_is_not_split():
    assert wrap("one two three", width=9) == ["one two", "three"]
