"""Rules that choose a day: the year of a date without one, the next weekday, the last day of a period."""

from collections.abc import Iterable
from datetime import date, timedelta

MIN_YEAR = 1900
MAX_YEAR = 2199
_DAYS_COUNTED_AS_PAST = 92
_YEARS_TO_A_LEAP_DAY = 8
_MONTHS_PER_YEAR = 12
_MONTHS_PER_QUARTER = 3
_SATURDAY, _DAYS_PER_WEEK = 6, 7

Period = tuple[date, date]


def choose_year(candidates: Iterable[date], base: date, *, is_past: bool = False) -> date | None:
    """Return the day that a date without a year means, of the same day in several years.

    It is the first one that is at most 92 days before the base day. For what has happened already, such as a
    completion, it is the last one up to the day after it.
    """
    if is_past:
        return max((day for day in candidates if day <= base + timedelta(days=1)), default=None)
    return min(
        (day for day in candidates if day >= base - timedelta(days=_DAYS_COUNTED_AS_PAST)), default=None
    )


def days_of_years(month: int, day: int, base: date, weekday: int | None = None) -> list[date]:
    """Return a day in the years around the base day, of those that have it; ``weekday`` as in ISO 8601."""
    years = range(base.year - _YEARS_TO_A_LEAP_DAY, base.year + _YEARS_TO_A_LEAP_DAY + 1)
    days = [found for year in years if (found := find_day(year, month, day))]
    if weekday is None:
        return days
    return [found for found in days if found.isoweekday() == weekday and abs(found.year - base.year) <= 1]


def find_day(year: int, month: int, day: int) -> date | None:
    """Return a day; None if there is none, or if its year is no plausible one."""
    try:
        return date(year, month, day) if MIN_YEAR <= year <= MAX_YEAR else None
    except ValueError:
        return None


def next_weekday(base: date, weekday: int) -> date:
    """Return the first such weekday at or after the base day; ``weekday`` as in ISO 8601."""
    return base + timedelta(days=(weekday - base.isoweekday()) % _DAYS_PER_WEEK)


def month_period(year: int, month: int, months: int = 1) -> Period | None:
    """Return the first and last day of one or several months."""
    first = find_day(year, month, 1)
    return (first, add_months(first, months) - timedelta(days=1)) if first else None


def week_period(year: int, week: int) -> Period | None:
    """Return Monday and Sunday of an ISO week."""
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError:
        return None
    return (monday, monday + timedelta(days=6)) if MIN_YEAR <= year <= MAX_YEAR else None


def unit_period(base: date, unit: str, ahead: int) -> Period | None:
    """Return the week, weekend, month, quarter or year that is so many after that of the base day."""
    if unit in {"WEEK", "WEEKEND"}:
        monday = base - timedelta(days=base.isoweekday() - 1) + timedelta(weeks=ahead)
        days = (0, 6) if unit == "WEEK" else (_SATURDAY - 1, _SATURDAY)
        return monday + timedelta(days=days[0]), monday + timedelta(days=days[1])
    months = {"MONTH": 1, "QUARTER": _MONTHS_PER_QUARTER, "YEAR": _MONTHS_PER_YEAR}[unit]
    first = base.replace(month=(base.month - 1) // months * months + 1, day=1)
    start = add_months(first, months * ahead)
    return month_period(start.year, start.month, months)


def add_months(day: date, months: int) -> date:
    """Return the same day of a later month, or the last day of that month if it is shorter."""
    year, month = divmod(day.year * _MONTHS_PER_YEAR + day.month - 1 + months, _MONTHS_PER_YEAR)
    for last in range(day.day, 0, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return day
