"""The chart of briefs due in the next 24 hours: users due, and users likely late, per half hour."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from daybreak.ops.charts.bars import STEP, bar_height
from daybreak.schedule import DueCount

_BAR_DURATION = timedelta(minutes=30)
_BAR_COUNT = 48


@dataclass(frozen=True, slots=True)
class DueBar:
    """The users due in half an hour, and their bar, by the geometry of `charts.bars`.

    Attributes:
        late_height: the upper part of the bar, for users likely late.
    """

    starts_at: datetime
    users: int
    late: int
    x: float
    height: float
    late_height: float


def make_due_bars(due_counts: Iterable[DueCount], now: datetime) -> Sequence[DueBar]:
    """Return the bars of 24 hours, starting with the current half hour."""
    users, late = [0] * (_BAR_COUNT + 1), [0] * (_BAR_COUNT + 1)
    first = _floor_to_half_hour(now)
    for count in due_counts:
        index = (count.due_at - first) // _BAR_DURATION
        if 0 <= index <= _BAR_COUNT:
            users[index] += count.users
            late[index] += count.late
    most = max(users) or 1
    return [
        DueBar(
            starts_at=first + index * _BAR_DURATION,
            users=users[index],
            late=late[index],
            x=index * STEP,
            height=bar_height(users[index], most),
            late_height=bar_height(late[index], most),
        )
        for index in range(_BAR_COUNT + 1)
    ]


def _floor_to_half_hour(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)
