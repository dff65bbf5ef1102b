"""The zone of a TZID: an IANA zone, Microsoft's name of one, or a VTIMEZONE of the file itself."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from daybreak.agenda.importers.icalendar.components import Component
from daybreak.agenda.importers.icalendar.days import RRuleFrequency
from daybreak.agenda.importers.icalendar.rule_text import parse_rule
from daybreak.agenda.importers.icalendar.rules import RuleTooExpensive
from daybreak.agenda.importers.icalendar.values import parse_local, parse_offset

_RULES_FROM = datetime(1900, 1, 1)  # noqa: DTZ001 -- wall-clock times of a VTIMEZONE have no zone yet
_RULES_UNTIL = datetime(2100, 1, 1)  # noqa: DTZ001 -- likewise
_MAX_ONSETS = 2000
_MAX_OBSERVANCES = 50
_MAX_ZONES = 200


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
class VTimezone:
    """A VTIMEZONE.

    Attributes:
        wall_transitions: from ``wall_transitions[i]`` in wall-clock time on, ``offsets[i + 1]`` applies;
            before the first, ``offsets[0]``.
        utc_transitions: the same transitions as naive times in UTC.
        offsets: from UTC.
    """

    wall_transitions: tuple[datetime, ...]
    utc_transitions: tuple[datetime, ...]
    offsets: tuple[timedelta, ...]

    def to_utc(self, wall: datetime) -> datetime:
        """Return the instant of a naive wall-clock time, aware, in UTC."""
        return (wall - self.offsets[bisect_right(self.wall_transitions, wall)]).replace(tzinfo=UTC, fold=0)

    def to_wall(self, instant: datetime) -> datetime:
        """Return the naive wall-clock time at an instant."""
        utc = instant.astimezone(UTC).replace(tzinfo=None)
        return utc + self.offsets[bisect_right(self.utc_transitions, utc)]


@dataclass(slots=True)
class ZoneTable:
    """The zones that one calendar of a file may name; ``unknown_names`` collects the names without a zone."""

    components: dict[str, Component] = field(default_factory=dict)
    unknown_names: set[str] = field(default_factory=set)
    _cache: dict[str, Zone | None] = field(default_factory=dict)

    @classmethod
    def from_calendar(cls, calendar: Component) -> "ZoneTable":
        """Return the zones of a VCALENDAR."""
        own = (child for child in calendar.children if child.name == "VTIMEZONE")
        return cls({component.get_value("TZID"): component for component in own})

    def find(self, tzid: str) -> Zone | None:
        """Return the zone of that name; record it as unknown and return None if there is none."""
        tzid = tzid.strip()
        if tzid not in self._cache:
            self._cache[tzid] = self._resolve(tzid)
        if self._cache[tzid] is None:
            self.unknown_names.add(tzid)
        return self._cache[tzid]

    def _resolve(self, tzid: str) -> Zone | None:
        named = find_iana_zone(tzid)
        if named is not None:
            return named
        own = self.components.get(tzid) if len(self._cache) < _MAX_ZONES else None
        if own is None:
            return _find_vendor_zone(tzid)
        return (
            find_iana_zone(own.get_value("X-LIC-LOCATION")) or parse_vtimezone(own) or _find_vendor_zone(tzid)
        )


def find_iana_zone(name: str) -> IanaZone | None:
    """Return the zone with that IANA or Windows name, ignoring case."""
    key = _zone_names().get(name.casefold())
    return None if key is None else IanaZone(ZoneInfo(key))


def parse_vtimezone(component: Component) -> VTimezone | None:
    """Return the zone of a VTIMEZONE, from 1900 to 2100; None if it defines no usable one."""
    changes: dict[datetime, tuple[timedelta, timedelta]] = {}
    for observance in component.children[:_MAX_OBSERVANCES]:
        try:
            before = parse_offset(observance.get_value("TZOFFSETFROM"))
            after = parse_offset(observance.get_value("TZOFFSETTO"))
            for onset in _onsets(observance, before):
                changes[onset - before] = (before, after)
        except (ValueError, OverflowError, RuleTooExpensive):
            continue
    if not changes:
        return None
    return _make_vtimezone(sorted(changes.items()))


def _make_vtimezone(changes: list[tuple[datetime, tuple[timedelta, timedelta]]]) -> VTimezone:
    # A new offset starts at the later of the two wall-clock readings of a change. This is right for a gap
    # (read with the offset before it) and for a fold (the first occurrence is the one before it).
    starts: list[datetime] = []
    offsets = [changes[0][1][0]]
    for instant, (before, after) in changes:
        starts.append(instant + max(before, after))
        offsets.append(after)
    return VTimezone(tuple(starts), tuple(instant for instant, _ in changes), tuple(offsets))


def _onsets(observance: Component, before: timedelta) -> list[datetime]:
    first = parse_local(observance.get_value("DTSTART"))
    onsets = [first]
    for named in observance.get_all("RDATE"):
        onsets += [parse_local(value.partition("/")[0]) for value in named.value.split(",")[:_MAX_ONSETS]]
    for written in observance.get_all("RRULE"):
        rule = parse_rule(written.value)
        if rule.frequency > RRuleFrequency.MONTHLY:
            raise ValueError("a zone does not change its offset every week")
        for wall in rule.between(first, max(first, _RULES_FROM), _RULES_UNTIL):
            if rule.ends_before(wall, wall - before) or len(onsets) > _MAX_ONSETS:
                break
            onsets.append(wall)
    return onsets


def _find_vendor_zone(tzid: str) -> IanaZone | None:
    # RFC 5545 §3.2.19: “/vendor.example/20240101/Europe/Berlin” is a globally unique name of a vendor.
    parts = tzid.strip("/").split("/")
    suffixes = ("/".join(parts[begin:]) for begin in range(min(len(parts), 10)))
    return next((zone for zone in map(find_iana_zone, suffixes) if zone is not None), None)


@cache
def _zone_names() -> dict[str, str]:
    iana = available_timezones() - {"localtime", "Factory"}
    windows = {name.casefold(): key for name, key in WINDOWS_TO_OLSON.items() if key in iana}
    return windows | {name.casefold(): name for name in iana}
