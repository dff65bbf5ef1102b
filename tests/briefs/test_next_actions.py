from datetime import UTC, datetime

import pytest

from daybreak.agenda import Priority, TaskStatus
from daybreak.briefs.composing.next_actions import rank_tasks
from daybreak.briefs.facts.fact_book import FactBook

from .factories import TODAY, agenda, compose_brief, day, days_later, event, local, task

ONGOING = TaskStatus.IN_PROGRESS
LONG_AGO = datetime(2026, 3, 1, tzinfo=UTC)


def ranked(*tasks, longest_gap: int = 0):
    return rank_tasks(FactBook(agenda(*tasks), day()), longest_gap)


@pytest.mark.parametrize(
    ("parts", "points", "why"),
    [
        ({"due": days_later(-1)}, 62, "1 day overdue"),
        ({"due": days_later(-10)}, 80, "10 days overdue"),
        ({"due": days_later(-99)}, 80, "99 days overdue"),
        ({"due": TODAY}, 55, "due today"),
        ({"due": days_later(1)}, 30, "due tomorrow"),
        ({"due": days_later(2)}, 18, "due in 2 days"),
        ({"due": days_later(3)}, 18, "due in 3 days"),
        ({"due": days_later(4)}, 8, "due in 4 days"),
        ({"due": days_later(7)}, 8, "due in 7 days"),
        ({"due": days_later(8)}, 0, ""),
        ({"priority": Priority.HIGHEST}, 30, "highest priority"),
        ({"priority": Priority.HIGH}, 20, "high priority"),
        ({"priority": Priority.NORMAL}, 0, ""),
        ({"priority": Priority.LOW}, -10, "low priority"),
        ({"status": ONGOING}, 12, "already begun"),
        ({"status": ONGOING, "touched_at": LONG_AGO}, 16, "begun, but untouched for a week"),
        ({"start": TODAY}, 15, "starts today"),
        ({"start": TODAY, "status": ONGOING}, 12, "already begun"),
        ({"start": days_later(-3)}, 15, "was to start on an earlier day"),
        ({"start": days_later(-3), "status": ONGOING}, 12, "already begun"),
        ({"start": days_later(-3), "due": days_later(20)}, 0, ""),
        ({"priority": Priority.MEDIUM}, 0, ""),
        ({"due": TODAY, "priority": Priority.LOW}, 45, "due today, low priority"),
        ({"estimate_minutes": 30}, 0, ""),
        ({"due": TODAY, "estimate_minutes": 60}, 58, "due today, fits into a gap of today"),
        ({"due": TODAY, "estimate_minutes": 61}, 55, "due today"),
    ],
)
def test_the_points_are_those_of_the_table(parts: dict, points: int, why: str):
    (only,) = ranked(task(**parts), longest_gap=60)
    assert (only.score, ", ".join(only.reasons)) == (points, why)


@pytest.mark.parametrize(
    ("followers", "points", "why"),
    [(1, 10, "1 task waits for it"), (3, 30, "3 tasks wait for it"), (5, 30, "5 tasks wait for it")],
)
def test_each_dependent_task_adds_points(followers: int, points: int, why: str):
    first = task()
    waiting = [task(blocked_by=(first.id, first.id)) for _ in range(followers)]
    done = task(blocked_by=(first.id,), status=TaskStatus.DONE)
    (only,) = ranked(first, *waiting, done)
    assert (only.score, only.reasons) == (points, [why])


def test_only_workable_tasks_are_candidates():
    first = task("First", due=days_later(3))
    found = ranked(
        first,
        task("Blocked", due=TODAY, status=TaskStatus.BLOCKED),
        task("Waits", due=TODAY, blocked_by=(first.id,)),
        task("Later", due=TODAY, start=days_later(1)),
        task("Done", due=TODAY, status=TaskStatus.DONE),
        task("Cancelled", due=TODAY, status=TaskStatus.CANCELLED),
        task("Pointless"),
    )
    assert [candidate.task.title for candidate in found] == ["First"]


def test_tasks_without_points_are_offered_only_if_no_task_has_any():
    assert [candidate.task.title for candidate in ranked(task("B"), task("A"))] == ["A", "B"]


def test_ties_are_resolved_by_due_date_then_title():
    found = ranked(
        task("C", due=days_later(6)), task("B", due=days_later(5)), task("A", due=days_later(5)),
        task("D", due=days_later(-20)), task("E", due=days_later(-15)),
    )  # fmt: skip
    assert [candidate.task.title for candidate in found] == ["D", "E", "A", "B", "C"]


def test_equal_points_and_dates_are_ranked_by_priority():
    found = ranked(
        task("A", due=TODAY),
        task("B", due=TODAY, priority=Priority.MEDIUM),
        task("C", priority=Priority.MEDIUM, due=days_later(1)),
        task("D", due=days_later(1)),
    )
    assert [candidate.task.title for candidate in found] == ["B", "A", "C", "D"]


@pytest.mark.parametrize(
    "wish",
    [
        {"priority": Priority.HIGHEST},
        {"status": ONGOING},
        {"start": TODAY},
        {"estimate_minutes": 15},
        {},
    ],
)
def test_a_wish_for_someday_is_no_candidate_without_a_due_date(wish: dict):
    assert ranked(task("Sail to Oslo", is_someday=True, **wish)) == []
    assert ranked(task("Sail to Oslo", is_someday=True, due=TODAY, **wish))


def test_three_actions_are_picked_and_the_others_counted():
    document = compose_brief(
        agenda(*(task(f"{n}", due=days_later(-n), estimate_minutes=15) for n in range(8)))
    ).document
    assert [action.text for action in document.next_actions] == ["“7”", "“6”", "“5”"]
    assert document.next_actions_omitted == 5
    first = document.next_actions[0]
    assert first.reason == "7 days overdue, fits into a gap of today"
    assert first.estimate_minutes == 15
    assert document.facts[first.facts[0]].source_ref == "plan.md:3"


def test_a_task_must_fit_into_the_longest_free_interval():
    busy = [event("A", local(9), local(13)), event("B", local(14), local(17, 30))]
    for minutes, fits in ((60, True), (61, False)):
        document = compose_brief(agenda(task(due=TODAY, estimate_minutes=minutes), *busy)).document
        assert ("fits" in document.next_actions[0].reason) == fits


def test_an_action_without_a_reason_has_a_default_reason():
    assert compose_brief(agenda(task())).document.next_actions[0].reason == "nothing is more urgent"
