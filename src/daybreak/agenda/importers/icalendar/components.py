"""The components of an iCalendar stream, found by a scan that tolerates missing and misplaced lines."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from icalendar.parser import rfc_6868_unescape

from daybreak.agenda.importers.icalendar.decoding import LogicalLine

_ENTRY_NAMES = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"})
# RFC 5545 nests three deep; deeper components are invalid and ignored at no cost.
_MAX_DEPTH = 8
_NAME = re.compile(r"\s*([A-Za-z0-9-]+)\s*")
_PARAMETER = re.compile(r';\s*([A-Za-z0-9-]+)\s*=\s*("[^"]*"|[^";:]*)((?:,(?:"[^"]*"|[^";:,]*))*)\s*')


@dataclass(frozen=True, slots=True)
class Property:
    """One content line: the first value of each parameter by upper-case name, and its value still escaped."""

    parameters: dict[str, str]
    value: str


@dataclass(slots=True)
class Component:
    """One ``BEGIN`` … ``END``; ``line`` is its first line, ``is_closed`` whether its ``END`` was found."""

    name: str
    line: int
    lines: list[str] = field(default_factory=list)
    children: list["Component"] = field(default_factory=list)
    is_closed: bool = False
    _property_cache: dict[str, list[Property]] | None = None

    def get_all(self, name: str) -> list[Property]:
        """Return every property of that (upper-case) name, in the order of the file."""
        if self._property_cache is None:
            self._property_cache = _parse_properties(self.lines)
        return self._property_cache.get(name, [])

    def get_first(self, name: str) -> Property | None:
        """Return the first property of that name."""
        found = self.get_all(name)
        return found[0] if found else None

    def get_value(self, name: str) -> str:
        """Return the first value of that name, still escaped; an empty string if there is none."""
        found = self.get_all(name)
        return found[0].value.strip() if found else ""

    def get_keyword(self, name: str) -> str:
        """Return the first value of that name in upper case, for values from a fixed set of words."""
        return self.get_value(name).upper()


@dataclass(frozen=True, slots=True)
class ComponentStream:
    """The calendars of a file, in order; ``damage`` is why they are not all that it contained, if so."""

    calendars: list[Component]
    damage: str | None


def scan_components(lines: Iterable[LogicalLine]) -> ComponentStream:
    """Return the calendars of a stream; entries outside any calendar get one of their own."""
    return _Scanner().scan(lines)


class _Scanner:
    def __init__(self) -> None:
        self.calendars: list[Component] = []
        self.open_components: list[Component] = []
        self.has_foreign_text = False

    def scan(self, lines: Iterable[LogicalLine]) -> ComponentStream:
        for number, text in lines:
            keyword = text[:6].upper()
            if keyword == "BEGIN:":
                self._begin(text[6:].strip().upper(), number)
            elif keyword[:4] == "END:":
                self._end(text[4:].strip().upper())
            elif self.open_components:
                self.open_components[-1].lines.append(text)
            elif not self.calendars:
                self.has_foreign_text = True
        return ComponentStream(self.calendars, self._find_damage())

    def _find_damage(self) -> str | None:
        if not self.calendars:
            return "it contains other text instead of a calendar" if self.has_foreign_text else None
        if not all(one.is_closed for one in (*self.calendars, *self.open_components)):
            return "it ends before END:VCALENDAR"
        return "it has other text before BEGIN:VCALENDAR" if self.has_foreign_text else None

    def _begin(self, name: str, number: int) -> None:
        if name == "VCALENDAR":
            self.open_components.clear()
        elif name in _ENTRY_NAMES:
            del self.open_components[1:]
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

    def _end(self, name: str) -> None:
        for depth in range(len(self.open_components) - 1, -1, -1):
            if self.open_components[depth].name == name:
                self.open_components[depth].is_closed = True
                for unclosed in self.open_components[depth + 1 :]:
                    # The lines after an alarm without its END belong to the entry around it.
                    self.open_components[depth].lines += unclosed.lines
                del self.open_components[depth:]
                return


def _parse_properties(lines: list[str]) -> dict[str, list[Property]]:
    properties: dict[str, list[Property]] = {}
    for line in lines:
        match = _NAME.match(line)
        if match is None:
            continue
        position = match.end()
        parameters: dict[str, str] = {}
        while parameter := _PARAMETER.match(line, position):
            value = parameter[2].strip().strip('"')
            parameters.setdefault(parameter[1].upper(), rfc_6868_unescape(value) if "^" in value else value)
            position = parameter.end()
        if line[position : position + 1] == ":":
            found = Property(parameters, line[position + 1 :])
            properties.setdefault(match[1].upper(), []).append(found)
    return properties
