"""Agreement of a VTIMEZONE with the IANA zone of its name.

Most definitions are excerpts: the rules of one year, a single change, or rules that have changed since they
were written. They mean the named zone, and its data are better. A definition that agrees with the zone at no
time has rules of its own, and RFC 5545 §3.2.19 lets it decide.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from daybreak.agenda.importers.icalendar.zones.definitions import ZoneChange, ZoneDefinition

_BEGIN, _END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
# Definitions name the day of a change, and often another hour.
_TOLERANCE = timedelta(days=1, hours=1)
_STEP = timedelta(days=14)


@lru_cache(maxsize=256)
def agrees(definition: ZoneDefinition, tz: ZoneInfo, *, is_place: bool) -> bool:
    """Return whether a definition describes an IANA zone as it is or was in some year since 2000.

    Two changes that follow each other must be the same, or the only change; without changes the offset of a
    whole year. Single changes without rules need only offsets that a place has: they do not state all.
    """
    changes = [one for one in definition.changes if one.before != one.after]
    current = [one for one in changes if _BEGIN <= one.at.replace(tzinfo=UTC) < _END]
    if not current:
        is_same = _is_constant(tz, changes[-1].after if changes else definition.changes[-1].after)
    elif len(current) == 1:
        is_same = _has_change(tz, current[0])
    else:
        is_same = any(_has_changes(tz, one, following) for one, following in pairwise(current))
    if is_same or definition.has_rules or not is_place:
        return is_same
    offsets = {one.after for one in definition.changes} | {one.before for one in changes}
    return offsets <= set(_offsets(tz, _samples(_BEGIN, _END)))


def _is_constant(tz: ZoneInfo, offset: timedelta) -> bool:
    years = range(_BEGIN.year, _END.year)
    return any(
        set(_offsets(tz, _samples(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))))
        == {offset}
        for year in years
    )


def _has_changes(tz: ZoneInfo, one: ZoneChange, following: ZoneChange) -> bool:
    begin, end = (change.at.replace(tzinfo=UTC) for change in (one, following))
    between = _samples(begin + _TOLERANCE, end - _TOLERANCE)
    return _has_change(tz, one) and _has_change(tz, following) and set(_offsets(tz, between)) <= {one.after}


def _has_change(tz: ZoneInfo, change: ZoneChange) -> bool:
    at = change.at.replace(tzinfo=UTC)
    return list(_offsets(tz, (at - _TOLERANCE, at + _TOLERANCE))) == [change.before, change.after]


def _offsets(tz: ZoneInfo, instants: Iterable[datetime]) -> Iterator[timedelta]:
    return (instant.astimezone(tz).utcoffset() or timedelta(0) for instant in instants)


def _samples(begin: datetime, end: datetime) -> Iterator[datetime]:
    while begin < end:
        yield begin
        begin += _STEP
