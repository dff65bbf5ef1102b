"""Which tasks can be begun today, each with its worth, the best first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from daybreak.agenda import Phase, Priority, Task
from daybreak.briefs.composing.day.agenda_words import AgendaWords
from daybreak.briefs.composing.start_here.memory import FirstMemory
from daybreak.briefs.composing.start_here.occasions import find_occasions
from daybreak.briefs.composing.start_here.worth import (
    PHASE_DAYS,
    Surroundings,
    Worth,
    has_any_worth,
    next_working_day,
    worth_of,
)
from daybreak.briefs.facts.day import Day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.snapshot import Snapshot, fold_title

_WORTHWHILE = 10
_MOST_WITH_TRIFLES = 2
_PRIORITIES_USED_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the reader's day is like, besides the tasks.

    Attributes:
        words: the agenda, and its words that meetings share.
        longest_free_minutes: the longest free time of today, in minutes; None if any length fits.
        days_off: numbers of the weekdays without working hours.
        last: the snapshot of the last brief that the reader received.
    """

    words: AgendaWords
    longest_free_minutes: int | None = None
    days_off: frozenset[int] = frozenset()
    last: Snapshot | None = None


class Candidate(NamedTuple):
    """A task that can be begun today.

    Attributes:
        due: its due date for the reader; the maximum if it has none.
        fits: whether its estimate, if it has one, fits into the free time of today.
        is_tired: whether it steps back, because briefs showed it three times and nothing happened.
    """

    task: Task
    worth: Worth
    due: date
    fits: bool
    is_tired: bool

    @property
    def score(self) -> int:
        """The points, as a document states them."""
        return round(self.worth.points)

    @property
    def sort_key(self) -> tuple[float, date, int, str, UUID]:
        """The order: most worth, then earlier due, higher priority, title and id."""
        return (-round(self.worth.points, 3), self.due, -self.task.priority, self.task.title, self.task.id)


def rank_candidates(book: FactBook, situation: Situation) -> list[Candidate]:
    """Return the tasks that can be begun today, the best first; worthless ones only if all are."""
    tasks = [task for task in book.open.values() if _can_begin(task, book)]
    around, memory = _surroundings(tasks, book, situation), FirstMemory(situation.last, book.day)

    def make(some: Iterable[Task]) -> list[Candidate]:
        return [_make_candidate(task, around, memory, situation.longest_free_minutes) for task in some]

    found = make(task for task in tasks if has_any_worth(task, around))
    if not any(one.worth.points >= _WORTHWHILE for one in found):
        found += make(task for task in tasks if not has_any_worth(task, around))
    return sorted(found, key=lambda one: one.sort_key)


def choose_first(ranked: Sequence[Candidate], most: int) -> list[Candidate]:
    """Return those to show first.

    They fit into the day, have not stepped back and are worth it; a trifle only if there are no two others.
    If no task is worthwhile, the best of the others are shown, those that fit before those that do not.
    """
    fresh = list(_without_namesakes(one for one in ranked if not one.is_tired))
    worthwhile = [one for one in fresh if one.fits and one.worth.points >= _WORTHWHILE]
    if worthwhile:
        weighty = [one for one in worthwhile if not one.worth.is_trifle]
        trifles = [one for one in worthwhile if one.worth.is_trifle]
        filled = max(0, _MOST_WITH_TRIFLES - len(weighty))
        return sorted([*weighty, *trifles[:filled]], key=lambda one: one.sort_key)[:most]
    fitting = [one for one in fresh if one.fits]
    return (fitting or fresh)[:most]


def _without_namesakes(ranked: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield the candidates without those whose title was yielded before: they read like one task."""
    titles = set()
    for candidate in ranked:
        title = fold_title(candidate.task.title)
        if title not in titles:
            titles.add(title)
            yield candidate


def count_worthwhile(ranked: Sequence[Candidate], besides: Sequence[Candidate]) -> int:
    """Return the number of candidates that are worth it, besides these."""
    ids = {one.task.id for one in besides}
    return sum(one.worth.points >= _WORTHWHILE and one.task.id not in ids for one in ranked)


def _can_begin(task: Task, book: FactBook) -> bool:
    today = book.day.today
    if task.id in book.unsorted or task.is_waiting_for_other or book.is_blocked(task):
        return False
    due = book.day.date_of(task.due)
    if task.is_someday and (due is None or due > today):
        return False
    return task.start is None or (book.day.date_of(task.start) or today) <= today


def _make_candidate(
    task: Task, around: Surroundings, memory: FirstMemory, longest_free_minutes: int | None
) -> Candidate:
    estimate = task.estimate_minutes or 0
    return Candidate(
        task=task,
        worth=worth_of(task, around, memory.times_put_off(task)),
        due=around.day.date_of(task.due) or date.max,
        fits=longest_free_minutes is None or estimate <= longest_free_minutes,
        is_tired=memory.is_tired(task),
    )


def _surroundings(tasks: Sequence[Task], book: FactBook, situation: Situation) -> Surroundings:
    day, words = book.day, situation.words
    phases = words.agenda.phases
    soon = day.today + timedelta(days=PHASE_DAYS)
    return Surroundings(
        day=day,
        next_working_day=next_working_day(day.today, situation.days_off),
        uses_priorities=_uses_priorities(tasks),
        dependents=_dependents(book),
        occasions=find_occasions(tasks, words, day),
        phases=_next_steps(tasks, [one for one in phases if _ends_soon(one, day.today, soon)], day),
    )


def _uses_priorities(tasks: Sequence[Task]) -> bool:
    raised = sum(task.priority > Priority.NORMAL for task in tasks)
    return raised > 0 and raised >= len(tasks) * _PRIORITIES_USED_SHARE


def _ends_soon(phase: Phase, today: date, soon: date) -> bool:
    return phase.end_on is not None and phase.end_on <= soon and phase.contains(today)


def _next_steps(tasks: Sequence[Task], phases: Sequence[Phase], day: Day) -> dict[UUID, Phase]:
    """Return the phase of each task that is its next step: the first by due date, priority and title."""
    found = {}
    for phase in phases:
        steps = [task for task in tasks if task.phase_id == phase.id and task.due is not None]
        if steps:
            first = min(steps, key=lambda one: (day.date_of(one.due), -one.priority, one.title, one.id))
            found[first.id] = phase
    return found


def _dependents(book: FactBook) -> dict[UUID, list[Task]]:
    found: dict[UUID, list[Task]] = {}
    for task in _sorted_by_id(book.all_open.values()):
        if task.blocked_by and task.id not in book.unsorted:
            for blocker in book.blockers(task):
                found.setdefault(blocker.id, []).append(task)
    return found


def _sorted_by_id(tasks: Iterable[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: task.id)
