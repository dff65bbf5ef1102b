"""What a brief knew, stored for the next one to compare with."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from daybreak.agenda import Agenda, Event, Moment, Task
from daybreak.briefs.facts.day import Day

EVENT_DAYS = 8


_TO_SPARE = timedelta(days=2)


_MANUAL = "manual"


_AS_WRITTEN = (None, UTC)


class Remembered(NamedTuple):
    """A task or event in a snapshot; moments in ISO format, instants in UTC."""

    title: str
    place: str
    source: str
    starts: str | None
    due: str | None
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The knowledge of a brief: the open tasks and the events of the days ahead, by id, and its sources."""

    day: date
    tasks: dict[str, Remembered]
    events: dict[str, Remembered]
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
            tasks={key: Remembered(*parts) for key, parts in stored["tasks"].items()},
            events={key: Remembered(*parts) for key, parts in stored["events"].items()},
            sources=stored["sources"],
        )


def snapshot(day: Day, agenda: Agenda, *, whole: bool) -> Snapshot:
    """Return the snapshot for the next brief; ``covers_all_sources`` unless the agenda is of some sources."""
    # With a margin on either side: the reader's zone may change before the next brief.
    first, until = day.today - _TO_SPARE, day.today + timedelta(days=EVENT_DAYS) + _TO_SPARE
    # Snoozed and excluded tasks are included too: when they return, they are not new.
    tasks = [*(task for task in agenda.tasks if task.is_open), *agenda.put_off]
    projects: dict[UUID | None, str] = {project.id: project.name for project in agenda.projects}
    return Snapshot(
        day=day.today,
        tasks={
            str(task.id): _remember(task, task.start, task.due, projects.get(task.project_id))
            for task in tasks
        },
        events={
            str(event.id): _remember(event, event.start, event.end)
            for event in agenda.events
            if _is_within(event, day, first, until)
        },
        sources=_sources(agenda, whole=whole),
    )


def _sources(agenda: Agenda, *, whole: bool) -> dict[str, str]:
    known = {str(source.id): source.name for source in agenda.sources}
    return known | {_MANUAL: "Daybreak"} if whole else known


def nothing_known(day: date) -> Snapshot:
    """Return the snapshot of a brief that could not record one: the next brief compares nothing with it."""
    return Snapshot(day=day, tasks={}, events={}, sources={})


def _remember(
    thing: Task | Event, start: Moment | None, due: Moment | None, project: str | None = None
) -> Remembered:
    source = source_key(thing.source_id)
    return Remembered(thing.title, thing.place, source, _iso(start), _iso(due), project)


def source_key(source_id: UUID | None) -> str:
    """Return the key of a source in snapshots; items without a source were entered by hand."""
    return str(source_id) if source_id else _MANUAL


def _is_within(event: Event, day: Day, start: date, end: date) -> bool:
    first = day.on(event.start)
    return first is not None and start <= first < end


def _iso(moment: Moment | None) -> str | None:
    # Not in the reader's zone: a reader who changes the zone has not moved every event.
    if moment is None:
        return None
    if isinstance(moment, datetime) and moment.tzinfo not in _AS_WRITTEN:
        moment = moment.astimezone(UTC)
    return moment.isoformat()


def remembered_moment(text: str | None, day: Day) -> Moment | None:
    """Return a moment of a snapshot in the reader's terms."""
    if text is None:
        return None
    return day.local(datetime.fromisoformat(text)) if "T" in text else date.fromisoformat(text)


def _date(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
