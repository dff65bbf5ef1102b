"""Clocks: conversions between wall-clock times and instants, in IANA zones and in those of a file."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


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
