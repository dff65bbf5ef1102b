"""The components of an iCalendar stream, found by a scan that tolerates missing and misplaced lines."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from icalendar.parser import rfc_6868_unescape

from daybreak.agenda.importers.icalendar.decoding import LogicalLine

_ENTRIES = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"})
# RFC 5545 nests three deep; deeper components are invalid and ignored at no cost.
_DEEPEST = 8
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
    closed: bool = False
    _properties: dict[str, list[Property]] | None = None

    def all(self, name: str) -> list[Property]:
        """Return every property of that (upper-case) name, in the order of the file."""
        if self._properties is None:
            self._properties = _properties(self.lines)
        return self._properties.get(name, [])

    def first(self, name: str) -> Property | None:
        """Return the first property of that name."""
        found = self.all(name)
        return found[0] if found else None

    def value(self, name: str) -> str:
        """Return the first value of that name, still escaped; an empty string if there is none."""
        found = self.all(name)
        return found[0].value.strip() if found else ""

    def word(self, name: str) -> str:
        """Return the first value of that name in upper case, for values from a fixed set of words."""
        return self.value(name).upper()


def scan(lines: Iterable[LogicalLine]) -> list[Component]:
    """Return the calendars of a stream, in order; entries outside any calendar get one of their own."""
    return _Scan().run(lines)


class _Scan:
    def __init__(self) -> None:
        self.calendars: list[Component] = []
        self.open: list[Component] = []

    def run(self, lines: Iterable[LogicalLine]) -> list[Component]:
        for number, text in lines:
            keyword = text[:6].upper()
            if keyword == "BEGIN:":
                self._begin(text[6:].strip().upper(), number)
            elif keyword[:4] == "END:":
                self._end(text[4:].strip().upper())
            elif self.open:
                self.open[-1].lines.append(text)
        return self.calendars

    def _begin(self, name: str, number: int) -> None:
        if name == "VCALENDAR":
            self.open.clear()
        elif name in _ENTRIES:
            del self.open[1:]
        elif len(self.open) >= _DEEPEST:
            return
        component = Component(name, number)
        if name == "VCALENDAR":
            self.calendars.append(component)
        else:
            if not self.open:
                self._begin("VCALENDAR", number)
                self.open[0].closed = True
            self.open[-1].children.append(component)
        self.open.append(component)

    def _end(self, name: str) -> None:
        for depth in range(len(self.open) - 1, -1, -1):
            if self.open[depth].name == name:
                self.open[depth].closed = True
                del self.open[depth:]
                return


def _properties(lines: list[str]) -> dict[str, list[Property]]:
    properties: dict[str, list[Property]] = {}
    for line in lines:
        matched = _NAME.match(line)
        if matched is None:
            continue
        position = matched.end()
        parameters: dict[str, str] = {}
        while parameter := _PARAMETER.match(line, position):
            value = parameter[2].strip().strip('"')
            parameters.setdefault(parameter[1].upper(), rfc_6868_unescape(value) if "^" in value else value)
            position = parameter.end()
        if line[position : position + 1] == ":":
            found = Property(parameters, line[position + 1 :])
            properties.setdefault(matched[1].upper(), []).append(found)
    return properties
