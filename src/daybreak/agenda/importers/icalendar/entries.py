"""Events, tasks and journal entries as written in the file, grouped by UID."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from daybreak.agenda.importers.icalendar.components import Component
from daybreak.agenda.importers.icalendar.timestamps import StampReader
from daybreak.agenda.importers.icalendar.values import parse_text

_CHANGES_WITH_EVERY_EXPORT = ("DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE")


@dataclass(frozen=True, slots=True)
class Calendar:
    """The properties that the entries of one VCALENDAR share."""

    name: str
    cancels: bool
    stamps: StampReader

    @classmethod
    def of(cls, component: Component, stem: str) -> "Calendar":
        """Return the calendar of a component; its default name is that of the file."""
        name = parse_text(component.value("X-WR-CALNAME")) or parse_text(component.value("NAME")) or stem
        return cls(name, component.word("METHOD") == "CANCEL", StampReader.of(component))


@dataclass(frozen=True, slots=True)
class Entry:
    """One VEVENT, VTODO or VJOURNAL."""

    component: Component
    calendar: Calendar
    uid: str

    @property
    def cancelled(self) -> bool:
        """Whether it is cancelled."""
        return self.calendar.cancels or self.component.word("STATUS") == "CANCELLED"

    @property
    def revision(self) -> tuple[int, str]:
        """The sort key by which a newer version follows an older one."""
        sequence = self.component.value("SEQUENCE")
        number = int(sequence[:9]) if sequence.isascii() and sequence.isdigit() else 0
        return number, self.component.value("LAST-MODIFIED") or self.component.value("DTSTAMP")


@dataclass(slots=True)
class Group:
    """All entries of one kind with one UID: its newest master, and the newest override of each occurrence."""

    uid: str
    master: Entry | None = None
    overrides: dict[tuple[str, str], Entry] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Add an entry unless a newer version of it is present."""
        recurrence = entry.component.first("RECURRENCE-ID")
        if recurrence is None:
            self.master = _newer(self.master, entry)
        else:
            key = (recurrence.value.strip(), recurrence.parameters.get("TZID", ""))
            self.overrides[key] = _newer(self.overrides.get(key), entry)

    @property
    def entries(self) -> list[Entry]:
        """The master, if there is one, and the overrides."""
        return [*([] if self.master is None else [self.master]), *self.overrides.values()]


def group(entries: Iterable[Entry]) -> list[Group]:
    """Return the groups of one kind of entry, in the order in which their UIDs first occur."""
    groups: dict[str, Group] = {}
    for entry in entries:
        groups.setdefault(entry.uid, Group(entry.uid)).add(entry)
    return list(groups.values())


def uid_of(component: Component) -> str:
    """Return the UID; if there is none, one derived from the content, so that it is stable."""
    uid = component.value("UID")
    if uid:
        return uid
    lasting = (line for line in component.lines if not line.upper().startswith(_CHANGES_WITH_EVERY_EXPORT))
    digest = hashlib.sha256("\n".join(lasting).encode("utf-8", "surrogatepass"))
    return f"without-uid-{digest.hexdigest()[:24]}"


def _newer(known: Entry | None, entry: Entry) -> Entry:
    return entry if known is None or entry.revision >= known.revision else known
