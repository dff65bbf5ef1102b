"""The review of tasks over a week. Pure: it compares the week's snapshots with the current agenda."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from daybreak.agenda import Agenda, Moment, Task, TaskStatus
from daybreak.briefs.facts.day import WEEK_DAYS
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.snapshot import Remembered, Snapshot, remembered_moment, source_key


class Passed(NamedTuple):
    """A due date that passed, from the snapshot of that day."""

    known_on: date
    before: Remembered
    due: Moment


class Retrospect:
    """The week that ends with the day of a book.

    Attributes:
        starts: the date a week before.
        briefs: the number of briefs that it is based on.
        known_since: the date of the earliest of them; None if there is none.
    """

    def __init__(
        self, book: FactBook, agenda: Agenda, known: Sequence[Snapshot], sources: dict[str, str]
    ) -> None:
        """Compare the week's snapshots with the agenda.

        Args:
            book: has the day and the tasks that could not be sorted into buckets.
            agenda: the current facts.
            known: the snapshots of the week's briefs, oldest first.
            sources: the names of the current sources by key.
        """
        self._day, self._known, self._sources = book.day, known, sources
        self.starts = book.day.today - timedelta(days=WEEK_DAYS)
        self.briefs = len(known)
        self.known_since = known[0].day if known else None
        self._mentioned = {task_id for snapshot in known for task_id in snapshot.tasks}
        self._there = {str(task.id) for task in (*agenda.tasks, *agenda.put_off)}
        self._finished = {task.title for task in agenda.tasks if self.is_done(task)}

    def is_done(self, task: Task) -> bool:
        """Return whether it was finished in the week."""
        if task.status is not TaskStatus.DONE:
            return False
        was_open = str(task.id) in self._mentioned
        finished = self._day.on(task.completed)
        if finished is None:
            return was_open
        # A brief of the first date that did not list it as open may already have reported it as done.
        since = self.starts + timedelta(days=not was_open and self.known_since == self.starts)
        return since <= finished <= self._day.today

    def is_past_due(self, task: Task) -> bool:
        """Return whether its due date passed in the week and it is still open."""
        due = self._day.on(task.due)
        return task.is_open and due is not None and self._is_over(due)

    def passed(self, task: Task) -> Passed | None:
        """Return the due date that an open task missed in the week, if it now has a later one or none."""
        due = self._day.on(task.due)
        if not task.is_open or (due is not None and due < self._day.today):
            return None
        for snapshot in self._known:
            before = snapshot.tasks.get(str(task.id))
            then = remembered_moment(before.due, self._day) if before else None
            was = self._day.on(then)
            if before is not None and then is not None and was is not None and self._is_over(was):
                return Passed(snapshot.day, before, then)
        return None

    def has_come_in(self, task: Task) -> bool:
        """Return whether it is open and new: the first brief read its source but did not list it."""
        if not self._known or not task.is_open:
            return False
        first = self._known[0]
        return str(task.id) not in first.tasks and source_key(task.source_id) in first.sources

    def is_cancelled(self, task: Task) -> bool:
        """Return whether it was open in the week and is now cancelled."""
        return task.status is TaskStatus.CANCELLED and str(task.id) in self._mentioned

    def vanished(self) -> Iterator[tuple[str, Remembered]]:
        """Yield tasks that their source no longer has, as last known, except those done elsewhere."""
        last: dict[str, Remembered] = {}
        for snapshot in self._known:
            last |= snapshot.tasks
        for task_id, before in last.items():
            is_told = task_id in self._there or before.title in self._finished
            if before.source in self._sources and not is_told:
                yield task_id, before

    def source(self, before: Remembered) -> str:
        """Return the name of the source that an item was in."""
        return self._sources.get(before.source, "Daybreak")

    def _is_over(self, due: date) -> bool:
        return self.starts <= due < self._day.today
