"""Changes since the last brief: the difference between its snapshot and the current one.

An item appears once, as the first of: vanished, done, came in, moved, became overdue. Only sources that both
briefs read are compared, and only calendar days that both cover: a new source does not appear as two hundred
new tasks. A task that is missing from one list and done in another, an archive, counts as done.
"""

from collections.abc import Iterator
from datetime import timedelta

from daybreak.agenda import Agenda, Task, TaskStatus
from daybreak.briefs.document.model import SinceLast
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.snapshot import (
    EVENT_DAYS,
    Snapshot,
    SnapshotItem,
    _date_of,
    _is_within,
    _to_iso,
    parse_snapshot_time,
    source_key,
)
from daybreak.briefs.wording import sentences
from daybreak.claims import Claim, Fact

MAX_ENTRIES = 25
_ORDER = ("vanished", "done", "came_in", "moved", "became_overdue")


def changes_since(book: FactBook, agenda: Agenda, last: Snapshot | None, current: Snapshot) -> SinceLast:
    """Return the changes from the last received snapshot to the current one."""
    if last is None:
        return SinceLast(date=None)
    comparison = _Comparison(book, agenda, last, current)
    entries = list(comparison.list_entries())
    return SinceLast(
        date=last.day, entries=tuple(entries[:MAX_ENTRIES]), omitted=max(0, len(entries) - MAX_ENTRIES)
    )


class _Comparison:
    """A comparison of two states of the agenda, in one pass."""

    def __init__(self, book: FactBook, agenda: Agenda, last: Snapshot, current: Snapshot) -> None:
        self._book = book
        self._day = book.day
        self._last = last
        self._current = current
        self._sources = {key: name for key, name in current.sources.items() if key in last.sources}
        self._suppressed_ids = {*map(str, book.unsorted), *(str(task.id) for task in agenda.deferred)}
        self._tasks = {
            str(t.id): t
            for t in agenda.tasks
            if source_key(t.source_id) in self._sources and t.id not in book.unsorted
        }
        self._done_elsewhere = {
            task.title: task for task_id, task in self._tasks.items() if self._is_done_since(task_id, task)
        }
        until = min(last.day, self._day.today) + timedelta(days=EVENT_DAYS)
        self._events = {
            str(e.id): e
            for e in agenda.events
            if source_key(e.source_id) in self._sources and _is_within(e, self._day, self._day.today, until)
        }
        self._all_events = {str(e.id): e for e in agenda.events}

    def _is_done_since(self, task_id: str, task: Task) -> bool:
        if task.status is not TaskStatus.DONE or task_id in self._last.tasks:
            return False
        completed = self._day.date_of(task.completed)
        return completed is not None and completed >= self._last.day

    def list_entries(self) -> Iterator[Claim]:
        changes = [*self._task_changes(), *self._event_changes()]
        yield from sorted(changes, key=lambda claim: (_ORDER.index(claim.kind), claim.text, claim.facts))

    def _task_changes(self) -> Iterator[Claim]:
        for task_id, before in self._last.tasks.items():
            if before.source not in self._sources or task_id in self._suppressed_ids:
                continue
            task = self._tasks.get(task_id)
            if task is None and (archived := self._done_elsewhere.pop(before.title, None)):
                text = sentences.done(archived.title, self._day.localize_optional(archived.completed))
                yield Claim(kind="done", text=text, facts=(self._book.cite_task(archived),))
            elif task is None:
                text = sentences.vanished(before.title, self._sources[before.source])
                yield self._vanished_claim(f"task:{task_id}", before, text)
            elif change := self._describe_change(task, before, self._current.tasks.get(task_id)):
                yield Claim(kind=change[0], text=change[1], facts=(self._book.cite_task(task),))
        for task_id, task in self._tasks.items():
            if task_id not in self._last.tasks and task.is_open:
                text = sentences.came_in(task.title, self._day.localize_optional(task.due))
                yield Claim(kind="came_in", text=text, facts=(self._book.cite_task(task),))

    def _describe_change(
        self, task: Task, item: SnapshotItem, current: SnapshotItem | None
    ) -> tuple[str, str] | None:
        day = self._day
        if task.status is TaskStatus.CANCELLED:
            return "vanished", sentences.cancelled(task.title)
        if task.status is TaskStatus.DONE or current is None:
            return "done", sentences.done(task.title, day.localize_optional(task.completed))
        if current.due != item.due:
            return "moved", sentences.moved(
                task.title, parse_snapshot_time(item.due, day), day.localize_optional(task.due)
            )
        if current.starts != item.starts:
            return "moved", sentences.start_moved(
                task.title, parse_snapshot_time(item.starts, day), day.localize_optional(task.start)
            )
        due = day.date_of(task.due)
        if due is not None and self._last.day <= due < day.today:
            return "became_overdue", sentences.became_overdue(task.title, due)
        return None

    def _event_changes(self) -> Iterator[Claim]:
        day = self._day
        for event_id, before in self._last.events.items():
            starts = parse_snapshot_time(before.starts, day)
            if before.source not in self._sources or starts is None or _date_of(starts) < day.today:
                continue
            event = self._all_events.get(event_id)
            if event is None:
                text = sentences.event_vanished(before.title, starts)
                yield self._vanished_claim(f"event:{event_id}", before, text)
            elif _to_iso(event.start) != before.starts:
                text = sentences.moved(event.title, starts, day.localize_optional(event.start))
                yield Claim(kind="moved", text=text, facts=(self._book.cite_event(event),))
        for event_id, event in self._events.items():
            if event_id not in self._last.events:
                text = sentences.event_came_in(event.title, day.localize_optional(event.start))
                yield Claim(kind="came_in", text=text, facts=(self._book.cite_event(event),))

    def _vanished_claim(self, fact_id: str, item: SnapshotItem, text: str) -> Claim:
        kind, source = fact_id.partition(":")[0], self._sources[item.source]
        fact = Fact(kind=kind, title=item.title, source=source, source_ref=item.source_ref, status="removed")
        return Claim(kind="vanished", text=text, facts=(self._book.add(fact_id, fact),))
