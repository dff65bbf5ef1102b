"""What briefs saw before: which tasks they showed first, and which were put off.

A snapshot remembers of each such task how often, and its state then (see `facts.snapshot`). A task that was
changed in its source since is shown as if for the first time.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import UUID

from daybreak.agenda import Task
from daybreak.briefs.facts.day import Day
from daybreak.briefs.facts.snapshot import ShownFirst, Snapshot, SnapshotItem, shown_state

STEPS_BACK_AFTER = 3


class FirstMemory:
    """What the snapshot before remembers of the tasks that were shown first."""

    def __init__(self, last: Snapshot | None, day: Day) -> None:
        self._last = last
        self._day = day

    def of(self, task: Task) -> ShownFirst | None:
        """Return what is remembered of a task; None if it was never shown first, or was touched since."""
        item = self._item(task)
        shown = ShownFirst.of(item.shown_first) if item and item.shown_first else None
        return shown if shown and shown.state == shown_state(task) else None

    def times_put_off(self, task: Task) -> int:
        """Return how often briefs saw the due date of a task move to a later one."""
        item = self._item(task)
        return item.times_put_off if item else 0

    def _item(self, task: Task) -> SnapshotItem | None:
        return self._last.tasks.get(str(task.id)) if self._last else None

    def is_tired(self, task: Task) -> bool:
        """Return whether a task steps back: shown three times, untouched, and not due by tomorrow."""
        shown = self.of(task)
        if shown is None or shown.times < STEPS_BACK_AFTER:
            return False
        due = self._day.date_of(task.due)
        return due is None or not 0 <= (due - self._day.today).days <= 1

    def was_asked(self, task: Task) -> bool:
        """Return whether the reader was asked whether it is still wanted."""
        shown = self.of(task)
        return shown is not None and shown.was_asked

    def amend(
        self, snapshot: Snapshot, tasks: Mapping[UUID, Task], shown: Collection[str], asked: str | None
    ) -> Snapshot:
        """Return the snapshot with what this brief shows first and asks about.

        Args:
            snapshot: the snapshot of this brief.
            tasks: the open tasks by id.
            shown: ids of the tasks that are shown first.
            asked: the id of the task that the reader is asked about.
        """
        items, is_new_day = dict(snapshot.tasks), self._last is None or self._last.day < snapshot.day
        before_today = self._last.tasks if self._last else {}
        known = {task_id for task_id, item in before_today.items() if item.shown_first}
        for task_id in known.union(shown, [asked] if asked else ()):
            task = tasks.get(UUID(task_id))
            if task is None or task_id not in items:
                continue
            before = self.of(task)
            times = (before.times if before else 0) + (task_id in shown and (is_new_day or before is None))
            was_asked = task_id == asked or bool(before and before.was_asked)
            remembered = ShownFirst(times, shown_state(task), was_asked) if times else ()
            items[task_id] = items[task_id]._replace(shown_first=tuple(remembered))
        return replace(snapshot, tasks=items)
