"""The ranking of next actions: a sum of points, each with its reason in words.

=====================================  ======================================
overdue                                60, and 2 for each day up to 10 days
due today                              55
due tomorrow / within 3 / 7 days       30 / 18 / 8
highest / high / low priority          30 / 20 / -10
in progress                            12
in progress, untouched for a week      16
starts today, not yet in progress      15
was to start before, without due date  15
other tasks wait for it                10 each, up to 30
fits into a gap of today               3, if it has points already
=====================================  ======================================

Candidates are tasks of the reader that can be worked on: open, not blocked, not starting later, and not a
wish for someday without a due date. A task without points is a candidate only if no task has any. Ties are
resolved by the earlier due date, the higher priority and the title.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from daybreak.agenda import Priority, Task, TaskStatus
from daybreak.briefs.document.model import NextAction
from daybreak.briefs.facts.buckets import is_late_to_start, is_stale
from daybreak.briefs.facts.day import Day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import start_here as wording
from daybreak.briefs.wording.tasks import days_overdue
from daybreak.briefs.wording.titles import quoted

MAX_ACTIONS = 3


class ScorePart(NamedTuple):
    """Points with their reason, which is worded only for the tasks that are picked."""

    value: int
    wording: Callable[..., str]
    arguments: tuple[int, ...] = ()


_OVERDUE, _PER_DAY_OVERDUE, _MAX_DAYS_OVERDUE = 60, 2, 10
_DUE_IN = {
    days: ScorePart(value, wording.due_reason, (days,))
    for days, value in ((0, 55), (1, 30), (2, 18), (3, 18), (4, 8), (5, 8), (6, 8), (7, 8))
}
_PRIORITY = {
    priority: ScorePart(value, wording.priority_reason, (priority,))
    for priority, value in ((Priority.HIGHEST, 30), (Priority.HIGH, 20), (Priority.LOW, -10))
}
_STARTS_TODAY = ScorePart(15, wording.starts_today_reason)
_WAS_TO_START = ScorePart(15, wording.was_to_start_reason)
_IN_PROGRESS, _STALE = (
    ScorePart(12, wording.in_progress_reason, (False,)),
    ScorePart(16, wording.in_progress_reason, (True,)),
)
_PER_WAITING, _MAX_WAITING = 10, 30
_FITS = ScorePart(3, wording.fits_free_time_reason)


class RankedTask(NamedTuple):
    """A candidate with its points; ``due`` is its date for the reader, the maximum if it has none."""

    task: Task
    due: date
    score: int
    parts: list[ScorePart]

    @property
    def reasons(self) -> list[str]:
        """The reasons of its rank, in words."""
        return [point.wording(*point.arguments) for point in self.parts]


def pick_next_actions(
    book: FactBook, longest_free_minutes: int, max_actions: int = MAX_ACTIONS
) -> tuple[list[NextAction], int]:
    """Return the next actions over all projects, and the number of further candidates.

    Args:
        book: the facts that can be cited.
        longest_free_minutes: the length of the longest free interval of the day, in minutes.
        max_actions: the maximum number of actions.
    """
    ranked = rank_tasks(book, longest_free_minutes)
    chosen = [
        NextAction(
            text=quoted(candidate.task.title),
            reason=wording.join_reasons(candidate.reasons),
            score=candidate.score,
            estimate_minutes=candidate.task.estimate_minutes,
            facts=(book.cite_task(candidate.task),),
        )
        for candidate in ranked[:max_actions]
    ]
    return chosen, len(ranked) - len(chosen)


def rank_tasks(book: FactBook, longest_free_minutes: int) -> list[RankedTask]:
    """Return all candidates in the order of their rank."""
    day = book.day
    tasks = [task for task in book.open.values() if task.id not in book.unsorted]
    dependents = (task for task in book.all_open.values() if task.blocked_by and task.id not in book.unsorted)
    waiting = Counter(blocker.id for task in dependents for blocker in book.blockers(task))
    candidates = [
        _score_task(task, day, waiting.get(task.id, 0), longest_free_minutes)
        for task in tasks
        if not book.is_blocked(task)
        and (day.date_of(task.start) or day.today) <= day.today
        and not (task.is_someday and task.due is None)
    ]
    worthwhile = [candidate for candidate in candidates if candidate.score > 0]
    return sorted(worthwhile or candidates, key=_sort_key)


def _sort_key(candidate: RankedTask) -> tuple[int, date, int, str, UUID]:
    task = candidate.task
    return (-candidate.score, candidate.due, -task.priority, task.title, task.id)


def _score_task(task: Task, day: Day, dependents: int, longest_free_minutes: int) -> RankedTask:
    due = day.date_of(task.due)
    found = (
        _due_part((due - day.today).days) if due else None,
        _state_part(task, day),
        _PRIORITY.get(task.priority),
        _dependents_part(dependents) if dependents else None,
    )
    points = [point for point in found if point]
    score = sum([point.value for point in points])
    if score > 0 and task.estimate_minutes and task.estimate_minutes <= longest_free_minutes:
        points.append(_FITS)
        score += _FITS.value
    return RankedTask(task, due or date.max, score, points)


def _due_part(days: int) -> ScorePart | None:
    if days < 0:
        value = _OVERDUE + _PER_DAY_OVERDUE * min(-days, _MAX_DAYS_OVERDUE)
        return ScorePart(value, days_overdue, (-days,))
    return _DUE_IN.get(days)


def _state_part(task: Task, day: Day) -> ScorePart | None:
    if task.status is TaskStatus.IN_PROGRESS:
        return _STALE if is_stale(task, day) else _IN_PROGRESS
    if is_late_to_start(task, day):
        return _WAS_TO_START
    return _STARTS_TODAY if day.date_of(task.start) == day.today else None


def _dependents_part(dependents: int) -> ScorePart:
    return ScorePart(min(_MAX_WAITING, _PER_WAITING * dependents), wording.dependents_reason, (dependents,))
