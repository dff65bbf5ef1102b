"""Events, tasks and journal entries as written in the file, grouped by UID.

Entries with one UID and without RECURRENCE-ID are versions of one thing, or separate things whose program
uses the UID again, for example for each date of a series that it writes out. They are separate if two of
them have the same SEQUENCE but another title, or another start and the same LAST-MODIFIED or DTSTAMP (to a
minute: the times of one export), or if three have the same SEQUENCE and different starts.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from daybreak.agenda.importers.icalendar.components import Component
from daybreak.agenda.importers.icalendar.timestamps import UTC_ZONE, TimestampReader
from daybreak.agenda.importers.icalendar.values import is_moment, parse_text
from daybreak.agenda.parsed import ImportedRevision

_VOLATILE_PROPERTIES = ("DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE")
_ANSWERS = frozenset({"REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH"})
_MESSAGES = frozenset({"REQUEST", "CANCEL", "ADD"})
_CANCELLED = frozenset({"CANCELLED", "CANCELED"})
_KINDS = {"VEVENT": "event", "VTODO": "task", "VJOURNAL": "journal entry"}
_MAX_SEQUENCE = 2**31 - 1
_SERIES_LENGTH = 3
_EXPORT_TIME = timedelta(minutes=1)
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CalendarProperties:
    """The properties that the entries of one VCALENDAR share."""

    name: str
    method: str
    timestamps: TimestampReader

    @classmethod
    def from_component(cls, component: Component, default_name: str, tz: ZoneInfo) -> "CalendarProperties":
        """Return the calendar of a component; ``tz`` is the zone of the user."""
        name = (
            parse_text(component.get_value("X-WR-CALNAME"))
            or parse_text(component.get_value("NAME"))
            or default_name
        )
        return cls(name, component.get_keyword("METHOD"), TimestampReader.from_calendar(component, tz))

    @property
    def is_message(self) -> bool:
        """Whether it is an invitation, an update or a cancellation, and not an export."""
        return self.method in _MESSAGES

    @property
    def is_answer(self) -> bool:
        """Whether it is an answer to an invitation, which contains no event of its own."""
        return self.method in _ANSWERS


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One VEVENT, VTODO or VJOURNAL."""

    component: Component
    calendar: CalendarProperties
    uid: str

    @property
    def kind(self) -> str:
        """What it is, in a word for the user."""
        return _KINDS.get(self.component.name, "entry")

    @property
    def is_cancelled(self) -> bool:
        """Whether it is cancelled."""
        return self.calendar.method == "CANCEL" or self.component.get_keyword("STATUS") in _CANCELLED

    @property
    def sequence(self) -> int:
        """The SEQUENCE; without one 0, and the highest for a cancellation that was sent."""
        written = self.component.get_value("SEQUENCE")
        if not written and self.calendar.method == "CANCEL":
            return _MAX_SEQUENCE
        is_number = written.isascii() and written.isdigit()
        return min(int(written[:10]), _MAX_SEQUENCE) if is_number else 0

    @property
    def stamped_at(self) -> datetime | None:
        """The LAST-MODIFIED, else the DTSTAMP."""
        return self.read_instant("LAST-MODIFIED") or self.read_instant("DTSTAMP")

    @property
    def is_recurring(self) -> bool:
        """Whether it has a rule or further dates."""
        component = self.component
        return any(found.value.strip() for name in ("RRULE", "RDATE") for found in component.get_all(name))

    @property
    def written_start(self) -> tuple[str, str]:
        """The start, or the due date of a task without one, as written, with its zone."""
        found = self.component.get_first("DTSTART") or self.component.get_first("DUE")
        return ("", "") if found is None else (found.value.strip(), found.parameters.get("TZID", ""))

    @property
    def title(self) -> str:
        """The SUMMARY."""
        return parse_text(self.component.get_value("SUMMARY"))

    @property
    def recurrence_property(self) -> str | None:
        """The property with the occurrence that it replaces; METHOD:ADD adds the one of its start.

        An entry whose RECURRENCE-ID cannot be read is the occurrence of its start, or a series of its own.
        """
        written = self.component.get_value("RECURRENCE-ID")
        if written and is_moment(written):
            return "RECURRENCE-ID"
        is_added = self.calendar.method == "ADD" or (written and not self.is_recurring)
        return "DTSTART" if is_added and self.component.get_value("DTSTART") else None

    def describe_ignored(self, detail: str, reason: str) -> str:
        """Return the warning about a detail that was ignored, in equal words for all entries of a kind."""
        return f"{detail} of this {self.kind} was ignored: {reason}."

    @property
    def is_this_and_future(self) -> bool:
        """Whether it replaces all later occurrences as well."""
        found = self.component.get_first("RECURRENCE-ID")
        is_range = found is not None and found.parameters.get("RANGE", "").upper() == "THISANDFUTURE"
        return is_range and self.recurrence_property == "RECURRENCE-ID"

    def read_instant(self, name: str) -> datetime | None:
        """Return a property that RFC 5545 requires in UTC; read other times as UTC, or return None."""
        try:
            timestamp = self.calendar.timestamps.read_first(self.component, name)
        except ValueError:
            return None
        return None if timestamp is None else (timestamp.zone or UTC_ZONE).to_utc(timestamp.wall_time)

    def age(self) -> tuple[int, datetime, bool, list[str]]:
        """Return the sort key by which a newer version follows an older one, in any order of the file."""
        return self.sequence, self.stamped_at or _NEVER, self.is_cancelled, self.component.lines

    def revision(self, recurrence_id: str | None = None, *, and_future: bool = False) -> ImportedRevision:
        """Return what it states for the other files of its source."""
        return ImportedRevision(
            uid=self.uid,
            is_task=self.component.name == "VTODO",
            recurrence_id=recurrence_id,
            sequence=self.sequence,
            stamped_at=self.stamped_at,
            is_cancelled=self.is_cancelled,
            and_future=and_future,
            is_message=self.calendar.is_message,
        )


@dataclass(slots=True)
class UidGroup:
    """One thing: the newest version of its entry, and the newest override of each of its occurrences.

    Attributes:
        uid: its UID.
        master: its entry; None in a file with only single occurrences of it.
        overrides: its overrides by recurrence id and zone as written.
        has_siblings: whether other things of the file have the same UID.
    """

    uid: str
    master: CalendarEntry | None = None
    overrides: dict[tuple[str, str], CalendarEntry] = field(default_factory=dict)
    has_siblings: bool = False

    @property
    def entries(self) -> list[CalendarEntry]:
        """The master, if there is one, and the overrides."""
        return [*([] if self.master is None else [self.master]), *self.overrides.values()]


def group_by_uid(entries: Iterable[CalendarEntry]) -> list[UidGroup]:
    """Return the things of one kind of entry, in the order in which their UIDs first occur."""
    by_uid: dict[str, list[CalendarEntry]] = {}
    for entry in entries:
        by_uid.setdefault(entry.uid, []).append(entry)
    return [group for uid, of_uid in by_uid.items() for group in _group(uid, of_uid)]


def uid_of(component: Component) -> str:
    """Return the UID; if there is none, one derived from the content, so that it is stable."""
    uid = component.get_value("UID")
    if uid:
        return uid
    lasting = (line for line in component.lines if not line.upper().startswith(_VOLATILE_PROPERTIES))
    digest = hashlib.sha256("\n".join(lasting).encode("utf-8", "surrogatepass"))
    return f"without-uid-{digest.hexdigest()[:24]}"


def _group(uid: str, entries: list[CalendarEntry]) -> list[UidGroup]:
    if len(entries) == 1 and entries[0].recurrence_property is None:
        return [UidGroup(uid, entries[0])]
    masters = [entry for entry in entries if entry.recurrence_property is None]
    overrides: dict[tuple[str, str], CalendarEntry] = {}
    for entry in sorted(entries, key=CalendarEntry.age):
        found = entry.component.get_first(entry.recurrence_property or "")
        if found is not None:
            overrides[found.value.strip(), found.parameters.get("TZID", "")] = entry
    groups = [UidGroup(uid, master) for master in _separate(masters)]
    for group in groups:
        group.has_siblings = len(groups) > 1
    if overrides:
        _assign(overrides, groups, uid)
    return groups


def _separate(masters: list[CalendarEntry]) -> list[CalendarEntry]:
    """Return the newest version of each thing; single dates first, so that they count before a series."""
    if len(masters) < 2:  # noqa: PLR2004 - two entries can be versions
        return masters
    masters = sorted(masters, key=CalendarEntry.age)
    newest = {(one.written_start, one.title): one for one in masters}
    if not _is_uid_reused(newest.values()):
        return masters[-1:]
    ends = {one.written_start: one for one in masters if one.is_cancelled}
    kept = [
        one
        for one in newest.values()
        if one.written_start not in ends or one.age() >= ends[one.written_start].age()
    ]
    return sorted(kept, key=lambda one: (one.is_recurring, one.written_start, one.title))


def _is_uid_reused(entries: Iterable[CalendarEntry]) -> bool:
    by_sequence: dict[int, list[CalendarEntry]] = {}
    for entry in entries:
        by_sequence.setdefault(entry.sequence, []).append(entry)
    return any(
        len({one.written_start for one in of_sequence}) >= _SERIES_LENGTH
        or any(_are_separate(*pair) for pair in pairwise(of_sequence))
        for of_sequence in by_sequence.values()
    )


def _are_separate(one: CalendarEntry, other: CalendarEntry) -> bool:
    """Return whether two entries with the same SEQUENCE, but another start or title, are no versions."""
    if one.written_start == other.written_start:
        return one.stamped_at == other.stamped_at
    return one.title != other.title or (
        abs((one.stamped_at or _NEVER) - (other.stamped_at or _NEVER)) <= _EXPORT_TIME
    )


def _assign(overrides: dict[tuple[str, str], CalendarEntry], groups: list[UidGroup], uid: str) -> None:
    """Add overrides to the series that they belong to, else to the single date that they replace."""
    series = next((one for one in groups if one.master is not None and one.master.is_recurring), None)
    if series is None and len(groups) == 1:
        series = groups[0]
    by_start = {one.master.written_start: one for one in groups if one.master is not None}
    alone = UidGroup(uid)
    for key, override in overrides.items():
        group = series or by_start.get(key, alone)
        group.overrides[key] = override
    if alone.overrides:
        groups.append(alone)
