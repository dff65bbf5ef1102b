"""RFC 5545 recurrence rules, expanded in wall-clock time.

A rule without COUNT is expanded from the requested window, not from its first occurrence. So an old series is
as fast as a new one. A rule with COUNT is counted from the beginning unless its end can be computed directly.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import islice, product

from daybreak.agenda.importers.icalendar.days import (
    DayFilter,
    RRuleFrequency,
    Skip,
    days_of_period,
    days_with_skip,
    start_of_week,
)

MAX_STEPS = 100_000
_DAY = timedelta(days=1)
_PERIOD_LENGTHS = {
    RRuleFrequency.WEEKLY: 7 * _DAY,
    RRuleFrequency.DAILY: _DAY,
    RRuleFrequency.HOURLY: timedelta(hours=1),
    RRuleFrequency.MINUTELY: timedelta(minutes=1),
    RRuleFrequency.SECONDLY: timedelta(seconds=1),
}


_NO_REACH = timedelta(0)
# How far SKIP moves a day out of its month or year, at most.
_SKIP_REACH = 2 * _DAY


class RuleTooExpensive(Exception):
    """The expansion of the rule needs more steps than allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrenceRule:
    """A recurrence rule, as written.

    Attributes:
        until: the last possible moment: a date, or a naive time; in UTC if ``until_is_utc``.
        hours: BYHOUR; ``minutes`` BYMINUTE, ``seconds`` BYSECOND, all sorted.
        days: the parts that concern days.
        positions: BYSETPOS.
        skip: SKIP, which a rule by the month or the year follows.
    """

    frequency: RRuleFrequency
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    until_is_utc: bool = False
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()
    days: DayFilter = field(default_factory=DayFilter)
    positions: frozenset[int] = frozenset()
    skip: Skip = Skip.OMIT

    def ends_before(self, wall: datetime, instant: datetime) -> bool:
        """Return whether UNTIL excludes the occurrence at that wall-clock time and (naive, UTC) instant."""
        if self.until is None:
            return False
        if not isinstance(self.until, datetime):
            return wall.date() > self.until
        return (instant if self.until_is_utc else wall) > self.until

    def between(self, first: datetime, begin: datetime, end: datetime) -> Iterator[datetime]:
        """Return the wall-clock times of the rule in [begin, end), ascending; UNTIL is ignored.

        Args:
            first: DTSTART, from which the rule counts and which fills in the parts that the rule omits.
            begin: times before it are excluded.
            end: times from it on are excluded.

        Raises:
            RuleTooExpensive: the expansion needs more than MAX_STEPS steps.
        """
        rule = self._with_defaults(first)
        if rule.count is None:
            return rule._iter_within(first, max(first, begin), end)  # noqa: SLF001 -- another instance
        if self._is_simple():
            last = _advance(first, (rule.count - 1) * rule.interval, _PERIOD_LENGTHS[rule.frequency], end)
            return rule._iter_within(first, max(first, begin), min(end, last))  # noqa: SLF001 -- likewise
        counted = islice(rule._iter_within(first, first, end), rule.count)  # noqa: SLF001 -- likewise
        return (wall for wall in counted if wall >= begin)

    def _is_simple(self) -> bool:
        parts = (self.hours, self.minutes, self.seconds, self.positions)
        plain_days = DayFilter(week_start=self.days.week_start)
        return self.frequency in _PERIOD_LENGTHS and self.days == plain_days and not any(parts)

    def _with_defaults(self, first: datetime) -> "RecurrenceRule":
        frequency = self.frequency
        return replace(
            self,
            days=_with_default_days(self.days, frequency, first.date()),
            hours=self.hours or ((first.hour,) if frequency < RRuleFrequency.HOURLY else ()),
            minutes=self.minutes or ((first.minute,) if frequency < RRuleFrequency.MINUTELY else ()),
            seconds=self.seconds or ((first.second,) if frequency < RRuleFrequency.SECONDLY else ()),
        )

    def _iter_within(self, first: datetime, begin: datetime, end: datetime) -> Iterator[datetime]:
        periods = self._long_periods if self.frequency < RRuleFrequency.HOURLY else self._short_periods
        for walls in periods(first, begin, end):
            for wall in self._apply_positions(walls):
                if wall >= end:
                    return
                if wall >= begin:
                    yield wall

    def _apply_positions(self, walls: list[datetime]) -> list[datetime]:
        if not self.positions:
            return walls
        size = len(walls)
        return [wall for i, wall in enumerate(walls) if i + 1 in self.positions or i - size in self.positions]

    def _long_periods(self, first: datetime, begin: datetime, end: datetime) -> Iterator[list[datetime]]:
        times = [time(*parts) for parts in product(self.hours, self.minutes, self.seconds)]
        steps, latest = 0, date.min
        reach = _NO_REACH if self.skip is Skip.OMIT else _SKIP_REACH
        for anchor in self._anchors(first.date(), _move(begin.date(), -reach)):
            if anchor > _move(end.date(), reach):
                return
            days = self._days_of(anchor)
            if reach:
                # The replacement of a missing day may be a day of the next period as well.
                days = [day for day in days if day > latest]
                latest = max([latest, *days])
            steps += 1 + len(days) * len(times)
            if steps > MAX_STEPS:
                raise RuleTooExpensive
            yield [datetime.combine(day, at) for day in days for at in times]

    def _days_of(self, anchor: date) -> list[date]:
        """Return the days of the period that begins at ``anchor``."""
        can_be_missing = self.skip is not Skip.OMIT and self.frequency <= RRuleFrequency.MONTHLY
        if can_be_missing and (self.days.month_days or self.days.year_days):
            return days_with_skip(self.frequency, anchor, self.days, self.skip)
        candidates = days_of_period(self.frequency, anchor, self.days.months)
        return [day for day in candidates if self.days.allows(day)]

    def _anchors(self, first: date, begin: date) -> Iterator[date]:
        """Return the first day of every period of the rule, starting with the one that contains ``begin``."""
        if self.frequency in _PERIOD_LENGTHS:
            return _anchor_days(self._first_anchor(first), self._first_anchor(begin), self._step())
        if self.frequency == RRuleFrequency.YEARLY:
            return _anchor_months(first.replace(month=1, day=1), begin, self.interval * 12)
        return _anchor_months(first, begin, self.interval)

    def _first_anchor(self, day: date) -> date:
        return start_of_week(day, self.days.week_start) if self.frequency == RRuleFrequency.WEEKLY else day

    def _step(self) -> timedelta:
        try:
            return self.interval * _PERIOD_LENGTHS[self.frequency]
        except OverflowError:
            return timedelta.max

    def _short_periods(self, first: datetime, begin: datetime, end: datetime) -> Iterator[list[datetime]]:
        step, unit = self._step(), _PERIOD_LENGTHS[self.frequency]
        origin = datetime.combine(first.date(), _floor(first.time(), self.frequency))
        at = _align(origin, step, max(origin, begin - unit))
        for _ in range(MAX_STEPS):
            if at is None or at >= end:
                return
            skipped_to = self._next_allowed(at)
            if skipped_to is None:
                yield self._expand_short_period(at)
                skipped_to = at + unit
            at = _align(origin, step, skipped_to)
        raise RuleTooExpensive

    def _next_allowed(self, at: datetime) -> datetime | None:
        """Return when an allowed period may follow one that BYxxx excludes; None if ``at`` is allowed."""
        if not self.days.allows(at.date()):
            return datetime.combine(at.date() + _DAY, time.min)
        if self.hours and at.hour not in self.hours:
            return at.replace(minute=0, second=0) + timedelta(hours=1)
        if self.frequency > RRuleFrequency.HOURLY and self.minutes and at.minute not in self.minutes:
            return at.replace(second=0) + timedelta(minutes=1)
        if self.frequency == RRuleFrequency.SECONDLY and self.seconds and at.second not in self.seconds:
            return at + timedelta(seconds=1)
        return None

    def _expand_short_period(self, at: datetime) -> list[datetime]:
        minutes = self.minutes if self.frequency == RRuleFrequency.HOURLY else (at.minute,)
        seconds = self.seconds if self.frequency < RRuleFrequency.SECONDLY else (at.second,)
        return [at.replace(minute=minute, second=second) for minute, second in product(minutes, seconds)]


def _with_default_days(days: DayFilter, frequency: RRuleFrequency, first: date) -> DayFilter:
    """Return the filter with the parts that a rule omits filled in from DTSTART."""
    if days.year_days or days.month_days or days.weekdays or days.nth_in_month or days.nth_in_year:
        return days
    if frequency == RRuleFrequency.WEEKLY or (frequency == RRuleFrequency.YEARLY and days.week_numbers):
        return replace(days, weekdays=frozenset({first.weekday()}))
    if frequency == RRuleFrequency.MONTHLY:
        return replace(days, month_days=frozenset({first.day}))
    if frequency == RRuleFrequency.YEARLY:
        months = days.months or frozenset({first.month})
        return replace(days, months=months, month_days=frozenset({first.day}))
    return days


def _move(day: date, by: timedelta) -> date:
    try:
        return day + by
    except OverflowError:
        return day


def _anchor_days(origin: date, begin: date, step: timedelta) -> Iterator[date]:
    steps = max(0, -(-(begin - origin) // step)) if begin > origin else 0
    # One period back: a week may begin before the requested day.
    steps = max(0, steps - 1)
    try:
        anchor = origin + steps * step
        while True:
            yield anchor
            anchor += step
    except OverflowError:
        return


def _anchor_months(first: date, begin: date, step: int) -> Iterator[date]:
    origin = first.year * 12 + first.month - 1
    month = origin + max(0, (begin.year * 12 + begin.month - 1 - origin) // step) * step
    while month // 12 <= date.max.year:
        yield date(month // 12, month % 12 + 1, 1)
        month += step


def _floor(at: time, frequency: RRuleFrequency) -> time:
    if frequency == RRuleFrequency.HOURLY:
        return at.replace(minute=0, second=0)
    return at.replace(second=0) if frequency == RRuleFrequency.MINUTELY else at


def _align(origin: datetime, step: timedelta, earliest: datetime) -> datetime | None:
    """Return the first multiple of the step at or after ``earliest``; None past the last datetime."""
    try:
        return origin + -(-(earliest - origin) // step) * step
    except OverflowError:
        return None


def _advance(first: datetime, steps: int, step: timedelta, latest: datetime) -> datetime:
    """Return a second after that many steps, or ``latest`` if that overflows."""
    try:
        return first + steps * step + timedelta(seconds=1)
    except OverflowError:
        return latest
