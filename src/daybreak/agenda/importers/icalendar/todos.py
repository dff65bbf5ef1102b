"""Conversion of VTODOs to tasks: single ones, and for recurring ones the current and the completed ones."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from itertools import islice

from icalendar.parser import split_on_unescaped_comma

from daybreak.agenda.importers.icalendar.components import Component
from daybreak.agenda.importers.icalendar.entries import Entry, Group
from daybreak.agenda.importers.icalendar.events import person
from daybreak.agenda.importers.icalendar.rules import Unbounded
from daybreak.agenda.importers.icalendar.series import Occurrence, Series, read_series, recurs
from daybreak.agenda.importers.icalendar.timestamps import UTC_ZONE, Span, Stamp
from daybreak.agenda.importers.icalendar.values import parse_text
from daybreak.agenda.model import Moment, Priority, TaskStatus, day, instant
from daybreak.agenda.parsed import ImportContext, ImportedTask

Complain = Callable[[Entry, str], None]

_STATUS = {
    "NEEDS-ACTION": TaskStatus.OPEN,
    "IN-PROCESS": TaskStatus.IN_PROGRESS,
    "COMPLETED": TaskStatus.DONE,
    "CANCELLED": TaskStatus.CANCELLED,
}
_DAY = timedelta(days=1)
# How far to search for the due occurrence: a frequent task has one near, a rare one needs a long range.
_LOOK_BACK = (timedelta(days=2), timedelta(days=40), timedelta(days=800))
_LOOK_AHEAD = timedelta(days=4000)
_MOST_CANDIDATES = 5_000
_MOST_MINUTES = 10 * 365 * 24 * 60


def read_tasks(group: Group, context: ImportContext, complain: Complain) -> list[ImportedTask]:
    """Return the tasks of one UID.

    Raises:
        ValueError: the entry that they derive from cannot be read; the message has the reason.
    """
    master = group.master
    if master is not None and (not recurs(group) or not _is_open(master) or not _is_anchored(master)):
        return [_task(master, group.uid, *_start_and_due(master))]
    series = read_series(group, _timing, complain)
    changed = list(series.changed())
    finished = [_occurrence_task(group, one) for one in changed if not _is_open(one.entry)]
    try:
        current = _current(series, changed, context)
    except Unbounded:
        complain(group.entries[0], "this task recurs too often; only its first occurrence was imported.")
        current = None
    if current is None and not finished and series.master is not None:
        current = series.as_written(series.master)
    return [*finished, *([] if current is None else [_occurrence_task(group, current)])]


def _current(series: Series, changed: list[Occurrence], context: ImportContext) -> Occurrence | None:
    """Return the latest occurrence that has come due, if it is still open; else the next open one."""

    def when(one: Occurrence) -> datetime:
        return instant(one.end, context.tz)

    def has_come(one: Occurrence) -> bool:
        return day(one.end, context.tz) <= context.today

    midnight = datetime.combine(context.today, time.min)
    latest = max(filter(has_come, [*_recent(series, midnight), *changed]), key=when, default=None)
    if latest is not None and _is_open(latest.entry):
        return latest
    begin = midnight - series.reach - 2 * _DAY
    ahead = (one for one in _follow(series, begin, midnight + _LOOK_AHEAD) if not has_come(one))
    coming = [one for one in changed if _is_open(one.entry) and not has_come(one)]
    return min([*islice(ahead, 1), *coming], key=when, default=None)


def _recent(series: Series, midnight: datetime) -> list[Occurrence]:
    """Return the generated occurrences up to tomorrow of the shortest search range that has any."""
    for look_back in _LOOK_BACK:
        begin = midnight - series.reach - look_back
        found = list(_follow(series, begin, midnight + series.reach + 2 * _DAY))
        if found:
            return found
    return []


def _follow(series: Series, begin: datetime, end: datetime) -> Iterator[Occurrence]:
    for count, one in enumerate(series.unchanged(begin, end)):
        if count == _MOST_CANDIDATES:
            raise Unbounded
        yield one


def _timing(entry: Entry) -> tuple[Stamp, Span]:
    """Return the timestamp from which a task recurs, and the duration until it is due.

    Raises:
        ValueError: it has neither a start nor a due date, or one that cannot be read.
    """
    stamps, component = entry.calendar.stamps, entry.component
    start, due = stamps.first(component, "DTSTART"), stamps.first(component, "DUE")
    if start is None and due is None:
        raise ValueError("it recurs but has neither DTSTART nor DUE")
    if start is None or due is None:
        duration = component.value("DURATION") if start is not None else ""
        return start or due, Span.lasting(duration) if duration else Span()  # type: ignore[return-value]
    return start, Span.between(start, due)


def _start_and_due(entry: Entry) -> tuple[Moment | None, Moment | None]:
    stamps, component = entry.calendar.stamps, entry.component
    start, due = stamps.first(component, "DTSTART"), stamps.first(component, "DUE")
    duration = component.value("DURATION")
    if start is not None and due is None and duration:
        return start.moment, Span.lasting(duration).after(start)
    return None if start is None else start.moment, None if due is None else due.moment


def _occurrence_task(group: Group, one: Occurrence) -> ImportedTask:
    component = one.entry.component
    start = one.start if component.value("DTSTART") else None
    due = one.end if component.value("DUE") or component.value("DURATION") else None
    return _task(one.entry, f"{group.uid}/{one.recurrence_id.isoformat()}", start, due)


def _task(entry: Entry, external_id: str, start: Moment | None, due: Moment | None) -> ImportedTask:
    component = entry.component
    return ImportedTask(
        external_id=external_id,
        title=parse_text(component.value("SUMMARY")) or "(no title)",
        place=entry.uid,
        project=entry.calendar.name,
        details=parse_text(component.value("DESCRIPTION")),
        status=_status(entry),
        priority=_priority(component.value("PRIORITY")),
        start=start,
        due=due,
        completed=_instant(entry, "COMPLETED"),
        estimate_minutes=_estimate(component),
        assignee=person(component.first("ATTENDEE")),
        tags=_tags(component),
        recurrence=component.value("RRULE") or None,
        blocked_by=_blocked_by(component),
        touched_at=_instant(entry, "LAST-MODIFIED"),
    )


def _is_anchored(entry: Entry) -> bool:
    return bool(entry.component.value("DTSTART") or entry.component.value("DUE"))


def _is_open(entry: Entry) -> bool:
    return _status(entry) not in {TaskStatus.DONE, TaskStatus.CANCELLED}


def _status(entry: Entry) -> TaskStatus:
    if entry.cancelled:
        return TaskStatus.CANCELLED
    component = entry.component
    percent = component.value("PERCENT-COMPLETE")
    written = _STATUS.get(component.word("STATUS"))
    if written is None and (percent == "100" or component.value("COMPLETED")):
        return TaskStatus.DONE
    if written in {None, TaskStatus.OPEN} and percent.strip("0"):
        return TaskStatus.IN_PROGRESS
    return written or TaskStatus.OPEN


def _priority(written: str) -> Priority:
    # RFC 5545 §3.8.1.9: 1 is the highest, 1-4 are high, 5 is normal, 6-9 are low, 0 is undefined.
    rank = int(written) if written in set("123456789") else 5
    if rank == 1:
        return Priority.HIGHEST
    return Priority.HIGH if rank < 5 else Priority.NORMAL if rank == 5 else Priority.LOW  # noqa: PLR2004 -- RFC's


def _instant(entry: Entry, name: str) -> datetime | None:
    """Return a property that RFC 5545 requires in UTC; read other times as UTC, or return None."""
    try:
        stamp = entry.calendar.stamps.first(entry.component, name)
    except ValueError:
        return None
    return None if stamp is None else (stamp.zone or UTC_ZONE).to_utc(stamp.clock)


def _estimate(component: Component) -> int | None:
    for name in ("ESTIMATED-DURATION", "DURATION"):
        try:
            length = Span.lasting(component.value(name)).rough
        except ValueError:
            continue
        # A DURATION of days is when a task is due, not how much work it is.
        if name == "ESTIMATED-DURATION" or length < _DAY:
            minutes = round(length / timedelta(minutes=1))
            return minutes if 0 < minutes <= _MOST_MINUTES else None
    return None


def _tags(component: Component) -> tuple[str, ...]:
    written = (tag for found in component.all("CATEGORIES") for tag in split_on_unescaped_comma(found.value))
    return tuple(dict.fromkeys(tag.strip() for tag in written if tag.strip()))


def _blocked_by(component: Component) -> tuple[str, ...]:
    related = (
        found.value.strip()
        for found in component.all("RELATED-TO")
        if found.parameters.get("RELTYPE", "").upper() == "DEPENDS-ON"
    )
    return tuple(dict.fromkeys(uid for uid in related if uid))
