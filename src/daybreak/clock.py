"""Current time, time zones and local dates.

Leases of runs use the clock of the database instead of this module.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones, reset_tzpath

from daybreak.errors import InvalidInput

# The pinned tzdata package is the only source of time zones; the zone files of the machine are not used.
reset_tzpath(to=())


def now() -> datetime:
    """Return the current instant, aware, in UTC. Tests replace this function only."""
    return datetime.now(UTC)


@lru_cache(maxsize=1024)
def parse_timezone(name: str) -> ZoneInfo:
    """Return the IANA time zone with this name, such as ``Europe/Berlin``.

    Raises:
        InvalidInput: the name is not an IANA time zone; abbreviations and offsets are rejected.
    """
    if name not in available_timezones() or name in {"localtime", "Factory"}:
        raise InvalidInput(
            f"“{name}” is not a time zone; use an IANA name such as Europe/Berlin or America/New_York."
        )
    return ZoneInfo(name)


def first_instant(day: date, at: time, tz: ZoneInfo) -> datetime:
    """Return the first instant, in UTC, that is not before the local time ``at`` on ``day``.

    A time inside a gap becomes the first instant after the gap. A time that occurs twice means its first
    occurrence. On a date that the zone skipped, it is the instant at which the next date begins.
    """
    wall = datetime.combine(day, at)
    instant = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) == wall:
        return instant
    return _end_of_gap(wall, tz)


def start_of_day(day: date, tz: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which the local ``day`` begins."""
    return first_instant(day, time.min, tz)


def local_date(instant: datetime, tz: ZoneInfo) -> date:
    """Return the local date in ``tz`` at this instant."""
    return instant.astimezone(tz).date()


def _end_of_gap(wall: datetime, tz: ZoneInfo) -> datetime:
    # PEP 495: inside a gap, fold=1 applies the later offset, which lands before the gap. fold=0 applies the
    # earlier one, which lands after it. The jump lies between the two.
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
