"""Changes of tasks since the last brief."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import PurePosixPath

from daybreak.agenda import Moment, Task, TaskStatus
from daybreak.briefs.composing.changes.change import Change, Comparison
from daybreak.briefs.composing.changes.task_matches import (
    TaskPair,
    is_corrected,
    match_tasks,
)
from daybreak.briefs.facts.snapshot import (
    Content,
    SnapshotItem,
    fold_title,
    item_content,
    parse_snapshot_time,
    source_key,
    task_content,
    to_iso,
)
from daybreak.briefs.wording import changes as wording
from daybreak.briefs.wording import people
from daybreak.briefs.wording.formatting import date_of
from daybreak.claims import Claim

_MAX_FILE_CITATIONS = 10


def find_task_changes(comparison: Comparison) -> Iterator[Change]:
    """Yield the changes of tasks, each task at most once."""
    yield from _TaskComparison(comparison).list_changes()


class _TaskComparison:
    def __init__(self, comparison: Comparison) -> None:
        self._of = comparison
        self._book, self._day, self._last = comparison.book, comparison.book.day, comparison.last
        self._today = self._day.today
        agenda = comparison.agenda
        deferred = {str(task.id) for task in agenda.deferred}
        self._suppressed_ids = {*map(str, self._book.unsorted), *deferred}
        known = [*agenda.deferred, *(task for task in agenda.tasks if self._is_current(task))]
        self._tasks = {str(task.id): task for task in known}
        self._unchanged, changed = self._split_by_change()
        others = [task for task_id, task in self._tasks.items() if task_id not in self._unchanged]
        self._matches = match_tasks(changed, others)
        self._now_of = {pair.before_id: pair.task for pair in self._matches.pairs}
        self._following = self._find_following()

    def _split_by_change(self) -> tuple[dict[str, TaskPair], dict[str, SnapshotItem]]:
        """Return the tasks that are as they were, and the other tasks of the last snapshot."""
        unchanged: dict[str, TaskPair] = {}
        changed: dict[str, SnapshotItem] = {}
        current = self._of.current.tasks
        for task_id, before in self._last.tasks.items():
            if task_id in self._tasks and current.get(task_id) == before:
                unchanged[task_id] = TaskPair(task_id, before, self._tasks[task_id])
            else:
                changed[task_id] = before
        return unchanged, changed

    @cached_property
    def _present(self) -> set[Content]:
        return {task_content(task) for task in self._tasks.values()}

    @cached_property
    def _known(self) -> set[Content]:
        return {item_content(item) for item in self._last.tasks.values()}

    @cached_property
    def _known_titles(self) -> set[str]:
        titles = [fold_title(item.title) for item in self._last.tasks.values()]
        return {*titles, *(fold_title(str(one[0])) for one in self._last.finished.values())}

    def _is_current(self, task: Task) -> bool:
        """Return whether a task is unfinished, or was finished since the last brief."""
        task_id = str(task.id)
        if task.is_open or task_id in self._last.tasks:
            return True
        completed = self._day.date_of(task.latest_completion)
        is_recent = completed is None or completed >= self._last.day
        return task.status is TaskStatus.DONE and is_recent and task_id not in self._last.finished

    def list_changes(self) -> Iterator[Change]:
        for pair in self._unchanged.values():
            if (due := self._missed_due_date(pair.task)) and self._is_compared(pair):
                yield self._became_overdue(pair.task, due)
        for pair in self._matches.pairs:
            if self._is_compared(pair) and (change := self._describe(pair)):
                yield change
        yield from self._files_moved()
        for before_id, before in self._matches.gone.items():
            is_compared = before.source in self._of.sources and before_id not in self._suppressed_ids
            if is_compared and before.is_mine and item_content(before) not in self._present:
                yield self._vanished(before_id, before)
        for task in self._matches.added:
            if self._is_news(task):
                yield self._added(task)

    def _is_compared(self, pair: TaskPair) -> bool:
        both = {pair.before.source, source_key(pair.task.source_id)}
        # Snapshots of earlier versions do not state whose a task was.
        if not (pair.task.is_mine or (self._last.has_details and pair.before.is_mine)):
            return False
        return both <= self._of.sources.keys() and str(pair.task.id) not in self._suppressed_ids

    def _is_news(self, task: Task) -> bool:
        """Return whether a task that was not matched is new: neither a copy nor the next one of a series."""
        if not (task.is_open and task.is_mine) or str(task.id) in self._suppressed_ids:
            return False
        is_known = task_content(task) in self._known or (
            task.recurrence and fold_title(task.title) in self._known_titles
        )
        return source_key(task.source_id) in self._of.sources and not is_known

    def _describe(self, pair: TaskPair) -> Change | None:
        task = pair.task
        if task.status is TaskStatus.CANCELLED:
            at = self._day.localize_optional(task.due)
            return self._change(task, "vanished", wording.cancelled(task.title), at=at)
        if task.status is TaskStatus.DONE:
            return self._done(task)
        if pair.before.is_mine != task.is_mine:
            return self._handed_over(pair)
        describers = (self._freed, self._moved, self._renamed)
        change = next((change for describe in describers if (change := describe(pair))), None)
        if change is None and (due := self._missed_due_date(task)):
            return self._became_overdue(task, due)
        return change

    def _done(self, task: Task) -> Change:
        completed = self._day.localize_optional(task.completed)
        following = self._following.get(str(task.id))
        at = self._day.localize_optional(following.due or following.start) if following else None
        if following is None or at is None:
            text = wording.done(task.title, completed, self._today)
            return self._change(task, "done", text, at=completed)
        text = wording.recurred(task.title, completed, at, self._today)
        return self._change(task, "recurred", text, also=(self._book.cite_task(following),), at=completed)

    def _freed(self, pair: TaskPair) -> Change | None:
        task, before = pair.task, pair.before
        if not (before.blocked_by or before.is_blocked) or self._book.is_blocked(task):
            return None
        blockers = [self._now_of[one] for one in before.blocked_by if one in self._now_of]
        done = [one for one in blockers if one.status is TaskStatus.DONE]
        at = self._day.localize_optional(task.due)
        if done and len(done) == len(before.blocked_by):
            start = self._start_ahead(task)
            text = wording.can_start(task.title, [one.title for one in done], start, self._today)
            return self._change(task, "can_start", text, also=map(self._book.cite_task, done), at=at)
        if before.is_blocked and not before.blocked_by:
            text = wording.unblocked(task.title)
            return self._change(task, "can_start", text, at=at)
        return None

    def _start_ahead(self, task: Task) -> Moment | None:
        start = self._day.localize_optional(task.start)
        return start if start is not None and date_of(start) > self._day.today else None

    def _handed_over(self, pair: TaskPair) -> Change | None:
        task, before = pair.task, pair.before
        # A holder also changes when readers change who they are, which is no news.
        if not self._last.has_details or (task.assignee or "") == (before.assignee or ""):
            return None
        assignee = people.display_name(task.assignee or "")
        text = wording.handed_over(task.title, None if task.is_mine else assignee)
        at = self._day.localize_optional(task.due)
        return self._change(task, "handed_over", text, at=at)

    def _moved(self, pair: TaskPair) -> Change | None:
        task, before, day = pair.task, pair.before, self._day
        due, start = day.localize_optional(task.due), day.localize_optional(task.start)
        if to_iso(task.due) != before.due:
            then = parse_snapshot_time(before.due, day)
            if is_next_occurrence(task, before, then, due):
                return self._comes_next(task, due)
            return self._moved_due_date(pair, then, due)
        if to_iso(task.start) != before.starts:
            then = parse_snapshot_time(before.starts, day)
            if is_next_occurrence(task, before, then, start):
                return self._comes_next(task, start)
            text = wording.start_moved(task.title, then, start, self._today)
            memory = self._of.cite_memory(pair.before_id, before, start=then)
            return self._change(task, "moved", text, also=(memory,), at=start)
        return None

    def _moved_due_date(self, pair: TaskPair, then: Moment | None, due: Moment | None) -> Change:
        task, now = pair.task, self._of.current.tasks.get(str(pair.task.id))
        times = now.times_put_off if now else 0
        first = parse_snapshot_time(now.first_due, self._day) if now else None
        if first is None or due is None or times <= max(1, pair.before.times_put_off):
            text = wording.moved(task.title, then, due, self._today)
            memory = self._of.cite_memory(pair.before_id, pair.before, due=then)
            return self._change(task, "moved", text, also=(memory,), at=due)
        text = wording.moved_again(task.title, due, times, first, self._today)
        memory = self._of.cite_memory(pair.before_id, pair.before, due=first, value=times)
        return self._change(task, "moved_again", text, also=(memory,), at=due)

    def _comes_next(self, task: Task, following: Moment | None) -> Change | None:
        if following is None:
            return None
        text = wording.comes_next(task.title, following, self._today)
        return self._change(task, "comes_next", text, at=following)

    def _renamed(self, pair: TaskPair) -> Change | None:
        task, before = pair.task, pair.before
        if is_corrected(before.title, task.title):
            return None
        text = wording.renamed(before.title, task.title)
        return self._change(task, "renamed", text, at=self._day.localize_optional(task.due))

    def _missed_due_date(self, task: Task) -> date | None:
        """Return the due date of a task that was missed since the last brief."""
        due = self._day.date_of(task.due)
        return due if due is not None and self._last.day <= due < self._day.today else None

    def _became_overdue(self, task: Task, due: date) -> Change:
        text = wording.became_overdue(task.title, due, self._today)
        return self._change(task, "became_overdue", text, at=due)

    def _added(self, task: Task) -> Change:
        due = self._day.localize_optional(task.due)
        is_reopened = str(task.id) in self._last.finished or self._finished_like(task)
        text = (wording.reopened if is_reopened else wording.came_in)(task.title, due, self._today)
        return self._change(task, "came_in", text, at=due)

    def _finished_like(self, task: Task) -> bool:
        return task.due is not None and [task.title, to_iso(task.due)] in self._last.finished.values()

    def _vanished(self, before_id: str, before: SnapshotItem) -> Change:
        due = parse_snapshot_time(before.due or before.starts, self._day)
        is_ambiguous = any(content[0] == fold_title(before.title) for content in self._present)
        source = self._of.sources[before.source]
        text = wording.vanished(before.title, source, due if is_ambiguous else None, self._today)
        fact = self._of.cite_removed("task", before_id, before, is_id_in_use=before_id in self._tasks)
        return Change(Claim(kind="vanished", text=text, facts=(fact,)), due)

    def _files_moved(self) -> Iterator[Change]:
        """Yield the files whose tasks are all in a file of the same name in another folder."""
        moves: dict[tuple[str, str], dict[str, list[Task]]] = defaultdict(lambda: defaultdict(list))
        for pair in self._matches.pairs:
            source, before = source_key(pair.task.source_id), pair.before.path
            is_known = before and pair.before.source == source and source in self._of.sources
            if before != pair.task.path and is_known:
                moves[source, before][pair.task.path].append(pair.task)
        if not moves:
            return
        remaining = {(source_key(task.source_id), task.path) for task in self._tasks.values()}
        for (source, before), targets in moves.items():
            target = next(iter(targets))
            is_moved = len(targets) == 1 and (source, before) not in remaining
            if is_moved and _is_other_folder(before, target):
                tasks = [task for task in targets[target] if str(task.id) not in self._suppressed_ids]
                yield from self._file_moved(target, tasks)

    def _file_moved(self, target: str, tasks: Sequence[Task]) -> Iterator[Change]:
        if not tasks:
            return
        folder = str(PurePosixPath(target).parent).removeprefix(".")
        facts = tuple(self._book.cite_task(task) for task in tasks[:_MAX_FILE_CITATIONS])
        text = wording.file_moved(PurePosixPath(target).name, folder)
        yield Change(Claim(kind="file_moved", text=text, facts=facts))

    def _find_following(self) -> dict[str, Task]:
        """Return the next occurrence of each recurring task that is done, by the id of the done one."""
        done = {
            (source_key(pair.task.source_id), fold_title(pair.task.title)): str(pair.task.id)
            for pair in self._matches.pairs
            if pair.task.status is TaskStatus.DONE
        }
        found: dict[str, Task] = {}
        for task in self._matches.added:
            key = source_key(task.source_id), fold_title(task.title)
            if task.is_open and task.recurrence and key in done and str(task.id) not in self._suppressed_ids:
                found.setdefault(done[key], task)
        return found

    def _change(
        self, task: Task, kind: str, text: str, *, also: Iterable[str] = (), at: Moment | None = None
    ) -> Change:
        return Change(Claim(kind=kind, text=text, facts=(self._book.cite_task(task), *also)), at)


def is_next_occurrence(task: Task, before: SnapshotItem, then: Moment | None, now: Moment | None) -> bool:
    """Return whether a recurring task went on to its next date, rather than being moved."""
    is_recurring = bool(task.recurrence or before.recurrence)
    return is_recurring and then is not None and now is not None and date_of(now) > date_of(then)


def _is_other_folder(before: str, now: str) -> bool:
    old, new = PurePosixPath(fold_title(before)), PurePosixPath(fold_title(now))
    return old.name == new.name and old.parent != new.parent
