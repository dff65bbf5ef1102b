"""The load of a day: whether its tasks fit into its free time, what to snooze if not, and conflicts."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from daybreak.agenda import Priority, Task
from daybreak.briefs.composing.day.free_time import FreeTime, busy_events
from daybreak.briefs.composing.day.timeline import TimelineEvent
from daybreak.briefs.document.model import Workload
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import calendar
from daybreak.claims import Claim

_MAX_CONFLICTS = 10


@dataclass(frozen=True, slots=True)
class PlannedTasks:
    """The tasks of the day.

    Attributes:
        due: the tasks that are due today.
        first: the other tasks in Start here.
        kept: ids of tasks that must not be snoozed: those in Start here, and those of today's meetings.
    """

    due: Sequence[Task]
    first: Sequence[Task] = ()
    kept: Collection[UUID] = ()

    @property
    def all(self) -> Sequence[Task]:
        """All of them."""
        return (*self.due, *self.first)

    @property
    def minutes(self) -> int:
        """The sum of their estimates."""
        return sum(task.estimate_minutes or 0 for task in self.all)

    @property
    def unestimated(self) -> int:
        """The number of them without an estimate."""
        return sum(1 for task in self.all if task.estimate_minutes is None)


def build_workload(
    book: FactBook, events: Sequence[TimelineEvent], free: FreeTime, planned: PlannedTasks
) -> Workload:
    """Return the planned work of the day and its free time."""
    return Workload(
        planned_minutes=planned.minutes,
        unestimated=planned.unestimated,
        free_minutes=free.minutes,
        free_intervals=free.intervals if free.is_working_day else (),
        statements=(*_conflict_claims(book, events), *_load_claims(book, free, planned)),
        lunch=free.lunch,
        moves=tuple(_moves(book, free, planned)),
    )


def _conflict_claims(book: FactBook, events: Sequence[TimelineEvent]) -> Iterator[Claim]:
    tz = book.day.tz
    for first, second in islice(_overlapping_pairs(busy_events(events, book.day)), _MAX_CONFLICTS):
        begins, ends = second.start.astimezone(tz), min(first.end, second.end).astimezone(tz)
        text = calendar.conflict(first.event, second.event, begins, ends)
        yield Claim(
            kind="conflict", text=text, facts=(book.cite_event(first.event), book.cite_event(second.event))
        )


def _overlapping_pairs(events: Sequence[TimelineEvent]) -> Iterator[tuple[TimelineEvent, TimelineEvent]]:
    for index, first in enumerate(events):
        for second in islice(events, index + 1, None):
            if second.start >= first.end:
                break
            yield first, second


def _load_claims(book: FactBook, free: FreeTime, planned: PlannedTasks) -> Iterator[Claim]:
    if not planned.all or not (free.is_working_day or planned.due):
        return
    total, unestimated = len(planned.all), planned.unestimated
    facts = (
        book.cite_stat(
            "planned_minutes",
            "planned minutes",
            planned.minutes,
            "estimates of the tasks for today, added up",
        ),
        book.cite_stat("planned", "tasks for today", total, "due today or in Start here"),
        book.cite_stat("unestimated", "tasks without an estimate", unestimated, "of the tasks for today"),
        book.cite_stat("free_minutes", "free minutes", free.minutes, "gaps between today's events, added up"),
    )
    numbers = calendar.LoadNumbers(planned.minutes, free.minutes, total, unestimated)
    yield Claim(kind=numbers.kind, text=calendar.load(numbers), facts=facts)


def _moves(book: FactBook, free: FreeTime, planned: PlannedTasks) -> Iterator[Claim]:
    """Yield what to snooze, the least important first, until the rest fits."""
    excess = planned.minutes - free.minutes
    chosen = []
    for task in sorted(_movable(planned), key=_importance):
        if excess <= 0:
            break
        chosen.append(task)
        excess -= task.estimate_minutes or 0
    if chosen:
        facts = tuple(map(book.cite_task, chosen))
        told = [(task.title, task.estimate_minutes or 0) for task in chosen]
        yield Claim(kind="move", text=calendar.moves(told, fits=excess <= 0), facts=facts)


def _movable(planned: PlannedTasks) -> Iterable[Task]:
    return (
        task
        for task in planned.due
        if task.estimate_minutes and task.priority < Priority.HIGH and task.id not in planned.kept
    )


def _importance(task: Task) -> tuple[int, int, str]:
    return task.priority, -(task.estimate_minutes or 0), task.title
