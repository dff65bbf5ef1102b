"""What a brief knew, stored for the next one to compare with."""

import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from daybreak.agenda import Agenda, Event, Moment, Task, TaskStatus
from daybreak.briefs.facts.day import Day

EVENT_DAYS = 10
# Snapshots without `events_until` were taken when briefs compared this many days ahead.
_EARLIER_EVENT_DAYS = 8


_MARGIN = timedelta(days=2)
# Fields that every stored item has; those after them are only stored if one of them is not empty.
_USUAL_FIELDS = 6
_MANUAL_SOURCE = "manual"
_DECLINED = "declined"
_UNCONVERTED_ZONES = (None, UTC)
_DIGEST_BYTES = 16

Content = tuple[str, str | None, str | None]


class SnapshotItem(NamedTuple):
    """A task or event in a snapshot; moments in ISO format, instants in UTC.

    New fields are added at the end, with a default: snapshots are stored as lists.

    Attributes:
        due: the end of an event.
        place: the location of an event.
        blocked_by: ids of the unfinished tasks that block a task.
        is_blocked: whether its source has it as blocked.
        first_due: the due date before it was put off, if it was.
        times_put_off: how often briefs saw its due date move to a later one.
        holder: whose task it is, or “declined” for an event that the reader declined; empty for the reader's.
        shown_first: the fields of a `ShownFirst`; empty if it was never shown first.
    """

    title: str
    source_ref: str
    source: str
    starts: str | None
    due: str | None
    project: str | None = None
    place: str | None = None
    assignee: str | None = None
    recurrence: str | None = None
    blocked_by: Sequence[str] = ()
    is_blocked: bool = False
    first_due: str | None = None
    times_put_off: int = 0
    holder: str = ""
    shown_first: Sequence[Any] = ()

    @property
    def is_mine(self) -> bool:
        """Whether the task is the reader's, or the event is one that the reader did not decline."""
        return not self.holder

    @property
    def path(self) -> str:
        """The file that contains it, if the reference is a line of a file."""
        path, _, line = self.source_ref.rpartition(":")
        return path if line.isdigit() else ""


class ShownFirst(NamedTuple):
    """What is remembered of a task that briefs showed first.

    Attributes:
        times: by how many briefs.
        state: `shown_state` of the task then; a task with another one was touched since.
        was_asked: whether a brief asked if it is still wanted.
    """

    times: int
    state: str
    was_asked: bool

    @classmethod
    def of(cls, parts: Sequence[Any]) -> "ShownFirst":
        """Return it from its fields, as a snapshot stores them."""
        return cls(*parts)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The knowledge of a brief: the open tasks and the events of the days ahead, by id, and its sources.

    Attributes:
        events_until: the date before which its events are complete; None in snapshots of earlier versions,
            whose items have no fields after ``project`` either.
        finished: title and due date of tasks that were finished shortly before, by id.
        digest: a hash of its stored form; empty for one that was not read from there.
    """

    day: date
    tasks: dict[str, SnapshotItem]
    events: dict[str, SnapshotItem]
    sources: dict[str, str]
    events_until: date | None = None
    finished: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    digest: str = field(default="", compare=False)

    @property
    def compared_until(self) -> date:
        """The date before which events can be compared."""
        return self.events_until or self.day + timedelta(days=_EARLIER_EVENT_DAYS)

    @property
    def has_details(self) -> bool:
        """Whether its items have the fields after ``project``."""
        return self.events_until is not None

    def as_bytes(self) -> bytes:
        """Return the snapshot as compressed JSON: a list for each item instead of an object."""
        stored: dict[str, Any] = {
            "tasks": {task_id: _trim(task) for task_id, task in self.tasks.items()},
            "events": {event_id: _trim(event) for event_id, event in self.events.items()},
            "sources": self.sources,
        }
        if self.events_until is not None:
            stored |= {"events_until": self.events_until.isoformat(), "finished": self.finished}
        return zlib.compress(orjson.dumps(stored), zlib.Z_BEST_SPEED)

    @classmethod
    def from_bytes(cls, day: date, packed: bytes) -> "Snapshot":
        """Return the snapshot that `as_bytes` wrote."""
        stored = orjson.loads(zlib.decompress(packed))
        until = stored.get("events_until")
        return cls(
            day=day,
            tasks={key: SnapshotItem(*parts) for key, parts in stored["tasks"].items()},
            events={key: SnapshotItem(*parts) for key, parts in stored["events"].items()},
            sources=stored["sources"],
            events_until=date.fromisoformat(until) if until else None,
            finished=stored.get("finished", {}),
            digest=blake2b(packed, digest_size=_DIGEST_BYTES).hexdigest(),
        )


def _trim(item: SnapshotItem) -> tuple[Any, ...]:
    """Return the fields of an item, only the usual ones if the others are empty."""
    return item[:] if any(item[_USUAL_FIELDS:]) else item[:_USUAL_FIELDS]


def take_snapshot(
    day: Day, agenda: Agenda, *, covers_all_sources: bool, last: Snapshot | None = None
) -> Snapshot:
    """Return the snapshot for the next brief.

    Args:
        day: the day of the brief.
        agenda: its facts.
        covers_all_sources: whether the facts are from all sources of the reader.
        last: the snapshot before, whose counts of due dates that were put off are continued.
    """
    # With a margin on either side: the reader's zone may change before the next brief.
    end = day.today + timedelta(days=EVENT_DAYS)
    # Snoozed and excluded tasks are included too: when they return, they are not new.
    tasks = [*(task for task in agenda.tasks if task.is_open), *agenda.deferred]
    open_ids = {task.id for task in tasks}
    projects: dict[UUID | None, str] = {project.id: project.name for project in agenda.projects}
    before = last.tasks if last else {}
    return Snapshot(
        day=day.today,
        tasks={
            task_id: _task_item(task, projects.get(task.project_id), open_ids, before.get(task_id))
            for task_id, task in ((str(task.id), task) for task in tasks)
        },
        events={
            str(event.id): _event_item(event)
            for event in agenda.events
            if _is_within(event, day, day.today - _MARGIN, end + _MARGIN)
        },
        sources=_source_names(agenda, covers_all_sources=covers_all_sources),
        events_until=end,
        finished={
            str(task.id): [task.title, to_iso(task.due)]
            for task in agenda.tasks
            if task.status is TaskStatus.DONE
        },
    )


def _source_names(agenda: Agenda, *, covers_all_sources: bool) -> dict[str, str]:
    known = {str(source.id): source.name for source in agenda.sources}
    return known | {_MANUAL_SOURCE: "Daybreak"} if covers_all_sources else known


def empty_snapshot(day: date) -> Snapshot:
    """Return the snapshot of a brief that could not record one: the next brief compares nothing with it."""
    return Snapshot(day=day, tasks={}, events={}, sources={})


def _task_item(
    task: Task, project: str | None, open_ids: set[UUID], before: SnapshotItem | None
) -> SnapshotItem:
    due = None if task.due is None else to_iso(task.due)
    first_due, times_put_off = _count_put_off(task, due, before) if before and due else (None, 0)
    # By position, since every brief has hundreds of them: keywords take twice as long.
    return SnapshotItem(
        task.title,
        task.source_ref,
        source_key(task.source_id),
        None if task.start is None else to_iso(task.start),
        due,
        project,
        None,
        task.assignee,
        task.recurrence,
        _open_blockers(task, open_ids) if task.blocked_by else (),
        task.status is TaskStatus.BLOCKED,
        first_due,
        times_put_off,
        "" if task.is_mine else str(task.holder),
        before.shown_first if before else (),
    )


def shown_state(task: Task) -> str:
    """Return what changes when a task is touched."""
    return task.touched_at.astimezone(UTC).isoformat()


def _open_blockers(task: Task, open_ids: set[UUID]) -> Sequence[str]:
    return [str(one) for one in dict.fromkeys(task.blocked_by) if one in open_ids and one != task.id] or ()


def _count_put_off(task: Task, due: str, before: SnapshotItem) -> tuple[str | None, int]:
    if before.due is None or task.recurrence:
        return None, 0
    if due[:10] > before.due[:10]:
        return before.first_due or before.due, before.times_put_off + 1
    return before.first_due, before.times_put_off


def _event_item(event: Event) -> SnapshotItem:
    return SnapshotItem(
        title=event.title,
        source_ref=event.source_ref,
        source=source_key(event.source_id),
        starts=to_iso(event.start),
        due=to_iso(event.end),
        place=event.location or None,
        holder=_DECLINED if event.declined else "",
    )


def source_key(source_id: UUID | None) -> str:
    """Return the key of a source in snapshots; items without a source were entered by hand."""
    return str(source_id) if source_id else _MANUAL_SOURCE


def _is_within(event: Event, day: Day, start: date, end: date) -> bool:
    first = day.date_of(event.start)
    return first is not None and start <= first < end


def to_iso(moment: Moment | None) -> str | None:
    """Return a moment as snapshots store it."""
    # Not in the reader's zone: a reader who changes the zone has not moved every event.
    if moment is None:
        return None
    if isinstance(moment, datetime) and moment.tzinfo not in _UNCONVERTED_ZONES:
        moment = moment.astimezone(UTC)
    return moment.isoformat()


def parse_snapshot_time(text: str | None, day: Day) -> Moment | None:
    """Return a moment of a snapshot in the reader's terms."""
    if text is None:
        return None
    return day.localize_optional(datetime.fromisoformat(text)) if "T" in text else date.fromisoformat(text)


@lru_cache(maxsize=8192)
def fold_title(title: str) -> str:
    """Return a title for comparisons: normalized, in one case, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", title).casefold().split())


def item_content(item: SnapshotItem) -> Content:
    """Return what makes two items of a snapshot the same: title and dates."""
    return fold_title(item.title), item.starts, item.due


def task_content(task: Task) -> Content:
    """Return the content of a task as `item_content` does."""
    return fold_title(task.title), to_iso(task.start), to_iso(task.due)
