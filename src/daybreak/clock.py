"""The domain's time: what moment it is, and which local date that is for whom.

The engine's leases do not use this module but the database's own clock.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones, reset_tzpath

from daybreak.errors import InvalidInput

# One authority on zones: the tzdata package, pinned with everything else, not whatever the machine has.
reset_tzpath(to=())


def now() -> datetime:
    """The current instant, aware, in UTC. Tests replace this one function."""
    return datetime.now(UTC)


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name, e.g. ``Europe/Berlin``.

    Raises:
        InvalidInput: the name is not an IANA zone (abbreviations and offsets are not).
    """
    if name not in available_timezones() or name in {"localtime", "Factory"}:
        raise InvalidInput(
            f"“{name}” is not a time zone; give an IANA name such as Europe/Berlin or America/New_York."
        )
    return ZoneInfo(name)


def first_instant(day: date, at: time, tz: ZoneInfo) -> datetime:
    """The first instant, in UTC, that is not before the local time ``at`` on ``day``.

    A time inside a gap becomes the first instant after the gap; a time that occurs twice is its first
    occurrence; on a date that the zone skipped altogether it is the instant at which the next date begins.
    """
    wall = datetime.combine(day, at)
    instant = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) == wall:
        return instant
    return _end_of_gap(wall, tz)


def start_of_day(day: date, tz: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the local ``day`` begins."""
    return first_instant(day, time.min, tz)


def local_date(instant: datetime, tz: ZoneInfo) -> date:
    """The date on the wall in ``tz`` at that instant."""
    return instant.astimezone(tz).date()


def _end_of_gap(wall: datetime, tz: ZoneInfo) -> datetime:
    # PEP 495: inside a gap fold=1 reads the wall with the later offset, which lands before the gap, and
    # fold=0 with the earlier one, which lands after it. The jump lies between the two.
    before = wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    second = timedelta(seconds=1)
    while after - before > second:
        middle = before + (after - before) // second // 2 * second
        if middle.astimezone(tz).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after
