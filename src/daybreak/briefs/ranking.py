"""What to do first: a sum of points, each with its reason in words.

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

Only what can be worked on competes: open, not blocked, not starting later. What has no points at all is a
candidate only if nothing else is. Ties go to the earlier due date, then to the title.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import NamedTuple
from uuid import UUID

from daybreak.agenda import Priority, Task, TaskStatus
from daybreak.briefs import sentences
from daybreak.briefs.book import FactBook
from daybreak.briefs.buckets import is_stale
from daybreak.briefs.day import Day
from daybreak.briefs.model import NextAction

MOST = 3

_OVERDUE, _PER_DAY_OVERDUE, _MOST_DAYS = 60, 2, 10
_DUE_WITHIN = ((0, 55), (1, 30), (3, 18), (7, 8))  # days, points
_PRIORITY = {Priority.HIGHEST: 30, Priority.HIGH: 20, Priority.NORMAL: 0, Priority.LOW: -10}
_STARTS_TODAY = 15
_IN_PROGRESS = 12
_STALE = 4
_PER_WAITING, _MOST_WAITING = 10, 30
_FITS = 3


class Point(NamedTuple):
    """Points and why there are any; the reason is worded only for those who are chosen."""

    value: int
    word: Callable[..., str]
    arguments: tuple[int, ...] = ()


class Ranked(NamedTuple):
    """A candidate with its points."""

    task: Task
    score: int
    points: tuple[Point, ...]

    @property
    def reasons(self) -> list[str]:
        """Why it ranks here, in words."""
        return [reason for point in self.points if (reason := point.word(*point.arguments))]


def next_actions(book: FactBook, longest_gap: int, most: int = MOST) -> tuple[list[NextAction], int]:
    """At most so many next actions over everything, and how many more candidates there were.

    Args:
        book: facts that can be cited.
        longest_gap: minutes of the longest free stretch of the day.
        most: how many.
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
    """All candidates, the first one first."""
    tasks = [task for task in book.open.values() if task.id not in book.set_aside]
    waiting = Counter(blocker.id for task in tasks if task.blocked_by for blocker in book.blockers(task))
    candidates = [
        _score(task, book.day, waiting, longest_gap)
        for task in tasks
        if not book.is_blocked(task) and _has_begun(task, book.day)
    ]
    worthwhile = [candidate for candidate in candidates if candidate.score > 0]
    return sorted(worthwhile or candidates, key=lambda candidate: _order(candidate, book.day))


def _has_begun(task: Task, day: Day) -> bool:
    start = day.on(task.start)
    return start is None or start <= day.today


def _order(candidate: Ranked, day: Day) -> tuple[int, date, str, UUID]:
    due = day.on(candidate.task.due) or date.max
    return (-candidate.score, due, candidate.task.title, candidate.task.id)


def _score(task: Task, day: Day, waiting: Mapping[UUID, int], longest_gap: int) -> Ranked:
    points = [
        *_points_for_due(task, day),
        *_points_for_state(task, day),
        Point(_PRIORITY[task.priority], sentences.priority, (task.priority,)),
    ]
    if followers := waiting.get(task.id, 0):
        points.append(
            Point(min(_MOST_WAITING, _PER_WAITING * followers), sentences.others_wait, (followers,))
        )
    if task.estimate_minutes and task.estimate_minutes <= longest_gap and sum(p.value for p in points) > 0:
        points.append(Point(_FITS, sentences.fits_a_gap))
    return Ranked(task, sum(point.value for point in points), tuple(points))


def _points_for_due(task: Task, day: Day) -> Iterator[Point]:
    due = day.on(task.due)
    if due is None:
        return
    days = (due - day.today).days
    if days < 0:
        yield Point(_OVERDUE + _PER_DAY_OVERDUE * min(-days, _MOST_DAYS), sentences.days_overdue, (-days,))
        return
    points = next((points for limit, points in _DUE_WITHIN if days <= limit), 0)
    if points:
        yield Point(points, sentences.due_reason, (days,))


def _points_for_state(task: Task, day: Day) -> Iterator[Point]:
    if task.status is TaskStatus.IN_PROGRESS:
        stale = is_stale(task, day)
        yield Point(_IN_PROGRESS + _STALE * stale, sentences.begun, (stale,))
    elif day.on(task.start) == day.today:
        yield Point(_STARTS_TODAY, sentences.starts_today)
