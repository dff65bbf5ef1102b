"""The zone of a TZID: an IANA zone, Microsoft's name of one, or a VTIMEZONE of the file itself."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from daybreak.agenda.importers.icalendar.components import Component
from daybreak.agenda.importers.icalendar.days import Frequency
from daybreak.agenda.importers.icalendar.rule_text import parse_rule
from daybreak.agenda.importers.icalendar.rules import Unbounded
from daybreak.agenda.importers.icalendar.values import parse_local, parse_offset

_RULES_FROM = datetime(1900, 1, 1)  # noqa: DTZ001 -- wall-clock times of a VTIMEZONE have no zone yet
_RULES_UNTIL = datetime(2100, 1, 1)  # noqa: DTZ001 -- likewise
_MOST_ONSETS = 2000
_MOST_OBSERVANCES = 50
_MOST_ZONES = 200


class Zone(Protocol):
    """A conversion between wall-clock times and instants, as RFC 5545 §3.3.5 requires it.

    A time inside a gap is read with the offset before it; a time that occurs twice is its first occurrence.
    """

    def to_utc(self, wall: datetime) -> datetime:
        """Return the instant of a naive wall-clock time, aware, in UTC."""

    def to_wall(self, instant: datetime) -> datetime:
        """Return the naive wall-clock time at an instant."""


@dataclass(frozen=True, slots=True)
class IanaZone:
    """A zone of the IANA database."""

    tz: ZoneInfo

    def to_utc(self, wall: datetime) -> datetime:
        """Return the instant of a naive wall-clock time, aware, in UTC."""
        return wall.replace(tzinfo=self.tz, fold=0).astimezone(UTC)

    def to_wall(self, instant: datetime) -> datetime:
        """Return the naive wall-clock time at an instant."""
        return instant.astimezone(self.tz).replace(tzinfo=None, fold=0)


@dataclass(frozen=True, slots=True)
class UtcZone:
    """Coordinated universal time."""

    def to_utc(self, wall: datetime) -> datetime:
        """Return the same time, aware."""
        return wall.replace(tzinfo=UTC, fold=0)

    def to_wall(self, instant: datetime) -> datetime:
        """Return the same time, naive."""
        return instant.astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class OwnZone:
    """A VTIMEZONE.

    Attributes:
        wall_transitions: from ``wall_transitions[i]`` in wall-clock time on, ``offsets[i + 1]`` applies;
            before the first, ``offsets[0]``.
        utc_transitions: the same transitions as naive times in UTC.
        offsets: from UTC.
    """

    starts: tuple[datetime, ...]
    changes: tuple[datetime, ...]
    offsets: tuple[timedelta, ...]

    def to_utc(self, wall: datetime) -> datetime:
        """Return the instant of a naive wall-clock time, aware, in UTC."""
        return (wall - self.offsets[bisect_right(self.starts, wall)]).replace(tzinfo=UTC, fold=0)

    def to_wall(self, instant: datetime) -> datetime:
        """Return the naive wall-clock time at an instant."""
        utc = instant.astimezone(UTC).replace(tzinfo=None)
        return utc + self.offsets[bisect_right(self.changes, utc)]


@dataclass(slots=True)
class Zones:
    """The zones that one calendar of a file may name; ``unknown_names`` collects the names without a zone."""

    components: dict[str, Component] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    _found: dict[str, Zone | None] = field(default_factory=dict)

    @classmethod
    def of(cls, calendar: Component) -> "Zones":
        """Return the zones of a VCALENDAR."""
        own = (child for child in calendar.children if child.name == "VTIMEZONE")
        return cls({component.value("TZID"): component for component in own})

    def find(self, tzid: str) -> Zone | None:
        """Return the zone of that name; record it as unknown and return None if there is none."""
        tzid = tzid.strip()
        if tzid not in self._found:
            self._found[tzid] = self._look_up(tzid)
        if self._found[tzid] is None:
            self.unknown.add(tzid)
        return self._found[tzid]

    def _look_up(self, tzid: str) -> Zone | None:
        named = iana_zone(tzid)
        if named is not None:
            return named
        own = self.components.get(tzid) if len(self._found) < _MOST_ZONES else None
        if own is None:
            return _vendor_zone(tzid)
        return iana_zone(own.value("X-LIC-LOCATION")) or own_zone(own) or _vendor_zone(tzid)


def iana_zone(name: str) -> IanaZone | None:
    """Return the zone with that IANA or Windows name, ignoring case."""
    key = _zone_names().get(name.casefold())
    return None if key is None else IanaZone(ZoneInfo(key))


def own_zone(component: Component) -> OwnZone | None:
    """Return the zone of a VTIMEZONE, from 1900 to 2100; None if it defines no usable one."""
    changes: dict[datetime, tuple[timedelta, timedelta]] = {}
    for observance in component.children[:_MOST_OBSERVANCES]:
        try:
            before = parse_offset(observance.value("TZOFFSETFROM"))
            after = parse_offset(observance.value("TZOFFSETTO"))
            for onset in _onsets(observance, before):
                changes[onset - before] = (before, after)
        except (ValueError, OverflowError, Unbounded):
            continue
    if not changes:
        return None
    return _zone_of(sorted(changes.items()))


def _zone_of(changes: list[tuple[datetime, tuple[timedelta, timedelta]]]) -> OwnZone:
    # A new offset starts at the later of the two wall-clock readings of a change. This is right for a gap
    # (read with the offset before it) and for a fold (the first occurrence is the one before it).
    starts: list[datetime] = []
    offsets = [changes[0][1][0]]
    for instant, (before, after) in changes:
        starts.append(instant + max(before, after))
        offsets.append(after)
    return OwnZone(tuple(starts), tuple(instant for instant, _ in changes), tuple(offsets))


def _onsets(observance: Component, before: timedelta) -> list[datetime]:
    first = parse_local(observance.value("DTSTART"))
    onsets = [first]
    for named in observance.all("RDATE"):
        onsets += [parse_local(value.partition("/")[0]) for value in named.value.split(",")[:_MOST_ONSETS]]
    for written in observance.all("RRULE"):
        rule = parse_rule(written.value)
        if rule.frequency > Frequency.MONTHLY:
            raise ValueError("a zone does not change its offset every week")
        for wall in rule.between(first, max(first, _RULES_FROM), _RULES_UNTIL):
            if rule.ends_before(wall, wall - before) or len(onsets) > _MOST_ONSETS:
                break
            onsets.append(wall)
    return onsets


def _vendor_zone(tzid: str) -> IanaZone | None:
    # RFC 5545 §3.2.19: “/vendor.example/20240101/Europe/Berlin” is a globally unique name of a vendor.
    parts = tzid.strip("/").split("/")
    suffixes = ("/".join(parts[begin:]) for begin in range(min(len(parts), 10)))
    return next((zone for zone in map(iana_zone, suffixes) if zone is not None), None)


@cache
def _zone_names() -> dict[str, str]:
    iana = available_timezones() - {"localtime", "Factory"}
    windows = {name.casefold(): key for name, key in WINDOWS_TO_OLSON.items() if key in iana}
    return windows | {name.casefold(): name for name in iana}
