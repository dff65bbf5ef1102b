"""The iCalendar importer: RFC 5545 files, and the variants that programs write."""

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import TypeVar

from daybreak.agenda.importers.icalendar.components import Component, scan_components
from daybreak.agenda.importers.icalendar.decoding import decode_calendar
from daybreak.agenda.importers.icalendar.entries import (
    CalendarEntry,
    CalendarProperties,
    UidGroup,
    group_by_uid,
    uid_of,
)
from daybreak.agenda.importers.icalendar.events import read_events
from daybreak.agenda.importers.icalendar.journals import read_notes
from daybreak.agenda.importers.icalendar.todos import read_tasks
from daybreak.agenda.importers.icalendar.values import shorten
from daybreak.agenda.importers.parsing.signatures import WEB_PAGE, is_web_page, starts_with_calendar
from daybreak.agenda.parsed import (
    ImportContext,
    ImportedEvent,
    ImportedNote,
    ImportedProject,
    ImportedTask,
    ParsedFile,
    ReadWarning,
    SourceFile,
)

_SUFFIXES = frozenset({".ics", ".ical", ".ifb", ".icalendar"})
_KINDS = {"VEVENT": "event", "VTODO": "task", "VJOURNAL": "journal entry"}
_NO_CALENDAR = "the file contains no calendar; an .ics file begins with BEGIN:VCALENDAR."
_NO_END = "the calendar has no END:VCALENDAR; the file may have been cut off."
_UNCLOSED_ENTRY = "an entry of the calendar has no END; the file may have been cut off."
_LINES_OF_A_PAGE = 20
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
        self._warnings: list[ReadWarning] = []
        self._calendars: list[tuple[int, CalendarProperties]] = []
        self._incomplete: str | None = None

    def parse(self) -> ParsedFile:
        entries = self._parse_entries()
        events = self._read_groups(
            entries["VEVENT"], lambda one: read_events(one, self._context, self._warn_about_entry)
        )
        tasks = self._read_groups(
            entries["VTODO"], lambda one: read_tasks(one, self._context, self._warn_about_entry)
        )
        notes = self._read_groups(entries["VJOURNAL"], lambda one: read_notes(one, self._file, self._context))
        self._warn_about_unknown_zones()
        projects = [*(task.project for task in tasks), *(note.project for note in notes)]
        names = dict.fromkeys(name for name in projects if name)
        return ParsedFile(
            projects=tuple(ImportedProject(name=name, source_ref=self._file.path) for name in names),
            events=tuple(events),
            tasks=tuple(tasks),
            notes=tuple(notes),
            warnings=tuple(sorted(self._warnings, key=lambda warning: warning.line or 0)),
            incomplete=self._incomplete,
        )

    def _parse_entries(self) -> dict[str, list[CalendarEntry]]:
        decoded = decode_calendar(self._file.content)
        if decoded.warning:
            self._warn(None, decoded.warning)
        calendars = scan_components(decoded.lines)
        if not calendars:
            text = "\n".join(line.text for line in decoded.lines[:_LINES_OF_A_PAGE])
            reason = WEB_PAGE if is_web_page(text) else _NO_CALENDAR
            self._warn(None, reason)
            # An empty file is no damaged one: it may be an empty calendar by now.
            self._incomplete = reason if decoded.lines else None
        elif not calendars[-1].is_closed:
            self._incomplete = _NO_END
        elif not all(child.is_closed for one in calendars for child in one.children if child.name in _KINDS):
            self._incomplete = _UNCLOSED_ENTRY
        entries: dict[str, list[CalendarEntry]] = {kind: [] for kind in _KINDS}
        for component in calendars:
            self._collect_entries(component, entries)
        return entries

    def _collect_entries(self, calendar: Component, entries: dict[str, list[CalendarEntry]]) -> None:
        shared = CalendarProperties.from_component(calendar, PurePosixPath(self._file.path).stem)
        for child in calendar.children:
            if child.name in _KINDS and child.is_closed:
                entries[child.name].append(CalendarEntry(child, shared, uid_of(child)))
            elif child.name in _KINDS:
                self._warn(child.line, f"this {_KINDS[child.name]} has no END:{child.name}; it was skipped.")
        if not calendar.is_closed and all(child.is_closed for child in calendar.children):
            self._warn(calendar.line, _NO_END)
        self._calendars.append((calendar.line, shared))

    def _read_groups(
        self, entries: list[CalendarEntry], read: Callable[[UidGroup], Iterable[_ParsedItem]]
    ) -> list[_ParsedItem]:
        facts: list[_ParsedItem] = []
        for one in group_by_uid(entries):
            try:
                facts += read(one)
            except (ValueError, OverflowError) as error:
                reason = f"{error}" if isinstance(error, ValueError) else "it has a date out of range"
                kind = _KINDS[one.entries[0].component.name]
                self._warn_about_entry(one.entries[0], f"this {kind} was skipped: {reason}.")
        return facts

    def _warn_about_unknown_zones(self) -> None:
        for line, calendar in self._calendars:
            for tzid in sorted(calendar.timestamps.zones.unknown_names):
                self._warn(
                    line,
                    f"the time zone “{shorten(tzid)}” is unknown and the file does not define it;"
                    " its times were read as local times.",
                )

    def _warn_about_entry(self, entry: CalendarEntry, message: str) -> None:
        self._warn(entry.component.line, message)

    def _warn(self, line: int | None, message: str) -> None:
        self._warnings.append(ReadWarning(path=self._file.path, line=line, message=message))
