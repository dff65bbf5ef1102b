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
    Remembered,
    Snapshot,
    _date,
    _is_within,
    _iso,
    remembered_moment,
    source_key,
)
from daybreak.briefs.wording import sentences
from daybreak.claims import Claim, Fact

MOST = 25
_ORDER = ("vanished", "done", "came_in", "moved", "became_overdue")


def since_last(book: FactBook, agenda: Agenda, last: Snapshot | None, now: Snapshot) -> SinceLast:
    """Return the changes from the last received snapshot to the current one."""
    if last is None:
        return SinceLast(date=None)
    comparison = _Comparison(book, agenda, last, now)
    entries = list(comparison.entries())
    return SinceLast(date=last.day, entries=tuple(entries[:MOST]), left_out=max(0, len(entries) - MOST))


class _Comparison:
    """A comparison of two states of the agenda, in one pass."""

    def __init__(self, book: FactBook, agenda: Agenda, last: Snapshot, now: Snapshot) -> None:
        self._book = book
        self._day = book.day
        self._last = last
        self._now = now
        self._sources = {key: name for key, name in now.sources.items() if key in last.sources}
        self._untold = {*map(str, book.set_aside), *(str(task.id) for task in agenda.put_off)}
        self._tasks = {
            str(t.id): t
            for t in agenda.tasks
            if source_key(t.source_id) in self._sources and t.id not in book.set_aside
        }
        self._archived = {
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
        completed = self._day.on(task.completed)
        return completed is not None and completed >= self._last.day

    def entries(self) -> Iterator[Claim]:
        changes = [*self._task_changes(), *self._event_changes()]
        yield from sorted(changes, key=lambda claim: (_ORDER.index(claim.kind), claim.text, claim.facts))

    def _task_changes(self) -> Iterator[Claim]:
        for task_id, before in self._last.tasks.items():
            if before.source not in self._sources or task_id in self._untold:
                continue
            task = self._tasks.get(task_id)
            if task is None and (archived := self._archived.pop(before.title, None)):
                text = sentences.done(archived.title, self._day.local(archived.completed))
                yield Claim(kind="done", text=text, facts=(self._book.task(archived),))
            elif task is None:
                text = sentences.vanished(before.title, self._sources[before.source])
                yield self._vanished(f"task:{task_id}", before, text)
            elif change := self._change(task, before, self._now.tasks.get(task_id)):
                yield Claim(kind=change[0], text=change[1], facts=(self._book.task(task),))
        for task_id, task in self._tasks.items():
            if task_id not in self._last.tasks and task.is_open:
                text = sentences.came_in(task.title, self._day.local(task.due))
                yield Claim(kind="came_in", text=text, facts=(self._book.task(task),))

    def _change(self, task: Task, before: Remembered, now: Remembered | None) -> tuple[str, str] | None:
        day = self._day
        if task.status is TaskStatus.CANCELLED:
            return "vanished", sentences.cancelled(task.title)
        if task.status is TaskStatus.DONE or now is None:
            return "done", sentences.done(task.title, day.local(task.completed))
        if now.due != before.due:
            return "moved", sentences.moved(
                task.title, remembered_moment(before.due, day), day.local(task.due)
            )
        if now.starts != before.starts:
            return "moved", sentences.start_moved(
                task.title, remembered_moment(before.starts, day), day.local(task.start)
            )
        due = day.on(task.due)
        if due is not None and self._last.day <= due < day.today:
            return "became_overdue", sentences.became_overdue(task.title, due)
        return None

    def _event_changes(self) -> Iterator[Claim]:
        day = self._day
        for event_id, before in self._last.events.items():
            starts = remembered_moment(before.starts, day)
            if before.source not in self._sources or starts is None or _date(starts) < day.today:
                continue
            event = self._all_events.get(event_id)
            if event is None:
                text = sentences.event_vanished(before.title, starts)
                yield self._vanished(f"event:{event_id}", before, text)
            elif _iso(event.start) != before.starts:
                text = sentences.moved(event.title, starts, day.local(event.start))
                yield Claim(kind="moved", text=text, facts=(self._book.event(event),))
        for event_id, event in self._events.items():
            if event_id not in self._last.events:
                text = sentences.event_came_in(event.title, day.local(event.start))
                yield Claim(kind="came_in", text=text, facts=(self._book.event(event),))

    def _vanished(self, fact_id: str, before: Remembered, text: str) -> Claim:
        kind, source = fact_id.partition(":")[0], self._sources[before.source]
        fact = Fact(kind=kind, title=before.title, source=source, place=before.place, status="removed")
        return Claim(kind="vanished", text=text, facts=(self._book.other(fact_id, fact),))
