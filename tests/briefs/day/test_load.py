from dataclasses import replace

from daybreak.agenda import Priority
from daybreak.briefs.composing.day.free_time import find_free_time
from daybreak.briefs.composing.day.load import PlannedTasks, build_workload
from daybreak.briefs.document.model import Workload
from daybreak.briefs.facts.fact_book import FactBook

from ..factories import TODAY, agenda, day, task  # noqa: TID252 - tests are no package


def due(title: str = "Task", minutes: int | None = None, **changes):
    return task(title, due=TODAY, estimate_minutes=minutes, **changes)


def workload(*tasks, first=(), kept=(), on=None) -> Workload:
    on = on or day()
    book = FactBook(agenda(*tasks, *first), on)
    planned = PlannedTasks(tasks, first, {one.id for one in kept})
    load = build_workload(book, [], find_free_time([], on), planned)
    assert book.keep_supported((*load.statements, *load.moves)) == (*load.statements, *load.moves)
    return load


def load(*tasks, **parts) -> list[str]:
    return [claim.text for claim in workload(*tasks, **parts).statements]


def moves(*tasks, **parts) -> list[str]:
    return [claim.text for claim in workload(*tasks, **parts).moves]


def test_a_load_that_fits_is_stated():
    assert load(due(minutes=200), due(minutes=10)) == ["3 h 30 min of tasks, 8 h 30 min free: it fits."]
    assert load(due(minutes=510)) == ["8 h 30 min of tasks, 8 h 30 min free: it fits."]


def test_few_tasks_without_an_estimate_are_counted():
    assert load(due(minutes=30), due(minutes=30), due()) == [
        "1 h of tasks, 8 h 30 min free: it fits; 1 more without an estimate."
    ]


def test_the_tasks_in_start_here_belong_to_the_load():
    found = workload(due(minutes=30), first=[task(estimate_minutes=60), task(estimate_minutes=60)])
    assert (found.planned_minutes, found.unestimated) == (150, 0)


def test_half_without_an_estimate_cannot_be_told():
    assert load(due(minutes=30), due()) == [
        "Can’t tell whether it fits: 1 of 2 tasks for today has an estimate."
    ]
    assert load(due(minutes=30), due(minutes=30), due(), due()) == [
        "Can’t tell whether it fits: 2 of 4 tasks for today have an estimate."
    ]
    assert load(due(), due()) == ["Can’t tell whether it fits: none of 2 tasks for today has an estimate."]
    assert load(due()) == ["Can’t tell whether it fits: the task for today has no estimate."]


def test_too_much_is_certain_even_if_most_have_no_estimate():
    assert load(due(minutes=600), due(), due()) == ["That won’t fit: 10 h of tasks, 8 h 30 min free."]


def test_without_tasks_for_today_there_is_no_load():
    assert load() == []


def test_a_day_off_has_a_load_only_if_tasks_are_due():
    off = replace(day(), is_day_off=True)
    assert load(first=[task(estimate_minutes=60)], on=off) == []
    assert load(due(minutes=60), on=off) == ["1 h of tasks, 12 h free: it fits."]


def test_the_least_important_tasks_are_snoozed_until_the_rest_fits():
    low, long, short = (
        due("Low", 60, priority=Priority.LOW),
        due("Long", 300),
        due("Short", 260),
    )
    assert moves(short, long, low) == ["Snooze first: “Low” (1 h), “Long” (5 h); the rest fits."]
    assert moves(long, low) == []


def test_what_has_weight_or_is_needed_today_is_never_snoozed():
    high, meeting, first = due("High", 300, priority=Priority.HIGH), due("Meeting", 200), due("First", 200)
    assert moves(high, meeting, first, kept=(meeting, first)) == []
    other = due("Other", 30)
    assert moves(high, meeting, first, other, kept=(meeting, first)) == ["Snooze first: “Other” (30 min)."]
