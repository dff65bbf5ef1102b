"""The days that a recurrence rule selects: the BYxxx parts of a rule that concern days."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, IntEnum

_DAY = timedelta(days=1)


class Skip(Enum):
    """SKIP of RFC 7529: which day replaces one that its month or year does not have."""

    OMIT = "none"
    BACKWARD = "the day before it"
    FORWARD = "the day after it"


class RRuleFrequency(IntEnum):
    """FREQ, from the longest period to the shortest."""

    YEARLY = 0
    MONTHLY = 1
    WEEKLY = 2
    DAILY = 3
    HOURLY = 4
    MINUTELY = 5
    SECONDLY = 6


@dataclass(frozen=True, slots=True)
class DayFilter:
    """The days that a rule allows; an empty set allows all.

    Attributes:
        months: BYMONTH.
        week_numbers: BYWEEKNO; negative ones count from the end of the year.
        year_days: BYYEARDAY; likewise.
        month_days: BYMONTHDAY; likewise.
        weekdays: BYDAY without a leading number; Monday is 0.
        nth_in_month: BYDAY with a number, counted within the month, as (number, weekday).
        nth_in_year: BYDAY with a number, counted within the year.
        week_start: WKST.
    """

    months: frozenset[int] = frozenset()
    week_numbers: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    nth_in_month: frozenset[tuple[int, int]] = frozenset()
    nth_in_year: frozenset[tuple[int, int]] = frozenset()
    week_start: int = 0

    def allows(self, day: date) -> bool:
        """Return whether the rule selects that day."""
        return (
            (not self.months or day.month in self.months)
            and (not self.month_days or self.is_month_day(day))
            and self.is_weekday(day)
            and (not self.year_days or self._is_year_day(day))
            and self.is_in_listed_week(day)
        )

    def is_month_day(self, day: date) -> bool:
        """Return whether BYMONTHDAY names the day."""
        return (
            day.day in self.month_days or day.day - days_in_month(day.year, day.month) - 1 in self.month_days
        )

    def _is_year_day(self, day: date) -> bool:
        number = day.timetuple().tm_yday
        return number in self.year_days or number - days_in_year(day.year) - 1 in self.year_days

    def is_weekday(self, day: date) -> bool:
        """Return whether BYDAY allows the day."""
        if not (self.weekdays or self.nth_in_month or self.nth_in_year):
            return True
        weekday = day.weekday()
        if weekday in self.weekdays:
            return True
        in_month = _ordinals(day.day, days_in_month(day.year, day.month))
        if any((nth, weekday) in self.nth_in_month for nth in in_month):
            return True
        if not self.nth_in_year:
            return False
        in_year = _ordinals(day.timetuple().tm_yday, days_in_year(day.year))
        return any((nth, weekday) in self.nth_in_year for nth in in_year)

    def is_in_listed_week(self, day: date) -> bool:
        """Return whether BYWEEKNO allows the day."""
        if not self.week_numbers:
            return True
        first = start_of_week(day, self.week_start)
        # The fourth day of a week is in the year that the week belongs to.
        year = (first + 3 * _DAY).year
        number = (first - _start_of_first_week(year, self.week_start)).days // 7 + 1
        weeks = (
            _start_of_first_week(year + 1, self.week_start) - _start_of_first_week(year, self.week_start)
        ).days // 7
        return number in self.week_numbers or number - weeks - 1 in self.week_numbers


def days_of_period(frequency: RRuleFrequency, anchor: date, months: frozenset[int]) -> Iterator[date]:
    """Return the days of the period that begins at ``anchor``; of a year, only those of ``months`` if set."""
    if frequency == RRuleFrequency.YEARLY and months:
        for month in sorted(months):
            yield from _consecutive_days(date(anchor.year, month, 1), days_in_month(anchor.year, month))
    elif frequency == RRuleFrequency.YEARLY:
        yield from _consecutive_days(anchor, days_in_year(anchor.year))
    elif frequency == RRuleFrequency.MONTHLY:
        yield from _consecutive_days(anchor, days_in_month(anchor.year, anchor.month))
    else:
        yield from _consecutive_days(anchor, 7 if frequency == RRuleFrequency.WEEKLY else 1)


def days_with_skip(frequency: RRuleFrequency, anchor: date, days: DayFilter, skip: Skip) -> list[date]:
    """Return the days that BYMONTHDAY or BYYEARDAY selects in a year or a month.

    The day that replaces a missing one may lie in the next or the previous period.
    """
    months = [anchor.month] if frequency == RRuleFrequency.MONTHLY else range(1, 13)
    found: set[date] = set()
    if days.year_days:
        found |= _number_days(date(anchor.year, 1, 1), days_in_year(anchor.year), days.year_days, skip)
        found = {
            day
            for day in found
            if (not days.months or day.month in days.months)
            and (not days.month_days or days.is_month_day(day))
        }
    else:
        for month in months:
            if not days.months or month in days.months:
                first = date(anchor.year, month, 1)
                found |= _number_days(first, days_in_month(anchor.year, month), days.month_days, skip)
    return sorted(day for day in found if days.is_weekday(day) and days.is_in_listed_week(day))


def _number_days(first: date, length: int, numbers: Iterable[int], skip: Skip) -> set[date]:
    """Return the days with these numbers, from 1 or from -1 at the end, of a period of some days."""
    ordinals = {number if number > 0 else length + 1 + number for number in numbers}
    moved = {
        ordinal if 1 <= ordinal <= length else _replace_day(ordinal, length, skip) for ordinal in ordinals
    }
    return {first + (ordinal - 1) * _DAY for ordinal in moved if ordinal is not None}


def _replace_day(ordinal: int, length: int, skip: Skip) -> int | None:
    if skip is Skip.OMIT:
        return None
    if ordinal < 1:
        return 1 if skip is Skip.FORWARD else 0
    return length + 1 if skip is Skip.FORWARD else length


def start_of_week(day: date, week_start: int) -> date:
    """Return the first day of the week that contains a day."""
    return day - (day.weekday() - week_start) % 7 * _DAY


def days_in_month(year: int, month: int) -> int:
    """Return the number of days of a month."""
    if month == 2:  # noqa: PLR2004 -- February
        return days_in_year(year) - 337
    return 30 if month in {4, 6, 9, 11} else 31


def days_in_year(year: int) -> int:
    """Return the number of days of a year."""
    return 366 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 365


def _consecutive_days(first: date, count: int) -> Iterator[date]:
    ordinal = first.toordinal()
    return map(date.fromordinal, range(ordinal, ordinal + count))


def _start_of_first_week(year: int, week_start: int) -> date:
    # The week with 4 January is the first that has at least four days in its year.
    return start_of_week(date(year, 1, 4), week_start)


def _ordinals(number: int, total: int) -> tuple[int, int]:
    return (number - 1) // 7 + 1, -((total - number) // 7 + 1)
