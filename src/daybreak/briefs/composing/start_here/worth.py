"""The worth of beginning a task today, in points; the table is in the docstring of the package."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from daybreak.agenda import Phase, Priority, Task, TaskStatus
from daybreak.briefs.composing.start_here.consequences import has_consequence, is_chore, names_waiting_person
from daybreak.briefs.composing.start_here.occasions import Occasion
from daybreak.briefs.facts.buckets import is_stale
from daybreak.briefs.facts.day import Day

DUE_TODAY, DUE_NEXT_WORKING_DAY = 50, 35
SOON_DAYS = 7
_DUE_WITHIN = ((3, 26), (7, 20), (14, 8), (30, 3))
_TRIFLE_TODAY, _TRIFLE_NEXT_WORKING_DAY, _TRIFLE_AHEAD = 28, 24, 18
PRIORITIES: Mapping[Priority, int] = {
    Priority.HIGHEST: 30,
    Priority.HIGH: 20,
    Priority.MEDIUM: 8,
    Priority.NORMAL: 0,
    Priority.LOW: -22,
}
STARTS_TODAY, WAS_TO_START = 25, 30
BEGUN_UNDATED, STALE_UNDATED = 15, 6
IN_PROGRESS, LONG, PHASE_ENDS = 6, 10, 5
CONSEQUENCE, WAITING_PERSON = 8, 6
BLOCKS_OTHERS, BLOCKED_SHARE = 8, 0.95
# Of a task for a meeting: by one word, by several, by its project alone (due today, or dated otherwise).
FOR_MEETING, FOR_MEETING_SURELY, FOR_PROJECT_NOW, FOR_PROJECT = 14, 22, 12, 8
TOMORROW_SHARE = 0.5
PUT_OFF, PUT_OFF_MOST = 4, 3
HALF_LIFE_DAYS = 14
OLD_DEBT_DAYS, OLD_DEBT_MOST = 30, 5
LONG_MINUTES, SMALL_MINUTES = 120, 15
PHASE_DAYS = 14


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the worth of a task depends on, besides the task itself.

    Attributes:
        next_working_day: the next day with working hours.
        uses_priorities: whether the reader sets high priorities; then a task without one is lesser.
        dependents: the open tasks that each task blocks.
        occasions: the event that each task is for.
        phases: the running phase that ends soon of each task that is its next step.
    """

    day: Day
    next_working_day: date
    uses_priorities: bool
    dependents: Mapping[UUID, list[Task]]
    occasions: Mapping[UUID, Occasion]
    phases: Mapping[UUID, Phase]


class Worth(NamedTuple):
    """The worth of a task with what it comes from, for the reasons.

    Attributes:
        is_trifle: whether it is small and without a consequence.
        blocks: the most valuable task that waits for it.
        occasion: the event that it is for.
        phase: its phase, which ends soon.
    """

    points: float
    is_trifle: bool = False
    blocks: Task | None = None
    occasion: Occasion | None = None
    phase: Phase | None = None


def has_any_worth(task: Task, around: Surroundings) -> bool:
    """Return whether anything speaks for beginning a task: a date, a priority, progress, or what needs it."""
    if task.due is not None or task.start is not None or task.priority > Priority.NORMAL:
        return True
    is_needed = task.id in around.occasions or task.id in around.dependents
    return is_needed or task.status is not TaskStatus.OPEN


def worth_of(task: Task, around: Surroundings, times_put_off: int = 0) -> Worth:
    """Return the worth of beginning a task today."""
    occasion = around.occasions.get(task.id)
    phase = around.phases.get(task.id)
    is_trifle = _is_trifle(task, around, occasion, phase)
    own = _own_points(task, around, is_trifle=is_trifle, has_phase=phase is not None)
    blocks, inherited = _inherit(task, around)
    points = max(own, inherited * BLOCKED_SHARE) + (BLOCKS_OTHERS if blocks else 0)
    if occasion:
        points += _points_of_occasion(
            occasion, is_dated=own > OLD_DEBT_MOST, is_due=_is_due(task, around.day)
        )
    points -= PUT_OFF * min(times_put_off, PUT_OFF_MOST)
    return Worth(max(0, points), is_trifle, blocks, occasion, phase)


def _own_points(task: Task, around: Surroundings, *, is_trifle: bool, has_phase: bool) -> float:
    day, due, start = around.day, around.day.date_of(task.due), around.day.date_of(task.start)
    is_begun = task.status is TaskStatus.IN_PROGRESS
    if due is None and (is_begun or start is None or start >= day.today):
        base = _points_of_begun(task, day) if is_begun else STARTS_TODAY if start == day.today else 0
        return max(0, base + PRIORITIES[task.priority] / 2)
    extra = (PHASE_ENDS if has_phase else 0) + _points_of_title(task.title) + (IN_PROGRESS if is_begun else 0)
    date_counts = due if due is not None else start or day.today
    days_late = (day.today - date_counts).days
    priority = PRIORITIES[task.priority] / (2 if -days_late > SOON_DAYS else 1)
    whole = _points_of_date(task, around, is_trifle=is_trifle) + priority + extra
    return _fade(whole, max(0, days_late))


def _points_of_date(task: Task, around: Surroundings, *, is_trifle: bool) -> int:
    today, due = around.day.today, around.day.date_of(task.due)
    if due is None:
        return min(WAS_TO_START, _TRIFLE_TODAY) if is_trifle else WAS_TO_START
    if due <= today:
        return _TRIFLE_TODAY if is_trifle else DUE_TODAY
    points = points_until(due, around)
    if is_trifle:
        is_near = due <= around.next_working_day
        return _TRIFLE_NEXT_WORKING_DAY if is_near else min(points, _TRIFLE_AHEAD)
    is_long = due <= around.next_working_day and (task.estimate_minutes or 0) >= LONG_MINUTES
    return points + (LONG if is_long else 0)


def points_until(due: date, around: Surroundings) -> int:
    """Return the points of a due date that is ahead."""
    if due <= around.next_working_day:
        return DUE_NEXT_WORKING_DAY
    days = (due - around.day.today).days
    return next((points for within, points in _DUE_WITHIN if days <= within), 0)


def _fade(points: float, days: int) -> float:
    faded = max(0, points) * HALF_LIFE_DAYS / (HALF_LIFE_DAYS + days)
    return min(faded, OLD_DEBT_MOST) if days > OLD_DEBT_DAYS else faded


def _points_of_title(title: str) -> int:
    return (CONSEQUENCE if has_consequence(title) else 0) + (
        WAITING_PERSON if names_waiting_person(title) else 0
    )


def _points_of_begun(task: Task, day: Day) -> int:
    return STALE_UNDATED if is_stale(task, day) else BEGUN_UNDATED


def _is_due(task: Task, day: Day) -> bool:
    return task.due is not None and day.date_of(task.due) == day.today


def _points_of_occasion(occasion: Occasion, *, is_dated: bool, is_due: bool) -> float:
    share = 1.0 if occasion.is_today else TOMORROW_SHARE
    if occasion.words > 1 or (occasion.words and occasion.is_of_project):
        return FOR_MEETING_SURELY * share
    if occasion.words:
        return FOR_MEETING * share
    # A project has many tasks: a meeting of it calls for those that have a date.
    return (FOR_PROJECT_NOW if is_due else FOR_PROJECT) * share if is_dated else 0


def _inherit(task: Task, around: Surroundings) -> tuple[Task | None, float]:
    """Return the most valuable task that waits for this one, and the points that it would have."""
    found: list[tuple[float, Task]] = []
    seen, queue = {task.id}, list(around.dependents.get(task.id, ()))
    first = {one.id: one for one in queue}
    while queue:
        waiting = queue.pop()
        if waiting.id in seen:
            continue
        seen.add(waiting.id)
        found.append((_own_points(waiting, around, is_trifle=False, has_phase=False), waiting))
        queue.extend(around.dependents.get(waiting.id, ()))
    if not found:
        return None, 0.0
    points, best = min(found, key=lambda pair: (-pair[0], _reading_order(pair[1], around.day)))
    named = best if best.id in first else min(first.values(), key=lambda one: _reading_order(one, around.day))
    return named, points


def _reading_order(task: Task, day: Day) -> tuple[date, str, str]:
    return day.date_of(task.due) or date.max, task.title, str(task.id)


def _is_trifle(task: Task, around: Surroundings, occasion: Occasion | None, phase: Phase | None) -> bool:
    if task.priority > Priority.NORMAL or phase or task.id in around.dependents:
        return False
    if occasion:
        return False
    if task.priority is Priority.LOW or task.recurrence:
        return True
    if has_consequence(task.title) or names_waiting_person(task.title):
        return False
    small = task.estimate_minutes is not None and task.estimate_minutes <= SMALL_MINUTES
    is_unsized = task.estimate_minutes is None and task.status is not TaskStatus.IN_PROGRESS
    return small or is_chore(task.title) or (around.uses_priorities and is_unsized)


def next_working_day(today: date, days_off: frozenset[int]) -> date:
    """Return the next day with working hours; tomorrow if no day has any."""
    week = (today + timedelta(days=days) for days in range(1, 8))
    return next((day for day in week if day.isoweekday() not in days_off), today + timedelta(days=1))
