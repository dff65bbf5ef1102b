"""Dates and times of a calendar: wall-clock times and their zones."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from daybreak.agenda.importers.icalendar.components import Component, Property
from daybreak.agenda.importers.icalendar.rule_text import names_time
from daybreak.agenda.importers.icalendar.values import parse_duration, parse_moment
from daybreak.agenda.importers.icalendar.zones import UtcZone, Zone, ZoneTable
from daybreak.agenda.model import Moment

UTC_ZONE = UtcZone()


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A date, or a naive wall-clock time with the zone of its clock; without a zone it is floating."""

    wall: date | datetime
    zone: Zone | None = None

    @property
    def is_all_day(self) -> bool:
        """Whether it is a date."""
        return not isinstance(self.wall, datetime)

    @property
    def wall_time(self) -> datetime:
        """The wall-clock time; midnight for a date."""
        return self.wall if isinstance(self.wall, datetime) else datetime.combine(self.wall, time.min)

    @property
    def moment(self) -> Moment:
        """The value in the agenda's type: a date, a naive time, or an instant in UTC."""
        if self.zone is None or not isinstance(self.wall, datetime):
            return self.wall
        return self.zone.to_utc(self.wall)

    def with_wall_time(self, wall_time: datetime) -> "Timestamp":
        """Return a timestamp of the same kind and zone at another wall-clock time."""
        return Timestamp(wall_time.date() if self.is_all_day else wall_time, self.zone)

    def converted_like(self, other: "Timestamp") -> "Timestamp":
        """Return it converted to the other's kind: a date loses its time, a floating time gets the zone."""
        if other.is_all_day:
            return Timestamp(self.wall_time.date())
        if self.zone is None or other.zone is None or self.zone == other.zone:
            return Timestamp(self.wall_time, other.zone)
        return Timestamp(other.zone.to_wall(self.zone.to_utc(self.wall_time)), other.zone)


@dataclass(slots=True)
class TimestampReader:
    """A reader of the dates and times of one calendar.

    Attributes:
        zones: the zones of the calendar's TZIDs.
        default_name: X-WR-TIMEZONE.
        default_zone: its zone, that of floating times.
    """

    zones: ZoneTable
    default_name: str = ""
    default_zone: Zone | None = None

    @classmethod
    def from_calendar(cls, calendar: Component) -> "TimestampReader":
        """Return the reader for a VCALENDAR."""
        zones, name = ZoneTable.from_calendar(calendar), calendar.get_value("X-WR-TIMEZONE")
        return cls(zones, name, zones.find_default(name) if name else None)

    def read_first(self, component: Component, name: str) -> Timestamp | None:
        """Return the first property of that name.

        Raises:
            ValueError: it is neither a date nor a time; the message names the property.
        """
        found = component.get_first(name)
        if found is None or not found.value.strip():
            return None
        return self.read_value(name, found.value, found)

    def read_all(self, component: Component, name: str) -> Iterator[Timestamp]:
        """Yield all values of all properties of that name; of a PERIOD its start.

        Raises:
            ValueError: one is neither a date nor a time.
        """
        for found in component.get_all(name):
            for value in found.value.split(","):
                if value.strip():
                    yield self.read_value(name, value.partition("/")[0], found)

    def read_periods(self, component: Component, name: str) -> Iterator[tuple[Timestamp, "Duration"]]:
        """Yield the starts and lengths of all values of that name that are PERIODs.

        Raises:
            ValueError: a value is not a PERIOD.
        """
        for found in component.get_all(name):
            for value in found.value.split(",") if "/" in found.value else ():
                begin, _, end = value.partition("/")
                if end.strip():
                    start = self.read_value(name, begin, found)
                    written_as_duration = "P" in end.upper()
                    yield (
                        start,
                        (
                            Duration.parse(end)
                            if written_as_duration
                            else Duration.between(start, self.read_value(name, end, found))
                        ),
                    )

    def read_value(self, name: str, value: str, found: Property) -> Timestamp:
        """Return one value of a property.

        Raises:
            ValueError: it is neither a date nor a time; the message names the property.
        """
        try:
            wall, is_utc = parse_moment(value)
        except ValueError as error:
            raise ValueError(f"its {name} {error}") from None
        if not isinstance(wall, datetime):
            return Timestamp(wall)
        if is_utc:
            return Timestamp(wall, UTC_ZONE)
        tzid = found.parameters.get("TZID")
        zone = None if tzid is None else self.zones.find(tzid)
        if zone is None and not tzid and self.default_zone is None and self.default_name:
            self.zones.unknown_names.add(self.default_name)
        return Timestamp(wall, zone or self.default_zone)

    def in_calendar_zone(self, start: Timestamp, component: Component) -> Timestamp:
        """Return the timestamp from which a series runs.

        RFC 5545 lets a series that is written in UTC recur in UTC. It follows the calendar's clock if its
        rules name a day or an hour that its start has on that clock only: they were made there.
        """
        if self.default_zone is None or start.zone is not UTC_ZONE:
            return start
        rules = [found.value for found in component.get_all("RRULE")]
        wall = self.default_zone.to_wall(UTC_ZONE.to_utc(start.wall_time))
        if all(names_time(rule, start.wall_time) for rule in rules):
            return start
        return Timestamp(wall, self.default_zone) if all(names_time(rule, wall) for rule in rules) else start


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration: ``nominal`` in wall-clock time, then ``exact`` in elapsed time."""

    nominal: timedelta = timedelta(0)
    exact: timedelta = timedelta(0)

    @classmethod
    def between(cls, start: Timestamp, end: Timestamp) -> "Duration":
        """Return the duration between two timestamps, converted to the kind of the first."""
        if start.zone is None or end.zone is None or start.zone == end.zone:
            return cls(nominal=end.converted_like(start).wall_time - start.wall_time)
        return cls(exact=end.zone.to_utc(end.wall_time) - start.zone.to_utc(start.wall_time))

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Return the duration of a DURATION: RFC 5545 §3.3.6 counts days in wall-clock time, hours exactly.

        Raises:
            ValueError: it is not a DURATION.
        """
        return cls(*parse_duration(text))

    @property
    def approximate(self) -> timedelta:
        """The length without regard to clock changes."""
        return self.nominal + self.exact

    def end_from(self, start: Timestamp) -> Moment:
        """Return the end of something that starts at ``start``."""
        end = start.with_wall_time(start.wall_time + self.nominal).moment
        if start.is_all_day:
            return end + timedelta(days=self.exact.days)
        end += self.exact
        # A gap of the clock may move a start past an end that it does not move.
        return end if end >= start.moment else start.moment + self.approximate
