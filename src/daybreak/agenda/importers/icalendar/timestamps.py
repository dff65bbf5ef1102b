"""Dates and times of a calendar: wall-clock times and their zones.

`TimestampReader.convert` converts a value of another type than DTSTART, as its writer meant it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from daybreak.agenda.importers.icalendar.components import Component, Property
from daybreak.agenda.importers.icalendar.rule_text import names_time
from daybreak.agenda.importers.icalendar.values import DateOutOfRange, parse_duration, parse_moment
from daybreak.agenda.importers.icalendar.zones import IanaZone, UtcZone, Zone, ZoneTable
from daybreak.agenda.model import Moment

UTC_ZONE = UtcZone()
_DAY = timedelta(days=1)
_HALF_DAY = timedelta(hours=12)
_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal"})
# How far from midnight in UTC a local midnight is, if no zone is known: from New York to Karachi.
_NEAR_MIDNIGHT = timedelta(hours=5)
_LAST_MINUTE = time(23, 59)
_QUARTER = 15

DayTest = Callable[[date], bool]


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

    @property
    def is_utc(self) -> bool:
        """Whether it is a time in UTC."""
        zone = self.zone
        return zone is UTC_ZONE or (isinstance(zone, IanaZone) and zone.tz.key in _UTC_NAMES)

    def with_wall_time(self, wall_time: datetime) -> "Timestamp":
        """Return a timestamp of the same kind and zone at another wall-clock time."""
        return Timestamp(wall_time.date() if self.is_all_day else wall_time, self.zone)


@dataclass(slots=True)
class TimestampReader:
    """A reader of the dates and times of one calendar.

    Attributes:
        zones: the zones of the calendar's TZIDs.
        reader_zone: the zone of the user, on whose clock floating times are.
        default_name: X-WR-TIMEZONE.
        default_zone: its zone, that of floating times.
    """

    zones: ZoneTable
    reader_zone: IanaZone
    default_name: str = ""
    default_zone: Zone | None = None

    @classmethod
    def from_calendar(cls, calendar: Component, tz: ZoneInfo) -> "TimestampReader":
        """Return the reader for a VCALENDAR of a user in that zone."""
        zones, name = ZoneTable.from_calendar(calendar), calendar.get_value("X-WR-TIMEZONE")
        return cls(zones, IanaZone(tz), name, zones.find_default(name) if name else None)

    def find_own_zone(self) -> Zone | None:
        """Return X-WR-TIMEZONE, else the only zone that the calendar defines; None without either."""
        if self.default_zone is not None or len(self.zones.components) != 1:
            return self.default_zone
        return self.zones.find_default(next(iter(self.zones.components)))

    def read_first(self, component: Component, name: str, like: Timestamp | None = None) -> Timestamp | None:
        """Return the first property of that name; a floating time is in the zone of ``like``, if it has one.

        Raises:
            ValueError: it is neither a date nor a time; the message names the property.
        """
        found = component.get_first(name)
        if found is None or not found.value.strip():
            return None
        return self.read_value(name, found.value, found, like)

    def read_value(self, name: str, value: str, found: Property, like: Timestamp | None = None) -> Timestamp:
        """Return one value of a property; a floating time is in the zone of ``like``, if it has one.

        Raises:
            ValueError: it is neither a date nor a time; the message names the property.
        """
        try:
            wall, is_utc = parse_moment(value)
        except DateOutOfRange as error:
            raise DateOutOfRange(f"its {name} {error}") from None
        except ValueError as error:
            raise ValueError(f"its {name} {error}") from None
        if not isinstance(wall, datetime):
            return Timestamp(wall)
        if wall.time() == time.min and found.parameters.get("VALUE", "").upper() == "DATE":
            # VALUE=DATE:20261130T000000Z is a date, too.
            return Timestamp(wall.date())
        if is_utc:
            return Timestamp(wall, UTC_ZONE)
        tzid = found.parameters.get("TZID")
        zone = None if tzid is None else self.zones.find(tzid)
        zone = zone or (like and like.zone) or self.default_zone
        if zone is None and not tzid and self.default_name:
            self.zones.unknown_names.add(self.default_name)
        return Timestamp(wall, zone)

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

    def convert(self, value: Timestamp, like: Timestamp, is_day: DayTest | None = None) -> Timestamp:
        """Return a value as one of the type and zone of another.

        A date gets the time of the other. A time becomes the date of `day_of`. A floating time gets the
        zone of the other, and a zoned one the user's clock beside a floating one.
        """
        if like.is_all_day:
            return Timestamp(self.day_of(value, is_day))
        if value.is_all_day:
            return like.with_wall_time(datetime.combine(value.wall, like.wall_time.time()))
        if value.zone is None or value.zone == like.zone:
            return Timestamp(value.wall, like.zone)
        return Timestamp(
            (like.zone or self.reader_zone).to_wall(value.zone.to_utc(value.wall_time)), like.zone
        )

    def day_of(self, value: Timestamp, is_day: DayTest | None = None) -> date:
        """Return the date that a value means beside dates: its own, or for UTC that of a local midnight.

        A time in UTC is on the clock of the calendar, else of the user. If neither that clock nor UTC is at
        the beginning or the end of a day, the nearest midnight is an alternative.

        Args:
            value: the value.
            is_day: whether the series has an occurrence on a date; it decides between two dates.
        """
        if not value.is_utc:
            return value.wall_time.date()
        own = self.find_own_zone()
        local = (own or self.reader_zone).to_wall(UTC_ZONE.to_utc(value.wall_time))
        for wall in (local, value.wall_time):
            if _is_edge_of_day(wall):
                return wall.date()
        nearest = (value.wall_time + _HALF_DAY).date()
        if is_day is not None and nearest != local.date() and is_day(nearest) != is_day(local.date()):
            return nearest if is_day(nearest) else local.date()
        return nearest if own is None and _is_near_midnight(value.wall_time) else local.date()

    def midnight_date(self, value: Timestamp) -> Timestamp | None:
        """Return the date that begins at a midnight of its writer; None for another time."""
        if value.is_all_day:
            return value
        wall = value.wall_time
        is_possible = (
            wall.second == 0 and wall.minute % _QUARTER == 0 if value.is_utc else wall.time() == time.min
        )
        if not is_possible:
            return None
        nearest = (wall + _HALF_DAY).date()
        return Timestamp(self.day_of(value, lambda day: day == nearest))

    def end_day_of(self, value: Timestamp) -> date:
        """Return the date before which an all-day entry ends: a time after midnight ends its day."""
        if value.is_all_day:
            return value.wall_time.date()
        day = self.day_of(value)
        wall = value.wall_time
        if value.is_utc:
            own = self.find_own_zone()
            local = (own or self.reader_zone).to_wall(UTC_ZONE.to_utc(wall))
            is_midnight = time.min in {local.time(), wall.time()} or (
                own is None and not _is_edge_of_day(local) and _is_near_midnight(wall)
            )
        else:
            is_midnight = wall.time() == time.min
        return day if is_midnight else day + _DAY


def _is_edge_of_day(wall: datetime) -> bool:
    return wall.time() == time.min or wall.time() >= _LAST_MINUTE


def _is_quarter(wall: datetime) -> bool:
    # The offsets of all zones are quarters of an hour.
    return wall.second == 0 and wall.minute % _QUARTER == 0


def _is_near_midnight(wall: datetime) -> bool:
    """Return whether a time in UTC is likely to be a local midnight."""
    since = timedelta(hours=wall.hour, minutes=wall.minute)
    return _is_quarter(wall) and min(since, _DAY - since) <= _NEAR_MIDNIGHT


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration: ``nominal`` in wall-clock time, then ``exact`` in elapsed time.

    ``end_like`` is a timestamp of the type and zone of the end, if the start has another type: a to-do may
    start on a date and be due at a time.
    """

    nominal: timedelta = timedelta(0)
    exact: timedelta = timedelta(0)
    end_like: Timestamp | None = None

    @classmethod
    def between(cls, start: Timestamp, end: Timestamp) -> "Duration":
        """Return the duration between two timestamps."""
        if start.is_all_day != end.is_all_day:
            return cls(nominal=end.wall_time - start.wall_time, end_like=end)
        if start.zone is None or end.zone is None or start.zone == end.zone:
            return cls(nominal=end.wall_time - start.wall_time)
        return cls(exact=end.zone.to_utc(end.wall_time) - start.zone.to_utc(start.wall_time))

    @classmethod
    def exactly_between(cls, start: Timestamp, end: Timestamp) -> "Duration":
        """Return the elapsed time between two timestamps, of which RFC 5545 §3.8.5.3 makes all occurrences.

        It is in wall-clock time between dates, between floating times, and if a gap turned it negative.
        """
        if start.zone is None or end.zone is None or start.is_all_day:
            return cls.between(start, end)
        exact = end.zone.to_utc(end.wall_time) - start.zone.to_utc(start.wall_time)
        return cls(exact=exact) if exact >= timedelta(0) else cls.between(start, end)

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
        if self.end_like is not None:
            return self.end_like.with_wall_time(start.wall_time + self.nominal).moment
        end = start.with_wall_time(start.wall_time + self.nominal).moment
        if start.is_all_day:
            return end + timedelta(days=self.exact.days)
        end += self.exact
        # A gap of the clock may move a start past an end that it does not move.
        return end if end >= start.moment else start.moment + self.approximate
