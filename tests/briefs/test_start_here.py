from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from daybreak.agenda import Holder, Priority, TaskStatus
from daybreak.briefs.facts.predicates import PREDICATES
from daybreak.claims import why_unsupported

from .factories import TODAY, agenda, compose_brief, day, days_later, event, local, phase, project, task
from .start_here_picks import best_points, first_titles, pick, rank, titles

BEGUN = TaskStatus.IN_PROGRESS
LONG_AGO = datetime(2026, 3, 1, tzinfo=UTC)
HIGH, HIGHEST, LOW = Priority.HIGH, Priority.HIGHEST, Priority.LOW


# The table of points


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"due": TODAY}, 50),
        ({"due": days_later(1)}, 35),
        ({"due": days_later(1), "estimate_minutes": 120}, 45),
        ({"due": days_later(3)}, 26),
        ({"due": days_later(7)}, 20),
        ({"due": days_later(14)}, 8),
        ({"due": days_later(30)}, 3),
        ({"due": days_later(31)}, 0),
        ({"due": TODAY, "priority": HIGHEST, "estimate_minutes": 30}, 80),
        ({"due": TODAY, "priority": HIGH, "estimate_minutes": 30}, 70),
        ({"due": TODAY, "priority": Priority.MEDIUM, "estimate_minutes": 30}, 58),
        ({"due": TODAY, "priority": LOW}, 6),
        ({"due": TODAY, "estimate_minutes": 15}, 28),
        ({"due": TODAY, "recurrence": "1d"}, 28),
        ({"due": days_later(-14)}, 25),
        ({"due": days_later(-31)}, 5),
        ({"due": days_later(-31), "priority": HIGHEST}, 5),
        ({"start": TODAY}, 25),
        ({"start": days_later(-14)}, 15),
        ({"priority": HIGHEST}, 15),
        ({"priority": HIGH}, 10),
        ({}, 0),
        ({"status": BEGUN}, 15),
        ({"status": BEGUN, "touched_at": LONG_AGO}, 6),
        ({"status": BEGUN, "due": TODAY}, 56),
        ({"title": "Pay the plumber (120 €)", "due": TODAY}, 58),
        ({"title": "Renew parking (expires tonight)", "due": TODAY}, 58),
        ({"title": "Reply to the landlord", "due": TODAY}, 56),
    ],
)
def test_the_points_are_those_of_the_table(parts: dict, expected: int):
    assert best_points(task(**{"title": "Draw the plan"} | parts)) == expected


def test_a_task_inherits_the_worth_of_the_best_that_waits_for_it():
    base = task("Generate the key")
    urgent = task("Renew the certificate", due=days_later(1), priority=HIGH, blocked_by=(base.id,))
    later = task("Enable it", due=days_later(5), blocked_by=(urgent.id,))
    other = task("Write the handbook", blocked_by=(base.id,))
    (only,) = rank(base, urgent, later, other)
    assert only.score == round(0.95 * 55 + 8)
    (action,) = pick(base, urgent, later, other).actions
    assert action.reason == "blocks “Renew the certificate”"
    assert action.facts == (f"task:{base.id}", f"task:{urgent.id}")


def test_tasks_that_block_each_other_are_no_endless_chain():
    one, two = task("One"), task("Two")
    loop = [
        task("One", id=one.id, blocked_by=(two.id,)),
        task("Two", id=two.id, blocked_by=(one.id,)),
    ]
    assert rank(*loop) == []


def test_the_next_working_day_counts_as_tomorrow():
    friday_task = task("Draw the plan", due=days_later(3))
    (near,) = rank(friday_task, days_off=frozenset({3, 4}))
    (far,) = rank(friday_task)
    assert (near.score, far.score) == (35, 26)


# Who comes first


def test_what_is_due_today_comes_before_old_debts():
    debts = [task(f"Old wish {days}", due=days_later(-days)) for days in (20, 40, 80, 160, 400)]
    assert first_titles(*debts, task("Hand in the form", due=TODAY, priority=HIGH))[0] == "Hand in the form"


def test_an_old_debt_is_not_shown_while_anything_is_worthwhile():
    old = task("Rewrite the website", due=days_later(-135), priority=HIGHEST)
    assert first_titles(old, task("Send the deck", due=TODAY)) == ["Send the deck"]
    assert first_titles(old) == ["Rewrite the website"]


def test_a_trifle_due_today_does_not_beat_the_exam_of_tomorrow():
    exam = task("Revise for the exam", due=days_later(1), priority=HIGH, estimate_minutes=120)
    assert (
        first_titles(task("Return the scrubs", due=TODAY, estimate_minutes=5), exam)[0]
        == "Revise for the exam"
    )


def test_trifles_are_shown_only_where_there_are_no_two_others():
    trifles = [task(f"Water plant {n}", due=TODAY, recurrence="1w") for n in range(3)]
    big = [task(f"Chapter {n}", due=TODAY, estimate_minutes=60, priority=HIGH) for n in range(2)]
    assert first_titles(*trifles, *big) == ["Chapter 0", "Chapter 1"]
    assert first_titles(*trifles, big[0]) == ["Chapter 0", "Water plant 0"]
    assert first_titles(*trifles) == ["Water plant 0", "Water plant 1"]


def test_a_task_without_priority_is_lesser_only_in_a_list_that_uses_priorities():
    plain = task("Order team stickers", due=TODAY)
    (alone,) = rank(plain)
    among = {one.task.title: one.score for one in rank(plain, task("Memo", due=TODAY, priority=HIGH))}
    assert alone.score == 50
    assert among["Order team stickers"] == 28


def test_what_a_meeting_of_today_needs_is_raised_and_says_so():
    meeting = event("Budget review", local(10))
    need = task("Check the accruals of the budget", due=TODAY)
    found = pick(meeting, need, task("Call SEO titles", due=TODAY))
    assert found.actions[0].text == "“Check the accruals of the budget”"
    assert found.actions[0].reason == "due today; “Budget review” is at 10:00"
    assert found.actions[0].facts == (f"task:{need.id}", f"event:{meeting.id}")


def test_an_undated_task_for_a_meeting_of_today_is_offered():
    meeting = event("Wren: check-up with Dr. Fenn", local(10, 30))
    other = [task(f"Idea {n}") for n in range(5)]
    assert first_titles(meeting, task("Write down questions for Dr. Fenn"), *other) == [
        "Write down questions for Dr. Fenn"
    ]


@pytest.mark.parametrize(
    ("title", "starts", "declined"),
    [
        ("Budget review", local(5), False),  # over when the brief is composed at 7:00
        ("Budget review", local(10), True),
        ("Weekly call", local(10), False),
        ("Lunch (budget)", local(12), False),
        ("Budget review", local(10, on=days_later(1)), False),  # one word of tomorrow is too little
    ],
)
def test_an_event_does_not_count_for_a_task(title, starts, declined):
    meeting = event(title, starts, declined=declined)
    assert best_points(meeting, task("Weekly budget call", due=TODAY, estimate_minutes=60)) == 56


def test_a_meeting_of_a_project_raises_its_dated_tasks():
    budget = project("Harbour")
    meeting = event("Harbour steering", local(14))
    dated = task("Draw the quay", due=days_later(2), project_id=budget.id)
    undated = task("Paint the shed", project_id=budget.id)
    found = {one.task.title: one.score for one in rank(budget, meeting, dated, undated)}
    assert found == {"Draw the quay": 26 + 8, "Paint the shed": 0}


def test_what_is_due_today_for_a_meeting_of_its_project_comes_before_what_is_due_later():
    budget = project("Harbour")
    steering = event("Harbour steering", local(14))
    due = task("Draw the quay", due=TODAY, project_id=budget.id)
    later = task("Fix the crane", due=days_later(2), priority=HIGHEST)
    found = rank(budget, steering, due, later)
    assert [(one.task.title, one.score) for one in found] == [
        ("Draw the quay", 50 + 12),
        ("Fix the crane", 56),
    ]


@pytest.mark.parametrize(
    ("title", "meeting", "is_for_it"),
    [
        ("Fix the job ad for design", "Design critique", False),
        ("Review the dentist", "Dentist", True),
        ("Send the copy to Noelle", "Call Noelle about dinner", True),
        ("Patch the bastion hosts", "Change window: bastion work", True),
    ],
)
def test_a_common_word_does_not_make_a_later_task_part_of_a_meeting(
    title: str, meeting: str, is_for_it: bool
):
    (candidate,) = rank(event(meeting, local(14)), task(title, due=days_later(2)))
    assert (candidate.worth.occasion is not None) == is_for_it
    (near,) = rank(event(meeting, local(14)), task(title, due=TODAY))
    assert near.worth.occasion is not None


@pytest.mark.parametrize(
    ("title", "is_for_it"),
    [
        ("Review the draft of Jonas", False),
        ("Buy a birthday cake", True),
        ("Wrap the present for Jonas' birthday", True),
    ],
)
def test_a_task_for_a_person_is_not_for_the_birthday(title: str, is_for_it: bool):
    (candidate,) = rank(event("Jonas' birthday", TODAY), task(title, due=TODAY))
    assert (candidate.worth.occasion is not None) == is_for_it


def test_the_next_step_of_a_phase_that_ends_soon_says_so():
    site = project("Site")
    build = phase(site, "Build", start_on=days_later(-20), end_on=days_later(10))
    late = task("Send the form", due=days_later(-4), project_id=site.id, phase_id=build.id)
    then = task("Draft redirects", due=days_later(2), project_id=site.id, phase_id=build.id)
    found = pick(site, build, late, then).actions
    assert found[0].reason == "4 days overdue; next step of “Build”, which ends on 10 April"
    assert found[0].facts == (f"task:{late.id}", f"phase:{build.id}")
    assert found[1].reason == "due on Thursday"


# Who cannot be first


@pytest.mark.parametrize(
    "parts",
    [
        {"status": TaskStatus.BLOCKED},
        {"status": TaskStatus.DONE},
        {"status": TaskStatus.CANCELLED},
        {"start": days_later(1)},
        {"holder": Holder.OTHER, "assignee": "Bob"},
        {"holder": Holder.UNASSIGNED},
        {"is_waiting_for_other": True},
    ],
)
def test_only_what_the_reader_can_begin_is_offered(parts: dict):
    assert rank(task(due=TODAY, priority=HIGHEST, **parts)) == []


@pytest.mark.parametrize("wish", [{"priority": HIGHEST}, {"status": BEGUN}, {"due": days_later(3)}, {}])
def test_a_wish_for_someday_is_not_for_today(wish: dict):
    assert rank(task("Sail to Oslo", is_someday=True, **wish)) == []
    assert rank(task("Sail to Oslo", is_someday=True, **wish | {"due": TODAY}))


def test_what_fits_no_gap_is_offered_only_if_nothing_else_is():
    long = task("Clean the data", due=TODAY, priority=HIGHEST, estimate_minutes=360)
    short = task("Draw the plan", due=days_later(2), estimate_minutes=45)
    assert first_titles(long, short, free=90) == ["Draw the plan"]
    (action,) = pick(long, free=90).actions
    assert action.reason == "due today, highest priority; longer than any free time today"


def test_the_longest_free_time_is_that_of_the_calendar():
    busy = [event("A", local(9), local(13)), event("B", local(14), local(17, 30))]
    for minutes, fits in ((60, True), (61, False)):
        document = compose_brief(agenda(task(due=TODAY, estimate_minutes=minutes), *busy)).document
        assert ("longer than" not in document.next_actions[0].reason) == fits


def test_on_a_day_off_waking_hours_count():
    off = replace(day(), is_day_off=True)
    walk = event("Walk", local(8), local(15))
    for minutes, fits in ((360, True), (361, False)):
        found = agenda(task("Paint", due=TODAY, estimate_minutes=minutes), walk)
        (action,) = compose_brief(found, off).document.next_actions
        assert ("longer than" not in action.reason) == fits


def test_an_undated_task_is_not_shown_beside_worthwhile_ones():
    assert first_titles(task("B"), task("A"), task("Due", due=TODAY)) == ["Due"]
    assert first_titles(task("B"), task("A")) == ["A", "B"]


def test_a_plan_whose_day_has_passed_says_so():
    (action,) = pick(task("Evaluate the core", start=days_later(-10))).actions
    assert action.reason == "was planned for 21 March"


def test_two_tasks_of_one_title_are_shown_as_one():
    twice = [task("Send the invoice", due=TODAY, estimate_minutes=minutes) for minutes in (30, 40)]
    assert first_titles(*twice, task("Sow", due=days_later(2))) == ["Send the invoice", "Sow"]


def test_at_most_three_are_picked_and_the_others_counted():
    found = pick(*(task(f"{n}", due=TODAY, estimate_minutes=30) for n in range(8)))
    assert [action.text for action in found.actions] == ["“0”", "“1”", "“2”"]
    assert found.omitted == 5


def test_the_brief_shows_reason_estimate_and_source():
    document = compose_brief(agenda(task("Sow", due=TODAY, priority=HIGH, estimate_minutes=30))).document
    (action,) = document.next_actions
    assert (action.text, action.reason, action.estimate_minutes) == ("“Sow”", "due today, high priority", 30)
    assert document.facts[action.facts[0]].source_ref == "plan.md:3"


def test_days_are_local_to_the_reader():
    late = datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=22, minutes=30)
    assert best_points(task("Draw the plan", due=late)) == 35


def test_what_waits_for_another_task_cannot_be_what_to_begin():
    base = task("Base", due=TODAY)
    top = task("Top", due=TODAY, blocked_by=(base.id,))
    document = compose_brief(agenda(base, top)).document
    (action,) = document.next_actions
    assert action.facts == (f"task:{base.id}", f"task:{top.id}")
    swapped = replace(action, facts=action.facts[::-1])
    assert why_unsupported(action, document.facts, PREDICATES, TODAY) is None
    assert why_unsupported(swapped, document.facts, PREDICATES, TODAY) is not None


def test_of_equal_tasks_that_wait_the_first_is_named():
    base = task("Base", priority=HIGH)
    waiting = [task(f"Top {number}", due=days_later(1), blocked_by=(base.id,)) for number in range(4)]
    (action,) = compose_brief(agenda(base, *waiting)).document.next_actions
    assert action.reason == "high priority; blocks “Top 0”"


@pytest.mark.parametrize(
    ("at", "events"), [(time(22), ()), (time(7), (event("Fair", local(9), local(17, 30)),))]
)
def test_without_any_free_time_an_estimate_does_not_matter(at, events):
    things = task("Sow", due=TODAY, estimate_minutes=60), task("Mow", due=days_later(-9))
    document = compose_brief(agenda(*things, *events), day(at=at)).document
    assert titles(document.next_actions) == ["Sow", "Mow"]
    assert document.workload.moves == ()
