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
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from daybreak.agenda import Priority, Task, TaskStatus
from daybreak.briefs import sentences
from daybreak.briefs.book import FactBook
from daybreak.briefs.buckets import is_stale
from daybreak.briefs.day import Day
from daybreak.briefs.model import NextAction

MOST = 3

_OVERDUE, _PER_DAY_OVERDUE, _MOST_DAYS = 60, 2, 10
_DUE_TODAY = 55
_DUE_WITHIN = ((1, 30), (3, 18), (7, 8))
_PRIORITY = {Priority.HIGHEST: 30, Priority.HIGH: 20, Priority.NORMAL: 0, Priority.LOW: -10}
_STARTS_TODAY = 15
_IN_PROGRESS = 12
_STALE = 4
_PER_WAITING, _MOST_WAITING = 10, 30
_FITS = 3


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its points and why it has them."""

    task: Task
    score: int
    reasons: tuple[str, ...]


def next_actions(book: FactBook, longest_gap: int) -> tuple[list[NextAction], int]:
    """At most three next actions over everything, and how many more candidates there were.

    Args:
        book: facts that can be cited.
        longest_gap: minutes of the longest free stretch of the day.
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
        for candidate in ranked[:MOST]
    ]
    return chosen, len(ranked) - len(chosen)


def rank(book: FactBook, longest_gap: int) -> list[Ranked]:
    """All candidates, the first one first."""
    tasks = book.open.values()
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
        (_PRIORITY[task.priority], sentences.priority(task.priority)),
    ]
    if followers := waiting.get(task.id, 0):
        points.append((min(_MOST_WAITING, _PER_WAITING * followers), sentences.others_wait(followers)))
    score = sum(value for value, _ in points)
    if score > 0 and task.estimate_minutes and task.estimate_minutes <= longest_gap:
        score += _FITS
        points.append((0, sentences.FITS_A_GAP))
    return Ranked(task, score, tuple(reason for _, reason in points if reason))


def _points_for_due(task: Task, day: Day) -> list[tuple[int, str]]:
    due = day.on(task.due)
    if due is None:
        return []
    days = (due - day.today).days
    if days < 0:
        return [(_OVERDUE + _PER_DAY_OVERDUE * min(-days, _MOST_DAYS), sentences.days_overdue(-days))]
    if days == 0:
        return [(_DUE_TODAY, sentences.due_reason(0))]
    return next(
        ([(points, sentences.due_reason(days))] for limit, points in _DUE_WITHIN if days <= limit), []
    )


def _points_for_state(task: Task, day: Day) -> list[tuple[int, str]]:
    if task.status is TaskStatus.IN_PROGRESS:
        if is_stale(task, day):
            return [(_IN_PROGRESS + _STALE, sentences.BEGUN_AND_STALE)]
        return [(_IN_PROGRESS, sentences.BEGUN)]
    if day.on(task.start) == day.today:
        return [(_STARTS_TODAY, sentences.STARTS_TODAY)]
    return []
