"""What a brief knew, stored for the next one to compare with."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from daybreak.agenda import Agenda, Event, Moment, Task
from daybreak.briefs.facts.day import Day

EVENT_DAYS = 8


_MARGIN = timedelta(days=2)


_MANUAL_SOURCE = "manual"


_UNCONVERTED_ZONES = (None, UTC)


class SnapshotItem(NamedTuple):
    """A task or event in a snapshot; moments in ISO format, instants in UTC."""

    title: str
    source_ref: str
    source: str
    starts: str | None
    due: str | None
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The knowledge of a brief: the open tasks and the events of the days ahead, by id, and its sources."""

    day: date
    tasks: dict[str, SnapshotItem]
    events: dict[str, SnapshotItem]
    sources: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return the snapshot as compact JSON: a list for each item instead of an object."""
        return {
            "tasks": {task_id: [*task] for task_id, task in self.tasks.items()},
            "events": {event_id: [*event] for event_id, event in self.events.items()},
            "sources": self.sources,
        }

    @classmethod
    def from_json(cls, day: date, stored: dict[str, Any]) -> "Snapshot":
        """Return the snapshot that `as_json` wrote."""
        return cls(
            day=day,
            tasks={key: SnapshotItem(*parts) for key, parts in stored["tasks"].items()},
            events={key: SnapshotItem(*parts) for key, parts in stored["events"].items()},
            sources=stored["sources"],
        )


def take_snapshot(day: Day, agenda: Agenda, *, covers_all_sources: bool) -> Snapshot:
    """Return the snapshot for the next brief; ``covers_all_sources`` unless the agenda is of some sources."""
    # With a margin on either side: the reader's zone may change before the next brief.
    first, until = day.today - _MARGIN, day.today + timedelta(days=EVENT_DAYS) + _MARGIN
    # Snoozed and excluded tasks are included too: when they return, they are not new.
    tasks = [*(task for task in agenda.tasks if task.is_open), *agenda.deferred]
    projects: dict[UUID | None, str] = {project.id: project.name for project in agenda.projects}
    return Snapshot(
        day=day.today,
        tasks={
            str(task.id): _snapshot_item(task, task.start, task.due, projects.get(task.project_id))
            for task in tasks
        },
        events={
            str(event.id): _snapshot_item(event, event.start, event.end)
            for event in agenda.events
            if _is_within(event, day, first, until)
        },
        sources=_source_names(agenda, covers_all_sources=covers_all_sources),
    )


def _source_names(agenda: Agenda, *, covers_all_sources: bool) -> dict[str, str]:
    known = {str(source.id): source.name for source in agenda.sources}
    return known | {_MANUAL_SOURCE: "Daybreak"} if covers_all_sources else known


def empty_snapshot(day: date) -> Snapshot:
    """Return the snapshot of a brief that could not record one: the next brief compares nothing with it."""
    return Snapshot(day=day, tasks={}, events={}, sources={})


def _snapshot_item(
    thing: Task | Event, start: Moment | None, due: Moment | None, project: str | None = None
) -> SnapshotItem:
    source = source_key(thing.source_id)
    return SnapshotItem(thing.title, thing.source_ref, source, _to_iso(start), _to_iso(due), project)


def source_key(source_id: UUID | None) -> str:
    """Return the key of a source in snapshots; items without a source were entered by hand."""
    return str(source_id) if source_id else _MANUAL_SOURCE


def _is_within(event: Event, day: Day, start: date, end: date) -> bool:
    first = day.date_of(event.start)
    return first is not None and start <= first < end


def _to_iso(moment: Moment | None) -> str | None:
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


def _date_of(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
