"""The ranking of next actions: a sum of points, each with its reason in words.

=====================================  ======================================
overdue                                60, and 2 for each day up to 10 days
due today                              55
due tomorrow / within 3 / 7 days       30 / 18 / 8
highest / high / low priority          30 / 20 / -10
in progress                            12
in progress, untouched for a week      16
starts today, not yet in progress      15
other tasks wait for it                10 each, up to 30
fits into a gap of today               3, if it has points already
=====================================  ======================================

Candidates are tasks that can be worked on: open, not blocked, not starting later. A task without points is a
candidate only if no task has any. Ties are resolved by the earlier due date, then by the title.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from daybreak.agenda import Priority, Task, TaskStatus
from daybreak.briefs.document.model import NextAction
from daybreak.briefs.facts.buckets import is_stale
from daybreak.briefs.facts.day import Day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import sentences

MOST = 3


class Point(NamedTuple):
    """Points with their reason, which is worded only for the tasks that are picked."""

    value: int
    word: Callable[..., str]
    arguments: tuple[int, ...] = ()


_OVERDUE, _PER_DAY_OVERDUE, _MOST_DAYS = 60, 2, 10
_DUE_IN = {
    days: Point(value, sentences.due_reason, (days,))
    for days, value in ((0, 55), (1, 30), (2, 18), (3, 18), (4, 8), (5, 8), (6, 8), (7, 8))
}
_PRIORITY = {
    priority: Point(value, sentences.priority, (priority,))
    for priority, value in ((Priority.HIGHEST, 30), (Priority.HIGH, 20), (Priority.LOW, -10))
}
_STARTS_TODAY = Point(15, sentences.starts_today)
_IN_PROGRESS, _STALE = Point(12, sentences.begun, (False,)), Point(16, sentences.begun, (True,))
_PER_WAITING, _MOST_WAITING = 10, 30
_FITS = Point(3, sentences.fits_a_gap)


class Ranked(NamedTuple):
    """A candidate with its points; ``due`` is its date for the reader, the maximum if it has none."""

    task: Task
    due: date
    score: int
    points: list[Point]

    @property
    def reasons(self) -> list[str]:
        """The reasons of its rank, in words."""
        return [point.word(*point.arguments) for point in self.points]


def next_actions(book: FactBook, longest_gap: int, most: int = MOST) -> tuple[list[NextAction], int]:
    """Return the next actions over all projects, and the number of further candidates.

    Args:
        book: the facts that can be cited.
        longest_gap: the length of the longest free interval of the day, in minutes.
        most: the maximum number of actions.
    """
    ranked = rank(book, longest_gap)
    chosen = [
        NextAction(
            text=sentences.quoted(candidate.task.title),
            reason=sentences.reasons(candidate.reasons),
            score=candidate.score,
            estimate_minutes=candidate.task.estimate_minutes,
            facts=(book.task(candidate.task),),
        )
        for candidate in ranked[:most]
    ]
    return chosen, len(ranked) - len(chosen)


def rank(book: FactBook, longest_gap: int) -> list[Ranked]:
    """Return all candidates in the order of their rank."""
    day = book.day
    tasks = [task for task in book.open.values() if task.id not in book.set_aside]
    waiting = Counter(blocker.id for task in tasks if task.blocked_by for blocker in book.blockers(task))
    candidates = [
        _ranked(task, day, waiting.get(task.id, 0), longest_gap)
        for task in tasks
        if not book.is_blocked(task) and (day.on(task.start) or day.today) <= day.today
    ]
    worthwhile = [candidate for candidate in candidates if candidate.score > 0]
    return sorted(worthwhile or candidates, key=_order)


def _order(candidate: Ranked) -> tuple[int, date, str, UUID]:
    return (-candidate.score, candidate.due, candidate.task.title, candidate.task.id)


def _ranked(task: Task, day: Day, followers: int, longest_gap: int) -> Ranked:
    due = day.on(task.due)
    found = (
        _point_for_due((due - day.today).days) if due else None,
        _point_for_state(task, day),
        _PRIORITY.get(task.priority),
        _point_for_followers(followers) if followers else None,
    )
    points = [point for point in found if point]
    score = sum([point.value for point in points])
    if score > 0 and task.estimate_minutes and task.estimate_minutes <= longest_gap:
        points.append(_FITS)
        score += _FITS.value
    return Ranked(task, due or date.max, score, points)


def _point_for_due(days: int) -> Point | None:
    if days < 0:
        value = _OVERDUE + _PER_DAY_OVERDUE * min(-days, _MOST_DAYS)
        return Point(value, sentences.days_overdue, (-days,))
    return _DUE_IN.get(days)


def _point_for_state(task: Task, day: Day) -> Point | None:
    if task.status is TaskStatus.IN_PROGRESS:
        return _STALE if is_stale(task, day) else _IN_PROGRESS
    return _STARTS_TODAY if day.on(task.start) == day.today else None


def _point_for_followers(followers: int) -> Point:
    return Point(min(_MOST_WAITING, _PER_WAITING * followers), sentences.others_wait, (followers,))
