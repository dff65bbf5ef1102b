"""The iCalendar importer: RFC 5545 files, and the variants that programs write."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TypeVar

from daybreak.agenda.importers.icalendar.components import Component, ComponentStream, scan_components
from daybreak.agenda.importers.icalendar.decoding import decode_calendar
from daybreak.agenda.importers.icalendar.entries import (
    CalendarEntry,
    CalendarProperties,
    UidGroup,
    group_by_uid,
    uid_of,
)
from daybreak.agenda.importers.icalendar.events import read_events
from daybreak.agenda.importers.icalendar.freebusy import TITLE, read_busy_times
from daybreak.agenda.importers.icalendar.journals import read_notes
from daybreak.agenda.importers.icalendar.todos import read_tasks
from daybreak.agenda.importers.icalendar.values import shorten
from daybreak.agenda.importers.icalendar.zones import NO_ZONE
from daybreak.agenda.importers.parsing.signatures import starts_with_calendar
from daybreak.agenda.importers.parsing.warning_list import WarningList
from daybreak.agenda.parsed import (
    ImportContext,
    ImportedEvent,
    ImportedNote,
    ImportedProject,
    ImportedRevision,
    ImportedTask,
    ParsedFile,
    SourceFile,
)

_SUFFIXES = frozenset({".ics", ".ical", ".ifb", ".icalendar"})
_KINDS = {"VEVENT": "event", "VTODO": "task", "VJOURNAL": "journal entry", "VFREEBUSY": "free/busy list"}
# A zone is read where a time names it; Daybreak has no alarms.
_NOT_ENTRIES = frozenset({"VTIMEZONE", "VALARM"})
_MAX_NAMES = 5
_NO_CALENDAR = "the file contains no calendar"
_Entries = dict[str, list[CalendarEntry]]
_ParsedItem = TypeVar("_ParsedItem", ImportedEvent, ImportedTask, ImportedNote)


class ICalendarImporter:
    """The importer of events, tasks and journal entries; recurring ones inside the window of the context."""

    name = "icalendar"

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:
        """Return whether a file is a calendar, by its name or its first line."""
        return path.suffix.lower() in _SUFFIXES or starts_with_calendar(head)

    def read(self, file: SourceFile, context: ImportContext) -> ParsedFile:
        """Return all entries of the file."""
        return _CalendarParser(file, context).parse()


class _CalendarParser:
    def __init__(self, file: SourceFile, context: ImportContext) -> None:
        self._file = file
        self._context = context
        self._warnings = WarningList(file.path)
        self._unread_uids: set[str] = set()
        self._calendars: list[tuple[int, CalendarProperties]] = []

    def parse(self) -> ParsedFile:
        decoded = decode_calendar(self._file.content)
        if decoded.warning:
            self._warn(None, decoded.warning)
        stream = scan_components(decoded.lines)
        if not stream.calendars:
            self._warn(None, f"{_NO_CALENDAR}; an .ics file begins with BEGIN:VCALENDAR.")
        parts = self._collect_parts(stream.calendars)
        first, *messages = [self._read_part(part) for part in parts] or [ParsedFile()]
        self._warn_about_zones()
        self._warn_about_lines(stream)
        self._warn_about_unread_components(stream.calendars)
        return replace(
            first,
            messages=tuple(messages),
            warnings=self._warnings.build(),
            incomplete=_describe_damage(stream),
            unread_uids=frozenset(self._unread_uids),
        )

    def _collect_parts(self, calendars: list[Component]) -> list[_Entries]:
        """Return the entries of all exports together, and those of each scheduling message alone."""
        export: _Entries = {kind: [] for kind in _KINDS}
        messages: list[_Entries] = []
        for calendar in calendars:
            name = PurePosixPath(self._file.path).stem
            shared = CalendarProperties.from_component(calendar, name, self._context.tz)
            self._calendars.append((calendar.line, shared))
            part: _Entries = {kind: [] for kind in _KINDS} if shared.is_message else export
            self._collect_entries(calendar, shared, part)
            if shared.is_message:
                messages.append(part)
        return [*([export] if any(export.values()) else []), *messages]

    def _collect_entries(self, calendar: Component, shared: CalendarProperties, entries: _Entries) -> None:
        for child in calendar.children:
            if child.name in _KINDS and not child.is_closed:
                self._warn(child.line, f"this {_KINDS[child.name]} has no END:{child.name}; it was skipped.")
            elif child.name in _KINDS and (not shared.is_answer or child.name == "VFREEBUSY"):
                entries[child.name].append(CalendarEntry(child, shared, uid_of(child)))
        if not calendar.is_closed and all(child.is_closed for child in calendar.children):
            self._warn(None, "the calendar has no END:VCALENDAR; the file may have been cut off.")

    def _read_part(self, entries: _Entries) -> ParsedFile:
        revisions: list[ImportedRevision] = []
        arguments = (self._context, self._warn_about_entry, revisions.append)
        events = self._read_groups(entries["VEVENT"], lambda one: read_events(one, *arguments))
        tasks = self._read_groups(entries["VTODO"], lambda one: read_tasks(one, *arguments))
        notes = self._read_groups(
            entries["VJOURNAL"],
            lambda one: read_notes(one, self._file, self._context, self._warn_about_entry),
        )
        busy_times = self._read_busy_times(entries["VFREEBUSY"])
        projects = [*(task.project for task in tasks), *(note.project for note in notes)]
        names = dict.fromkeys(name for name in projects if name)
        return ParsedFile(
            projects=tuple(ImportedProject(name=name, source_ref=self._file.path) for name in names),
            events=(*events, *busy_times),
            tasks=tuple(tasks),
            notes=tuple(notes),
            revisions=tuple(one for one in revisions if not one.is_exclusion),
            exclusions=tuple(one for one in revisions if one.is_exclusion),
        )

    def _read_groups(
        self, entries: list[CalendarEntry], read: Callable[[UidGroup], Iterable[_ParsedItem]]
    ) -> list[_ParsedItem]:
        found: list[_ParsedItem] = []
        for one in group_by_uid(entries):
            try:
                found += read(one)
            except (ValueError, OverflowError) as error:
                reason = f"{error}" if isinstance(error, ValueError) else "it has a date out of range"
                self._unread_uids.add(one.uid)
                kind = _KINDS[one.entries[0].component.name]
                self._warn_about_entry(one.entries[0], f"this {kind} was skipped: {reason}.")
        return list(_distinguish(found))

    def _read_busy_times(self, entries: list[CalendarEntry]) -> list[ImportedEvent]:
        events = read_busy_times(entries, self._warn_about_entry)
        if events:
            self._warn(None, f"its free/busy times have no titles, so they are shown as “{TITLE}”.")
        return events

    def _warn_about_zones(self) -> None:
        for line, calendar in self._calendars:
            zones, default = calendar.timestamps.zones, calendar.timestamps.default_name
            has_default = calendar.timestamps.default_zone is not None
            place = f"in the zone of the calendar, {shorten(default)}" if has_default else "as local times"
            for number, flaw in sorted(zones.flaws.items()):
                self._warn(number, flaw.replace(NO_ZONE, f"its times were read {place}"))
            for tzid in sorted(zones.unknown_names):
                self._warn(
                    line,
                    f"the time zone “{shorten(tzid)}” is unknown and the file does not define it;"
                    f" its times were read {place}.",
                )

    def _warn_about_lines(self, stream: ComponentStream) -> None:
        parts = [one for calendar in stream.calendars for one in (calendar, *calendar.children)]
        for problem in (*stream.problems, *(problem for one in parts for problem in one.list_problems())):
            self._warn(problem.line, problem.message)

    def _warn_about_unread_components(self, calendars: list[Component]) -> None:
        children = [child for calendar in calendars for child in calendar.children]
        unread = Counter(one.name for one in children if one.name not in {*_KINDS, *_NOT_ENTRIES})
        if unread:
            names = [f"{count} {shorten(name)}" for name, count in unread.most_common(_MAX_NAMES)]
            more = len(unread) - len(names)
            listed = ", ".join([*names, *([f"{more} more kinds"] if more else [])])
            message = f"some entries are of a kind that is not read, so they were skipped: {listed}."
            self._warn(None, message, unread.total())

    def _warn_about_entry(self, entry: CalendarEntry, message: str) -> None:
        self._warn(entry.component.line, message)

    def _warn(self, line: int | None, message: str, count: int = 1) -> None:
        self._warnings.add(message, line, count)


def _distinguish(items: Iterable[_ParsedItem]) -> Iterator[_ParsedItem]:
    """Yield each thing once, under an external id of its own: a number follows that of another title."""
    titles: dict[str, set[str]] = {}
    for item in items:
        known = titles.setdefault(item.external_id, set())
        if item.title not in known:
            known.add(item.title)
            number = len(known)
            yield item if number == 1 else replace(item, external_id=f"{item.external_id}#{number}")


def _describe_damage(stream: ComponentStream) -> str | None:
    """Return why the file is not the whole calendar, as a sentence; None if it is."""
    children = (child for calendar in stream.calendars for child in calendar.children if child.name in _KINDS)
    has_unclosed_entry = any(not child.is_closed for child in children)
    damage = stream.damage or ("an entry in it has no END" if has_unclosed_entry else None)
    return damage and f"It is damaged: {damage}."
