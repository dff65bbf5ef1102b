"""The chart of briefs due in the next 24 hours: users due, and users likely late, per half hour."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from daybreak.ops.charts.bars import STEP, height
from daybreak.schedule import Minute

_WIDTH = timedelta(minutes=30)
_BARS = 48


@dataclass(frozen=True, slots=True)
class Crowd:
    """The users due in half an hour, and their bar, by the geometry of `charts.bars`.

    Attributes:
        late_height: the upper part of the bar, for users likely late.
    """

    begins: datetime
    people: int
    late: int
    x: float
    height: float
    late_height: float


def crowds(minutes: Iterable[Minute], now: datetime) -> Sequence[Crowd]:
    """Return the bars of 24 hours, starting with the current half hour."""
    people, late = [0] * (_BARS + 1), [0] * (_BARS + 1)
    first = _half_hour(now)
    for minute in minutes:
        place = (minute.due_at - first) // _WIDTH
        if 0 <= place <= _BARS:
            people[place] += minute.people
            late[place] += minute.late
    most = max(people) or 1
    return [
        Crowd(
            begins=first + place * _WIDTH,
            people=people[place],
            late=late[place],
            x=place * STEP,
            height=height(people[place], most),
            late_height=height(late[place], most),
        )
        for place in range(_BARS + 1)
    ]


def _half_hour(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)
