"""The components of an iCalendar stream, found by a scan that tolerates missing and misplaced lines."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from daybreak.agenda.importers.icalendar.components.properties import (
    ParsedProperties,
    Property,
    is_similar,
    parse_properties,
)
from daybreak.agenda.importers.icalendar.decoding import LogicalLine

_ENTRY_NAMES = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"})
_NAMES = _ENTRY_NAMES | {"VCALENDAR", "VALARM", "STANDARD", "DAYLIGHT"}
_ENTRY_LINES = ("UID", "DTSTART", "DTEND", "DUE", "SUMMARY")
_MAX_LINES_SEARCHED = 50
# A poll contains the events that it proposes.
_CONTAINERS = frozenset({"VPOLL"})
# RFC 5545 nests three deep; deeper components are invalid and ignored at no cost.
_MAX_DEPTH = 8
_MAX_MARK_LENGTH = 20
_MARK_ENDINGS = tuple(sorted(_ENTRY_NAMES | {"VCALENDAR"}))


class StreamProblem(NamedTuple):
    """A line that is damaged, or that was not read, with its number and the problem as a sentence."""

    line: int
    message: str


@dataclass(slots=True)
class Component:
    """One ``BEGIN`` … ``END``; ``line`` is its first line, ``is_closed`` whether its ``END`` was found."""

    name: str
    line: int
    lines: list[str] = field(default_factory=list)
    children: list["Component"] = field(default_factory=list)
    is_closed: bool = False
    line_numbers: list[int] = field(default_factory=list)
    _parsed: ParsedProperties | None = None

    def get_all(self, name: str) -> list[Property]:
        """Return every property of that (upper-case) name, in the order of the file."""
        parsed = self._parsed or self._parse()
        return parsed.properties.get(name, [])

    def get_first(self, name: str) -> Property | None:
        """Return the first property of that name."""
        found = self.get_all(name)
        return found[0] if found else None

    def get_value(self, name: str) -> str:
        """Return the first value of that name, still escaped; an empty string if there is none."""
        found = (self._parsed or self._parse()).properties.get(name)
        return found[0].value.strip() if found else ""

    def get_keyword(self, name: str) -> str:
        """Return the first value of that name in upper case, for values from a fixed set of words."""
        return self.get_value(name).upper()

    def _parse(self) -> ParsedProperties:
        self._parsed = parse_properties(self.lines)
        return self._parsed

    def list_problems(self) -> Iterator[StreamProblem]:
        """Yield the damaged lines of its own properties, if these were parsed."""
        for index, message in [] if self._parsed is None else self._parsed.problems:
            yield StreamProblem(self.line_numbers[index], message)


@dataclass(frozen=True, slots=True)
class ComponentStream:
    """The calendars of a file, in order.

    Attributes:
        damage: why they are not all that the file contained, if so.
        problems: the lines that begin or end a component and are damaged, or that belong to none.
    """

    calendars: list[Component]
    damage: str | None
    problems: list[StreamProblem]


def scan_components(lines: Iterable[LogicalLine]) -> ComponentStream:
    """Return the calendars of a stream; entries outside any calendar get one of their own."""
    return _Scanner().scan(lines)


class _Scanner:
    def __init__(self) -> None:
        self.calendars: list[Component] = []
        self.open_components: list[Component] = []
        self.has_foreign_text = False
        self.has_entry_without_begin = False
        self.problems: list[StreamProblem] = []

    def scan(self, lines: Iterable[LogicalLine]) -> ComponentStream:
        for number, text in lines:
            keyword = text[:6].upper()
            if keyword == "BEGIN:":
                self._begin(text[6:].strip().upper(), number)
            elif keyword[:4] == "END:":
                self._end(text[4:].strip().upper(), number)
            elif _may_be_mark(text) and self._read_damaged_mark(text, number):
                continue
            elif self.open_components:
                component = self.open_components[-1]
                component.lines.append(text)
                component.line_numbers.append(number)
            elif not self.calendars:
                self.has_foreign_text = True
            else:
                self._report(number, "this line follows the end of the calendar and was not read.")
        self._release_contained()
        return ComponentStream(self.calendars, self._find_damage(), self.problems)

    def _report(self, number: int, message: str) -> None:
        self.problems.append(StreamProblem(number, message))

    def _read_damaged_mark(self, text: str, number: int) -> bool:
        """Read a line such as “BEGIN VEVENT” or “ENDVTODO” as what it was; return whether it is one."""
        written = text.strip().upper()
        name = next(one for one in _MARK_ENDINGS if written.endswith(one))
        keyword = re.sub(r"\W", "", written.removesuffix(name))
        is_begin = keyword == "BEGIN" or is_similar(keyword, "BEGIN")
        if not is_begin and keyword != "END" and not is_similar(keyword, "END"):
            return False
        if not re.fullmatch(r"(?:BEGIN|END)\s*:\s*", written.removesuffix(name)):
            self._report(
                number, f"this line is damaged; it was read as {'BEGIN' if is_begin else 'END'}:{name}."
            )
        if is_begin:
            self._begin(name, number)
        else:
            self._end(name, number)
        return True

    def _find_damage(self) -> str | None:
        if not self.calendars:
            return "it contains other text and no calendar" if self.has_foreign_text else None
        if not all(one.is_closed for one in (*self.calendars, *self.open_components)):
            return "it is cut off before END:VCALENDAR"
        if self.has_entry_without_begin:
            return "an entry in it has no BEGIN"
        return "it has other text before BEGIN:VCALENDAR" if self.has_foreign_text else None

    def _begin(self, name: str, number: int) -> None:
        if name == "VCALENDAR":
            self.open_components.clear()
        elif name in _ENTRY_NAMES:
            del self.open_components[2 if self._is_in_container() else 1 :]
        elif len(self.open_components) >= _MAX_DEPTH:
            return
        component = Component(name, number)
        if name == "VCALENDAR":
            self.calendars.append(component)
        else:
            if not self.open_components:
                self._begin("VCALENDAR", number)
                self.open_components[0].is_closed = True
            self.open_components[-1].children.append(component)
        self.open_components.append(component)

    def _is_in_container(self) -> bool:
        return len(self.open_components) > 1 and self.open_components[1].name in _CONTAINERS

    def _end(self, name: str, number: int) -> None:
        for depth in range(len(self.open_components) - 1, -1, -1):
            if self.open_components[depth].name == name:
                self._close(depth)
                return
        innermost = self.open_components[-1] if self.open_components else None
        if innermost is None or innermost.name == "VCALENDAR" or not is_similar(innermost.name, name):
            if name in _ENTRY_NAMES and self._has_entry_lines():
                self.has_entry_without_begin = True
                self._report(number, f"this END:{name} has no BEGIN:{name}, so the entry was not read.")
            return
        right = name if name in _NAMES else innermost.name
        self._report(number, f"the name of this component is damaged; it was read as {right}.")
        innermost.name = right
        self._close(len(self.open_components) - 1)

    def _has_entry_lines(self) -> bool:
        """Return whether lines of an entry were added to the calendar, because its beginning is missing."""
        lines = self.open_components[0].lines[-_MAX_LINES_SEARCHED:] if self.open_components else []
        return any(line.upper().startswith(_ENTRY_LINES) for line in lines)

    def _close(self, depth: int) -> None:
        component = self.open_components[depth]
        component.is_closed = True
        for unclosed in self.open_components[depth + 1 :]:
            # The lines after an alarm without its END belong to the entry around it.
            if unclosed.name not in _ENTRY_NAMES and component.name in _ENTRY_NAMES:
                self._report(
                    unclosed.line,
                    f"this {unclosed.name[:40]} has no END; its lines count for the entry around it.",
                )
            component.lines += unclosed.lines
            component.line_numbers += unclosed.line_numbers
        del self.open_components[depth:]

    def _release_contained(self) -> None:
        """Move the entries of a container without its END to the calendar: they may follow it."""
        for calendar in self.calendars:
            for child in list(calendar.children):
                if child.name in _CONTAINERS and not child.is_closed:
                    calendar.children += child.children
                    child.children = []


def _may_be_mark(text: str) -> bool:
    return len(text) < _MAX_MARK_LENGTH and text.rstrip().upper().endswith(_MARK_ENDINGS)
