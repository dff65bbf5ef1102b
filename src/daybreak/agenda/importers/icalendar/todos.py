"""Conversion of VTODOs to tasks: single ones, and for recurring ones the current and the completed ones."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import islice

from icalendar.parser import split_on_unescaped_comma

from daybreak.agenda.importers.icalendar.components import Component, Property
from daybreak.agenda.importers.icalendar.entries import CalendarEntry, UidGroup
from daybreak.agenda.importers.icalendar.events import RecordCallback, person_name
from daybreak.agenda.importers.icalendar.properties.keywords import (
    has_completion,
    parse_priority_of_task,
    parse_status_of_task,
    warn_about_values,
)
from daybreak.agenda.importers.icalendar.properties.task_dates import TaskDates, TaskDatesReader
from daybreak.agenda.importers.icalendar.recurrence.series_reader import WarnCallback, read_series
from daybreak.agenda.importers.icalendar.rules import RuleTooExpensive
from daybreak.agenda.importers.icalendar.series import Occurrence, Series, is_recurring
from daybreak.agenda.importers.icalendar.timestamps import Duration, Timestamp
from daybreak.agenda.importers.icalendar.values import parse_text
from daybreak.agenda.importers.parsing.people import clean_assignee, join_name_and_address
from daybreak.agenda.importers.parsing.someday import add_someday_tag
from daybreak.agenda.importers.parsing.waiting_list import add_waiting_tag
from daybreak.agenda.model import Moment, TaskStatus, to_instant, to_local_date
from daybreak.agenda.parsed import ImportContext, ImportedTask

_DAY = timedelta(days=1)
# How far to search for the due occurrence: a frequent task has one near, a rare one needs a long range.
_SEARCH_BACK = (timedelta(days=2), timedelta(days=40), timedelta(days=800))
_SEARCH_AHEAD = timedelta(days=4000)
_MAX_CANDIDATES = 5_000
_MAX_MINUTES = 10 * 365 * 24 * 60


def read_tasks(
    group: UidGroup, context: ImportContext, warn: WarnCallback, record: RecordCallback
) -> list[ImportedTask]:
    """Return the tasks of one UID, and record what the other files of the source need to know of them."""
    return _TaskReader(group, context, warn, record).read()


class _TaskReader:
    def __init__(
        self, group: UidGroup, context: ImportContext, warn: WarnCallback, record: RecordCallback
    ) -> None:
        self._group = group
        self._context = context
        self._warn = warn
        self._record = record
        self._dates: dict[int, TaskDates] = {}

    def read(self) -> list[ImportedTask]:
        """Return a single task; of a recurring one the completed occurrences and the current one."""
        group, master = self._group, self._group.master
        for entry in group.entries:
            warn_about_values(entry, self._warn)
            self._dates[id(entry)] = TaskDatesReader(entry, self._warn).read()
        if master is not None:
            self._record(master.revision())
        if master is None or (is_recurring(group) and _is_open(master) and self._dates[id(master)].has_any):
            return self._read_occurrences(group)
        has_finished = bool(group.overrides) and _is_open(master)
        finished = self._read_occurrences(replace(group, master=None)) if has_finished else []
        return [*finished, self._read_single(master)]

    def _read_single(self, master: CalendarEntry) -> ImportedTask:
        start, due = self._dates[id(master)].moments
        original = due or start
        suffix = original.isoformat() if original else master.title
        external_id = f"{self._group.uid}/{suffix}" if self._group.has_siblings else self._group.uid
        return _make_task(master, external_id, start, due)

    def _read_occurrences(self, group: UidGroup) -> list[ImportedTask]:
        series = read_series(group, self._read_timing, self._warn)
        for revision in series.revisions():
            self._record(revision)
        changed = list(series.iter_overrides())
        finished = [self._make_task(one) for one in changed if not _is_open(one.entry)]
        try:
            current = _current_occurrence(series, changed, self._context)
        except RuleTooExpensive:
            self._warn(
                group.entries[0], "this task recurs too often; only its first occurrence was imported."
            )
            current = None
        if current is None and not finished and series.master is not None:
            current = series.master_occurrence(series.master)
        return [*finished, *([] if current is None else [self._make_task(current)])]

    def _read_timing(self, entry: CalendarEntry) -> tuple[Timestamp, Duration]:
        return self._dates[id(entry)].timing(entry)

    def _make_task(self, occurrence: Occurrence) -> ImportedTask:
        entry, master = occurrence.entry, self._group.master
        dates = self._dates[id(entry)]
        if not dates.has_any and master is not None:
            dates = self._dates[id(master)]
        start = occurrence.start if dates.start is not None or not dates.has_due else None
        due = occurrence.end if dates.has_due else None
        return _make_task(entry, f"{self._group.uid}/{occurrence.recurrence_id.isoformat()}", start, due)


def _current_occurrence(
    series: Series, overrides: list[Occurrence], context: ImportContext
) -> Occurrence | None:
    """Return the latest occurrence that has come due, if it is still open; else the next open one."""
    is_done = _completion_test(series, context)

    def when(one: Occurrence) -> datetime:
        return to_instant(one.end, context.tz)

    def has_come(one: Occurrence) -> bool:
        return to_local_date(one.end, context.tz) <= context.today

    midnight = datetime.combine(context.today, time.min)
    recent = (one for one in _due_occurrences(series, midnight, has_come) if not is_done(one))
    latest = max([*recent, *filter(has_come, overrides)], key=when, default=None)
    if latest is not None and _is_open(latest.entry):
        return latest
    begin = midnight - series.max_extent - 2 * _DAY
    ahead = (
        one
        for one in _iter_bounded(series, begin, midnight + _SEARCH_AHEAD)
        if not has_come(one) and not is_done(one)
    )
    coming = [one for one in overrides if _is_open(one.entry) and not has_come(one)]
    return min([*islice(ahead, 1), *coming], key=when, default=None)


def _completion_test(series: Series, context: ImportContext) -> Callable[[Occurrence], bool]:
    """Return a test whether an occurrence is done by KOrganizer's record of the first open due date."""
    due = None if series.master is None else _first_open_due(series.master.entry)
    if series.master is None or due is None:
        return lambda _: False
    day = series.master.entry.calendar.timestamps.day_of(due)
    instant = to_instant(due.moment, context.tz)

    def is_done(one: Occurrence) -> bool:
        if isinstance(one.end, datetime):
            return to_instant(one.end, context.tz) < instant
        return one.end < day

    return is_done


def _first_open_due(entry: CalendarEntry) -> Timestamp | None:
    try:
        return entry.calendar.timestamps.read_first(entry.component, "X-KDE-LIBKCAL-DTRECURRENCE")
    except ValueError:
        return None


def _due_occurrences(
    series: Series, midnight: datetime, has_come: Callable[[Occurrence], bool]
) -> list[Occurrence]:
    """Return the generated occurrences that have come due, of the shortest search range that has any."""
    for look_back in _SEARCH_BACK:
        begin = midnight - series.max_extent - look_back
        end = midnight + series.max_extent + 2 * _DAY
        found = [one for one in _iter_bounded(series, begin, end) if has_come(one)]
        if found:
            return found
    return []


def _iter_bounded(series: Series, begin: datetime, end: datetime) -> Iterator[Occurrence]:
    for count, one in enumerate(series.iter_generated(begin, end)):
        if count == _MAX_CANDIDATES:
            raise RuleTooExpensive
        yield one


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
        priority=parse_priority_of_task(component.get_value("PRIORITY")),
        start=start,
        due=due,
        completed=entry.read_instant("COMPLETED") if has_completion(component) else None,
        estimate_minutes=_estimate_of(component),
        assignee=_assignees_of(component),
        tags=_tags_of(entry),
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


def _is_open(entry: CalendarEntry) -> bool:
    return _status_of(entry) not in {TaskStatus.DONE, TaskStatus.CANCELLED}


def _status_of(entry: CalendarEntry) -> TaskStatus:
    return TaskStatus.CANCELLED if entry.is_cancelled else parse_status_of_task(entry.component)


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


def _tags_of(entry: CalendarEntry) -> tuple[str, ...]:
    written = [
        tag.strip()
        for found in entry.component.get_all("CATEGORIES")
        for tag in split_on_unescaped_comma(found.value)
    ]
    names = (entry.calendar.name,)
    tags = add_waiting_tag(add_someday_tag(written, names, entry.title), names, entry.title)
    return tuple(dict.fromkeys(filter(None, tags)))


def _blockers_of(component: Component) -> tuple[str, ...]:
    related = (
        found.value.strip()
        for found in component.get_all("RELATED-TO")
        if found.parameters.get("RELTYPE", "").upper() == "DEPENDS-ON"
    )
    return tuple(dict.fromkeys(uid for uid in related if uid))
