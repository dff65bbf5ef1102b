"""The chart of the day: each event at its time, beside those that it overlaps.

Positions are elapsed time, so that a day of 23 or 25 hours is drawn to scale; the labels are clock times. The
page has the same content as a list, for readers who cannot see the chart.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from math import ceil, floor
from typing import NamedTuple
from zoneinfo import ZoneInfo

from daybreak import clock
from daybreak.briefs.document.model import Document
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.wording.formatting import clock_time

HOUR = 44
_SHORTEST = 18
_EARLIEST, _LATEST = time(9), time(17)
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Tick:
    """The line of a full hour; ``y`` in pixels from the top."""

    y: int
    label: str


@dataclass(frozen=True, slots=True)
class Block:
    """An event or a free interval: vertical in pixels, horizontal in percent.

    Attributes:
        is_short: whether only one line of text fits.
    """

    y: int
    height: int
    x: float
    width: float
    text: str
    time: str
    is_short: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The contents of the chart.

    Attributes:
        now: the position of the instant that the brief describes; None if it is outside the chart.
    """

    height: int
    ticks: tuple[Tick, ...]
    free: tuple[Block, ...]
    events: tuple[Block, ...]
    now: int | None
    label: str


class _Stretch(NamedTuple):
    """An interval of instants, in UTC."""

    starts: datetime
    ends: datetime
    text: str = ""

    @property
    def drawn_until(self) -> datetime:
        """The end of the drawn block; a short interval is drawn tall enough to be visible."""
        return max(self.ends, self.starts + timedelta(hours=_SHORTEST / HOUR))


def picture(document: Document) -> Picture | None:
    """Return the chart of a brief's day; None if no event has a time."""
    timed = [
        _Stretch(entry.starts.astimezone(UTC), entry.ends.astimezone(UTC), one_line(entry.text))
        for entry in document.timeline
        if entry.starts and entry.ends
    ]
    if not timed:
        return None
    gaps = document.workload.gaps
    free = [_Stretch(gap.starts.astimezone(UTC), gap.ends.astimezone(UTC)) for gap in gaps]
    scale = _Scale.around([*timed, *free], document)
    is_in_it = scale.begin <= document.as_of <= scale.end
    return Picture(
        height=scale.y(scale.end),
        ticks=scale.ticks,
        free=tuple(scale.block(one) for one in free),
        events=tuple(_beside(scale, timed)),
        now=scale.y(document.as_of) if is_in_it else None,
        label=f"The day from {scale.ticks[0].label} to {scale.ticks[-1].label}, as listed under “Today”.",
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    begin: datetime
    end: datetime
    tz: ZoneInfo

    @classmethod
    def around(cls, stretches: Sequence[_Stretch], document: Document) -> "_Scale":
        tz = clock.zone(document.timezone)
        usual = [clock.first_instant(document.date, at, tz) for at in (_EARLIEST, _LATEST)]
        begin = min(usual[0], *(one.starts for one in stretches))
        end = max(usual[1], *(one.drawn_until for one in stretches))
        day, hour = clock.start_of_day(document.date, tz), timedelta(hours=1)
        return cls(day + hour * floor((begin - day) / hour), day + hour * ceil((end - day) / hour), tz)

    @property
    def ticks(self) -> tuple[Tick, ...]:
        count = (self.end - self.begin) // timedelta(hours=1)
        hours = [self.begin + timedelta(hours=number) for number in range(count + 1)]
        return tuple(Tick(self.y(hour), self._time(hour)) for hour in hours)

    def y(self, moment: datetime) -> int:
        return round((moment - self.begin) / timedelta(hours=1) * HOUR)

    def block(self, one: _Stretch, lane: int = 0, lanes: int = 1) -> Block:
        y, width = self.y(one.starts), round(_WHOLE / lanes, 3)
        height = max(_SHORTEST, self.y(one.ends) - y)
        until = f"\N{EN DASH}{self._time(one.ends)}" if one.starts < one.ends else ""
        return Block(
            y=y,
            height=height,
            x=round(lane * width, 3),
            width=width,
            text=one.text,
            time=f"{self._time(one.starts)}{until}",
            is_short=height < HOUR,
        )

    def _time(self, instant: datetime) -> str:
        return clock_time(instant.astimezone(self.tz))


def _beside(scale: _Scale, events: Iterable[_Stretch]) -> Iterator[Block]:
    """Yield a block for each event, in as many columns as events overlap."""
    for group in _overlapping(events):
        lanes = _lanes(group)
        for one, lane in zip(group, lanes, strict=True):
            yield scale.block(one, lane, max(lanes) + 1)


def _overlapping(events: Iterable[_Stretch]) -> Iterator[list[_Stretch]]:
    group: list[_Stretch] = []
    for one in sorted(events):
        if group and one.starts >= max(other.drawn_until for other in group):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _lanes(group: Sequence[_Stretch]) -> list[int]:
    """Return the column of each event: the first that is free at its start."""
    free_at: list[datetime] = []
    taken = []
    for one in group:
        lane = next((number for number, until in enumerate(free_at) if until <= one.starts), len(free_at))
        free_at[lane : lane + 1] = [one.drawn_until]
        taken.append(lane)
    return taken
