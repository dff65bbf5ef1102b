"""Current time, time zones and local dates.

All processes share the clock of the database, so `now` follows it where the clock of this machine deviates by
more than a minute. Leases of runs and ticks of the schedule use only the clock of the database.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones, reset_tzpath

from daybreak.errors import InvalidInput
from daybreak.telemetry import log

# The pinned tzdata package is the only source of time zones; the zone files of the machine are not used.
reset_tzpath(to=())
_TOLERANCE = timedelta(minutes=1)
_HOURS_FROM_MINUTES = 120
_DAYS_FROM_HOURS = 72


class _Deviation:
    """How far the clock of this machine is ahead of the database's; zero within the tolerance."""

    ahead = timedelta(0)


def now() -> datetime:
    """Return the current instant, aware, in UTC. Tests replace this function only."""
    return machine_now() - _Deviation.ahead


def machine_now() -> datetime:
    """Return the instant that the clock of this machine shows; only to compare it with the database's."""
    return datetime.now(UTC)


def follow(database_now: datetime, asked_at: datetime) -> timedelta:
    """Compare the clock of this machine with the database's, and let `now` follow the latter if they deviate.

    Return how far this machine's clock is ahead, negative if it is behind; zero within a minute.

    Args:
        database_now: the instant that the database has returned.
        asked_at: `machine_now` before the question; the time that the answer took is not a deviation.
    """
    received_at, ahead = machine_now(), timedelta(0)
    if database_now < asked_at - _TOLERANCE:
        ahead = asked_at - database_now
    elif database_now > received_at + _TOLERANCE:
        ahead = received_at - database_now
    if bool(ahead) != bool(_Deviation.ahead):
        _log_change(ahead)
    _Deviation.ahead = ahead
    return ahead


def _log_change(ahead: timedelta) -> None:
    if ahead:
        message = f"{describe_deviation(ahead)} Until then this process uses the database’s clock."
        log.warning("clock.deviates", seconds=round(ahead.total_seconds()), message=message)
    else:
        log.warning("clock.agrees", message="The clock of this machine agrees with the database’s again.")


def describe_deviation(ahead: timedelta) -> str:
    """Return a deviation as users read it; empty if there is none."""
    if not ahead:
        return ""
    direction = "ahead of" if ahead > timedelta(0) else "behind"
    amount = _format_duration(abs(ahead))
    return f"The clock of this machine is {amount} {direction} the database’s; correct it."


def _format_duration(duration: timedelta) -> str:
    minutes = round(duration / timedelta(minutes=1))
    if minutes < _HOURS_FROM_MINUTES:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < _DAYS_FROM_HOURS else f"{round(hours / 24)} days"


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
