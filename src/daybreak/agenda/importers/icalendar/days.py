"""The days that a recurrence rule selects: the BYxxx parts of a rule that concern days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

_DAY = timedelta(days=1)


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
            and (not self.month_days or self._is_month_day(day))
            and self._is_weekday(day)
            and (not self.year_days or self._is_year_day(day))
            and (not self.week_numbers or self._is_in_listed_week(day))
        )

    def _is_month_day(self, day: date) -> bool:
        return (
            day.day in self.month_days or day.day - days_in_month(day.year, day.month) - 1 in self.month_days
        )

    def _is_year_day(self, day: date) -> bool:
        number = day.timetuple().tm_yday
        return number in self.year_days or number - days_in_year(day.year) - 1 in self.year_days

    def _is_weekday(self, day: date) -> bool:
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

    def _is_in_listed_week(self, day: date) -> bool:
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
