"""Dates and times of a calendar: what stands on the wall, and in which zone."""

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
        """The same for the rest of Daybreak: a date, a naive time, or an instant in UTC."""
        if self.zone is None or not isinstance(self.wall, datetime):
            return self.wall
        return self.zone.to_utc(self.wall)

    def at(self, clock: datetime) -> "Stamp":
        """A stamp of the same kind and zone at another wall-clock time."""
        return Stamp(clock.date() if self.all_day else clock, self.zone)

    def like(self, other: "Stamp") -> "Stamp":
        """The same as a stamp of the other's kind: a date loses its time, a floating time gets the zone."""
        if other.all_day:
            return Stamp(self.clock.date())
        if self.zone is None or other.zone is None or self.zone == other.zone:
            return Stamp(self.clock, other.zone)
        return Stamp(other.zone.to_wall(self.zone.to_utc(self.clock)), other.zone)


@dataclass(slots=True)
class StampReader:
    """Reads the dates and times of one calendar.

    Attributes:
        zones: what the calendar's TZIDs mean.
        default: X-WR-TIMEZONE; floating times are meant in it, and what recurs in UTC follows its clock.
    """

    zones: Zones
    default: IanaZone | None = None

    @classmethod
    def of(cls, calendar: Component) -> "StampReader":
        """The reader for a VCALENDAR."""
        return cls(Zones.of(calendar), iana_zone(calendar.value("X-WR-TIMEZONE")))

    def first(self, component: Component, name: str) -> Stamp | None:
        """The first property of that name.

        Raises:
            ValueError: it is neither a date nor a time; the message names the property.
        """
        found = component.first(name)
        if found is None or not found.value.strip():
            return None
        return self.read(name, found.value, found)

    def every(self, component: Component, name: str) -> Iterator[Stamp]:
        """All values of all properties of that name; of a PERIOD its start.

        Raises:
            ValueError: one is neither a date nor a time.
        """
        for found in component.all(name):
            for value in found.value.split(","):
                if value.strip():
                    yield self.read(name, value.partition("/")[0], found)

    def periods(self, component: Component, name: str) -> Iterator[tuple[Stamp, "Span"]]:
        """The starts and lengths of all values of that name that are PERIODs.

        Raises:
            ValueError: one is none.
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
        """One value of a property.

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
        """The stamp from which a series runs: on the calendar's clock if it is written in UTC."""
        if self.default is None or start.zone is not UTC_ZONE:
            return start
        return Stamp(self.default.to_wall(UTC_ZONE.to_utc(start.clock)), self.default)


@dataclass(frozen=True, slots=True)
class Span:
    """How long something takes: ``nominal`` on the wall clock, and ``exact`` on a stopwatch after it."""

    nominal: timedelta = timedelta(0)
    exact: timedelta = timedelta(0)

    @classmethod
    def between(cls, start: Stamp, end: Stamp) -> "Span":
        """From one stamp to another, of the first one's kind."""
        if start.zone is None or end.zone is None or start.zone == end.zone:
            return cls(nominal=end.like(start).clock - start.clock)
        return cls(exact=end.zone.to_utc(end.clock) - start.zone.to_utc(start.clock))

    @classmethod
    def lasting(cls, duration: str) -> "Span":
        """The DURATION of that text: RFC 5545 §3.3.6 counts its days on the wall and its hours exactly.

        Raises:
            ValueError: it is none.
        """
        return cls(*parse_duration(duration))

    @property
    def rough(self) -> timedelta:
        """Its length, but for changes of the clock."""
        return self.nominal + self.exact

    def after(self, start: Stamp) -> Moment:
        """The moment at which something ends that starts then."""
        end = start.at(start.clock + self.nominal).moment
        if start.all_day:
            return end + timedelta(days=self.exact.days)
        end += self.exact
        # A start that a gap of the clock pushes on may come to lie behind an end that it leaves alone.
        return end if end >= start.moment else start.moment + self.rough
