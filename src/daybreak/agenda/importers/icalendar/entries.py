"""Events, tasks and journal entries as written in the file, grouped by UID."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from daybreak.agenda.importers.icalendar.components import Component
from daybreak.agenda.importers.icalendar.timestamps import TimestampReader
from daybreak.agenda.importers.icalendar.values import parse_text

_VOLATILE_PROPERTIES = ("DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE")


@dataclass(frozen=True, slots=True)
class CalendarProperties:
    """The properties that the entries of one VCALENDAR share."""

    name: str
    is_cancellation: bool
    timestamps: TimestampReader

    @classmethod
    def from_component(cls, component: Component, default_name: str) -> "CalendarProperties":
        """Return the calendar of a component; its default name is that of the file."""
        name = (
            parse_text(component.get_value("X-WR-CALNAME"))
            or parse_text(component.get_value("NAME"))
            or default_name
        )
        return cls(
            name, component.get_keyword("METHOD") == "CANCEL", TimestampReader.from_calendar(component)
        )


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One VEVENT, VTODO or VJOURNAL."""

    component: Component
    calendar: CalendarProperties
    uid: str

    @property
    def is_cancelled(self) -> bool:
        """Whether it is cancelled."""
        return self.calendar.is_cancellation or self.component.get_keyword("STATUS") == "CANCELLED"

    @property
    def revision(self) -> tuple[int, str]:
        """The sort key by which a newer version follows an older one."""
        sequence = self.component.get_value("SEQUENCE")
        number = int(sequence[:9]) if sequence.isascii() and sequence.isdigit() else 0
        return number, self.component.get_value("LAST-MODIFIED") or self.component.get_value("DTSTAMP")


@dataclass(slots=True)
class UidGroup:
    """All entries of one kind with one UID: its newest master, and the newest override of each occurrence."""

    uid: str
    master: CalendarEntry | None = None
    overrides: dict[tuple[str, str], CalendarEntry] = field(default_factory=dict)

    def add(self, entry: CalendarEntry) -> None:
        """Add an entry unless a newer version of it is present."""
        recurrence = entry.component.get_first("RECURRENCE-ID")
        if recurrence is None:
            self.master = _newest(self.master, entry)
        else:
            key = (recurrence.value.strip(), recurrence.parameters.get("TZID", ""))
            self.overrides[key] = _newest(self.overrides.get(key), entry)

    @property
    def entries(self) -> list[CalendarEntry]:
        """The master, if there is one, and the overrides."""
        return [*([] if self.master is None else [self.master]), *self.overrides.values()]


def group_by_uid(entries: Iterable[CalendarEntry]) -> list[UidGroup]:
    """Return the groups of one kind of entry, in the order in which their UIDs first occur."""
    groups: dict[str, UidGroup] = {}
    for entry in entries:
        groups.setdefault(entry.uid, UidGroup(entry.uid)).add(entry)
    return list(groups.values())


def uid_of(component: Component) -> str:
    """Return the UID; if there is none, one derived from the content, so that it is stable."""
    uid = component.get_value("UID")
    if uid:
        return uid
    lasting = (line for line in component.lines if not line.upper().startswith(_VOLATILE_PROPERTIES))
    digest = hashlib.sha256("\n".join(lasting).encode("utf-8", "surrogatepass"))
    return f"without-uid-{digest.hexdigest()[:24]}"


def _newest(known: CalendarEntry | None, entry: CalendarEntry) -> CalendarEntry:
    return entry if known is None or entry.revision >= known.revision else known
