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
from daybreak.briefs.wording.titles import without_marks

HOUR_HEIGHT = 44
_MIN_BLOCK_HEIGHT = 18
_EARLIEST, _LATEST = time(9), time(17)
_FULL_WIDTH = 100


@dataclass(frozen=True, slots=True)
class HourLine:
    """The line of a full hour; ``y`` in pixels from the top."""

    y: int
    label: str


@dataclass(frozen=True, slots=True)
class ChartBlock:
    """An event or a free interval: vertical in pixels, horizontal in percent.

    Attributes:
        is_short: whether only one line of text fits.
        is_over: whether it has ended at the instant that the brief describes.
    """

    y: int
    height: int
    x: float
    width: float
    text: str
    time: str
    is_short: bool
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class DayChart:
    """The contents of the chart.

    Attributes:
        now: the position of the instant that the brief describes; None if it is outside the chart.
    """

    height: int
    hour_lines: tuple[HourLine, ...]
    free: tuple[ChartBlock, ...]
    lunch: tuple[ChartBlock, ...]
    events: tuple[ChartBlock, ...]
    now: int | None
    label: str


class _Interval(NamedTuple):
    """An interval of instants, in UTC."""

    starts: datetime
    ends: datetime
    text: str = ""

    @property
    def drawn_until(self) -> datetime:
        """The end of the drawn block; a short interval is drawn tall enough to be visible."""
        return max(self.ends, self.starts + timedelta(hours=_MIN_BLOCK_HEIGHT / HOUR_HEIGHT))


def build_day_chart(document: Document) -> DayChart | None:
    """Return the chart of a brief's day; None if no event has a time."""
    timed = [
        _Interval(
            entry.starts.astimezone(UTC), entry.ends.astimezone(UTC), one_line(without_marks(entry.text))
        )
        for entry in document.timeline
        if entry.starts and entry.ends
    ]
    if not timed:
        return None
    gaps = document.workload.free_intervals
    free = [_Interval(gap.starts.astimezone(UTC), gap.ends.astimezone(UTC)) for gap in gaps]
    lunch = document.workload.lunch
    kept = [_Interval(lunch.starts.astimezone(UTC), lunch.ends.astimezone(UTC))] if lunch else []
    scale = _Scale.covering([*timed, *free, *kept], document)
    is_in_it = scale.begin <= document.as_of <= scale.end
    return DayChart(
        height=scale.y(scale.end),
        hour_lines=scale.hour_lines,
        free=tuple(scale.block(one) for one in free),
        lunch=tuple(scale.block(one) for one in kept),
        events=tuple(_arrange(scale, timed)),
        now=scale.y(document.as_of) if is_in_it else None,
        label=f"The day from {scale.hour_lines[0].label} to {scale.hour_lines[-1].label}, "
        "as listed under “Your day”.",
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    begin: datetime
    end: datetime
    tz: ZoneInfo
    as_of: datetime

    @classmethod
    def covering(cls, intervals: Sequence[_Interval], document: Document) -> "_Scale":
        tz = clock.parse_timezone(document.timezone)
        usual = [clock.first_instant(document.date, at, tz) for at in (_EARLIEST, _LATEST)]
        begin = min(usual[0], *(one.starts for one in intervals))
        end = max(usual[1], *(one.drawn_until for one in intervals))
        day, hour = clock.start_of_day(document.date, tz), timedelta(hours=1)
        return cls(
            day + hour * floor((begin - day) / hour),
            day + hour * ceil((end - day) / hour),
            tz,
            document.as_of,
        )

    @property
    def hour_lines(self) -> tuple[HourLine, ...]:
        count = (self.end - self.begin) // timedelta(hours=1)
        hours = [self.begin + timedelta(hours=number) for number in range(count + 1)]
        return tuple(HourLine(self.y(hour), self._time(hour)) for hour in hours)

    def y(self, at: datetime) -> int:
        return round((at - self.begin) / timedelta(hours=1) * HOUR_HEIGHT)

    def block(self, interval: _Interval, column: int = 0, columns: int = 1) -> ChartBlock:
        y, width = self.y(interval.starts), round(_FULL_WIDTH / columns, 3)
        height = max(_MIN_BLOCK_HEIGHT, self.y(interval.ends) - y)
        until = f"\N{EN DASH}{self._time(interval.ends)}" if interval.starts < interval.ends else ""
        return ChartBlock(
            y=y,
            height=height,
            x=round(column * width, 3),
            width=width,
            text=interval.text,
            time=f"{self._time(interval.starts)}{until}",
            is_short=height < HOUR_HEIGHT,
            is_over=interval.ends <= self.as_of,
        )

    def _time(self, instant: datetime) -> str:
        return clock_time(instant.astimezone(self.tz))


def _arrange(scale: _Scale, events: Iterable[_Interval]) -> Iterator[ChartBlock]:
    """Yield a block for each event, in as many columns as events overlap."""
    for group in _group_overlapping(events):
        columns = _assign_columns(group)
        for one, column in zip(group, columns, strict=True):
            yield scale.block(one, column, max(columns) + 1)


def _group_overlapping(events: Iterable[_Interval]) -> Iterator[list[_Interval]]:
    group: list[_Interval] = []
    for one in sorted(events):
        if group and one.starts >= max(other.drawn_until for other in group):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _assign_columns(group: Sequence[_Interval]) -> list[int]:
    """Return the column of each event: the first that is free at its start."""
    free_at: list[datetime] = []
    taken = []
    for one in group:
        column = next((number for number, until in enumerate(free_at) if until <= one.starts), len(free_at))
        free_at[column : column + 1] = [one.drawn_until]
        taken.append(column)
    return taken
