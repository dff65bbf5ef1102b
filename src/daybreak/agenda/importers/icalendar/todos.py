"""Conversion of VTODOs to tasks: single ones, and for recurring ones the current and the completed ones."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from itertools import islice

from icalendar.parser import split_on_unescaped_comma

from daybreak.agenda.importers.icalendar.components import Component, Property
from daybreak.agenda.importers.icalendar.entries import CalendarEntry, UidGroup
from daybreak.agenda.importers.icalendar.events import RecordCallback, person_name
from daybreak.agenda.importers.icalendar.rules import RuleTooExpensive
from daybreak.agenda.importers.icalendar.series import Occurrence, Series, is_recurring, read_series
from daybreak.agenda.importers.icalendar.timestamps import Duration, Timestamp
from daybreak.agenda.importers.icalendar.values import parse_text
from daybreak.agenda.importers.parsing.people import clean_assignee, join_name_and_address
from daybreak.agenda.model import Moment, Priority, TaskStatus, to_instant, to_local_date
from daybreak.agenda.parsed import ImportContext, ImportedTask

WarnCallback = Callable[[CalendarEntry, str], None]

_STATUSES = {
    "NEEDS-ACTION": TaskStatus.OPEN,
    "IN-PROCESS": TaskStatus.IN_PROGRESS,
    "COMPLETED": TaskStatus.DONE,
    "CANCELLED": TaskStatus.CANCELLED,
}
_DAY = timedelta(days=1)
# How far to search for the due occurrence: a frequent task has one near, a rare one needs a long range.
_SEARCH_BACK = (timedelta(days=2), timedelta(days=40), timedelta(days=800))
_SEARCH_AHEAD = timedelta(days=4000)
_MAX_CANDIDATES = 5_000
_MAX_MINUTES = 10 * 365 * 24 * 60


def read_tasks(
    group: UidGroup, context: ImportContext, warn: WarnCallback, record: RecordCallback
) -> list[ImportedTask]:
    """Return the tasks of one UID, and record what the other files of the source need to know of them.

    Raises:
        ValueError: the entry that they derive from cannot be read; the message has the reason.
    """
    master = group.master
    if master is not None:
        record(master.revision())
    if master is not None and (not is_recurring(group) or not _is_open(master) or not _has_date(master)):
        start, due = _start_and_due(master)
        original = due or start
        suffix = original.isoformat() if original else master.title
        return [_make_task(master, f"{group.uid}/{suffix}" if group.has_siblings else group.uid, start, due)]
    series = read_series(group, _read_timing, warn)
    for revision in series.revisions():
        record(revision)
    changed = list(series.iter_overrides())
    finished = [_make_occurrence_task(group, one) for one in changed if not _is_open(one.entry)]
    try:
        current = _current_occurrence(series, changed, context)
    except RuleTooExpensive:
        warn(group.entries[0], "this task recurs too often; only its first occurrence was imported.")
        current = None
    if current is None and not finished and series.master is not None:
        current = series.master_occurrence(series.master)
    return [*finished, *([] if current is None else [_make_occurrence_task(group, current)])]


def _current_occurrence(
    series: Series, overrides: list[Occurrence], context: ImportContext
) -> Occurrence | None:
    """Return the latest occurrence that has come due, if it is still open; else the next open one."""

    def when(one: Occurrence) -> datetime:
        return to_instant(one.end, context.tz)

    def has_come(one: Occurrence) -> bool:
        return to_local_date(one.end, context.tz) <= context.today

    midnight = datetime.combine(context.today, time.min)
    latest = max(
        filter(has_come, [*_recent_occurrences(series, midnight), *overrides]), key=when, default=None
    )
    if latest is not None and _is_open(latest.entry):
        return latest
    begin = midnight - series.max_extent - 2 * _DAY
    ahead = (one for one in _iter_bounded(series, begin, midnight + _SEARCH_AHEAD) if not has_come(one))
    coming = [one for one in overrides if _is_open(one.entry) and not has_come(one)]
    return min([*islice(ahead, 1), *coming], key=when, default=None)


def _recent_occurrences(series: Series, midnight: datetime) -> list[Occurrence]:
    """Return the generated occurrences up to tomorrow of the shortest search range that has any."""
    for look_back in _SEARCH_BACK:
        begin = midnight - series.max_extent - look_back
        found = list(_iter_bounded(series, begin, midnight + series.max_extent + 2 * _DAY))
        if found:
            return found
    return []


def _iter_bounded(series: Series, begin: datetime, end: datetime) -> Iterator[Occurrence]:
    for count, one in enumerate(series.iter_generated(begin, end)):
        if count == _MAX_CANDIDATES:
            raise RuleTooExpensive
        yield one


def _read_timing(entry: CalendarEntry) -> tuple[Timestamp, Duration]:
    """Return the timestamp from which a task recurs, and the duration until it is due.

    Raises:
        ValueError: it has neither a start nor a due date, or one that cannot be read.
    """
    timestamps, component = entry.calendar.timestamps, entry.component
    start, due = timestamps.read_first(component, "DTSTART"), timestamps.read_first(component, "DUE")
    if start is None and due is None:
        raise ValueError("it recurs but has neither DTSTART nor DUE")
    if start is None or due is None:
        duration = component.get_value("DURATION") if start is not None else ""
        return start or due, Duration.parse(duration) if duration else Duration()  # type: ignore[return-value]
    return start, Duration.between(start, due)


def _start_and_due(entry: CalendarEntry) -> tuple[Moment | None, Moment | None]:
    timestamps, component = entry.calendar.timestamps, entry.component
    start, due = timestamps.read_first(component, "DTSTART"), timestamps.read_first(component, "DUE")
    duration = component.get_value("DURATION")
    if start is not None and due is None and duration:
        return start.moment, Duration.parse(duration).end_from(start)
    return None if start is None else start.moment, None if due is None else due.moment


def _make_occurrence_task(group: UidGroup, occurrence: Occurrence) -> ImportedTask:
    component = occurrence.entry.component
    start = occurrence.start if component.get_value("DTSTART") else None
    due = occurrence.end if component.get_value("DUE") or component.get_value("DURATION") else None
    return _make_task(occurrence.entry, f"{group.uid}/{occurrence.recurrence_id.isoformat()}", start, due)


def _make_task(
    entry: CalendarEntry, external_id: str, start: Moment | None, due: Moment | None
) -> ImportedTask:
    component = entry.component
    return ImportedTask(
        external_id=external_id,
        title=entry.title or "(no title)",
        source_ref=entry.uid,
        project=entry.calendar.name,
        details=parse_text(component.get_value("DESCRIPTION")),
        status=_status_of(entry),
        priority=_priority_of(component.get_value("PRIORITY")),
        start=start,
        due=due,
        completed=entry.read_instant("COMPLETED"),
        estimate_minutes=_estimate_of(component),
        assignee=_assignees_of(component),
        tags=_tags_of(component),
        recurrence=component.get_value("RRULE") or None,
        blocked_by=_blockers_of(component),
        touched_at=entry.read_instant("LAST-MODIFIED"),
        native_id=external_id,
    )


def _assignees_of(component: Component) -> str | None:
    """Return the participants who have not declined, each with the address, by which a reader is known."""
    people = [
        join_name_and_address(person_name(found) or "", _address_of(found))
        for found in component.get_all("ATTENDEE")
        if found.parameters.get("PARTSTAT", "").upper() != "DECLINED"
    ]
    return clean_assignee("; ".join(filter(None, people)))


def _address_of(found: Property) -> str:
    scheme, _, address = found.value.strip().rpartition(":")
    return address if scheme.lower() in {"mailto", ""} and "@" in address else ""


def _has_date(entry: CalendarEntry) -> bool:
    return bool(entry.component.get_value("DTSTART") or entry.component.get_value("DUE"))


def _is_open(entry: CalendarEntry) -> bool:
    return _status_of(entry) not in {TaskStatus.DONE, TaskStatus.CANCELLED}


def _status_of(entry: CalendarEntry) -> TaskStatus:
    if entry.is_cancelled:
        return TaskStatus.CANCELLED
    component = entry.component
    percent = component.get_value("PERCENT-COMPLETE")
    written = _STATUSES.get(component.get_keyword("STATUS"))
    if written is None and (percent == "100" or component.get_value("COMPLETED")):
        return TaskStatus.DONE
    if written in {None, TaskStatus.OPEN} and percent.strip("0"):
        return TaskStatus.IN_PROGRESS
    return written or TaskStatus.OPEN


def _priority_of(written: str) -> Priority:
    # RFC 5545 §3.8.1.9: 1 is the highest, 1-4 are high, 5 is normal, 6-9 are low, 0 is undefined.
    rank = int(written) if written in set("123456789") else 5
    if rank == 1:
        return Priority.HIGHEST
    return Priority.HIGH if rank < 5 else Priority.NORMAL if rank == 5 else Priority.LOW  # noqa: PLR2004 -- RFC's


def _estimate_of(component: Component) -> int | None:
    for name in ("ESTIMATED-DURATION", "DURATION"):
        try:
            length = Duration.parse(component.get_value(name)).approximate
        except ValueError:
            continue
        # A DURATION of days is when a task is due, not how much work it is.
        if name == "ESTIMATED-DURATION" or length < _DAY:
            minutes = round(length / timedelta(minutes=1))
            return minutes if 0 < minutes <= _MAX_MINUTES else None
    return None


def _tags_of(component: Component) -> tuple[str, ...]:
    written = (
        tag for found in component.get_all("CATEGORIES") for tag in split_on_unescaped_comma(found.value)
    )
    return tuple(dict.fromkeys(tag.strip() for tag in written if tag.strip()))


def _blockers_of(component: Component) -> tuple[str, ...]:
    related = (
        found.value.strip()
        for found in component.get_all("RELATED-TO")
        if found.parameters.get("RELTYPE", "").upper() == "DEPENDS-ON"
    )
    return tuple(dict.fromkeys(uid for uid in related if uid))
