"""The review of tasks over a week. Pure: it compares the week's snapshots with the current agenda."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from daybreak.agenda import Agenda, Moment, Task, TaskStatus
from daybreak.briefs.facts.day import WEEK_DAYS
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.snapshot import (
    Snapshot,
    SnapshotItem,
    fold_title,
    item_content,
    parse_snapshot_time,
    source_key,
    task_content,
    to_iso,
)
from daybreak.briefs.wording.weekly import PutOff


class MissedDueDate(NamedTuple):
    """A due date that passed, from the snapshot of that day."""

    known_on: date
    item: SnapshotItem
    due: Moment


class WeekReview:
    """The week that ends with the day of a book.

    Attributes:
        starts: the date a week before.
        brief_count: the number of briefs that it is based on.
        known_since: the date of the earliest of them; None if there is none.
    """

    def __init__(
        self, book: FactBook, agenda: Agenda, snapshots: Sequence[Snapshot], sources: dict[str, str]
    ) -> None:
        """Compare the week's snapshots with the agenda.

        Args:
            book: has the day and the tasks that could not be sorted into buckets.
            agenda: the current facts.
            snapshots: the snapshots of the week's briefs, oldest first.
            sources: the names of the current sources by key.
        """
        self._day, self._snapshots, self._sources = book.day, snapshots, sources
        self.starts = book.day.today - timedelta(days=WEEK_DAYS)
        self.brief_count = len(snapshots)
        self.known_since = snapshots[0].day if snapshots else None
        self._open_task_ids = {task_id for snapshot in snapshots for task_id in snapshot.tasks}
        self._present_ids = {str(task.id) for task in (*agenda.tasks, *agenda.deferred)}
        self._present = {task_content(task) for task in (*agenda.tasks, *agenda.deferred)}
        first = [*snapshots[0].tasks.values()] if snapshots else []
        self._first_contents = set(map(item_content, first))
        self._first_titles = {fold_title(item.title) for item in first}
        self._done_titles = {task.title for task in agenda.tasks if self.is_done(task)}

    def is_done(self, task: Task) -> bool:
        """Return whether it was finished in the week."""
        if task.status is not TaskStatus.DONE:
            return False
        was_open = str(task.id) in self._open_task_ids
        finished = self._day.date_of(task.latest_completion)
        if finished is None:
            return was_open
        # A brief of the first date that did not list it as open may already have reported it as done.
        since = self.starts + timedelta(days=not was_open and self.known_since == self.starts)
        return since <= finished <= self._day.today

    def is_past_due(self, task: Task) -> bool:
        """Return whether its due date passed in the week and it is still open."""
        due = self._day.date_of(task.due)
        return task.is_open and due is not None and self._is_in_review_week(due)

    def find_missed_due_date(self, task: Task) -> MissedDueDate | None:
        """Return the due date that an open task missed in the week, if it now has a later one or none."""
        due = self._day.date_of(task.due)
        # The later date of a recurring task is its next occurrence.
        if not task.is_open or task.recurrence or (due is not None and due < self._day.today):
            return None
        for snapshot in self._snapshots:
            before = snapshot.tasks.get(str(task.id))
            then = parse_snapshot_time(before.due, self._day) if before else None
            was = self._day.date_of(then)
            if before is not None and then is not None and was is not None and self._is_in_review_week(was):
                return MissedDueDate(snapshot.day, before, then)
        return None

    def count_put_off(self, task: Task) -> PutOff | None:
        """Return how often briefs saw a due date put off, if more than once, and the first one."""
        before = next(
            (one.tasks[str(task.id)] for one in self._snapshots[::-1] if str(task.id) in one.tasks), None
        )
        due = to_iso(task.due)
        if before is None or before.due is None or due is None:
            return None
        times = before.times_put_off + (due[:10] > before.due[:10])
        first = parse_snapshot_time(before.first_due or before.due, self._day)
        return (times, first) if times > 1 and first is not None else None

    def is_added(self, task: Task) -> bool:
        """Return whether it is open and new: the first brief read its source but did not list it."""
        if not self._snapshots or not task.is_open:
            return False
        first = self._snapshots[0]
        if str(task.id) in first.tasks or source_key(task.source_id) not in first.sources:
            return False
        is_next = bool(task.recurrence) and fold_title(task.title) in self._first_titles
        return not is_next and task_content(task) not in self._first_contents

    def is_cancelled(self, task: Task) -> bool:
        """Return whether it was open in the week and is now cancelled."""
        return task.status is TaskStatus.CANCELLED and str(task.id) in self._open_task_ids

    def list_vanished(self) -> Iterator[tuple[str, SnapshotItem]]:
        """Yield tasks that their source no longer has, as last known, except those done elsewhere."""
        last: dict[str, SnapshotItem] = {}
        for snapshot in self._snapshots:
            last |= snapshot.tasks
        for task_id, before in last.items():
            is_listed = task_id in self._present_ids or before.title in self._done_titles
            is_own = before.is_mine and before.source in self._sources
            if is_own and not is_listed and item_content(before) not in self._present:
                yield task_id, before

    def source_name(self, item: SnapshotItem) -> str:
        """Return the name of the source that an item was in."""
        return self._sources.get(item.source, "Daybreak")

    def _is_in_review_week(self, due: date) -> bool:
        return self.starts <= due < self._day.today
