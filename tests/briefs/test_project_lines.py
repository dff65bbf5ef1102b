from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from daybreak.agenda import Holder, Priority, TaskStatus
from daybreak.briefs.rendering import OutputFormat, render
from daybreak.briefs.rendering.outline import Heading, ListBlock, Part
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.briefs.wording.lines.projects import last_day_soon
from daybreak.briefs.wording.tasks import age
from daybreak.briefs.wording.titles import without_marks
from daybreak.people import BriefLength

from .factories import TODAY, agenda, compose_brief, day, days_later, phase, project, task

GARDEN = project()


def project_outline(*things):
    """Return the outline at standard length without Start here, which names the most pressing tasks."""
    document = compose_brief(agenda(GARDEN, *things)).document
    return build_outline(replace(document, next_actions=(), still_wanted=None))


def lines(*things):
    """Return the lines of the projects."""
    project_lists = [
        below
        for above, below in pairwise(project_outline(*things))
        if isinstance(above, Heading) and above.part is Part.PROJECT and isinstance(below, ListBlock)
    ]
    return [without_marks(sentence.text) for listed in project_lists for sentence in listed.sentences]


def garden(title, **parts):
    return task(title, project_id=GARDEN.id, **parts)


def test_the_newest_debt_is_named_and_the_older_ones_are_counted():
    debts = [garden(f"Task {days}", due=days_later(-days)) for days in (5, 6, 40)]
    assert lines(*debts) == ["Overdue 3: Task 5 (5 days), 2 older"]


def test_the_debts_of_the_last_days_are_named_together():
    debts = [garden("Sow", due=days_later(-1)), garden("Mow", due=days_later(-3), priority=Priority.HIGH)]
    assert lines(*debts) == ["Overdue 2: Sow (1 day), Mow (3 days, high priority)"]


def test_a_debt_that_the_last_brief_knew_is_only_counted():
    tasks = [garden("Sow", due=days_later(-3)), garden("Mow", due=days_later(-1)), garden("Rake", due=TODAY)]
    known = compose_brief(agenda(GARDEN, *tasks), day(days_later(-1))).snapshot
    document = compose_brief(agenda(GARDEN, *tasks), last_received_snapshot=known).document
    text = render(replace(document, next_actions=()), OutputFormat.TEXT)
    assert ("Now overdue: Mow" in text, "Sow" in text, "1 more overdue" in text) == (True, False, True)


def test_a_project_with_a_debt_that_the_last_brief_knew_counts_it_by_itself():
    debt, old = garden("Sow", due=days_later(-4)), garden("Mow", due=days_later(-40))
    known = compose_brief(agenda(GARDEN, debt, old), day(days_later(-1))).snapshot
    document = compose_brief(agenda(GARDEN, debt, old), last_received_snapshot=known).document
    text = render(replace(document, next_actions=()), OutputFormat.TEXT)
    assert ("Garden: 2 overdue" in text, "Everything else" in text) == (True, False)


def test_a_debt_of_over_a_week_is_only_counted():
    tasks = [garden("Sow", due=days_later(-8)), garden("Mow", due=TODAY)]
    assert lines(*tasks) == ["Due today: Mow", "1 overdue"]


def test_the_project_without_anything_due_is_named_with_its_numbers():
    assert lines(garden("Sow"), garden("Mow", due=days_later(30))) == ["Garden; 1 without a date, 1 later"]


@pytest.mark.parametrize(
    ("parts", "days", "is_named"),
    [
        ({}, 1, True),
        ({}, 2, False),
        ({"priority": Priority.HIGH}, 3, True),
        ({"priority": Priority.HIGH}, 4, False),
        ({"priority": Priority.HIGHEST}, 6, True),
        ({"estimate_minutes": 90}, 6, True),
        ({"estimate_minutes": 80}, 6, False),
        ({"estimate_minutes": 600}, 7, False),
    ],
)
def test_the_more_weight_a_task_has_the_earlier_it_is_named(parts, days, is_named):
    (text, *_) = lines(garden("Sow", due=days_later(days), **parts))
    assert text.startswith("Due soon: Sow (") == is_named


def test_before_a_weekend_the_monday_after_it_is_soon():
    friday = days_later(3)
    assert friday.weekday() == 4
    assert last_day_soon(friday) == friday + timedelta(days=3)
    assert last_day_soon(friday + timedelta(days=1)) == friday + timedelta(days=3)
    assert last_day_soon(friday + timedelta(days=2)) == friday + timedelta(days=3)


def test_a_task_of_mine_that_blocks_another_is_named_with_it():
    palette = garden("Choose palette")
    guide = garden("Build style guide", blocked_by=(palette.id,), due=days_later(4))
    assert lines(palette, guide) == ["Blocked: Build style guide (due on Saturday), by Choose palette"]


def test_a_blocked_task_of_a_reason_is_not_named_again_but_listed_at_full_length():
    palette = garden("Choose palette", due=TODAY)
    guide = garden("Build style guide", due=days_later(4), blocked_by=(palette.id,))
    document = compose_brief(agenda(GARDEN, palette, guide)).document
    assert document.next_actions[0].reason == "due today; blocks “Build style guide”"
    short, full = (
        str(build_outline(document, length)) for length in (BriefLength.STANDARD, BriefLength.FULL)
    )
    assert ("due on Saturday" in short, full.count("Build style guide")) == (False, 2)


def test_the_tasks_of_a_person_are_named_once_at_full_length():
    theirs = garden("Draw the plan", holder=Holder.OTHER, assignee="Jonas")
    outline = build_outline(compose_brief(agenda(GARDEN, theirs)).document, BriefLength.FULL)
    assert Heading(3, "Waiting for Jonas", count=1) in outline
    assert str(outline).count("Draw the plan") == 1


def test_a_blocked_task_names_the_person_for_whom_it_waits():
    plan = garden("Draw the plan", assignee="Jonas", holder=Holder.OTHER)
    permit = garden("Send the permit", blocked_by=(plan.id,), due=TODAY)
    assert lines(plan, permit)[0] == "Blocked: Send the permit (due today), by Jonas"


def test_a_blocked_task_without_a_near_date_is_only_counted():
    tasks = [garden("Sow", status=TaskStatus.BLOCKED), garden("Mow", due=TODAY)]
    assert lines(*tasks) == ["Due today: Mow", "1 blocked"]


def test_numbers_leave_out_the_tasks_that_are_named():
    tasks = [garden(f"Task {n}", due=days_later(1 if n == 0 else 5)) for n in range(3)]
    assert lines(*tasks) == ["Due soon: Task 0 (tomorrow)", "2 more in the next 7 days"]


def test_the_heading_has_the_phase_and_its_end():
    build = phase(GARDEN, start_on=TODAY, end_on=days_later(10))
    outline = project_outline(build, garden("Mow", due=TODAY))
    (heading,) = [one for one in outline if isinstance(one, Heading) and one.remark]
    assert (heading.text, without_marks(heading.remark)) == ("Garden", "Build until 10 April")


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (1, "1 day"),
        (20, "20 days"),
        (21, "3 weeks"),
        (69, "9 weeks"),
        (70, "2 months"),
        (729, "24 months"),
        (730, "2 years"),
    ],
)
def test_an_age_is_told_as_people_say_it(days, text):
    assert age(days) == text


def test_a_task_that_waits_for_another_person_has_the_person():
    key = garden("Their key", holder=Holder.OTHER, assignee="Bob", due=days_later(-1))
    door = garden("My door", due=TODAY, blocked_by=(key.id,))
    assert lines(key, door) == [
        "Blocked: My door (due today), by Bob",
        "Waiting for Bob: Their key, 1 day overdue; holds up My door",
    ]


def test_a_task_that_start_here_names_as_blocked_is_not_named_again():
    base = garden("Base", due=TODAY)
    top = garden("Top", due=days_later(1), blocked_by=(base.id,))
    document = compose_brief(agenda(GARDEN, base, top)).document
    told = [block for block in build_outline(document) if isinstance(block, ListBlock)]
    assert [(one.text, one.remarks) for block in told for one in block.sentences] == [
        ("“Base”", ("due today; blocks “Top”",))
    ]


def test_blocked_tasks_that_no_line_names_are_counted():
    bases = [garden(f"Base {number}", due=days_later(90)) for number in range(3)]
    blocked = [garden(f"Top {one.title}", due=days_later(1), blocked_by=(one.id,)) for one in bases]
    again = garden("Next", due=days_later(2), blocked_by=(bases[0].id,))
    assert lines(*bases, *blocked, again) == [
        "Blocked: Top Base 0 (due tomorrow) and 1 other, by Base 0",
        "Blocked: Top Base 1 (due tomorrow), by Base 1",
        "1 more blocked, 1 more later",
    ]
