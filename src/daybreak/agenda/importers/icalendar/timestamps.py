"""Dates and times of a calendar: wall-clock times and their zones."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from daybreak.agenda.importers.icalendar.components import Component, Property
from daybreak.agenda.importers.icalendar.values import parse_duration, parse_moment
from daybreak.agenda.importers.icalendar.zones import IanaZone, UtcZone, Zone, Zones, iana_zone
from daybreak.agenda.model import Moment

UTC_ZONE = UtcZone()


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date, or a naive wall-clock time with the zone of its clock; without a zone it is floating."""

    wall: date | datetime
    zone: Zone | None = None

    @property
    def all_day(self) -> bool:
        """Whether it is a date."""
        return not isinstance(self.wall, datetime)

    @property
    def clock(self) -> datetime:
        """The wall-clock time; midnight for a date."""
        return self.wall if isinstance(self.wall, datetime) else datetime.combine(self.wall, time.min)

    @property
    def moment(self) -> Moment:
        """The value in the agenda's type: a date, a naive time, or an instant in UTC."""
        if self.zone is None or not isinstance(self.wall, datetime):
            return self.wall
        return self.zone.to_utc(self.wall)

    def at(self, clock: datetime) -> "Stamp":
        """Return a timestamp of the same kind and zone at another wall-clock time."""
        return Stamp(clock.date() if self.all_day else clock, self.zone)

    def like(self, other: "Stamp") -> "Stamp":
        """Return it converted to the other's kind: a date loses its time, a floating time gets the zone."""
        if other.all_day:
            return Stamp(self.clock.date())
        if self.zone is None or other.zone is None or self.zone == other.zone:
            return Stamp(self.clock, other.zone)
        return Stamp(other.zone.to_wall(self.zone.to_utc(self.clock)), other.zone)


@dataclass(slots=True)
class StampReader:
    """A reader of the dates and times of one calendar.

    Attributes:
        zones: the zones of the calendar's TZIDs.
        default_zone: X-WR-TIMEZONE, the zone of floating times; entries that recur in UTC follow its clock.
    """

    zones: Zones
    default: IanaZone | None = None

    @classmethod
    def of(cls, calendar: Component) -> "StampReader":
        """Return the reader for a VCALENDAR."""
        return cls(Zones.of(calendar), iana_zone(calendar.value("X-WR-TIMEZONE")))

    def first(self, component: Component, name: str) -> Stamp | None:
        """Return the first property of that name.

        Raises:
            ValueError: it is neither a date nor a time; the message names the property.
        """
        found = component.first(name)
        if found is None or not found.value.strip():
            return None
        return self.read(name, found.value, found)

    def every(self, component: Component, name: str) -> Iterator[Stamp]:
        """Yield all values of all properties of that name; of a PERIOD its start.

        Raises:
            ValueError: one is neither a date nor a time.
        """
        for found in component.all(name):
            for value in found.value.split(","):
                if value.strip():
                    yield self.read(name, value.partition("/")[0], found)

    def periods(self, component: Component, name: str) -> Iterator[tuple[Stamp, "Span"]]:
        """Yield the starts and lengths of all values of that name that are PERIODs.

        Raises:
            ValueError: a value is not a PERIOD.
        """
        for found in component.all(name):
            for value in found.value.split(",") if "/" in found.value else ():
                begin, _, end = value.partition("/")
                if end.strip():
                    start = self.read(name, begin, found)
                    written_as_duration = "P" in end.upper()
                    yield (
                        start,
                        (
                            Span.lasting(end)
                            if written_as_duration
                            else Span.between(start, self.read(name, end, found))
                        ),
                    )

    def read(self, name: str, value: str, found: Property) -> Stamp:
        """Return one value of a property.

        Raises:
            ValueError: it is neither a date nor a time; the message names the property.
        """
        try:
            wall, is_utc = parse_moment(value)
        except ValueError as error:
            raise ValueError(f"its {name} {error}") from None
        if not isinstance(wall, datetime):
            return Stamp(wall)
        if is_utc:
            return Stamp(wall, UTC_ZONE)
        tzid = found.parameters.get("TZID")
        zone = self.zones.find(tzid) if tzid else None
        return Stamp(wall, zone or self.default)

    def for_recurring(self, start: Stamp) -> Stamp:
        """Return the timestamp from which a series runs: on the calendar's clock if it is written in UTC."""
        if self.default is None or start.zone is not UTC_ZONE:
            return start
        return Stamp(self.default.to_wall(UTC_ZONE.to_utc(start.clock)), self.default)


@dataclass(frozen=True, slots=True)
class Span:
    """A duration: ``nominal`` in wall-clock time, then ``exact`` in elapsed time."""

    nominal: timedelta = timedelta(0)
    exact: timedelta = timedelta(0)

    @classmethod
    def between(cls, start: Stamp, end: Stamp) -> "Span":
        """Return the duration between two timestamps, converted to the kind of the first."""
        if start.zone is None or end.zone is None or start.zone == end.zone:
            return cls(nominal=end.like(start).clock - start.clock)
        return cls(exact=end.zone.to_utc(end.clock) - start.zone.to_utc(start.clock))

    @classmethod
    def lasting(cls, duration: str) -> "Span":
        """Return the duration of a DURATION: RFC 5545 §3.3.6 counts days in wall-clock time, hours exactly.

        Raises:
            ValueError: it is not a DURATION.
        """
        return cls(*parse_duration(duration))

    @property
    def rough(self) -> timedelta:
        """The length without regard to clock changes."""
        return self.nominal + self.exact

    def after(self, start: Stamp) -> Moment:
        """Return the end of something that starts at ``start``."""
        end = start.at(start.clock + self.nominal).moment
        if start.all_day:
            return end + timedelta(days=self.exact.days)
        end += self.exact
        # A gap of the clock may move a start past an end that it does not move.
        return end if end >= start.moment else start.moment + self.rough
